package jsonl

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// FieldError says which field of a record is wrong and why. Field is a dotted
// path such as names.0.language, empty for the record as a whole.
type FieldError struct {
	Field  string
	Reason string
}

func (e *FieldError) Error() string {
	if e.Field == "" {
		return e.Reason
	}
	return e.Field + ": " + e.Reason
}

// Decode parses one record into v. Its errors are *FieldError.
func Decode(data []byte, v any) error {
	if at := invalidUTF8(data); at >= 0 {
		return &FieldError{Reason: fmt.Sprintf("not valid UTF-8 at byte %d", at+1)}
	}
	err := json.Unmarshal(data, v)
	if err == nil {
		return nil
	}
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) {
		return &FieldError{Field: dotted(syntactic.JSONPointer), Reason: syntaxReason(syntactic, data)}
	}
	var semantic *json.SemanticError
	if errors.As(err, &semantic) {
		return &FieldError{Field: dotted(semantic.JSONPointer), Reason: typeReason(semantic)}
	}
	return &FieldError{Reason: err.Error()}
}

func invalidUTF8(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	at := 0
	for at < len(data) {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return -1
}

func syntaxReason(e *jsontext.SyntacticError, data []byte) string {
	if errors.Is(e.Err, jsontext.ErrDuplicateName) {
		return "given twice in one record"
	}
	if strings.Contains(e.Err.Error(), "surrogate") || loneSurrogate(data, e.ByteOffset) {
		return fmt.Sprintf("a lone surrogate escape near byte %d", e.ByteOffset+1)
	}
	return fmt.Sprintf("broken JSON near byte %d: %v", e.ByteOffset+1, e.Err)
}

// loneSurrogate tells whether the decoder stopped at an escape of half a pair.
func loneSurrogate(data []byte, at int64) bool {
	if at < 0 || at >= int64(len(data)) {
		return false
	}
	rest := bytes.ToLower(data[at:min(int64(len(data)), at+6)])
	return bytes.HasPrefix(rest, []byte(`\ud`))
}

func typeReason(e *json.SemanticError) string {
	found := map[jsontext.Kind]string{
		'n': "null", 'f': "false", 't': "true", '"': "a string", '0': "a number", '{': "an object", '[': "a list",
	}[e.JSONKind]
	if found == "" || e.GoType == nil {
		return e.Error()
	}
	reason := fmt.Sprintf("must be %s, is %s", wanted(e.GoType), found)
	if e.JSONKind == '0' && len(e.JSONValue) > 0 {
		reason += fmt.Sprintf(" (%s)", e.JSONValue)
	}
	return reason
}

func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return wanted(t.Elem())
	case reflect.String:
		return "a string"
	case reflect.Int, reflect.Int16, reflect.Int32, reflect.Int64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Bool:
		return "true or false"
	default:
		return "an object"
	}
}

func dotted(p jsontext.Pointer) string {
	var parts []string
	for token := range p.Tokens() {
		parts = append(parts, token)
	}
	return strings.Join(parts, ".")
}
