package signature

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dunglas/httpsfv"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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
