package secret

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"errors"
)

// What a sealed value may fail with.
var (
	ErrNoKey      = errors.New("secret: the key that seals is not in the ring")
	ErrNotSealed  = errors.New("secret: not a sealed value")
	ErrNotGenuine = errors.New("secret: the sealed value was changed, or belongs to something else")
)

// A sealed value is: 1, the key's id, 0, the nonce, and what AES-256-GCM made of
// the content.
const sealedVersion = 1

// Seal encrypts content for storage with the key in use. It opens only together
// with the same bound, the id of the row that it belongs to.
func (r Ring) Seal(content Secret, bound string) ([]byte, error) {
	key, ok := r.Active()
	if !ok {
		return nil, ErrNoKey
	}
	aead, err := aead(key.Secret)
	if err != nil {
		return nil, err
	}
	head := append([]byte{sealedVersion}, key.ID+"\x00"...)
	return aead.Seal(head, nil, content.Reveal(), []byte(bound)), nil //nolint:gosec // no nonce is given: it makes one
}

// Open is the reverse of Seal.
func (r Ring) Open(sealed []byte, bound string) (Secret, error) {
	id, body, err := splitSealed(sealed)
	if err != nil {
		return Secret{}, err
	}
	key, ok := r.Find(id)
	if !ok {
		return Secret{}, ErrNoKey
	}
	aead, err := aead(key)
	if err != nil {
		return Secret{}, err
	}
	content, err := aead.Open(nil, nil, body, []byte(bound))
	if err != nil {
		return Secret{}, ErrNotGenuine
	}
	return New(content), nil
}

// SealedBy returns the id of the key that sealed a value.
func SealedBy(sealed []byte) (string, error) {
	id, _, err := splitSealed(sealed)
	return id, err
}

func splitSealed(sealed []byte) (id string, body []byte, err error) {
	rest, ok := bytes.CutPrefix(sealed, []byte{sealedVersion})
	head, body, found := bytes.Cut(rest, []byte{0})
	if !ok || !found || !validID.Match(head) {
		return "", nil, ErrNotSealed
	}
	return string(head), body, nil
}

// aead makes its own random nonces and puts them in front.
func aead(key Secret) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key.Reveal())
	if err != nil {
		return nil, errors.New("secret: a key of the wrong length")
	}
	return cipher.NewGCMWithRandomNonce(block)
}
