package app

import (
	"crypto/sha256"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
)

// exec runs a statement behind the writer's back: it makes time pass, as a rule.
func (s *site) exec(sql string, args ...any) {
	s.t.Helper()
	_, err := s.db.Exec(s.t.Context(), sql, args...)
	require.NoError(s.t, err)
}

// try signs in with a password.
func (c *caller) try(login, password string) reply {
	c.t.Helper()
	return c.do(loginText, map[string]any{"l": login, "p": password, "m": "BEARER"})
}

const otherPassword = "gramen et arundo et salix"

// Wrong passwords lock an account, by whatever it is called and wherever its password is
// asked for; its owner gets in again by mail all the same.
func TestALockedAccountIsOpenedByMail(t *testing.T) {
	s := begin(t)
	s.account("ada", identity.Reader)
	s.account("bob", identity.Reader)
	ada, p := s.as("ada"), s.program()
	for range 2 {
		require.Equal(t, []string{"INVALID_CREDENTIALS"}, p.try("ada", "not her password").faults("login"))
		require.Equal(t, []string{"INVALID_CREDENTIALS"}, p.try("ADA@example.org", "not her password").faults("login"))
	}
	// A lock of a second is over before all is looked at here.
	s.exec("UPDATE auth.login_failures SET locked_until = now() + interval '1 hour'")
	for _, login := range []string{"ada", "ada@example.org"} {
		require.Equal(t, []string{"LOCKED"}, p.try(login, goodPassword).faults("login"), "the right one, too")
	}
	require.Equal(t, []string{"LOCKED"}, ada.attempt("reauthenticate", "ok", map[string]any{"password": goodPassword}).faults("reauthenticate"), "by the same count")
	require.Empty(t, ada.do(viewerText, nil).code, "who is signed in goes on")
	require.Empty(t, p.try("bob", goodPassword).faults("login"), "nobody else is locked out")

	require.Empty(t, p.do(`mutation { requestPasswordReset(input: {email: "ada@example.org"}) { ok userErrors { code } } }`, nil).code)
	p.change("resetPassword", "ok", map[string]any{"token": s.letter(map[string]bool{}), "newPassword": otherPassword})
	require.Empty(t, p.try("ada", otherPassword).faults("login"))
	require.Equal(t, "UNAUTHENTICATED", ada.do(viewerText, nil).code, "whoever was signed in is not any more")
}

// A password that was not looked at, since the account was locked, is not a wrong one
// when the lock has gone by the time that it is counted.
func TestWhatWasNotComparedIsNotWrong(t *testing.T) {
	s := begin(t)
	s.account("ada", identity.Reader)
	var id uuid.UUID
	require.NoError(t, s.db.QueryRow(t.Context(), "SELECT id FROM auth.users").Scan(&id))
	counter := sha256.Sum256([]byte("user:" + id.String()))
	s.exec("INSERT INTO auth.login_failures (login_hash, failures, last_at, locked_until) VALUES ($1, 4, now(), now() + interval '1 hour')", counter[:])
	hold, err := s.db.Begin(t.Context())
	require.NoError(t, err)
	_, err = hold.Exec(t.Context(), "SELECT pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 0))", counter[:])
	require.NoError(t, err)
	var faults []string
	var wg sync.WaitGroup
	wg.Go(func() { faults = s.program().try("ada", goodPassword).faults("login") })
	s.await(1)
	s.exec("UPDATE auth.login_failures SET locked_until = now() - interval '1 second'")
	require.NoError(t, hold.Rollback(t.Context()))
	wg.Wait()
	require.Equal(t, []string{"LOCKED"}, faults)
	var failures int
	require.NoError(t, s.db.QueryRow(t.Context(), "SELECT failures FROM auth.login_failures").Scan(&failures))
	require.Equal(t, 4, failures)
	require.Empty(t, s.program().try("ada", goodPassword).faults("login"))
}

// Somebody registers with an address at the moment in which it is confirmed: it stays
// with who has confirmed it.
func TestAnAddressStaysWithWhoConfirmsIt(t *testing.T) {
	s := begin(t)
	p := s.program()
	p.change("register", "ok", map[string]any{"username": "ada", "email": "ada@example.org", "password": goodPassword})
	s.letter(map[string]bool{})
	confirming, err := s.db.Begin(t.Context())
	require.NoError(t, err)
	_, err = confirming.Exec(t.Context(), "UPDATE auth.users SET status = 'ACTIVE', email_verified_at = now() WHERE username = 'ada'")
	require.NoError(t, err)
	var wg sync.WaitGroup
	wg.Go(func() {
		p.change("register", "ok", map[string]any{"username": "eve", "email": "ada@example.org", "password": goodPassword})
	})
	s.await(1)
	require.NoError(t, confirming.Commit(t.Context()))
	wg.Wait()
	var owner string
	require.NoError(t, s.db.QueryRow(t.Context(), "SELECT username FROM auth.users WHERE email_canonical = 'ada@example.org'").Scan(&owner))
	require.Equal(t, "ada", owner)
}

// A refresh token is good once, for ten seconds more while its successor is unused, and
// after that ends its family and no other session.
func TestARefreshTokenThatComesBack(t *testing.T) {
	s := begin(t)
	s.account("ada", identity.Reader)
	other := s.as("ada")
	p := s.program()
	r := p.login("BEARER", "ada")
	first := r.text("login", "refreshToken")
	r = p.refresh(first)
	second := r.text("refreshSession", "refreshToken")
	p.bearer = r.text("refreshSession", "accessToken")
	require.Equal(t, second, s.program().refresh(first).text("refreshSession", "refreshToken"), "the answer was lost")
	require.Empty(t, p.do(viewerText, nil).code)
	s.exec("UPDATE auth.refresh_tokens SET grace_until = now() - interval '1 second' WHERE grace_until IS NOT NULL")
	require.Equal(t, []string{"TOKEN_INVALID"}, s.program().refresh(first).faults("refreshSession"), "ten seconds have passed")
	require.Equal(t, "UNAUTHENTICATED", p.do(viewerText, nil).code, "at once, whatever the access token says")
	require.Equal(t, []string{"TOKEN_INVALID"}, s.program().refresh(second).faults("refreshSession"))
	require.Empty(t, other.do(viewerText, nil).code, "another session goes on")
	require.Eventually(t, func() bool { return mails(t, s.mail)["ada"] == 1 }, waited, tick, "its owner is told: %s", s.log)
}
