package signature

import (
	"context"
	"crypto/ed25519"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Config is for whom signatures are made.
type Config struct {
	Origin string           // of the service, as its clients address it: https://host
	MaxAge time.Duration    // zero is 60 s, which is also the most
	Skew   time.Duration    // how far a client's clock may be ahead; zero is 5 s
	Now    func() time.Time // nil is the system's
}

const (
	maxAge  = time.Minute
	maxSkew = 5 * time.Second
)

// Verifier checks requests.
type Verifier struct {
	cfg    Config
	origin *url.URL
}

// NewVerifier refuses a config without an origin.
func NewVerifier(cfg Config) (*Verifier, error) {
	origin, err := parseOrigin(cfg.Origin)
	if err != nil {
		return nil, err
	}
	if cfg.MaxAge == 0 {
		cfg.MaxAge = maxAge
	}
	if cfg.Skew == 0 {
		cfg.Skew = maxSkew
	}
	if cfg.MaxAge < 0 || cfg.MaxAge > maxAge || cfg.Skew < 0 || cfg.Skew > maxSkew {
		return nil, errors.New("signature: the age is at most a minute, the skew 5 s")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Verifier{cfg: cfg, origin: origin}, nil
}

func parseOrigin(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil ||
		u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("signature: the origin is written as https://host")
	}
	return u, nil
}

// KeyFinder answers the public key of an id, or ErrUnknownKey.
type KeyFinder func(ctx context.Context, keyID string) (ed25519.PublicKey, error)

// Verified is a good signature. KeyID and Nonce together may be there only once
// until Until.
type Verified struct {
	KeyID   string
	Nonce   string
	Created time.Time
	Until   time.Time
}

// Verify checks a request whose body was read. The key is looked for only when
// everything else is right; whether it belongs to who is signed in, the caller
// compares.
func (v *Verifier) Verify(r *http.Request, body []byte, find KeyFinder) (Verified, error) {
	s, err := parse(r.Header)
	if err != nil {
		return Verified{}, err
	}
	if err := coversEnough(s, r.Header); err != nil {
		return Verified{}, err
	}
	if err := v.checkTime(s.params); err != nil {
		return Verified{}, err
	}
	if err := checkDigest(r.Header, body); err != nil {
		return Verified{}, err
	}
	base, err := messageOf(r, v.origin).base(s.input)
	if err != nil {
		return Verified{}, err
	}
	key, err := find(r.Context(), s.keyID)
	if err != nil {
		return Verified{}, err
	}
	if len(key) != ed25519.PublicKeySize {
		return Verified{}, ErrUnknownKey
	}
	if !ed25519.Verify(key, []byte(base), s.signature) {
		return Verified{}, ErrWrong
	}
	return Verified{KeyID: s.keyID, Nonce: s.nonce, Created: s.created, Until: s.created.Add(v.cfg.MaxAge + v.cfg.Skew)}, nil
}

// coversEnough also wants each of the two fields once: of several, others may
// read the first only.
func coversEnough(s signed, header http.Header) error {
	names, err := covered(s.input)
	if err != nil {
		return err
	}
	all := func(wanted ...string) bool {
		return !slices.ContainsFunc(wanted, func(w string) bool { return !slices.Contains(names, w) })
	}
	if !all("@method", "content-digest", "content-type") || !all("@target-uri") && !all("@authority", "@path", "@query") ||
		len(header.Values("Content-Type")) != 1 || len(header.Values(digestField)) != 1 {
		return ErrComponents
	}
	return nil
}

func (v *Verifier) checkTime(p params) error {
	now := v.cfg.Now()
	switch {
	case p.created.After(now.Add(v.cfg.Skew)):
		return ErrFuture
	case now.Sub(p.created) > v.cfg.MaxAge, !p.expires.IsZero() && now.After(p.expires):
		return ErrExpired
	}
	return nil
}
