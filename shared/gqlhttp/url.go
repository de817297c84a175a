package gqlhttp

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"github.com/tercul/tercul/shared/apperr"
)

// The names of GraphQL over HTTP's parameters, in a URL and in a body.
const (
	ParamDocumentID    = "documentId"
	ParamQuery         = "query"
	ParamOperationName = "operationName"
	ParamVariables     = "variables"
	ParamExtensions    = "extensions"
)

// FromURL reads the parameters of a GET. fasthttp's own parser lets the
// first of two equal parameters win and keeps broken escapes as they are; a
// CDN in front may choose otherwise, and then one URL has two meanings. So
// both are refused here, whatever the parameter. Parameters this API does not
// know change nothing.
func FromURL(rawQuery string) (Request, error) {
	var f Request
	seen := make([]string, 0, 8)
	for rawQuery != "" {
		var pair string
		pair, rawQuery, _ = strings.Cut(rawQuery, "&")
		if pair == "" {
			continue
		}
		name, value, err := urlPair(pair)
		if err != nil {
			return Request{}, err
		}
		for _, s := range seen {
			if s == name {
				return Request{}, apperr.OfField(apperr.BadRequest, name, "must be given once, not twice")
			}
		}
		seen = append(seen, name)
		setField(&f, name, value)
	}
	return f, nil
}

func setField(f *Request, name, value string) {
	switch name {
	case ParamDocumentID:
		f.DocumentID = value
	case ParamQuery:
		f.Query = value
	case ParamOperationName:
		f.OperationName = value
	case ParamVariables:
		f.Variables = []byte(value)
	case ParamExtensions:
		f.Extensions = []byte(value)
	}
}

func urlPair(pair string) (name, value string, err error) {
	rawName, rawValue, _ := strings.Cut(pair, "=")
	name, ok := unescape(rawName)
	if !ok {
		return "", "", apperr.New(apperr.BadRequest, "The URL holds a parameter whose name is not UTF-8 in valid percent-encoding.")
	}
	if value, ok = unescape(rawValue); !ok {
		return "", "", apperr.OfField(apperr.BadRequest, name, "must be UTF-8 in valid percent-encoding")
	}
	return name, value, nil
}

// unescape decodes one component of a form-encoded query into a string of its
// own: the request's bytes are reused for the next request. NUL is refused
// with broken UTF-8; neither Postgres nor JSON has a use for it.
func unescape(s string) (string, bool) {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '+':
			out = append(out, ' ')
		case '%':
			if i+2 >= len(s) {
				return "", false
			}
			var b [1]byte
			if _, err := hex.Decode(b[:], []byte(s[i+1:i+3])); err != nil || b[0] == 0 {
				return "", false
			}
			out = append(out, b[0])
			i += 2
		default:
			out = append(out, c)
		}
	}
	return string(out), utf8.Valid(out)
}
