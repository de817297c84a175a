package gqlhttp

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tercul/tercul/shared/apperr"
)

var (
	errBodyMissing = apperr.New(apperr.BadRequest, "The body is empty; send a JSON object with documentId and variables.")
	errBodyObject  = apperr.New(apperr.BadRequest, "The body must be one JSON object.")
	errBodyBatch   = apperr.New(apperr.BadRequest, "The body is an array; send one operation a request.")
)

// FromBody reads the JSON object of a POST. The decoder refuses duplicate
// names, broken UTF-8 and lone surrogates. Members this API does not know
// change nothing. The answer shares no memory with the body.
func FromBody(body []byte) (Request, error) {
	dec := jsontext.NewDecoder(bytes.NewReader(body))
	switch kind := dec.PeekKind(); {
	case kind == '[':
		return Request{}, errBodyBatch
	case kind != '{' && len(bytes.TrimSpace(body)) == 0:
		return Request{}, errBodyMissing
	}
	open, err := dec.ReadToken()
	if err != nil {
		return Request{}, brokenBody(err)
	}
	if open.Kind() != '{' {
		return Request{}, errBodyObject
	}
	var f Request
	for dec.PeekKind() != '}' {
		if err := readMember(dec, &f); err != nil {
			return Request{}, err
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return Request{}, brokenBody(err)
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return Request{}, apperr.New(apperr.BadRequest, "The body goes on after its JSON object.")
	}
	return f, nil
}

func readMember(dec *jsontext.Decoder, f *Request) error {
	nameToken, err := dec.ReadToken()
	if err != nil {
		return brokenBody(err)
	}
	name := nameToken.String()
	value, err := dec.ReadValue()
	if err != nil {
		return brokenBody(err)
	}
	switch name {
	case ParamDocumentID:
		return readString(name, value, &f.DocumentID)
	case ParamQuery:
		return readString(name, value, &f.Query)
	case ParamOperationName:
		return readString(name, value, &f.OperationName)
	case ParamVariables:
		return readObject(name, value, &f.Variables)
	case ParamExtensions:
		return readObject(name, value, &f.Extensions)
	}
	return nil
}

func readString(name string, value jsontext.Value, into *string) error {
	switch value.Kind() {
	case 'n':
		return nil
	case '"':
		text, err := jsontext.AppendUnquote(nil, value)
		*into = string(text)
		if err != nil {
			return brokenBody(err)
		}
		return nil
	}
	return apperr.OfField(apperr.BadRequest, name, "must be a string")
}

func readObject(name string, value jsontext.Value, into *[]byte) error {
	switch value.Kind() {
	case 'n':
		return nil
	case '{':
		*into = bytes.Clone(value)
		return nil
	}
	return apperr.OfField(apperr.BadRequest, name, "must be an object")
}

// brokenBody words a decoder's complaint: where it stands, and what it is.
func brokenBody(err error) error {
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		return apperr.Newf(apperr.BadRequest, "The body is not valid JSON at byte %d: %v.", syntax.ByteOffset, syntax.Err).Wrap(err)
	}
	return apperr.New(apperr.BadRequest, "The body is not valid JSON.").Wrap(err)
}
