package gqlhttp

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/document"
)

const (
	extensionsField = "extensions"
	apolloField     = extensionsField + ".persistedQuery"
	hashField       = apolloField + ".sha256Hash"
)

// persistedQuery reads Apollo's extension, {"persistedQuery":{"version":1,
// "sha256Hash":"…"}}, and passes over others.
func persistedQuery(extensions []byte) (hash string, err error) {
	if len(extensions) == 0 || string(extensions) == "null" {
		return "", nil
	}
	err = members(extensions, extensionsField, func(name string, value jsontext.Value) error {
		if name != "persistedQuery" || value.Kind() == 'n' {
			return nil
		}
		hash, err = apolloHash(value)
		return err
	})
	return hash, err
}

func apolloHash(value jsontext.Value) (hash string, err error) {
	err = members(value, apolloField, func(name string, value jsontext.Value) error {
		switch {
		case name == "version" && string(value) != "1":
			return apperr.OfField(apperr.BadRequest, apolloField+".version", "must be 1, the only version of persisted queries")
		case name == "sha256Hash" && value.Kind() == '"':
			text, err := jsontext.AppendUnquote(nil, value)
			hash = strings.ToLower(string(text))
			return err
		}
		return nil
	})
	if err == nil && !document.IsID(hash) {
		err = apperr.OfField(apperr.BadRequest, hashField, "must be a sha256 in hexadecimal, 64 digits")
	}
	return hash, err
}

// members calls f for each member of a JSON object. Duplicate names, broken UTF-8
// and anything that is not one object are refused.
func members(text []byte, field string, f func(name string, value jsontext.Value) error) error {
	dec := jsontext.NewDecoder(bytes.NewReader(text))
	open, err := dec.ReadToken()
	if err != nil || open.Kind() != '{' {
		return apperr.OfField(apperr.BadRequest, field, "must be a JSON object")
	}
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return brokenJSON(field, err)
		}
		key := name.String()
		value, err := dec.ReadValue()
		if err != nil {
			return brokenJSON(field, err)
		}
		if err := f(key, value); err != nil {
			return err
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return brokenJSON(field, err)
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return apperr.OfField(apperr.BadRequest, field, "must end with its JSON object")
	}
	return nil
}

func brokenJSON(field string, err error) error {
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		return apperr.OfField(apperr.BadRequest, field, fmt.Sprintf("must be valid JSON; at byte %d it is not: %v", syntax.ByteOffset, syntax.Err))
	}
	return apperr.OfField(apperr.BadRequest, field, "must be valid JSON")
}
