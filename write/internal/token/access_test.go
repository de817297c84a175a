package token

import (
	"crypto"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
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
