package secret

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
)

const hidden = "[secret]"

// Secret holds bytes that are not to be shown.
//
// The bytes are behind a function: fmt does not ask the methods of unexported
// fields, and follows a pointer where the verb does not fit.
type Secret struct{ held func() []byte }

// New takes a copy of b.
func New(b []byte) Secret {
	held := bytes.Clone(b)
	return Secret{held: func() []byte { return held }}
}

// Reveal returns the bytes, to be used at once and not to be changed.
func (s Secret) Reveal() []byte {
	if s.held == nil {
		return nil
	}
	return s.held()
}

// Format answers every verb of fmt.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// String hides the secret from whoever asks without fmt.
func (s Secret) String() string { return hidden }

// MarshalText hides the secret from JSON, and so from zerolog.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue hides the secret from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }
