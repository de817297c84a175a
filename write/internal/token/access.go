package token

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Why an access token is refused.
var (
	ErrInvalid    = errors.New("token: invalid")
	ErrExpired    = errors.New("token: expired")
	ErrUnknownKey = fmt.Errorf("%w: its key is not known", ErrInvalid)
	// ErrNoActiveKey is a set that can verify and not sign.
	ErrNoActiveKey = errors.New("token: no active key")
)

const (
	// AccessLifetime is how long an access token is good.
	AccessLifetime = 10 * time.Minute
	// maxAccess bounds what is parsed before anything is known of it.
	maxAccess = 4096
	// maxLeeway bounds how far the clocks of two instances may differ.
	maxLeeway = time.Minute

	accessType = "at+jwt"
)

// AccessConfig is for whom tokens are made.
type AccessConfig struct {
	Issuer   string
	Audience string           // the service that accepts them
	Leeway   time.Duration    // between clocks, up to a minute
	Now      func() time.Time // nil is the system's
	Random   io.Reader        // of token ids; nil is the system's
}

// Access makes and checks access tokens.
type Access struct {
	cfg    AccessConfig
	parser *jwt.Parser
}

// Grant is what a token says of its bearer.
type Grant struct {
	Subject string
	Session string
	Epoch   int
	Roles   []string
}

// AccessClaims is a grant in a token.
type AccessClaims struct {
	Grant
	ID        string
	IssuedAt  time.Time
	ExpiresAt time.Time
}

// NewAccess refuses a config without issuer or audience.
func NewAccess(cfg AccessConfig) (*Access, error) {
	if cfg.Issuer == "" || cfg.Audience == "" {
		return nil, errors.New("token: access tokens need an issuer and an audience")
	}
	if cfg.Leeway < 0 || cfg.Leeway > maxLeeway {
		return nil, fmt.Errorf("token: the leeway is 0 to %s", maxLeeway)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Random == nil {
		cfg.Random = rand.Reader
	}
	return &Access{cfg: cfg, parser: jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
		jwt.WithIssuer(cfg.Issuer),
		jwt.WithAudience(cfg.Audience),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithLeeway(cfg.Leeway),
		jwt.WithTimeFunc(cfg.Now),
		jwt.WithStrictDecoding(),
	)}, nil
}

// Issue signs a token with the active key.
func (a *Access) Issue(keys *KeySet, grant Grant) (string, AccessClaims, error) {
	kid, sign, ok := keys.signer()
	if !ok {
		return "", AccessClaims{}, ErrNoActiveKey
	}
	id := make([]byte, 16)
	if _, err := io.ReadFull(a.cfg.Random, id); err != nil {
		return "", AccessClaims{}, fmt.Errorf("token: no random id: %w", err)
	}
	now := a.cfg.Now().Truncate(time.Second)
	claims := AccessClaims{
		Grant: grant, ID: base64.RawURLEncoding.EncodeToString(id),
		IssuedAt: now, ExpiresAt: now.Add(AccessLifetime),
	}
	unsigned := jwt.NewWithClaims(jwt.SigningMethodEdDSA, a.wire(claims))
	unsigned.Header["typ"], unsigned.Header["kid"] = accessType, kid
	raw, err := unsigned.SignedString(sign)
	if err != nil {
		return "", AccessClaims{}, errors.New("token: cannot sign")
	}
	return raw, claims, nil
}

// Verify answers what a token says, or ErrExpired, ErrUnknownKey or ErrInvalid.
func (a *Access) Verify(keys *KeySet, raw string) (AccessClaims, error) {
	if len(raw) > maxAccess {
		return AccessClaims{}, fmt.Errorf("%w: it is too long", ErrInvalid)
	}
	var claims wireClaims
	_, err := a.parser.ParseWithClaims(raw, &claims, func(t *jwt.Token) (any, error) {
		return a.key(keys, t)
	})
	if err != nil {
		return AccessClaims{}, refusal(err)
	}
	return claims.read(), nil
}

// key finds what a token has to be verified with. The header is exactly what
// Issue writes: nothing in it may say where else a key could be found.
func (a *Access) key(keys *KeySet, t *jwt.Token) (any, error) {
	kid, isText := t.Header["kid"].(string)
	if !isText || t.Header["typ"] != accessType || len(t.Header) != 3 {
		return nil, ErrInvalid
	}
	public, ok := keys.verifier(kid, a.cfg.Now())
	if !ok {
		return nil, ErrUnknownKey
	}
	return public, nil
}

// refusal drops the library's text, which may quote the token. One that expired
// and has another fault is invalid.
func refusal(err error) error {
	if errors.Is(err, ErrUnknownKey) {
		return ErrUnknownKey
	}
	for _, reason := range []struct {
		is   error
		says string
	}{
		{jwt.ErrTokenMalformed, "it is malformed"},
		{jwt.ErrTokenUnverifiable, "its header is another"},
		{jwt.ErrTokenSignatureInvalid, "its signature is wrong"},
		{jwt.ErrTokenInvalidAudience, "it is for another audience"},
		{jwt.ErrTokenInvalidIssuer, "it is from another issuer"},
		{jwt.ErrTokenUsedBeforeIssued, "it is from the future"},
		{jwt.ErrTokenNotValidYet, "it is not valid yet"},
		{jwt.ErrTokenRequiredClaimMissing, "it lacks a claim"},
		{errClaims, "it lacks a claim"},
	} {
		if errors.Is(err, reason.is) {
			return fmt.Errorf("%w: %s", ErrInvalid, reason.says)
		}
	}
	if errors.Is(err, jwt.ErrTokenExpired) {
		return ErrExpired
	}
	return ErrInvalid
}
