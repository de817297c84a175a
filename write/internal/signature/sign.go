package signature

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/dunglas/httpsfv"

	"github.com/tercul/tercul/write/internal/secret"
)

// SignerConfig is who signs.
type SignerConfig struct {
	KeyID  string
	Seed   secret.Secret    // of the Ed25519 key, 32 bytes
	Now    func() time.Time // nil is the system's
	Random io.Reader        // of nonces; nil is the system's
}

// Signer signs requests of a client.
type Signer struct{ cfg SignerConfig }

// NewSigner refuses a config without key or id.
func NewSigner(cfg SignerConfig) (*Signer, error) {
	if cfg.KeyID == "" || len(cfg.KeyID) > maxKeyID || len(cfg.Seed.Reveal()) != ed25519.SeedSize {
		return nil, errors.New("signature: a signer needs the id of its key and the key's seed of 32 bytes")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Random == nil {
		cfg.Random = rand.Reader
	}
	return &Signer{cfg: cfg}, nil
}

// Sign adds the three fields to a request to an absolute address. It is the last
// thing done to the request: Content-Type is set before, and body is its body.
func (s *Signer) Sign(r *http.Request, body []byte) error {
	if r.URL.Host == "" || len(r.Header.Values("Content-Type")) != 1 {
		return errors.New("signature: to be signed, a request needs an absolute address and one Content-Type")
	}
	nonce := make([]byte, 16)
	if _, err := io.ReadFull(s.cfg.Random, nonce); err != nil {
		return fmt.Errorf("signature: no random nonce: %w", err)
	}
	digest, err := ContentDigest(body)
	if err != nil {
		return fmt.Errorf("signature: %w", err)
	}
	r.Header.Set(digestField, digest)

	p := httpsfv.NewParams()
	p.Add("created", s.cfg.Now().Unix())
	p.Add("keyid", s.cfg.KeyID)
	p.Add("nonce", base64.RawURLEncoding.EncodeToString(nonce))
	p.Add("tag", Tag)
	input := inputOf(p, "@method", "@target-uri", "content-digest", "content-type")
	signature, err := s.sign(messageOf(r, originOf(r)), input)
	if err != nil {
		return err
	}
	return setFields(r.Header, Tag, input, signature)
}

func (s *Signer) sign(m message, input httpsfv.InnerList) ([]byte, error) {
	base, err := m.base(input)
	if err != nil {
		return nil, err
	}
	return ed25519.Sign(ed25519.NewKeyFromSeed(s.cfg.Seed.Reveal()), []byte(base)), nil
}

// originOf is where the request goes, or says it goes.
func originOf(r *http.Request) *url.URL {
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	return &url.URL{Scheme: r.URL.Scheme, Host: host}
}

func inputOf(p *httpsfv.Params, components ...string) httpsfv.InnerList {
	input := httpsfv.InnerList{Params: p}
	for _, c := range components {
		input.Items = append(input.Items, httpsfv.NewItem(c))
	}
	return input
}

func setFields(header http.Header, label string, input httpsfv.InnerList, signature []byte) error {
	for name, value := range map[string]httpsfv.Member{"Signature-Input": input, "Signature": httpsfv.NewItem(signature)} {
		d := httpsfv.NewDictionary()
		d.Add(label, value)
		text, err := httpsfv.Marshal(d)
		if err != nil {
			return fmt.Errorf("signature: %w", err)
		}
		header.Set(name, text)
	}
	return nil
}
