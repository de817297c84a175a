package account_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/writetest"
)

type in = map[string]any

func register(w *writetest.World, name, email string) writetest.Payload {
	return w.Change(nil, "register", "RegisterInput", "ok", in{"username": name, "email": email, "password": writetest.Password})
}

// member makes an account that can be signed in to.
func member(w *writetest.World, name string) *identity.Actor {
	register(w, name, name+"@example.org").Ok()
	w.Change(nil, "verifyEmail", "TokenInput", "viewer { username }", in{"token": w.Token()}).Ok()
	return signIn(w, name)
}

// signIn answers who a new session makes of the caller, as the Identifier finds it.
func signIn(w *writetest.World, name string) *identity.Actor {
	var session struct{ ID string }
	w.SignIn(name).Ok().Into("session", &session)
	a := &identity.Actor{Role: identity.Reader, Verified: true, Username: name, ReauthAt: w.Now}
	require.NoError(w.T, w.Tx.QueryRow(w.T.Context(), "SELECT s.id, u.id FROM auth.sessions s JOIN auth.users u ON u.id = s.user_id WHERE u.username = $1 ORDER BY s.id DESC LIMIT 1", name).
		Scan(&a.SessionID, &a.UserID))
	return a
}

func live(w *writetest.World, a *identity.Actor) int {
	return writetest.One[int](w, "SELECT count(*)::int FROM auth.sessions WHERE user_id = $1 AND revoked_at IS NULL", a.UserID)
}

func TestAnAccountIsMadeConfirmedAndSignedInTo(t *testing.T) {
	w := writetest.New(t)
	register(w, "Ada", "Ada@Example.org").Ok()
	require.Equal(t, []string{"INVALID_STATE"}, w.SignIn("ada").Codes(), "not before the address is confirmed")
	require.Equal(t, 0, writetest.One[int](w, "SELECT count(*)::int FROM view.users_public WHERE username = 'Ada'"))
	token := w.Token()
	var viewer struct {
		Username, Email, Role string
		Verified              bool
		Permissions           []string
		Profile               struct{ Version int }
	}
	const selection = "viewer { username email role verified permissions profile { version } }"
	w.Change(nil, "verifyEmail", "TokenInput", selection, in{"token": token}).Ok().Into("viewer", &viewer)
	require.Equal(t, "Ada@Example.org", viewer.Email)
	require.True(t, viewer.Verified)
	require.Equal(t, "READER", viewer.Role)
	require.Contains(t, viewer.Permissions, "updateProfile")
	require.NotContains(t, viewer.Permissions, "createWork")
	require.Equal(t, 1, viewer.Profile.Version)
	require.Equal(t, 1, writetest.One[int](w, "SELECT count(*)::int FROM view.users_public WHERE username = 'Ada'"))
	require.Equal(t, []string{"TOKEN_INVALID token"}, w.Change(nil, "verifyEmail", "TokenInput", selection, in{"token": token}).Codes(), "once")
	for _, login := range []string{"ada", "ADA", "ada@example.org"} {
		var access, refresh string
		p := w.SignIn(login).Ok()
		p.Into("accessToken", &access)
		p.Into("refreshToken", &refresh)
		require.Equal(t, 2, strings.Count(access, "."))
		require.True(t, strings.HasPrefix(refresh, "trc_r_"))
	}
	require.Equal(t, 0, writetest.One[int](w, "SELECT count(*)::int FROM jobs.river_job WHERE args::text LIKE '%trc\\_%'"), "no token in the queue")
	a := w.Ask(signIn(w, "Ada"), "{ viewerSessions { current mode ip } }", nil)
	require.Empty(t, a.Errors)
	var sessions []struct {
		Current bool
		Mode    string
	}
	require.NoError(t, json.Unmarshal(a.Data["viewerSessions"], &sessions))
	require.Len(t, sessions, 4)
	require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, "{ viewer { username } }", nil).Code())
}

func TestRegisterRefuses(t *testing.T) {
	w := writetest.New(t)
	member(w, "ada")
	for name, c := range map[string]struct {
		change in
		want   []string
	}{
		"username":  {in{"username": "a b"}, []string{"INVALID username"}},
		"taken":     {in{"username": "ADA"}, []string{"TAKEN username"}},
		"reserved":  {in{"username": "Admin"}, []string{"TAKEN username"}},
		"address":   {in{"email": "nobody"}, []string{"INVALID email"}},
		"two":       {in{"email": "nobody", "username": "x"}, []string{"INVALID username", "INVALID email"}},
		"short":     {in{"password": "short"}, []string{"TOO_SHORT password"}},
		"long":      {in{"password": strings.Repeat("ab cd ", 30)}, []string{"TOO_LONG password"}},
		"guessable": {in{"password": "password1234"}, []string{"PASSWORD_WEAK password"}},
		"its name":  {in{"password": "babbage-or-none-of-it"}, []string{"PASSWORD_WEAK password"}},
	} {
		t.Run(name, func(t *testing.T) {
			input := in{"username": "babbage", "email": "b@example.org", "password": writetest.Password}
			for k, v := range c.change {
				input[k] = v
			}
			require.Equal(t, c.want, w.Change(nil, "register", "RegisterInput", "ok", input).Codes())
			require.Equal(t, 0, writetest.One[int](w, "SELECT count(*)::int FROM auth.users WHERE username_canonical = 'babbage'"))
		})
	}
}

// Who asks learns nothing of an address; its owner does.
func TestATakenAddressIsToldToItsOwnerAlone(t *testing.T) {
	w := writetest.New(t)
	member(w, "ada")
	register(w, "eve", "ADA@example.org").Ok()
	mails := w.Mails()
	require.Len(t, mails, 1)
	require.Equal(t, "ada@example.org", mails[0].To)
	require.NotContains(t, mails[0].Text, "#token=")
	// As it would be with a free address: the name is gone, the password right, the address unconfirmed.
	require.Equal(t, []string{"TAKEN username"}, register(w, "eve", "eve@example.org").Codes())
	require.Equal(t, []string{"INVALID_STATE"}, w.SignIn("eve").Codes())
	w.Change(nil, "requestPasswordReset", "EmailInput", "ok", in{"email": "nobody@example.org"}).Ok()
	w.Change(nil, "resendVerification", "EmailInput", "ok", in{"email": "nobody@example.org"}).Ok()
	w.Change(nil, "resendVerification", "EmailInput", "ok", in{"email": "ada@example.org"}).Ok()
	require.Empty(t, w.Mails())
}

// An address that was never confirmed is nobody's.
func TestAnUnconfirmedAddressGivesWay(t *testing.T) {
	w := writetest.New(t)
	register(w, "eve", "ada@example.org").Ok()
	stolen := w.Token()
	register(w, "ada", "ada@example.org").Ok()
	token := w.Token()
	require.Equal(t, []string{"TOKEN_INVALID token"}, w.Change(nil, "verifyEmail", "TokenInput", "viewer { id }", in{"token": stolen}).Codes())
	w.Change(nil, "verifyEmail", "TokenInput", "viewer { id }", in{"token": token}).Ok()
	w.SignIn("ada").Ok()
}

func TestFailuresLockForLonger(t *testing.T) {
	for _, login := range []string{"ada", "nobody"} {
		t.Run(login, func(t *testing.T) {
			w := writetest.New(t)
			member(w, "ada")
			try := func(password string) writetest.Payload {
				return w.Change(nil, "login", "LoginInput", "session { id }", in{"login": login, "password": password})
			}
			for range 4 {
				require.Equal(t, []string{"INVALID_CREDENTIALS"}, try("wrong").Codes())
			}
			p := try(writetest.Password)
			require.Equal(t, []string{"LOCKED"}, p.Codes(), "the right one, too")
			require.Equal(t, "until", p.Faults[0].Params[0].Name)
			w.Now = w.Now.Add(1100 * time.Millisecond)
			require.Equal(t, []string{"INVALID_CREDENTIALS"}, try("wrong").Codes())
			w.Now = w.Now.Add(1100 * time.Millisecond)
			require.Equal(t, []string{"LOCKED"}, try("wrong").Codes(), "two seconds now")
			require.Equal(t, 5, writetest.One[int](w, "SELECT failures FROM auth.login_failures"), "what is not looked at is not counted")
			w.Now = w.Now.Add(time.Second)
			if login == "ada" {
				try(writetest.Password).Ok()
				require.Equal(t, 0, writetest.One[int](w, "SELECT count(*)::int FROM auth.login_failures"))
				require.Equal(t, 5, writetest.One[int](w, "SELECT count(*)::int FROM auth.security_events WHERE event = 'PASSWORD_WRONG' AND user_id IS NOT NULL"))
			}
		})
	}
}

func TestAResetGoesOnWhileLockedAndEndsAllSessions(t *testing.T) {
	w := writetest.New(t)
	ada := member(w, "ada")
	for range 5 {
		w.Change(nil, "login", "LoginInput", "session { id }", in{"login": "ada@example.org", "password": "wrong"})
	}
	require.Equal(t, []string{"LOCKED"}, w.SignIn("ada").Codes(), "by name and by address they are one account")
	w.Change(nil, "requestPasswordReset", "EmailInput", "ok", in{"email": "ADA@example.org"}).Ok()
	first := w.Token()
	w.Change(nil, "requestPasswordReset", "EmailInput", "ok", in{"email": "ada@example.org"}).Ok()
	token := w.Token()
	reset := func(token, password string) writetest.Payload {
		return w.Change(nil, "resetPassword", "ResetPasswordInput", "ok", in{"token": token, "newPassword": password})
	}
	const other = "gramen et arundo et salix"
	require.Equal(t, []string{"TOKEN_INVALID token"}, reset(first, other).Codes(), "a later one takes its place")
	require.Equal(t, []string{"TOO_SHORT newPassword"}, reset(token, "x").Codes())
	before := writetest.One[int](w, "SELECT auth_epoch FROM auth.users WHERE id = $1", ada.UserID)
	reset(token, other).Ok()
	require.Equal(t, []string{"TOKEN_INVALID token"}, reset(token, other).Codes())
	require.Equal(t, 0, live(w, ada))
	require.Greater(t, writetest.One[int](w, "SELECT auth_epoch FROM auth.users WHERE id = $1", ada.UserID), before)
	require.Len(t, w.Mails(), 1)
	require.Equal(t, []string{"INVALID_CREDENTIALS"}, w.SignIn("ada").Codes())
	w.Change(nil, "login", "LoginInput", "session { id }", in{"login": "ada", "password": other}).Ok()

	w.Change(nil, "requestPasswordReset", "EmailInput", "ok", in{"email": "ada@example.org"}).Ok()
	token = w.Token()
	w.Now = w.Now.Add(15 * time.Minute)
	require.Equal(t, []string{"TOKEN_INVALID token"}, reset(token, other).Codes(), "for a quarter of an hour")
}

func TestChangePassword(t *testing.T) {
	w := writetest.New(t)
	member(w, "ada")
	ada := signIn(w, "ada")
	change := func(current, password string) writetest.Payload {
		return w.Change(ada, "changePassword", "ChangePasswordInput", "ok", in{"currentPassword": current, "newPassword": password})
	}
	require.Equal(t, []string{"INVALID_CREDENTIALS currentPassword"}, change("wrong", "gramen et arundo et salix").Codes())
	require.Equal(t, []string{"PASSWORD_WEAK newPassword"}, change(writetest.Password, "ada ada ada ada").Codes())
	require.Equal(t, 2, live(w, ada))
	change(writetest.Password, "gramen et arundo et salix").Ok()
	require.Equal(t, 1, live(w, ada), "this one stays")
	require.Len(t, w.Mails(), 1)
}

func TestEmailChange(t *testing.T) {
	w := writetest.New(t)
	ada := member(w, "ada")
	member(w, "bob")
	request := func(email, password string) writetest.Payload {
		return w.Change(ada, "requestEmailChange", "RequestEmailChangeInput", "ok", in{"newEmail": email, "password": password})
	}
	require.Equal(t, []string{"INVALID_CREDENTIALS password"}, request("new@example.org", "wrong").Codes())
	request("bob@example.org", writetest.Password).Ok()
	for _, m := range w.Mails() {
		require.NotContains(t, m.Text, "#token=", "a taken address is told to its owner")
	}
	request("new@example.org", writetest.Password).Ok()
	mails := w.Mails()
	require.Len(t, mails, 2)
	token := ""
	for _, m := range mails {
		if m.To == "new@example.org" {
			_, token, _ = strings.Cut(m.Text, "#token=")
			token = strings.Fields(token)[0]
		} else {
			require.Equal(t, "ada@example.org", m.To)
		}
	}
	var viewer struct{ Email string }
	w.Change(nil, "confirmEmailChange", "TokenInput", "viewer { email }", in{"token": token}).Ok().Into("viewer", &viewer)
	require.Equal(t, "new@example.org", viewer.Email)
	require.Equal(t, []string{"TOKEN_INVALID token"}, w.Change(nil, "confirmEmailChange", "TokenInput", "viewer { email }", in{"token": token}).Codes())
	require.Equal(t, []string{"INVALID_CREDENTIALS"}, w.SignIn("ada@example.org").Codes())
}

func TestReauthenticate(t *testing.T) {
	w := writetest.New(t)
	ada := member(w, "ada")
	w.Now = w.Now.Add(time.Hour)
	give := func(password string) writetest.Payload {
		return w.Change(ada, "reauthenticate", "ReauthenticateInput", "ok until", in{"password": password})
	}
	require.Equal(t, []string{"INVALID_CREDENTIALS password"}, give("wrong").Codes())
	var until time.Time
	give(writetest.Password).Ok().Into("until", &until)
	require.Equal(t, w.Now.Add(5*time.Minute), until)
	require.Equal(t, w.Now, writetest.One[time.Time](w, "SELECT reauth_at FROM auth.sessions WHERE id = $1", ada.SessionID).UTC())
}

// A new password ends what whoever had the old one asked for: a link to another
// address, whether it was sent by then or not.
func TestANewPasswordEndsTheChangeOfAnAddress(t *testing.T) {
	for name, sent := range map[string]bool{"the link is there": true, "it is still to be sent": false} {
		t.Run(name, func(t *testing.T) {
			w := writetest.New(t)
			ada := member(w, "ada")
			w.Change(ada, "requestEmailChange", "RequestEmailChangeInput", "ok", in{"newEmail": "eve@example.org", "password": writetest.Password}).Ok()
			token := ""
			if sent {
				token = linkTo(w, "eve@example.org")
				require.NotEmpty(t, token)
			}
			w.Now = w.Now.Add(time.Minute)
			w.Change(ada, "changePassword", "ChangePasswordInput", "ok", in{"currentPassword": writetest.Password, "newPassword": "gramen et arundo et salix"}).Ok()
			if !sent {
				require.Empty(t, linkTo(w, "eve@example.org"))
				return
			}
			require.Equal(t, []string{"TOKEN_INVALID token"}, w.Change(nil, "confirmEmailChange", "TokenInput", "viewer { email }", in{"token": token}).Codes())
		})
	}
}

// linkTo works on the mails in the queue and answers the token of the one to an address.
func linkTo(w *writetest.World, address string) string {
	for _, m := range w.Mails() {
		if _, token, found := strings.Cut(m.Text, "#token="); found && m.To == address {
			return strings.Fields(token)[0]
		}
	}
	return ""
}

// A link to a new password that went to an address which the account has not any more.
func TestALinkToAnAddressThatIsGone(t *testing.T) {
	w := writetest.New(t)
	register(w, "eve", "ada@example.org").Ok()
	require.Len(t, w.Mails(), 1)
	w.Change(nil, "requestPasswordReset", "EmailInput", "ok", in{"email": "ada@example.org"}).Ok()
	token := w.Token()
	// The job had read the account when its address was taken away, and stored its token after that.
	w.Exec("UPDATE auth.users SET email = NULL, email_canonical = NULL WHERE username = 'eve'")
	codes := w.Change(nil, "resetPassword", "ResetPasswordInput", "ok", in{"token": token, "newPassword": "gramen et arundo et salix"}).Codes()
	require.Equal(t, []string{"TOKEN_INVALID token"}, codes)
	require.Equal(t, "PENDING", writetest.One[string](w, "SELECT status FROM auth.users WHERE username = 'eve'"))
}
