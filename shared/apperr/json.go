package apperr

import (
	"strconv"
	"unicode/utf8"
)

// AppendBody appends a whole GraphQL answer that holds only errors:
// {"errors":[…]}. It says nothing of causes.
func AppendBody(dst []byte, err error, requestID string) []byte {
	dst = append(dst, `{"errors":`...)
	dst = AppendErrors(dst, err, requestID)
	return append(dst, '}')
}

// AppendErrors appends the JSON list of the errors in err.
func AppendErrors(dst []byte, err error, requestID string) []byte {
	dst = append(dst, '[')
	for i, e := range All(err) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = e.AppendJSON(dst, requestID)
	}
	return append(dst, ']')
}

// AppendJSON appends one GraphQL error object.
func (e *Error) AppendJSON(dst []byte, requestID string) []byte {
	dst = append(dst, `{"message":`...)
	dst = appendString(dst, e.Message)
	dst = e.appendPath(dst)
	dst = e.appendLocations(dst)
	dst = append(dst, `,"extensions":{"code":`...)
	dst = appendString(dst, string(e.Code))
	if e.Field != "" {
		dst = append(dst, `,"field":`...)
		dst = appendString(dst, e.Field)
	}
	if requestID != "" {
		dst = append(dst, `,"requestId":`...)
		dst = appendString(dst, requestID)
	}
	dst = append(dst, `,"retryable":`...)
	dst = strconv.AppendBool(dst, e.Retryable())
	return append(dst, '}', '}')
}

func (e *Error) appendPath(dst []byte) []byte {
	if len(e.Path) == 0 {
		return dst
	}
	dst = append(dst, `,"path":[`...)
	for i, step := range e.Path {
		if i > 0 {
			dst = append(dst, ',')
		}
		switch s := step.(type) {
		case int:
			dst = strconv.AppendInt(dst, int64(s), 10)
		case string:
			dst = appendString(dst, s)
		default:
			dst = append(dst, `null`...)
		}
	}
	return append(dst, ']')
}

func (e *Error) appendLocations(dst []byte) []byte {
	if len(e.Locations) == 0 {
		return dst
	}
	dst = append(dst, `,"locations":[`...)
	for i, l := range e.Locations {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"line":`...)
		dst = strconv.AppendInt(dst, int64(l.Line), 10)
		dst = append(dst, `,"column":`...)
		dst = strconv.AppendInt(dst, int64(l.Column), 10)
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

const hexDigits = "0123456789abcdef"

// appendString writes a JSON string that is also safe inside HTML and
// JavaScript. Messages may quote the caller's input, so broken UTF-8 becomes
// U+FFFD and never reaches the answer.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			dst = appendASCII(dst, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch r {
		case '\u2028', '\u2029':
			dst = append(dst, `\u202`...)
			dst = append(dst, hexDigits[r&0xf])
		default: // utf8.RuneError included: it is U+FFFD itself
			dst = utf8.AppendRune(dst, r)
		}
		i += size
	}
	return append(dst, '"')
}

func appendASCII(dst []byte, c byte) []byte {
	switch {
	case c == '"' || c == '\\':
		return append(dst, '\\', c)
	case c == '\n':
		return append(dst, '\\', 'n')
	case c < ' ' || c == '<' || c == '>' || c == '&' || c == 0x7f:
		return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
	}
	return append(dst, c)
}
