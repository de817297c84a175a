package app

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/account"
	"github.com/tercul/tercul/write/internal/session"
)

// keys writes a setting of keys: an id each, of which the key is the first letter again
// and again.
func keys(ids ...string) string {
	for i, id := range ids {
		ids[i] = id + ":" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte(id[:1]), 32))
	}
	return strings.Join(ids, ",")
}

// installation is one database and one folder of mail, over which writers come and go with
// other settings.
type installation struct {
	t   *testing.T
	url string
	env map[string]string
}

func install(t *testing.T) *installation {
	url := pgtest.Database(t)
	return &installation{t, url, settings(t, map[string]string{"TERCUL_DATABASE_URL": url, "TERCUL_WRITE_DOCUMENTS": "any"})}
}

func (i *installation) with(more map[string]string) map[string]string {
	env := maps.Clone(i.env)
	maps.Copy(env, more)
	return env
}

// writer starts one that has these settings besides.
func (i *installation) writer(more map[string]string) *site {
	i.t.Helper()
	return &site{start(i.t, i.with(more)), pgtest.Open(i.t, i.url), i.url, i.env["TERCUL_MAIL_DROP"]}
}

// fails is why a writer with these settings does not run.
func (i *installation) fails(more map[string]string) error {
	i.t.Helper()
	env := i.with(more)
	env["TERCUL_WRITE_ADDR"] = freeAddr(i.t)
	cfg, err := LoadConfig(env)
	require.NoError(i.t, err)
	w, err := New(i.t.Context(), cfg, io.Discard)
	require.NoError(i.t, err)
	return w.Run(i.t.Context())
}

// pepper is the one that a member's password is hashed with.
func (s *site) pepper(name string) (id string) {
	s.t.Helper()
	require.NoError(s.t, s.db.QueryRow(s.t.Context(), "SELECT c.pepper_id FROM auth.credentials c JOIN auth.users u ON u.id = c.user_id WHERE u.username = $1", name).Scan(&id))
	return id
}

// A pepper is changed while members come and go: who signs in is hashed anew, and who did
// not in time sets a new password by mail. A wrong one ends the writer before it does harm.
func TestPeppersAreChanged(t *testing.T) {
	const peppers = "TERCUL_WRITE_PEPPERS"
	i := install(t)
	first := i.writer(map[string]string{peppers: keys("a2026")})
	first.join("ada")
	first.join("bob")
	require.NoError(t, first.stop())

	second := i.writer(map[string]string{peppers: keys("b2027", "a2026")})
	second.join("cyd")
	require.Equal(t, []string{"INVALID_CREDENTIALS"}, second.program().try("ada", otherPassword).faults("login"))
	require.Equal(t, "a2026", second.pepper("ada"), "a wrong password changes nothing")
	var changed [2]time.Time
	const when = "SELECT c.changed_at FROM auth.credentials c JOIN auth.users u ON u.id = c.user_id WHERE u.username = 'ada'"
	require.NoError(t, second.db.QueryRow(t.Context(), when).Scan(&changed[0]))
	require.Empty(t, second.program().login("BEARER", "ada").faults("login"))
	require.NoError(t, second.db.QueryRow(t.Context(), when).Scan(&changed[1]))
	require.Equal(t, []string{"b2027", "a2026", "b2027"}, []string{second.pepper("ada"), second.pepper("bob"), second.pepper("cyd")})
	require.Equal(t, changed[0], changed[1], "it is the same password")
	require.NotContains(t, second.log.String(), "does not have")
	require.NoError(t, second.stop())

	third := i.writer(map[string]string{peppers: keys("b2027")})
	require.Contains(t, third.log.String(), "1 passwords were hashed with peppers that TERCUL_WRITE_PEPPERS does not have (a2026)")
	for _, name := range []string{"ada", "cyd"} {
		require.Empty(t, third.program().login("BEARER", name).faults("login"), name)
	}
	hashes := third.counted("login").hashes
	lost := third.program().login("BEARER", "bob")
	require.Empty(t, lost.code, "it is no failure of the service, and tells nothing of the account")
	require.Equal(t, []string{"INVALID_CREDENTIALS"}, lost.faults("login"))
	require.Equal(t, hashes+1, third.counted("login").hashes, "and costs what any other costs")
	seen := third.letters()
	require.Empty(t, third.program().do(`mutation { requestPasswordReset(input: {email: "bob@example.org"}) { ok userErrors { code } } }`, nil).code)
	third.program().change("resetPassword", "ok", map[string]any{"token": third.letter(seen), "newPassword": otherPassword})
	require.Empty(t, third.program().try("bob", otherPassword).faults("login"))
	require.Equal(t, "b2027", third.pepper("bob"))
	require.NoError(t, third.stop())

	wrong := strings.Replace(keys("x2027"), "x2027", "b2027", 1)
	for name, setting := range map[string]string{"alone": wrong, "behind a new one": keys("c2028") + "," + wrong} {
		err := i.fails(map[string]string{peppers: setting})
		require.ErrorIs(t, err, account.ErrOtherPepper, name)
		require.ErrorContains(t, err, "TERCUL_WRITE_PEPPERS: the key b2027", name)
	}
}

// kids are the keys of access tokens that everybody can know, and the one that signs.
func (s *site) kids() (published []string, signs string) {
	s.t.Helper()
	_, _, body := s.ask(http.MethodGet, jwksPath)
	var set struct{ Keys []struct{ Kid string } }
	require.NoError(s.t, json.Unmarshal([]byte(body), &set))
	for _, k := range set.Keys {
		published = append(published, k.Kid)
	}
	return published, kid(s.t, s.program().login("BEARER", "ada").text("login", "accessToken"))
}

// kid is the key that a token names.
func kid(t testing.TB, access string) string {
	head, _, _ := strings.Cut(access, ".")
	text, err := base64.RawURLEncoding.DecodeString(head)
	require.NoError(t, err)
	var header struct{ Kid string }
	require.NoError(t, json.Unmarshal(text, &header))
	return header.Kid
}

// The keys of access tokens change by themselves: the next one is known before it signs,
// and the last one until nothing that it has signed is good.
func TestKeysOfAccessTokensAreChanged(t *testing.T) {
	i := install(t)
	s := i.writer(nil)
	s.join("ada")
	p := s.program()
	r := p.login("BEARER", "ada")
	p.bearer = r.text("login", "accessToken")
	published, first := s.kids()
	require.Equal(t, []string{first}, published)

	s.exec("UPDATE auth.jwt_keys SET activated_at = now() - interval '29 days 1 hour'")
	s.work(session.RotateArgs{})
	published, signs := s.kids()
	require.Len(t, published, 2, "a day ahead")
	require.Equal(t, first, signs)

	s.exec("UPDATE auth.jwt_keys SET activated_at = now() WHERE status = 'NEXT'")
	s.work(session.RotateArgs{})
	published, second := s.kids()
	require.Len(t, published, 2)
	require.NotEqual(t, first, second)
	require.Empty(t, p.do(viewerText, nil).code, "what the last one has signed is good")
	var left time.Duration
	require.NoError(t, s.db.QueryRow(t.Context(), "SELECT retire_at - now() FROM auth.jwt_keys WHERE status = 'RETIRING'").Scan(&left))
	require.Greater(t, left, 10*time.Minute, "for longer than any token lives")

	// A writer that starts now knows all of them.
	require.NoError(t, s.stop())
	s = i.writer(map[string]string{"TERCUL_WRITE_URL": "http://" + s.addr}) // the issuer stays
	p.site = s
	require.Empty(t, p.do(viewerText, nil).code)
	s.exec("UPDATE auth.jwt_keys SET retire_at = now() - interval '1 second' WHERE status = 'RETIRING'")
	s.work(session.RotateArgs{})
	published, signs = s.kids()
	require.Equal(t, []string{second}, published)
	require.Equal(t, second, signs)
	require.Equal(t, "UNAUTHENTICATED", p.do(viewerText, nil).code)
	p.bearer = p.refresh(r.text("login", "refreshToken")).text("refreshSession", "accessToken")
	require.Equal(t, second, kid(t, p.bearer))
	require.Empty(t, p.do(viewerText, nil).code, "the session goes on")
}

// The key that seals those of access tokens is changed in two steps; without the right one
// a writer does not start.
func TestSealingKeysAreChanged(t *testing.T) {
	const seals = "TERCUL_WRITE_SEAL_KEYS"
	i := install(t)
	s := i.writer(map[string]string{seals: keys("a2026")})
	s.join("ada")
	_, signs := s.kids()
	require.NoError(t, s.stop())
	require.ErrorContains(t, i.fails(map[string]string{seals: keys("b2027")}), "TERCUL_WRITE_SEAL_KEYS lacks the key")
	require.ErrorContains(t, i.fails(map[string]string{seals: strings.Replace(keys("b"), "b", "a2026", 1)}), "TERCUL_WRITE_SEAL_KEYS lacks the key")
	s = i.writer(map[string]string{seals: keys("b2027", "a2026")})
	s.work(session.RotateArgs{})
	require.NoError(t, s.stop())
	s = i.writer(map[string]string{seals: keys("b2027")})
	_, now := s.kids()
	require.Equal(t, signs, now, "the same key, sealed anew")
}

// A refresh token whose answer was lost is answered the same by a writer that has another
// key in use meanwhile; without the old one it asks for a sign-in, and ends nothing.
func TestRefreshKeysAreChanged(t *testing.T) {
	const refresh = "TERCUL_WRITE_REFRESH_KEYS"
	i := install(t)
	s := i.writer(map[string]string{refresh: keys("a2026")})
	s.join("ada")
	used := s.program().login("BEARER", "ada").text("login", "refreshToken")
	next := s.program().refresh(used).text("refreshSession", "refreshToken")
	s.exec("UPDATE auth.refresh_tokens SET grace_until = now() + interval '1 hour' WHERE grace_until IS NOT NULL") // no clock is raced here
	require.NoError(t, s.stop())
	s = i.writer(map[string]string{refresh: keys("b2027", "a2026")})
	require.Equal(t, next, s.program().refresh(used).text("refreshSession", "refreshToken"))
	require.NoError(t, s.stop())
	s = i.writer(map[string]string{refresh: keys("b2027")})
	require.Equal(t, []string{"TOKEN_INVALID"}, s.program().refresh(used).faults("refreshSession"))
	require.NotEmpty(t, s.program().refresh(next).text("refreshSession", "refreshToken"), "the session lives")
}
