// Package scalar reads and writes the scalars of the GraphQL schema. Text is
// brought into one form at the door, so that nothing behind it compares two
// spellings of the same letters.
package scalar

import (
	"errors"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"golang.org/x/text/unicode/norm"

	"github.com/tercul/tercul/shared/langtag"
)

var (
	errText = errors.New("text must be valid Unicode without NUL")
	errType = errors.New("a string is wanted")
	errDate = errors.New("a date is wanted, such as 2026-01-31")
)

// MarshalString writes a string.
func MarshalString(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalString reads a string in Normalization Form C (UAX #15).
func UnmarshalString(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", errType
	}
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) || strings.ContainsRune(s, utf8.RuneError) {
		return "", errText
	}
	return norm.NFC.String(s), nil
}

// MarshalLanguageTag writes a language tag.
func MarshalLanguageTag(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalLanguageTag reads a BCP 47 tag in its canonical spelling.
func UnmarshalLanguageTag(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", errType
	}
	tag, err := langtag.Canonical(s)
	if err != nil {
		return "", errors.New("a BCP 47 language tag is wanted, such as it or zh-Hans")
	}
	return tag, nil
}

// MarshalDate writes a calendar date.
func MarshalDate(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, t.Format(`"`+time.DateOnly+`"`)) })
}

// UnmarshalDate reads a calendar date, ISO 8601.
func UnmarshalDate(v any) (time.Time, error) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, errDate
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}, errDate
	}
	return t, nil
}
