// Package redact takes passwords out of text that is about to be shown: URLs in
// messages, connection strings, and, as a net under everything, log lines.
package redact

import (
	"bytes"
	"io"
	"regexp"
)

// hidden stands where a password stood.
const hidden = "xxxxx"

var (
	// A URL's password ends at the last @ before the host. One that holds an
	// unescaped slash or blank is no URL and would be misread by drivers too.
	inURL = regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9+.-]*://[^:/?#@\s"'\\]*:)[^/?#\s"'\\]+@`)
	// password=… in a query string or in a keyword connection string.
	asField = regexp.MustCompile(`(?i)((?:password|passwd|pwd|secret|token)=)('[^']*'|[^&\s"'\\]+)`)
)

// Text replaces every password in s.
func Text(s string) string {
	return string(Bytes([]byte(s)))
}

// Bytes is Text for bytes; it returns b itself where there is nothing to hide.
func Bytes(b []byte) []byte {
	if bytes.Contains(b, []byte("://")) && bytes.IndexByte(b, '@') >= 0 {
		b = inURL.ReplaceAll(b, []byte("${1}"+hidden+"@"))
	}
	if bytes.IndexByte(b, '=') >= 0 {
		b = asField.ReplaceAll(b, []byte("${1}"+hidden))
	}
	return b
}

// Error returns err with its text redacted. It still unwraps to err.
func Error(err error) error {
	if err == nil || Text(err.Error()) == err.Error() {
		return err
	}
	return redacted{err}
}

type redacted struct{ cause error }

func (r redacted) Error() string { return Text(r.cause.Error()) }
func (r redacted) Unwrap() error { return r.cause }

// Writer redacts each write on its way. Writers of whole lines, as loggers are,
// lose nothing.
func Writer(w io.Writer) io.Writer { return writer{w} }

type writer struct{ to io.Writer }

func (w writer) Write(line []byte) (int, error) {
	if _, err := w.to.Write(Bytes(line)); err != nil {
		return 0, err
	}
	return len(line), nil
}
