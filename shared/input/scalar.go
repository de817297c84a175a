package input

import (
	"bytes"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/language"

	"github.com/tercul/tercul/shared/langtag"
)

// Scalar appends the canonical JSON of one scalar, given its valid raw JSON
// (quotes included for a string; never an object, a list or null).
// Its error says what was expected: "a whole number".
type Scalar func(dst, raw []byte) ([]byte, error)

var (
	errInt     = errors.New("a whole number from -2147483648 to 2147483647")
	errFloat   = errors.New("a number")
	errString  = errors.New("a string")
	errID      = errors.New("an id: a string or a whole number")
	errBoolean = errors.New("true or false")
	errNUL     = errors.New("a string without the character NUL")
)

func standardScalars() map[string]Scalar {
	return map[string]Scalar{
		"Int": intScalar, "Float": floatScalar, "String": stringScalar, "ID": idScalar, "Boolean": boolScalar,
		"LanguageTag": memoize(Text(languageTag)),
		"CountryCode": Text(countryCode),
		"Date":        Text(date),
		"DateTime":    Text(dateTime),
		"EDTF":        stringScalar,
	}
}

// Text makes a scalar of a function from text to canonical text.
func Text(canonical func(string) (string, error)) Scalar {
	return func(dst, raw []byte) ([]byte, error) {
		if raw[0] != '"' {
			return dst, errString
		}
		text, err := unquote(nil, raw)
		if err != nil {
			return dst, err
		}
		out, err := canonical(string(text))
		if err != nil {
			return dst, err
		}
		return jsontext.AppendQuote(dst, out)
	}
}

// intScalar accepts 20, 20.0 and 2e1 alike: JSON does not tell them apart.
func intScalar(dst, raw []byte) ([]byte, error) {
	n, err := strconv.ParseInt(string(raw), 10, 32)
	if err == nil {
		return strconv.AppendInt(dst, n, 10), nil
	}
	f, err := number(raw)
	if err != nil || f != math.Trunc(f) || f < math.MinInt32 || f > math.MaxInt32 {
		return dst, errInt
	}
	return strconv.AppendInt(dst, int64(f), 10), nil
}

func floatScalar(dst, raw []byte) ([]byte, error) {
	f, err := number(raw)
	if err != nil {
		return dst, errFloat
	}
	return jsontext.AppendFloat(dst, f+0, 64), nil // -0 + 0 is 0
}

func number(raw []byte) (float64, error) {
	if raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
		return 0, errFloat
	}
	return strconv.ParseFloat(string(raw), 64)
}

func stringScalar(dst, raw []byte) ([]byte, error) {
	if raw[0] != '"' {
		return dst, errString
	}
	return requote(dst, raw)
}

func idScalar(dst, raw []byte) ([]byte, error) {
	if raw[0] == '"' {
		return requote(dst, raw)
	}
	if len(bytes.Trim(bytes.TrimPrefix(raw, []byte("-")), "0123456789")) > 0 {
		return dst, errID
	}
	dst = append(dst, '"')
	dst = append(dst, raw...)
	return append(dst, '"'), nil
}

func boolScalar(dst, raw []byte) ([]byte, error) {
	if raw[0] != 't' && raw[0] != 'f' {
		return dst, errBoolean
	}
	return append(dst, raw...), nil
}

// requote writes a JSON string in its shortest spelling. One without escapes is
// already that.
func requote(dst, raw []byte) ([]byte, error) {
	if bytes.IndexByte(raw, '\\') < 0 {
		return append(dst, raw...), nil
	}
	text, err := unquote(nil, raw)
	if err != nil {
		return dst, err
	}
	return jsontext.AppendQuote(dst, text)
}

func unquote(dst, raw []byte) ([]byte, error) {
	if bytes.IndexByte(raw, '\\') < 0 {
		return append(dst, raw[1:len(raw)-1]...), nil
	}
	text, err := jsontext.AppendUnquote(dst, raw)
	if err != nil {
		return dst, errString
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return dst, errNUL
	}
	return text, nil
}

// codePoints counts the characters of a raw JSON string, escapes as they stand:
// never less than the string has.
func codePoints(raw []byte) int { return utf8.RuneCount(raw) - 2 }

func languageTag(s string) (string, error) {
	tag, err := langtag.Canonical(s)
	if err != nil {
		return "", errors.New("a BCP 47 language tag such as \"it\" or \"zh-Hans\"")
	}
	return tag, nil
}

func countryCode(s string) (string, error) {
	wrong := errors.New("an ISO 3166-1 country code such as \"IT\"")
	if len(s) != 2 {
		return "", wrong
	}
	region, err := language.ParseRegion(s)
	if err != nil || !region.IsCountry() || region.String() != strings.ToUpper(s) {
		return "", wrong
	}
	return region.String(), nil
}

func date(s string) (string, error) {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil || d.Year() == 0 {
		return "", errors.New("a date such as \"2026-01-31\"")
	}
	return s, nil
}

func dateTime(s string) (string, error) {
	at, err := time.Parse(time.RFC3339Nano, strings.ToUpper(s))
	if err != nil {
		return "", errors.New("a time such as \"2026-01-31T12:00:00Z\"")
	}
	return at.UTC().Format(time.RFC3339Nano), nil
}
