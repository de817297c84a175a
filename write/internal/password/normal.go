package password

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
	"golang.org/x/text/unicode/norm"

	"github.com/tercul/tercul/write/internal/secret"
)

// The bounds of a password, in characters as typed.
const (
	MinLength = 12
	MaxLength = 128
)

// maxBytes bounds the work before anything is counted: an accented letter may
// arrive as a letter and several marks.
const maxBytes = MaxLength * 4 * 4

var errNotText = errors.New("password: holds what cannot be typed reliably")

// opaque is the password by RFC 8265: composed, its blanks all alike. Control
// characters and what Unicode does not know yet are refused.
func opaque(password string) (string, error) {
	if len(password) > maxBytes || !utf8.ValidString(password) {
		return "", errNotText
	}
	s, err := precis.OpaqueString.String(password)
	if err != nil {
		return "", errNotText // precis quotes the character
	}
	return s, nil
}

// peppered is what goes into Argon2. Compatibility forms are one, for keyboards
// differ in which they make: a full-width letter is the letter.
func peppered(pepper secret.Secret, password string) ([]byte, error) {
	s, err := opaque(password)
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, pepper.Reveal())
	mac.Write([]byte(norm.NFKC.String(s)))
	return mac.Sum(nil), nil
}
