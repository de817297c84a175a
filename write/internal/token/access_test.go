package token

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/secret"
)

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func ring(t testing.TB, ids ...string) secret.Ring {
	t.Helper()
	var keys []secret.Key
	for _, id := range ids {
		keys = append(keys, secret.Key{ID: id, Secret: secret.New([]byte(strings.Repeat(id, secret.Size)[:secret.Size]))})
	}
	r, err := secret.NewRing(keys...)
	require.NoError(t, err)
	return r
}

// newKey is a key of which the test knows everything: its seed is 32 times letter.
func newKey(t testing.TB, letter string, status Status) KeyRow {
	t.Helper()
	row, err := NewKey(strings.NewReader(strings.Repeat(letter, 32)), ring(t, "kek"), status, noon)
	require.NoError(t, err)
	if status == Retiring {
		row.RetireAt = noon.Add(time.Hour)
	}
	return row
}

func private(letter string) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte(strings.Repeat(letter, 32)))
}

func keySet(t testing.TB, rows ...KeyRow) *KeySet {
	t.Helper()
	set, err := NewKeySet(rows, ring(t, "kek"))
	require.NoError(t, err)
	return set
}

type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func access(t testing.TB, c *clock) *Access {
	t.Helper()
	a, err := NewAccess(AccessConfig{Issuer: "https://tercul.example", Audience: "write", Leeway: 5 * time.Second, Now: c.Now})
	require.NoError(t, err)
	return a
}

var grant = Grant{Subject: "user_1", Session: "session_1", Epoch: 3, Roles: []string{"EDITOR", "REVIEWER"}}

func TestIssueAndVerify(t *testing.T) {
	c := &clock{noon}
	a, keys := access(t, c), keySet(t, newKey(t, "a", Active))
	raw, issued, err := a.Issue(keys, grant)
	require.NoError(t, err)
	got, err := a.Verify(keys, raw)
	require.NoError(t, err)
	assert.Equal(t, grant, got.Grant)
	assert.Equal(t, issued.ID, got.ID)
	assert.True(t, got.IssuedAt.Equal(noon))
	assert.True(t, got.ExpiresAt.Equal(noon.Add(10*time.Minute)))

	other, _, err := a.Issue(keys, grant)
	require.NoError(t, err)
	assert.NotEqual(t, raw, other, "every token has an id of its own")

	head, payload, _ := strings.Cut(raw, ".")
	payload, _, _ = strings.Cut(payload, ".")
	assert.JSONEq(t, `{"alg":"EdDSA","typ":"at+jwt","kid":"`+thumbprint(private("a").Public().(ed25519.PublicKey))+`"}`, decode(t, head))
	assert.JSONEq(t, fmt.Sprintf(`{"iss":"https://tercul.example","aud":["write"],"sub":"user_1","sid":"session_1","epoch":3,
		"roles":["EDITOR","REVIEWER"],"iat":%d,"exp":%d,"jti":%q}`, noon.Unix(), noon.Unix()+600, issued.ID), decode(t, payload))
}

func decode(t *testing.T, part string) string {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(part)
	require.NoError(t, err)
	return string(b)
}

func TestExpiry(t *testing.T) {
	c := &clock{noon}
	a, keys := access(t, c), keySet(t, newKey(t, "a", Active))
	raw, _, err := a.Issue(keys, grant)
	require.NoError(t, err)
	for after, want := range map[time.Duration]error{
		-6 * time.Second:                 ErrInvalid,
		-5 * time.Second:                 nil,
		AccessLifetime + 4*time.Second:   nil,
		AccessLifetime + 5*time.Second:   ErrExpired,
		AccessLifetime + 10000*time.Hour: ErrExpired,
	} {
		c.now = noon.Add(after)
		_, err := a.Verify(keys, raw)
		if want == nil {
			assert.NoError(t, err, after)
			continue
		}
		assert.ErrorIs(t, err, want, after)
	}
}

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

// RFC 8037, appendix A.
func TestTheVectorsOfRFC8037(t *testing.T) {
	seed, err := base64.RawURLEncoding.DecodeString("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
	require.NoError(t, err)
	public, ok := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	require.True(t, ok)
	parsed, err := parseJWK([]byte(`{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`))
	require.NoError(t, err)
	assert.True(t, public.Equal(parsed))
	assert.Equal(t, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", thumbprint(public))
	signed, err := jwt.SigningMethodEdDSA.Sign("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc", crypto.Signer(ed25519.NewKeyFromSeed(seed)))
	require.NoError(t, err)
	assert.Equal(t, "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
		base64.RawURLEncoding.EncodeToString(signed))
}

func FuzzVerify(f *testing.F) {
	a, keys := access(f, &clock{noon}), keySet(f, newKey(f, "a", Active))
	a.cfg.Random = strings.NewReader(strings.Repeat("i", 16)) // the same token in every process that fuzzes
	raw, _, err := a.Issue(keys, grant)
	require.NoError(f, err)
	f.Add(raw)
	f.Add("..")
	f.Add(strings.Replace(raw, ".", "..", 1))
	f.Fuzz(func(t *testing.T, s string) {
		got, err := a.Verify(keys, s)
		if err == nil && s != raw {
			t.Fatalf("accepted %q", s)
		}
		if err != nil && got.Subject != "" {
			t.Fatal("a refused token said something")
		}
	})
}

func FuzzParseJWK(f *testing.F) {
	f.Add(`{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`)
	f.Add(`{"kty":"OKP","d":""}`)
	f.Fuzz(func(t *testing.T, s string) {
		public, err := parseJWK([]byte(s))
		if err != nil {
			return
		}
		encoded, err := json.Marshal(jwkOf("k", public))
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseJWK(encoded)
		if err != nil || !again.Equal(public) {
			t.Fatalf("%q is not read as it is written", s)
		}
	})
}
