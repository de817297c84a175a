package token

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sign makes a token that Issue would not.
func sign(t testing.TB, method jwt.SigningMethod, key any, header map[string]any, claims map[string]any) string {
	t.Helper()
	unsigned := jwt.NewWithClaims(method, jwt.MapClaims(claims))
	for name, value := range header {
		unsigned.Header[name] = value
	}
	raw, err := unsigned.SignedString(key)
	require.NoError(t, err)
	return raw
}

func TestVerifyRefuses(t *testing.T) {
	row := newKey(t, "a", Active)
	a, keys := access(t, &clock{noon}), keySet(t, row)
	header := func(change map[string]any) map[string]any {
		h := map[string]any{"typ": "at+jwt", "kid": row.KID}
		for k, v := range change {
			h[k] = v
		}
		return h
	}
	claims := func(change map[string]any) map[string]any {
		c := map[string]any{
			"iss": "https://tercul.example", "aud": "write", "sub": "user_1", "sid": "session_1", "epoch": 1,
			"roles": []string{}, "jti": "1", "iat": noon.Unix(), "exp": noon.Unix() + 600,
		}
		for k, v := range change {
			if c[k] = v; v == nil {
				delete(c, k)
			}
		}
		return c
	}
	ours := private("a")
	_, err := a.Verify(keys, sign(t, jwt.SigningMethodEdDSA, ours, header(nil), claims(nil)))
	require.NoError(t, err, "what follows differs in one thing only")

	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	public, ok := ours.Public().(ed25519.PublicKey)
	require.True(t, ok)
	eddsa := func(h, c map[string]any) string {
		return sign(t, jwt.SigningMethodEdDSA, ours, header(h), claims(c))
	}
	good := eddsa(nil, nil)
	parts := strings.Split(good, ".")
	for name, raw := range map[string]string{
		"alg none":             sign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, header(nil), claims(nil)),
		"HS256, public key":    sign(t, jwt.SigningMethodHS256, []byte(public), header(nil), claims(nil)),
		"HS256, JWK":           sign(t, jwt.SigningMethodHS256, row.PublicJWK, header(nil), claims(nil)),
		"RS256":                sign(t, jwt.SigningMethodRS256, rsaKey, header(nil), claims(nil)),
		"another key":          sign(t, jwt.SigningMethodEdDSA, private("b"), header(nil), claims(nil)),
		"typ JWT":              eddsa(map[string]any{"typ": "JWT"}, nil),
		"no kid":               sign(t, jwt.SigningMethodEdDSA, ours, map[string]any{"typ": "at+jwt"}, claims(nil)),
		"kid is no text":       eddsa(map[string]any{"kid": 1}, nil),
		"brings its key":       eddsa(map[string]any{"jwk": map[string]any{"kty": "OKP"}}, nil),
		"crit":                 eddsa(map[string]any{"crit": []string{"x"}}, nil),
		"other audience":       eddsa(nil, map[string]any{"aud": "read"}),
		"no audience":          eddsa(nil, map[string]any{"aud": nil}),
		"other issuer":         eddsa(nil, map[string]any{"iss": "https://tercul.example/"}),
		"no issuer":            eddsa(nil, map[string]any{"iss": nil}),
		"no expiry":            eddsa(nil, map[string]any{"exp": nil}),
		"expired, other aud":   eddsa(nil, map[string]any{"exp": noon.Unix() - 60, "aud": "read"}),
		"from the future":      eddsa(nil, map[string]any{"iat": noon.Unix() + 60}),
		"not before":           eddsa(nil, map[string]any{"nbf": noon.Unix() + 60}),
		"no iat":               eddsa(nil, map[string]any{"iat": nil}),
		"no subject":           eddsa(nil, map[string]any{"sub": ""}),
		"no session":           eddsa(nil, map[string]any{"sid": nil}),
		"no id":                eddsa(nil, map[string]any{"jti": nil}),
		"no epoch":             eddsa(nil, map[string]any{"epoch": nil}),
		"epoch is no number":   eddsa(nil, map[string]any{"epoch": "canary"}),
		"too long":             eddsa(nil, map[string]any{"roles": strings.Repeat("x", maxAccess)}),
		"empty":                "",
		"two parts":            parts[0] + "." + parts[1],
		"no signature":         parts[0] + "." + parts[1] + ".",
		"payload of another":   parts[0] + "." + strings.Split(eddsa(nil, map[string]any{"sub": "x"}), ".")[1] + "." + parts[2],
		"signature with a bit": good + "A",
		"padding":              good + "==",
		"blank":                " " + good,
	} {
		t.Run(name, func(t *testing.T) {
			got, err := a.Verify(keys, raw)
			require.ErrorIs(t, err, ErrInvalid)
			assert.NotErrorIs(t, err, ErrExpired)
			assert.Equal(t, AccessClaims{}, got)
			assert.NotContains(t, err.Error(), "canary")
			if len(parts[1]) < len(raw) {
				assert.NotContains(t, err.Error(), raw)
			}
		})
	}
	_, err = a.Verify(keys, eddsa(map[string]any{"kid": "unknown"}, nil))
	require.ErrorIs(t, err, ErrUnknownKey)
	require.ErrorIs(t, err, ErrInvalid)
	_, err = a.Verify(keys, eddsa(nil, map[string]any{"exp": noon.Unix() - 60}))
	require.ErrorIs(t, err, ErrExpired)
	_, err = a.Verify(keys, sign(t, jwt.SigningMethodEdDSA, private("b"), header(nil), claims(map[string]any{"exp": noon.Unix() - 60})))
	require.ErrorIs(t, err, ErrInvalid, "who expired is told to nobody but the signer")
}

func TestEveryChangedCharacterIsNoticed(t *testing.T) {
	a, keys := access(t, &clock{noon}), keySet(t, newKey(t, "a", Active))
	raw, _, err := a.Issue(keys, grant)
	require.NoError(t, err)
	for i := range raw {
		for _, c := range "A." {
			if changed := raw[:i] + string(c) + raw[i+1:]; changed != raw {
				_, err := a.Verify(keys, changed)
				require.Error(t, err, "character %d", i)
			}
		}
	}
}

func TestNewAccessRefuses(t *testing.T) {
	for _, cfg := range []AccessConfig{
		{Issuer: "i"}, {Audience: "a"}, {Issuer: "i", Audience: "a", Leeway: 2 * time.Minute}, {Issuer: "i", Audience: "a", Leeway: -1},
	} {
		_, err := NewAccess(cfg)
		assert.Error(t, err)
	}
	a, err := NewAccess(AccessConfig{Issuer: "i", Audience: "a", Random: iotest.ErrReader(errors.New("no entropy"))})
	require.NoError(t, err)
	_, _, err = a.Issue(keySet(t, newKey(t, "a", Active)), grant)
	require.ErrorContains(t, err, "no entropy")
	_, _, err = a.Issue(keySet(t, newKey(t, "a", Next)), grant)
	require.ErrorIs(t, err, ErrNoActiveKey)

	a, err = NewAccess(AccessConfig{Issuer: "i", Audience: "a"})
	require.NoError(t, err)
	keys := keySet(t, newKey(t, "a", Active))
	raw, _, err := a.Issue(keys, Grant{Subject: "s", Session: "s", Epoch: 1})
	require.NoError(t, err)
	_, err = a.Verify(keys, raw)
	require.NoError(t, err, "by the clock of the machine")
}
