package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Size is the length of every key of a ring, in bytes.
const Size = 32

var validID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,32}$`)

// Key is a key and the id that what it made is stored with.
type Key struct {
	ID     string
	Secret Secret
}

// Proof tells a key from another of the same id, and nothing else of it: it can be
// stored where the key must not be known.
func (k Key) Proof() []byte {
	mac := hmac.New(sha256.New, k.Secret.Reveal())
	mac.Write([]byte("tercul proof of a key"))
	return mac.Sum(nil)
}

// Ring is the key in use, and those it replaced. The zero Ring has none.
type Ring struct{ keys []Key }

// NewRing makes a ring; the first key is the one in use.
func NewRing(keys ...Key) (Ring, error) {
	if len(keys) == 0 {
		return Ring{}, errors.New("no key")
	}
	seen := map[string]bool{}
	for i, k := range keys {
		switch {
		case !validID.MatchString(k.ID):
			return Ring{}, fmt.Errorf("key %d: an id is 1 to 32 letters, digits, dots, dashes or underscores", i+1)
		case seen[k.ID]:
			return Ring{}, fmt.Errorf("key %d: its id was there before", i+1)
		case len(k.Secret.Reveal()) != Size:
			return Ring{}, fmt.Errorf("key %d: has to be %d bytes", i+1, Size)
		}
		seen[k.ID] = true
	}
	return Ring{keys: append([]Key(nil), keys...)}, nil
}

// UnmarshalText reads a ring from configuration: id:base64,id:base64, the key in
// use first. A fault names the position only: what was meant as an id may be a key.
func (r *Ring) UnmarshalText(text []byte) error {
	var keys []Key
	for i, entry := range strings.Split(string(text), ",") {
		id, encoded, found := strings.Cut(strings.TrimSpace(entry), ":")
		if !found {
			return fmt.Errorf("key %d: write it as id:base64", i+1)
		}
		raw, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if err != nil {
			return fmt.Errorf("key %d: is not base64", i+1)
		}
		keys = append(keys, Key{ID: id, Secret: New(raw)})
	}
	ring, err := NewRing(keys...)
	if err != nil {
		return err
	}
	*r = ring
	return nil
}

// Active returns the key in use; false where the ring is empty.
func (r Ring) Active() (Key, bool) {
	if len(r.keys) == 0 {
		return Key{}, false
	}
	return r.keys[0], true
}

// Find returns the key of that id.
func (r Ring) Find(id string) (Secret, bool) {
	for _, k := range r.keys {
		if k.ID == id {
			return k.Secret, true
		}
	}
	return Secret{}, false
}

// Keys returns all keys, the one in use first.
func (r Ring) Keys() []Key { return append([]Key(nil), r.keys...) }
