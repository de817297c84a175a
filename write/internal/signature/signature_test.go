package signature

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/dunglas/httpsfv"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/secret"
)

const (
	origin  = "https://api.example.org"
	address = origin + "/graphql?documentId=1"
	body    = `{"variables":{"id":"user_1"}}`
)

var (
	noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	seed = []byte(strings.Repeat("q", ed25519.SeedSize))
)

func find(_ context.Context, keyID string) (ed25519.PublicKey, error) {
	if keyID != "key_1" {
		return nil, ErrUnknownKey
	}
	public, _ := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	return public, nil
}

func signer(t testing.TB, at time.Time) *Signer {
	t.Helper()
	s, err := NewSigner(SignerConfig{KeyID: "key_1", Seed: secret.New(seed), Now: func() time.Time { return at }})
	require.NoError(t, err)
	return s
}

func verifier(t testing.TB) *Verifier {
	t.Helper()
	v, err := NewVerifier(Config{Origin: origin, Now: func() time.Time { return noon }})
	require.NoError(t, err)
	return v
}

// received is the request as a server has it, behind a proxy that spoke HTTP to it.
func received(t testing.TB, header http.Header) *http.Request {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/graphql?documentId=1", strings.NewReader(body))
	r.Host = "10.0.0.7:8081"
	r.Header = header
	return r
}

func unsigned(t testing.TB) *http.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	return r
}

func signedAt(t testing.TB, at time.Time) http.Header {
	t.Helper()
	r := unsigned(t)
	require.NoError(t, signer(t, at).Sign(r, []byte(body)))
	return r.Header
}

// custom signs what Sign would not.
func custom(t testing.TB, change func(p *httpsfv.Params), components ...string) http.Header {
	t.Helper()
	r := unsigned(t)
	digest, err := ContentDigest([]byte(body))
	require.NoError(t, err)
	r.Header.Set(digestField, digest)
	p := httpsfv.NewParams()
	p.Add("created", noon.Unix())
	p.Add("keyid", "key_1")
	p.Add("nonce", "0123456789abcdef")
	p.Add("tag", Tag)
	change(p)
	if components == nil {
		components = []string{"@method", "@target-uri", "content-digest", "content-type"}
	}
	input := inputOf(p, components...)
	signature, err := signer(t, noon).sign(messageOf(r, originOf(r)), input)
	require.NoError(t, err)
	require.NoError(t, setFields(r.Header, "sig1", input, signature))
	return r.Header
}

func TestSignAndVerify(t *testing.T) {
	got, err := verifier(t).Verify(received(t, signedAt(t, noon)), []byte(body), find)
	require.NoError(t, err)
	assert.Equal(t, "key_1", got.KeyID)
	assert.Len(t, got.Nonce, 22)
	assert.True(t, got.Created.Equal(noon))
	assert.True(t, got.Until.Equal(noon.Add(65*time.Second)), "by when nobody takes it any more")
	other, err := verifier(t).Verify(received(t, signedAt(t, noon)), []byte(body), find)
	require.NoError(t, err)
	assert.NotEqual(t, got.Nonce, other.Nonce)
}

// Over a real connection: what the server's HTTP library makes of the fields is
// what the client's signed. The second time, the caller finds the nonce.
func TestOverHTTP(t *testing.T) {
	seen := map[string]bool{}
	var v *Verifier
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		got, err := v.Verify(r, content, find)
		if err == nil && seen[got.KeyID+got.Nonce] {
			err = ErrReplayed
		}
		seen[got.KeyID+got.Nonce] = true
		if err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, err)
		}
	}))
	defer server.Close()
	v, err := NewVerifier(Config{Origin: server.URL})
	require.NoError(t, err)
	s, err := NewSigner(SignerConfig{KeyID: "key_1", Seed: secret.New(seed)})
	require.NoError(t, err)
	r, err := http.NewRequest(http.MethodPost, server.URL+"/graphql?a=%C3%A9&b", nil)
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	require.NoError(t, s.Sign(r, []byte(body)))
	for _, want := range []string{"", ErrReplayed.Error()} {
		r.Body = io.NopCloser(strings.NewReader(body))
		answer, err := server.Client().Do(r)
		require.NoError(t, err)
		content, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		assert.Equal(t, want, string(content))
	}
}

func TestTimes(t *testing.T) {
	for ago, want := range map[time.Duration]error{
		60 * time.Second: nil, 61 * time.Second: ErrExpired, -5 * time.Second: nil, -6 * time.Second: ErrFuture,
	} {
		_, err := verifier(t).Verify(received(t, signedAt(t, noon.Add(-ago))), []byte(body), find)
		assert.ErrorIs(t, err, want, ago)
	}
	for expires, want := range map[int64]error{noon.Unix(): nil, noon.Unix() - 1: ErrExpired} {
		header := custom(t, func(p *httpsfv.Params) { p.Add("expires", expires) })
		_, err := verifier(t).Verify(received(t, header), []byte(body), find)
		assert.ErrorIs(t, err, want)
	}
}

func TestTheKeyIsLookedForLast(t *testing.T) {
	header := signedAt(t, noon.Add(-time.Hour))
	_, err := verifier(t).Verify(received(t, header), []byte(body), func(context.Context, string) (ed25519.PublicKey, error) {
		t.Error("looked for a key in vain")
		return nil, nil
	})
	require.ErrorIs(t, err, ErrExpired)
	away := errors.New("database away")
	_, err = verifier(t).Verify(received(t, signedAt(t, noon)), []byte(body), func(context.Context, string) (ed25519.PublicKey, error) {
		return nil, away
	})
	require.ErrorIs(t, err, away)
	_, err = verifier(t).Verify(received(t, signedAt(t, noon)), []byte(body), func(context.Context, string) (ed25519.PublicKey, error) {
		return ed25519.PublicKey("short"), nil
	})
	require.ErrorIs(t, err, ErrUnknownKey)
}

func TestConfigIsRefused(t *testing.T) {
	for _, cfg := range []Config{
		{}, {Origin: "api.example.org"}, {Origin: origin + "/graphql"}, {Origin: "ftp://x"}, {Origin: "https://u:p@x"}, {Origin: "https://"},
		{Origin: origin, MaxAge: 2 * time.Minute}, {Origin: origin, MaxAge: -1}, {Origin: origin, Skew: time.Minute},
	} {
		_, err := NewVerifier(cfg)
		require.Error(t, err)
		assert.NotContains(t, err.Error(), "u:p")
	}
	for _, cfg := range []SignerConfig{
		{Seed: secret.New(seed)}, {KeyID: "k"}, {KeyID: "k", Seed: secret.New(seed[:31])}, {KeyID: strings.Repeat("k", 129), Seed: secret.New(seed)},
	} {
		_, err := NewSigner(cfg)
		assert.Error(t, err)
	}
	r := unsigned(t)
	s, err := NewSigner(SignerConfig{KeyID: "k", Seed: secret.New(seed), Random: iotest.ErrReader(errors.New("no entropy"))})
	require.NoError(t, err)
	require.ErrorContains(t, s.Sign(r, nil), "no entropy")
	r.Header.Del("Content-Type")
	require.ErrorContains(t, s.Sign(r, nil), "Content-Type")
	r = httptest.NewRequest(http.MethodPost, "/graphql", nil)
	r.Header.Set("Content-Type", "application/json")
	require.ErrorContains(t, s.Sign(r, nil), "absolute")
}

func TestNothingOfTheKeyIsShown(t *testing.T) {
	s := signer(t, noon)
	cfg, err := json.Marshal(struct{ Seed secret.Secret }{secret.New(seed)})
	require.NoError(t, err)
	out := bytes.NewBuffer(cfg)
	for _, v := range []any{s, *s, s.cfg} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(out, verb, v)
		}
	}
	for _, trace := range []string{string(seed), "113 113 113", "717171", "0x71, 0x71"} {
		assert.NotContains(t, out.String(), trace)
	}
}

// Whatever the fields hold, only what was signed passes.
func FuzzVerify(f *testing.F) {
	v := verifier(f)
	good := signedAt(f, noon)
	f.Add(good.Get("Signature-Input"), good.Get("Signature"), good.Get(digestField), body)
	f.Add(`a=("@method";req);tag="tercul"`, "a=:AA==:", "sha-256=:AA==:", "")
	f.Add(`a=1`, "a=?1", "sha-256;x=@1", "")
	f.Fuzz(func(t *testing.T, input, signature, digest, content string) {
		header := http.Header{"Content-Type": {"application/json"}, "Signature-Input": {input}, "Signature": {signature}, digestField: {digest}}
		got, err := v.Verify(received(t, header), []byte(content), find)
		if err == nil && (content != body || got.KeyID != "key_1") {
			t.Fatalf("accepted %q %q %q %q", input, signature, digest, content)
		}
	})
}
