package signature

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/dunglas/httpsfv"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/secret"
)

const (
	rfcPublic  = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----\n"
	rfcPrivate = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n-----END PRIVATE KEY-----\n"
	rfcShared  = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=="
)

// rfcRequest is test-request of RFC 9421, B.2.
func rfcRequest() *http.Request {
	r := httptest.NewRequest(http.MethodPost, "https://example.com/foo?param=Value&Pet=dog", strings.NewReader(`{"hello": "world"}`))
	r.Header = http.Header{
		"Date":           {"Tue, 20 Apr 2021 02:07:55 GMT"},
		"Content-Type":   {"application/json"},
		"Content-Digest": {"sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"},
		"Content-Length": {"18"},
	}
	return r
}

func rfcSigner(t *testing.T) (*Signer, ed25519.PublicKey) {
	t.Helper()
	block, _ := pem.Decode([]byte(rfcPrivate))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	require.NoError(t, err)
	private, ok := key.(ed25519.PrivateKey)
	require.True(t, ok)
	block, _ = pem.Decode([]byte(rfcPublic))
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	require.NoError(t, err)
	public, ok := parsed.(ed25519.PublicKey)
	require.True(t, ok)
	require.True(t, public.Equal(private.Public()))
	s, err := NewSigner(SignerConfig{KeyID: "test-key-ed25519", Seed: secret.New(private.Seed())})
	require.NoError(t, err)
	return s, public
}

// inputFrom reads the value of one member of Signature-Input.
func inputFrom(t *testing.T, text string) httpsfv.InnerList {
	t.Helper()
	d, err := httpsfv.UnmarshalDictionary([]string{text})
	require.NoError(t, err)
	member, ok := d.Get(d.Names()[0])
	require.True(t, ok)
	list, ok := member.(httpsfv.InnerList)
	require.True(t, ok)
	return list
}

// B.2.6: the base, the signature and the two fields, to the letter.
func TestRFC9421B26Ed25519(t *testing.T) {
	signer, public := rfcSigner(t)
	m := messageOf(rfcRequest(), originOf(rfcRequest()))
	const wantInput = `sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"`
	const wantSignature = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="

	p := httpsfv.NewParams()
	p.Add("created", int64(1618884473))
	p.Add("keyid", "test-key-ed25519")
	input := inputOf(p, "date", "@method", "@path", "@authority", "content-type", "content-length")
	base, err := m.base(input)
	require.NoError(t, err)
	assert.Equal(t, `"date": Tue, 20 Apr 2021 02:07:55 GMT
"@method": POST
"@path": /foo
"@authority": example.com
"content-type": application/json
"content-length": 18
"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"`, base)

	signature, err := signer.sign(m, input)
	require.NoError(t, err)
	assert.Equal(t, wantSignature, base64.StdEncoding.EncodeToString(signature))
	header := http.Header{}
	require.NoError(t, setFields(header, "sig-b26", input, signature))
	assert.Equal(t, wantInput, header.Get("Signature-Input"))
	assert.Equal(t, "sig-b26=:"+wantSignature+":", header.Get("Signature"))

	again, err := m.base(inputFrom(t, wantInput))
	require.NoError(t, err)
	assert.True(t, ed25519.Verify(public, []byte(again), signature))
}

// B.2.5 is deterministic too: what is signed is the same, whatever signs it.
func TestRFC9421B25HMAC(t *testing.T) {
	base, err := messageOf(rfcRequest(), originOf(rfcRequest())).base(
		inputFrom(t, `sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"`))
	require.NoError(t, err)
	key, err := base64.StdEncoding.DecodeString(rfcShared)
	require.NoError(t, err)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(base))
	assert.Equal(t, "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// The bases of B.2.1 and B.2.3, whose signatures differ at each signing.
func TestRFC9421BasesOfB21AndB23(t *testing.T) {
	m := messageOf(rfcRequest(), originOf(rfcRequest()))
	base, err := m.base(inputFrom(t, `sig-b21=();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"`))
	require.NoError(t, err)
	assert.Equal(t, `"@signature-params": ();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"`, base)

	base, err = m.base(inputFrom(t, `sig-b23=("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss"`))
	require.NoError(t, err)
	assert.Equal(t, `"date": Tue, 20 Apr 2021 02:07:55 GMT
"@method": POST
"@path": /foo
"@query": ?param=Value&Pet=dog
"@authority": example.com
"content-type": application/json
"content-digest": sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:
"content-length": 18
"@signature-params": ("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss"`, base)

	_, err = m.base(inputFrom(t, `sig-b22=("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss";tag="header-example"`))
	assert.ErrorIs(t, err, ErrComponents, "B.2.2 covers a component with a parameter, which are not taken")
}

// The examples of section 2.2.
func TestRFC9421DerivedComponents(t *testing.T) {
	for _, c := range []struct{ method, target, name, want string }{
		{"POST", "https://www.example.com/path?param=value", "@method", "POST"},
		{"POST", "https://www.example.com/path?param=value", "@target-uri", "https://www.example.com/path?param=value"},
		{"POST", "https://www.example.com/path?param=value", "@authority", "www.example.com"},
		{"POST", "http://www.example.com/path?param=value", "@scheme", "http"},
		{"POST", "https://www.example.com/path?param=value", "@request-target", "/path?param=value"},
		{"GET", "https://www.example.com/path?param=value&foo=bar&baz=bat%2Dman", "@query", "?param=value&foo=bar&baz=bat%2Dman"},
		{"POST", "https://www.example.com/path?queryString", "@query", "?queryString"},
		{"GET", "https://www.example.com/path", "@query", "?"},
		{"GET", "https://www.example.com/path?", "@target-uri", "https://www.example.com/path?"},
		{"GET", "https://WWW.Example.com:443/a%2Fb", "@target-uri", "https://www.example.com/a%2Fb"},
		{"GET", "https://www.example.com:80/", "@authority", "www.example.com:80"},
		{"GET", "http://www.example.com:80/", "@authority", "www.example.com"},
		{"GET", "https://[2001:DB8::1]:443/", "@authority", "[2001:db8::1]"},
		{"GET", "https://[2001:db8::1]:8443/", "@authority", "[2001:db8::1]:8443"},
		{"GET", "https://www.example.com", "@path", "/"},
	} {
		r, err := http.NewRequest(c.method, c.target, nil)
		require.NoError(t, err)
		got, ok := messageOf(r, originOf(r)).component(c.name)
		assert.True(t, ok)
		assert.Equal(t, c.want, got, "%s of %s", c.name, c.target)
	}
}

// Section 2.1: the values of a field are joined, without the blanks around them.
func TestRFC9421Fields(t *testing.T) {
	m := message{header: http.Header{"X-Ows-Header": {"  Leading and trailing whitespace.  "}, "Cache-Control": {"max-age=60", "   must-revalidate"}, "X-Empty": {""}, "X-Folded": {"a\r\n b"}}}
	for name, want := range map[string]string{
		"x-ows-header": "Leading and trailing whitespace.", "cache-control": "max-age=60, must-revalidate", "x-empty": "",
	} {
		got, ok := m.component(name)
		assert.True(t, ok)
		assert.Equal(t, want, got)
	}
	for _, name := range []string{"x-none", "X-Empty", "x-folded", "", "@status", "@signature-params"} {
		_, ok := m.component(name)
		assert.False(t, ok, name)
	}
}

// RFC 9530, appendix B.1 and B.2 (the body ends its line), and the body of RFC 9421.
func TestRFC9530Digests(t *testing.T) {
	for body, want := range map[string]string{
		"{\"hello\": \"world\"}\n": "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
		"":                         "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
		"{\"hello\": \"world\"}":   "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:",
	} {
		got, err := ContentDigest([]byte(body))
		require.NoError(t, err)
		assert.Equal(t, want, got)
		assert.NoError(t, checkDigest(http.Header{digestField: {want}}, []byte(body)))
	}
}
