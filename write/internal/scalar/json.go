package scalar

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/99designs/gqlgen/graphql"
)

var errObject = errors.New("a JSON object is wanted, without NUL in its text")

// MarshalJSONObject writes a JSON object.
func MarshalJSONObject(v map[string]any) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _ = json.NewEncoder(w).Encode(v) })
}

// UnmarshalJSONObject reads a JSON object. NUL is the one character that the
// database's text cannot hold.
func UnmarshalJSONObject(v any) (map[string]any, error) {
	object, ok := v.(map[string]any)
	if !ok {
		return nil, errObject
	}
	text, err := json.Marshal(object)
	if err != nil || strings.Contains(string(text), `\u0000`) {
		return nil, errObject
	}
	return object, nil
}
