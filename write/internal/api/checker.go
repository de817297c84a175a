package api

import (
	"errors"

	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/shared/input"
	"github.com/tercul/tercul/write"
)

// NewChecker prepares the service's schema for documents.
func NewChecker() (*document.Checker, error) {
	text, err := write.Schema()
	if err != nil {
		return nil, err
	}
	schema, err := document.Schema("schema", text)
	if err != nil {
		return nil, err
	}
	return document.NewChecker(schema, document.Limits{}, input.WithScalar("JSONObject", object))
}

var errObject = errors.New("a JSON object")

// object refuses what is no object; it is asked about nothing else. Objects are
// read by the executor, which coerces the variables of this service.
func object(dst, _ []byte) ([]byte, error) { return dst, errObject }
