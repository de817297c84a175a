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

func nothing(*httpsfv.Params) {}

func TestComponents(t *testing.T) {
	for _, c := range []struct {
		covered string
		want    error
	}{
		{"@method @target-uri content-digest content-type", nil},
		{"content-type @path @authority content-digest @query @method", nil},
		{"@method @target-uri content-digest content-type @scheme @request-target", nil},
		{"@target-uri content-digest content-type", ErrComponents},
		{"@method content-digest content-type", ErrComponents},
		{"@method @authority @path content-digest content-type", ErrComponents},
		{"@method @authority @query content-digest content-type", ErrComponents},
		{"@method @path @query content-digest content-type", ErrComponents},
		{"@method @target-uri content-type", ErrComponents},
		{"@method @target-uri content-digest", ErrComponents},
	} {
		header := custom(t, nothing, strings.Fields(c.covered)...)
		_, err := verifier(t).Verify(received(t, header), []byte(body), find)
		assert.ErrorIs(t, err, c.want, c.covered)
	}
	good := custom(t, nothing).Get("Signature-Input")
	for old, other := range map[string]string{
		`"@method"`:                `"@method" "@method"`,
		`"@target-uri"`:            `"@target-uri";req`,
		`"content-type"`:           `"content-type" "x-none"`,
		`"@method" "@target-uri"`:  `"@method" "@target-uri" "@status"`,
		`"content-type")`:          `"content-type" 7)`,
		`"content-digest"`:         `"content-digest" "Content-Digest"`,
		`"@target-uri" "content-d`: `"@target-uri" "@signature-params" "content-d`,
	} {
		header := custom(t, nothing)
		header.Set("Signature-Input", strings.Replace(good, old, other, 1))
		_, err := verifier(t).Verify(received(t, header), []byte(body), find)
		assert.ErrorIs(t, err, ErrComponents, other)
	}
}

func TestParameters(t *testing.T) {
	for name, change := range map[string]func(p *httpsfv.Params){
		"no created":      func(p *httpsfv.Params) { p.Del("created") },
		"created as text": func(p *httpsfv.Params) { p.Add("created", "1") },
		"no key":          func(p *httpsfv.Params) { p.Del("keyid") },
		"empty key":       func(p *httpsfv.Params) { p.Add("keyid", "") },
		"long key":        func(p *httpsfv.Params) { p.Add("keyid", strings.Repeat("k", 129)) },
		"no nonce":        func(p *httpsfv.Params) { p.Del("nonce") },
		"short nonce":     func(p *httpsfv.Params) { p.Add("nonce", "0123456789abcde") },
		"long nonce":      func(p *httpsfv.Params) { p.Add("nonce", strings.Repeat("n", 129)) },
		"other algorithm": func(p *httpsfv.Params) { p.Add("alg", "hmac-sha256") },
		"alg as token":    func(p *httpsfv.Params) { p.Add("alg", httpsfv.Token("ed25519")) },
		"odd expires":     func(p *httpsfv.Params) { p.Add("expires", true) },
		"unknown":         func(p *httpsfv.Params) { p.Add("extra", int64(1)) },
	} {
		_, err := verifier(t).Verify(received(t, custom(t, change)), []byte(body), find)
		assert.ErrorIs(t, err, ErrParameters, name)
	}
	_, err := verifier(t).Verify(received(t, custom(t, func(p *httpsfv.Params) { p.Add("alg", "ed25519") })), []byte(body), find)
	assert.NoError(t, err)
}

func TestFields(t *testing.T) {
	good := signedAt(t, noon)
	for name, c := range map[string]struct {
		change func(http.Header)
		want   error
	}{
		"no input":          {func(h http.Header) { h.Del("Signature-Input") }, ErrMissing},
		"no signature":      {func(h http.Header) { h.Del("Signature") }, ErrMissing},
		"nothing":           {func(h http.Header) { clear(h) }, ErrMissing},
		"other tag":         {func(h http.Header) { replace(h, "Signature-Input", `tag="tercul"`, `tag="other"`) }, ErrMissing},
		"no tag":            {func(h http.Header) { replace(h, "Signature-Input", `;tag="tercul"`, ``) }, ErrMissing},
		"unreadable":        {func(h http.Header) { h.Set("Signature-Input", "tercul=(") }, ErrMalformed},
		"no list":           {func(h http.Header) { h.Set("Signature-Input", `tercul="x"`) }, ErrMalformed},
		"other label":       {func(h http.Header) { replace(h, "Signature", "tercul=", "other=") }, ErrMalformed},
		"no bytes":          {func(h http.Header) { h.Set("Signature", `tercul="text"`) }, ErrMalformed},
		"signature is list": {func(h http.Header) { h.Set("Signature", `tercul=()`) }, ErrMalformed},
		"unreadable bytes":  {func(h http.Header) { h.Set("Signature", `tercul=:!:`) }, ErrMalformed},
		"too long":          {func(h http.Header) { h.Add("Signature", "x="+strings.Repeat("1", maxField)) }, ErrMalformed},
		"two with the tag": {func(h http.Header) {
			h.Add("Signature-Input", strings.Replace(h.Get("Signature-Input"), "tercul=", "b=", 1))
		}, ErrMalformed},
		"too much covered":  {func(h http.Header) { replace(h, "Signature-Input", "(", "("+strings.Repeat(`"a" `, 33)) }, ErrMalformed},
		"no digest":         {func(h http.Header) { h.Del(digestField) }, ErrComponents},
		"two digests":       {func(h http.Header) { h.Add(digestField, h.Get(digestField)) }, ErrComponents},
		"two types":         {func(h http.Header) { h.Add("Content-Type", "text/plain") }, ErrComponents},
		"digest unreadable": {func(h http.Header) { h.Set(digestField, "sha-256=:") }, ErrMalformed},
		"only SHA-512":      {func(h http.Header) { replace(h, digestField, "sha-256", "sha-512") }, ErrDigest},
		"digest is list":    {func(h http.Header) { h.Set(digestField, "sha-256=()") }, ErrDigest},
		"digest is text":    {func(h http.Header) { h.Set(digestField, `sha-256="x"`) }, ErrDigest},
		"other type":        {func(h http.Header) { h.Set("Content-Type", "text/plain") }, ErrWrong},
		"more digests":      {func(h http.Header) { h.Set(digestField, h.Get(digestField)+", sha-512=:AA==:") }, ErrWrong},
		"other nonce":       {func(h http.Header) { replace(h, "Signature-Input", `nonce="`, `nonce="x`) }, ErrWrong},
		"other created":     {func(h http.Header) { replace(h, "Signature-Input", fmt.Sprint(noon.Unix()), fmt.Sprint(noon.Unix()-1)) }, ErrWrong},
		"short signature":   {func(h http.Header) { h.Set("Signature", `tercul=:AA==:`) }, ErrWrong},
		"other order": {func(h http.Header) {
			replace(h, "Signature-Input", `"@method" "@target-uri"`, `"@target-uri" "@method"`)
		}, ErrWrong},
		"unknown key": {func(h http.Header) { replace(h, "Signature-Input", `"key_1"`, `"key_2"`) }, ErrUnknownKey},
	} {
		t.Run(name, func(t *testing.T) {
			header := good.Clone()
			c.change(header)
			got, err := verifier(t).Verify(received(t, header), []byte(body), find)
			require.ErrorIs(t, err, c.want)
			assert.Equal(t, Verified{}, got)
		})
	}
	header := good.Clone()
	header.Set("Signature-Input", `proxy=("@method");created=1, `+header.Get("Signature-Input"))
	_, err := verifier(t).Verify(received(t, header), []byte(body), find)
	assert.NoError(t, err, "a proxy's signature beside it")
}

func replace(h http.Header, name, old, with string) {
	h.Set(name, strings.Replace(h.Get(name), old, with, 1))
}

func TestTheRequestIsCovered(t *testing.T) {
	good := signedAt(t, noon)
	v := verifier(t)
	_, err := v.Verify(received(t, good), []byte(body+" "), find)
	require.ErrorIs(t, err, ErrDigest)
	for _, change := range []func(*http.Request){
		func(r *http.Request) { r.Method = http.MethodPut },
		func(r *http.Request) { r.URL.Path = "/other" },
		func(r *http.Request) { r.URL.RawQuery = "documentId=2" },
		func(r *http.Request) { r.URL.RawQuery = "" },
	} {
		r := received(t, good)
		change(r)
		_, err := v.Verify(r, []byte(body), find)
		assert.ErrorIs(t, err, ErrWrong)
	}
	for _, elsewhere := range []string{"https://other.example.org", "http://api.example.org", "https://api.example.org:8443"} {
		v, err := NewVerifier(Config{Origin: elsewhere, Now: func() time.Time { return noon }})
		require.NoError(t, err)
		_, err = v.Verify(received(t, good), []byte(body), find)
		assert.ErrorIs(t, err, ErrWrong, "a signature for another service")
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
