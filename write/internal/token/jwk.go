package token

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
)

// jwk is a public Ed25519 key as RFC 8037 writes it.
type jwk struct {
	KeyType   string `json:"kty"`
	Curve     string `json:"crv"`
	X         string `json:"x"`
	KeyID     string `json:"kid,omitempty"`
	Algorithm string `json:"alg,omitempty"`
	Use       string `json:"use,omitempty"`
}

var errJWK = errors.New("token: not the public JWK of an Ed25519 key")

var strictURL = base64.RawURLEncoding.Strict()

func jwkOf(kid string, public ed25519.PublicKey) jwk {
	return jwk{
		KeyType: "OKP", Curve: "Ed25519", X: strictURL.EncodeToString(public),
		KeyID: kid, Algorithm: "EdDSA", Use: "sig",
	}
}

// thumbprint is the id of a key by RFC 7638: the hash of its required members in
// the order of their names.
func thumbprint(public ed25519.PublicKey) string {
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + strictURL.EncodeToString(public) + `"}`))
	return strictURL.EncodeToString(sum[:])
}

// parseJWK reads a public key; one with a private part is refused.
func parseJWK(text []byte) (ed25519.PublicKey, error) {
	var k jwk
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&k); err != nil || decoder.More() {
		return nil, errJWK
	}
	x, err := strictURL.DecodeString(k.X)
	if err != nil || len(x) != ed25519.PublicKeySize || k.KeyType != "OKP" || k.Curve != "Ed25519" {
		return nil, errJWK
	}
	return x, nil
}
