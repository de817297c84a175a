package typeid

import (
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
)

const (
	alphabet  = "0123456789abcdefghjkmnpqrstvwxyz"
	suffixLen = 26
	maxPrefix = 63
)

// ErrInvalid is wrapped by every error of this package.
var ErrInvalid = errors.New("not a valid id")

// Encode writes the public id of u under prefix.
func Encode(prefix string, u uuid.UUID) string {
	out := make([]byte, len(prefix)+1+suffixLen)
	copy(out, prefix)
	out[len(prefix)] = '_'
	encode(out[len(prefix)+1:], u)
	return string(out)
}

// Decode reads a public id whose prefix is one of the kinds known here.
func Decode(s string) (prefix string, u uuid.UUID, err error) {
	prefix, suffix, found := strings.Cut(s, "_")
	if !found || len(prefix) > maxPrefix || len(suffix) != suffixLen {
		return "", uuid.Nil, fmt.Errorf("%w: %q is not a prefix, an underscore and 26 characters", ErrInvalid, clip(s))
	}
	if _, known := Kind(prefix); !known {
		return "", uuid.Nil, fmt.Errorf("%w: unknown prefix %q", ErrInvalid, prefix)
	}
	u, ok := decode(suffix)
	if !ok {
		return "", uuid.Nil, fmt.Errorf("%w: %q is not base 32 of 128 bits", ErrInvalid, clip(s))
	}
	return prefix, u, nil
}

// DecodeSuffix reads what follows the underscore, for ids of things that are no
// subjects and have prefixes of their own.
func DecodeSuffix(suffix string) (uuid.UUID, error) {
	if len(suffix) == suffixLen {
		if u, ok := decode(suffix); ok {
			return u, nil
		}
	}
	return uuid.Nil, fmt.Errorf("%w: %q is not base 32 of 128 bits", ErrInvalid, clip(suffix))
}

// encode writes 130 bits, the two highest of them zero, five at a time.
func encode(dst []byte, u uuid.UUID) {
	dst[0], dst[1] = alphabet[u[0]>>5], alphabet[u[0]&31]
	for i, at := 1, 2; i < len(u); i, at = i+5, at+8 {
		word := uint64(u[i])<<32 | uint64(u[i+1])<<24 | uint64(u[i+2])<<16 | uint64(u[i+3])<<8 | uint64(u[i+4])
		for c := range 8 {
			dst[at+c] = alphabet[word>>(35-5*c)&31]
		}
	}
}

func decode(s string) (u uuid.UUID, ok bool) {
	bad := values[s[0]] | values[s[1]]
	if values[s[0]] > 7 {
		return uuid.Nil, false
	}
	u[0] = values[s[0]]<<5 | values[s[1]]&31
	for i, at := 1, 2; i < len(u); i, at = i+5, at+8 {
		var word uint64
		for c := range 8 {
			v := values[s[at+c]]
			bad |= v
			word = word<<5 | uint64(v&31)
		}
		u[i], u[i+1], u[i+2], u[i+3], u[i+4] = byte(word>>32), byte(word>>24), byte(word>>16), byte(word>>8), byte(word)
	}
	if bad&invalid != 0 {
		return uuid.Nil, false
	}
	return u, true
}

const invalid = 0x80

// values is the alphabet backwards; every other byte has the bit of invalid set.
var values = func() (t [256]byte) {
	for i := range t {
		t[i] = invalid
	}
	for i := range len(alphabet) {
		t[alphabet[i]] = byte(i)
	}
	return t
}()

// clip keeps what a stranger sent from filling a log line.
func clip(s string) string {
	if len(s) > 80 {
		return s[:80]
	}
	return s
}
