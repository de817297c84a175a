package app

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/secret"
	"github.com/tercul/tercul/write/internal/signature"
	"github.com/tercul/tercul/write/internal/token"
)

// secrets are what a log must not hold, by what they are.
type secrets map[string]string

// keep notes a secret that was met.
func (s secrets) keep(t *testing.T, name, value string) string {
	t.Helper()
	require.GreaterOrEqual(t, len(value), 6, "%s is too short to be looked for", name)
	s[name] = value
	return value
}

// TestNoSecretReachesTheLog goes wherever something secret is sent or made, also
// where it is refused, with the log at its most talkative.
func TestNoSecretReachesTheLog(t *testing.T) {
	s := begin(t)
	kept := secrets{}
	p, seen := s.program(), map[string]bool{}
	ok := func(r reply, mutation string) reply {
		t.Helper()
		require.Empty(t, r.code)
		require.Empty(t, r.faults(mutation))
		return r
	}
	first := kept.keep(t, "a password", "lupus in fabula et agnus")
	address := kept.keep(t, "an address", "ada.lovelace@mail.example.org")

	// Before the door.
	ok(p.do(`mutation($e: String!, $p: String!) { register(input: {username: "ada", email: $e, password: $p}) { userErrors { code } } }`, map[string]any{"e": address, "p": first}), "register")
	verify := kept.keep(t, "a token of a mail", s.letter(seen))
	wrong := kept.keep(t, "a wrong token", "trc_v_"+strings.Repeat("w", 43))
	require.NotEmpty(t, p.do(`mutation($t: String!) { verifyEmail(input: {token: $t}) { userErrors { code } } }`, map[string]any{"t": wrong}).faults("verifyEmail"))
	ok(p.do(`mutation($t: String!) { verifyEmail(input: {token: $t}) { userErrors { code } } }`, map[string]any{"t": verify}), "verifyEmail")
	guess := kept.keep(t, "a guessed password", "a guess that is quite wrong")
	login := func(password, mode string) reply {
		return p.do(loginText, map[string]any{"l": address, "p": password, "m": mode})
	}
	require.NotEmpty(t, login(guess, "BEARER").faults("login"))

	// Inside, as a program and as a browser.
	r := ok(login(first, "BEARER"), "login")
	p.bearer = kept.keep(t, "an access token", r.text("login", "accessToken"))
	used := kept.keep(t, "a refresh token", r.text("login", "refreshToken"))
	r = ok(p.refresh(used), "refreshSession")
	p.bearer = kept.keep(t, "the next access token", r.text("refreshSession", "accessToken"))
	kept.keep(t, "the next refresh token", r.text("refreshSession", "refreshToken"))
	b := s.browser(t)
	for _, c := range ok(b.do(loginText, map[string]any{"l": address, "p": first, "m": "COOKIE"}), "login").cookies {
		kept.keep(t, "the cookie "+c.Name, c.Value)
	}
	ok(b.refresh(nil), "refreshSession")
	_, err := s.db.Exec(t.Context(), "INSERT INTO auth.user_roles (user_id, role) SELECT id, $1 FROM auth.users", identity.Editor.String())
	require.NoError(t, err)

	// An edit, signed, repeated, and one that is refused.
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte("s"), ed25519.SeedSize))
	kept.keep(t, "a signing key", hex.EncodeToString(key.Seed()))
	r = ok(p.do(`mutation($k: String!) { registerSigningKey(input: {label: "x", publicKey: $k}) { signingKey { id } userErrors { code } } }`,
		map[string]any{"k": base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey))}), "registerSigningKey")
	keyID, _ := r.data["registerSigningKey"]["signingKey"].(map[string]any)["id"].(string)
	p.header = map[string]string{"Idempotency-Key": kept.keep(t, "an idempotency key", "only-mine-0123456789")}
	p.sign = func(r *http.Request, body []byte) {
		signer, err := signature.NewSigner(signature.SignerConfig{KeyID: keyID, Seed: secret.New(key.Seed())})
		require.NoError(t, err)
		require.NoError(t, signer.Sign(r, body))
		kept.keep(t, "a signature", r.Header.Get("Signature"))
	}
	name := kept.keep(t, "what was written", "A name that nobody has to see yet")
	for range 2 {
		ok(p.do(`mutation($n: String!) { createAuthor(input: {names: [{language: "en", name: $n}]}) { userErrors { code } } }`, map[string]any{"n": name}), "createAuthor")
	}
	require.NotEmpty(t, p.do(`mutation($n: [String!]!) { createAuthor(input: {names: $n}) { userErrors { code } } }`, map[string]any{"n": name}).code)
	p.header, p.sign = nil, nil
	broken, err := p.client.Post("http://"+s.addr+"/graphql?token="+wrong, "application/json", strings.NewReader(`{"query": "`+first+`" "variables"`))
	require.NoError(t, err)
	require.NoError(t, broken.Body.Close())
	require.Equal(t, http.StatusBadRequest, broken.StatusCode)

	// Changes of what proves who one is.
	ok(p.do(`mutation($p: String!) { reauthenticate(input: {password: $p}) { userErrors { code } } }`, map[string]any{"p": first}), "reauthenticate")
	next := kept.keep(t, "another address", "countess@mail.example.org")
	ok(p.do(`mutation($e: String!, $p: String!) { requestEmailChange(input: {newEmail: $e, password: $p}) { userErrors { code } } }`, map[string]any{"e": next, "p": first}), "requestEmailChange")
	ok(p.do(`mutation($t: String!) { confirmEmailChange(input: {token: $t}) { userErrors { code } } }`, map[string]any{"t": kept.keep(t, "a token of a change", s.letter(seen))}), "confirmEmailChange")
	second := kept.keep(t, "a second password", "gramen et arundo et salix")
	ok(p.do(`mutation($o: String!, $n: String!) { changePassword(input: {currentPassword: $o, newPassword: $n}) { userErrors { code } } }`, map[string]any{"o": first, "n": second}), "changePassword")
	ok(p.do(`mutation($e: String!) { requestPasswordReset(input: {email: $e}) { userErrors { code } } }`, map[string]any{"e": next}), "requestPasswordReset")
	third := kept.keep(t, "a third password", "hirundo non facit ver sola")
	ok(p.do(`mutation($t: String!, $n: String!) { resetPassword(input: {token: $t, newPassword: $n}) { userErrors { code } } }`,
		map[string]any{"t": kept.keep(t, "a token of a reset", s.letter(seen)), "n": third}), "resetPassword")

	// Reuse, which the owner is told of; and the end.
	address, p.bearer = next, ""
	require.Equal(t, []string{"TOKEN_INVALID"}, p.refresh(used).faults("refreshSession"))
	p.bearer = kept.keep(t, "the last access token", ok(login(third, "BEARER"), "login").text("login", "accessToken"))
	ok(p.do(`mutation($p: String!) { deleteAccount(input: {password: $p, confirm: "ada"}) { ok userErrors { code field message } } }`, map[string]any{"p": third}), "deleteAccount")
	require.NoError(t, s.stop())

	for letter, setting := range map[string]string{"p": "pepper", "s": "seal key", "r": "refresh key"} {
		kept.keep(t, "the "+setting, base64.StdEncoding.EncodeToString([]byte(strings.Repeat(letter, 32))))
	}
	url, _, _ := strings.Cut(s.db.Config().ConnString(), "@")
	kept.keep(t, "the database's user and password", url)
	log := s.log.String()
	require.Greater(t, strings.Count(log, `"path":"/graphql"`), 20, "the log is that of the journey")
	for name, value := range kept {
		require.NotContains(t, log, value, name)
	}
	require.NotRegexp(t, token.Pattern, log)
	require.NotContains(t, log, "argon2id")
	require.NotContains(t, log, "mail.example.org")
}
