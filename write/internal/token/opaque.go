package token

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"strings"

	"github.com/tercul/tercul/write/internal/secret"
)

// Kind is what an opaque token is for. It is the token's prefix, so that secret
// scanners recognise one and no token passes for one of another kind.
type Kind string

// The kinds of opaque tokens.
const (
	KindRefresh       Kind = "trc_r_"
	KindEmailVerify   Kind = "trc_v_"
	KindPasswordReset Kind = "trc_p_"
	KindEmailChange   Kind = "trc_e_"
	KindMFALogin      Kind = "trc_m_"
	KindAccountDelete Kind = "trc_d_"
)

// Pattern is a regular expression of all opaque tokens, for secret scanners.
const Pattern = `\btrc_[rvpemd]_[A-Za-z0-9_-]{43}`

const opaqueSize = 32

// Opaque is a token that says nothing but itself. The zero Opaque is none.
type Opaque struct {
	kind   Kind
	random secret.Secret
}

// NewOpaque makes a token; random may be nil for the system's.
func NewOpaque(random io.Reader, kind Kind) (Opaque, error) {
	if random == nil {
		random = rand.Reader
	}
	b := make([]byte, opaqueSize)
	if _, err := io.ReadFull(random, b); err != nil {
		return Opaque{}, fmt.Errorf("token: no random token: %w", err)
	}
	return Opaque{kind: kind, random: secret.New(b)}, nil
}

// ParseOpaque reads a token of that kind. There is one way to write each.
func ParseOpaque(kind Kind, text string) (Opaque, error) {
	encoded, found := strings.CutPrefix(text, string(kind))
	if !found || len(encoded) != strictURL.EncodedLen(opaqueSize) {
		return Opaque{}, ErrInvalid
	}
	b, err := strictURL.DecodeString(encoded)
	if err != nil || len(b) != opaqueSize {
		return Opaque{}, ErrInvalid
	}
	return Opaque{kind: kind, random: secret.New(b)}, nil
}

// Reveal returns the text that is given to the bearer, and to nobody else.
func (o Opaque) Reveal() string { return string(o.kind) + strictURL.EncodeToString(o.random.Reveal()) }

// Hash is what is stored.
func (o Opaque) Hash() []byte {
	sum := sha256.Sum256([]byte(o.Reveal()))
	return sum[:]
}

// Is compares to a stored hash, in the same time wherever they differ.
func (o Opaque) Is(hash []byte) bool { return subtle.ConstantTimeCompare(o.Hash(), hash) == 1 }

// Format shows the kind.
func (o Opaque) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, o.String()) }

// String shows the kind.
func (o Opaque) String() string { return string(o.kind) + "[secret]" }

// MarshalText shows the kind.
func (o Opaque) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// derive makes the one token that follows this one under a key.
func (o Opaque) derive(key secret.Secret) Opaque {
	mac := hmac.New(sha256.New, key.Reveal())
	mac.Write([]byte("successor of " + o.Reveal()))
	return Opaque{kind: o.kind, random: secret.New(mac.Sum(nil))}
}
