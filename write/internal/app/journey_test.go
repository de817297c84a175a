package app

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/secret"
	"github.com/tercul/tercul/write/internal/session"
	"github.com/tercul/tercul/write/internal/signature"
	"github.com/tercul/tercul/write/internal/token"
)

// The whole way of a member: from the mail to the door, and nothing secret in the log.
func TestAMembersJourney(t *testing.T) {
	s := begin(t)
	p := s.program()
	register := p.do(`mutation($p: String!) { register(input: {username: "ada", email: "ada@example.org", password: $p}) { ok userErrors { code } } }`, map[string]any{"p": goodPassword})
	require.Equal(t, true, register.data["register"]["ok"])
	seen := map[string]bool{}
	verify := s.letter(seen)
	require.Equal(t, []string{"INVALID_STATE"}, p.login("BEARER", "ada").faults("login"))
	r := p.do(`mutation($t: String!) { verifyEmail(input: {token: $t}) { viewer { username } userErrors { code } } }`, map[string]any{"t": verify})
	require.Empty(t, r.faults("verifyEmail"))
	r = p.login("BEARER", "ada@example.org")
	require.Empty(t, r.cookies, "programs get none")
	access, refresh := r.text("login", "accessToken"), r.text("login", "refreshToken")
	p.bearer = access
	require.Equal(t, "ada", p.do(viewerText, nil).text("viewer", "username"))
	require.Empty(t, p.do(`mutation { requestPasswordReset(input: {email: "ada@example.org"}) { ok userErrors { code } } }`, nil).code)
	reset := s.letter(seen)
	r = p.do(`mutation($t: String!) { resetPassword(input: {token: $t, newPassword: "gramen et arundo et salix"}) { ok userErrors { code } } }`, map[string]any{"t": reset})
	require.Empty(t, r.faults("resetPassword"))
	require.Equal(t, "UNAUTHENTICATED", p.do(viewerText, nil).code, "all sessions have ended")
	p.bearer = ""
	require.Equal(t, []string{"TOKEN_INVALID"}, p.refresh(refresh).faults("refreshSession"))
	require.Equal(t, []string{"INVALID_CREDENTIALS"}, p.login("BEARER", "ada").faults("login"))

	require.NoError(t, s.stop())
	log := s.log.String()
	require.Contains(t, log, `"path":"/graphql"`)
	for name, value := range map[string]string{
		"password": goodPassword, "new password": "gramen et arundo", "verification": verify, "reset": reset, "access token": access, "refresh token": refresh,
		"signature of the access token": access[strings.LastIndex(access, ".")+1:], "address": "ada@example.org", "pepper": base64.StdEncoding.EncodeToString([]byte(strings.Repeat("p", 32))),
	} {
		require.NotContains(t, log, value, name)
	}
	require.NotRegexp(t, token.Pattern, log)
}

func TestTokensThatAreNone(t *testing.T) {
	s := begin(t)
	s.account("ada", identity.Editor)
	p := s.program()
	good := p.login("BEARER", "ada").text("login", "accessToken")
	with := func(bearer string) string {
		p.bearer = bearer
		return p.do(viewerText, nil).code
	}
	require.Empty(t, with(good))
	part := strings.Split(good, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"at+jwt"}`))
	claims, err := base64.RawURLEncoding.DecodeString(part[1])
	require.NoError(t, err)
	admin := base64.RawURLEncoding.EncodeToString(bytes.Replace(claims, []byte("EDITOR"), []byte("ADMIN"), 1))
	for name, bad := range map[string]string{
		"garbage": "x", "no signature": part[0] + "." + part[1] + ".", "alg none": none + "." + part[1] + ".", "tampered": part[0] + "." + admin + "." + part[2],
		"another audience": s.forge(good, "tercul-read", "http://"+s.addr, time.Now()), "another issuer": s.forge(good, "tercul-write", "http://evil", time.Now()),
	} {
		require.Equal(t, "UNAUTHENTICATED", with(bad), name)
	}
	require.Empty(t, with(s.forge(good, "tercul-write", "http://"+s.addr, time.Now())), "the forger's own is good")
	require.Equal(t, "TOKEN_EXPIRED", with(s.forge(good, "tercul-write", "http://"+s.addr, time.Now().Add(-time.Hour))))
	require.Empty(t, p.login("BEARER", "ada").code, "what has run out does not keep one from signing in")
	p.bearer, p.header = "", map[string]string{"Authorization": "Basic YTpi"}
	require.Equal(t, "UNAUTHENTICATED", p.do(viewerText, nil).code)
	p.header = map[string]string{"Cookie": "tercul-session=" + good}
	require.Equal(t, "UNAUTHENTICATED", p.do(viewerText, nil).code, "a program's token is none of a browser's")
}

// forge signs what a good token says with the service's key, for somebody else or
// at another time.
func (s *site) forge(good, audience, issuer string, at time.Time) string {
	s.t.Helper()
	keys, err := session.NewKeys(s.db, s.ring("s"), time.Now)
	require.NoError(s.t, err)
	require.NoError(s.t, keys.Load(s.t.Context()))
	ours, err := token.NewAccess(token.AccessConfig{Issuer: "http://" + s.addr, Audience: "tercul-write"})
	require.NoError(s.t, err)
	claims, err := ours.Verify(keys.Current(), good)
	require.NoError(s.t, err)
	forger, err := token.NewAccess(token.AccessConfig{Issuer: issuer, Audience: audience, Now: func() time.Time { return at }})
	require.NoError(s.t, err)
	raw, _, err := forger.Issue(keys.Current(), claims.Grant)
	require.NoError(s.t, err)
	return raw
}

func TestConcurrentRefreshesKeepOneFamily(t *testing.T) {
	s := begin(t)
	s.account("ada", identity.Reader)
	refresh := s.program().login("BEARER", "ada").text("login", "refreshToken")
	answers := make([]string, 8)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { answers[i] = s.program().refresh(refresh).text("refreshSession", "refreshToken") })
	}
	wg.Wait()
	for _, a := range answers {
		require.Equal(t, answers[0], a)
		require.NotEmpty(t, a)
	}
	var unused, live int
	require.NoError(t, s.db.QueryRow(t.Context(), "SELECT count(*) FROM auth.refresh_tokens WHERE used_at IS NULL").Scan(&unused))
	require.NoError(t, s.db.QueryRow(t.Context(), "SELECT count(*) FROM auth.sessions WHERE revoked_at IS NULL").Scan(&live))
	require.Equal(t, []int{1, 1}, []int{unused, live})
	next := s.program().refresh(answers[0]).text("refreshSession", "refreshToken")
	require.NotEmpty(t, next)
	require.Equal(t, []string{"TOKEN_INVALID"}, s.program().refresh(refresh).faults("refreshSession"), "stolen")
	require.Equal(t, []string{"TOKEN_INVALID"}, s.program().refresh(next).faults("refreshSession"))
}

func TestBrowsersHaveCookies(t *testing.T) {
	s := begin(t)
	s.account("ada", identity.Reader)
	b := s.browser(t)
	r := b.login("COOKIE", "ada")
	require.Empty(t, r.text("login", "accessToken")+r.text("login", "refreshToken"), "pages see no token")
	require.Len(t, r.cookies, 2)
	for _, c := range r.cookies {
		require.True(t, c.HttpOnly)
		require.Equal(t, http.SameSiteLaxMode, c.SameSite)
		require.Contains(t, []string{"tercul-session", "tercul-refresh"}, c.Name)
		require.Equal(t, []any{"/", "", false}, []any{c.Path, c.Domain, c.Secure})
	}
	require.Equal(t, "ada", b.do(viewerText, nil).text("viewer", "username"))
	require.Equal(t, "COOKIE", r.data["login"]["session"].(map[string]any)["mode"])
	require.Len(t, b.refresh(nil).cookies, 2)

	for header, c := range map[string]struct{ value, code string }{
		"Origin": {"https://evil.example", "FORBIDDEN"}, "Sec-Fetch-Site": {"cross-site", "FORBIDDEN"},
	} {
		b.header = map[string]string{header: c.value}
		require.Equal(t, c.code, b.do(viewerText, nil).code, header)
	}
	b.header = map[string]string{"Origin": "https://tercul.example", "Sec-Fetch-Site": "cross-site"}
	r = b.do(viewerText, nil)
	require.Empty(t, r.code, "a site of ours")
	require.Equal(t, "https://tercul.example", r.header.Get("Access-Control-Allow-Origin"))
	b.header = nil
	r = b.do("mutation { logout { ok userErrors { code } } }", nil)
	require.Len(t, r.cookies, 2)
	require.Negative(t, r.cookies[0].MaxAge)
	require.Equal(t, "UNAUTHENTICATED", b.do(viewerText, nil).code)
}

func TestWhatChangesActsAtOnce(t *testing.T) {
	s := begin(t)
	s.account("ada", identity.Editor)
	p := s.program()
	r := p.login("BEARER", "ada")
	p.bearer = r.text("login", "accessToken")
	exec := func(sql string) {
		_, err := s.db.Exec(t.Context(), sql)
		require.NoError(t, err)
	}
	require.Equal(t, "EDITOR", p.do(viewerText, nil).text("viewer", "role"))
	const edit = `mutation { createWork(input: {originalLanguage: "it", literatureType: POETRY, titles: [], contributors: []}) { userErrors { code } } }`
	require.Empty(t, p.do(edit, nil).code)
	exec("DELETE FROM auth.user_roles")
	require.Equal(t, "FORBIDDEN", p.do(edit, nil).code)
	exec("UPDATE auth.users SET auth_epoch = auth_epoch + 1")
	require.Equal(t, "TOKEN_EXPIRED", p.do(viewerText, nil).code)
	p.bearer = p.refresh(r.text("login", "refreshToken")).text("refreshSession", "accessToken")
	require.Empty(t, p.do(viewerText, nil).code, "the session lives")
	require.Empty(t, p.do("mutation { logout { ok userErrors { code } } }", nil).code)
	require.Equal(t, "UNAUTHENTICATED", p.do(viewerText, nil).code)
	p.bearer = p.login("BEARER", "ada").text("login", "accessToken")
	exec("UPDATE auth.users SET status = 'SUSPENDED'")
	require.Equal(t, "UNAUTHENTICATED", p.do(viewerText, nil).code)
	require.Equal(t, []string{"INVALID_STATE"}, p.login("BEARER", "ada").faults("login"))
}

func TestSignedRequests(t *testing.T) {
	s := begin(t)
	s.account("ada", identity.Editor)
	s.account("bob", identity.Editor)
	p := s.program()
	p.bearer = p.login("BEARER", "ada").text("login", "accessToken")
	public, private, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	r := p.do(`mutation($k: String!) { registerSigningKey(input: {label: "x", publicKey: $k}) { signingKey { id } userErrors { code } } }`, map[string]any{"k": base64.StdEncoding.EncodeToString(public)})
	id, _ := r.data["registerSigningKey"]["signingKey"].(map[string]any)["id"].(string)
	require.NotEmpty(t, id)
	_, err = s.db.Exec(t.Context(), "UPDATE auth.sessions SET reauth_at = now() - interval '1 hour'")
	require.NoError(t, err)
	const sensitive = `mutation { registerSigningKey(input: {label: "y", publicKey: "x"}) { signingKey { id } userErrors { code } } }`
	require.Equal(t, "REAUTH_REQUIRED", p.do(sensitive, nil).code)
	var kept http.Header
	signer := func(key string) func(*http.Request, []byte) {
		return func(r *http.Request, body []byte) {
			signer, err := signature.NewSigner(signature.SignerConfig{KeyID: key, Seed: secret.New(private.Seed())})
			require.NoError(t, err)
			require.NoError(t, signer.Sign(r, body))
			kept = r.Header.Clone()
		}
	}
	p.sign = signer(id)
	require.Equal(t, []string{"INVALID"}, p.do(sensitive, nil).faults("registerSigningKey"), "it was let through to the input")
	p.sign = func(r *http.Request, _ []byte) { r.Header = kept }
	require.Equal(t, "SIGNATURE_INVALID", p.do(sensitive, nil).code, "once")
	p.sign = func(r *http.Request, body []byte) {
		signer(id)(r, body)
		r.Header.Set("Content-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(make([]byte, 32))+":")
	}
	require.Equal(t, "SIGNATURE_INVALID", p.do(sensitive, nil).code)
	unknown, err := publicid.New(publicid.SigningKey)
	require.NoError(t, err)
	p.sign = signer(unknown.String())
	require.Equal(t, "SIGNATURE_INVALID", p.do(sensitive, nil).code)
	bob := s.program()
	bob.bearer = bob.login("BEARER", "bob").text("login", "accessToken")
	bob.sign = signer(id)
	require.Equal(t, "SIGNATURE_INVALID", bob.do(sensitive, nil).code, "another's key")
	nobody := s.program()
	nobody.sign = signer(id)
	require.Equal(t, "SIGNATURE_INVALID", nobody.do(viewerText, nil).code)
}
