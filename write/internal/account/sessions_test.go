package account_test

import (
	"bytes"
	"encoding/base64"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/account"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

func renew(w *writetest.World, token string) (next string, p writetest.Payload) {
	p = w.Change(nil, "refreshSession", "RefreshSessionInput", "accessToken refreshToken", in{"refreshToken": token})
	if len(p.Faults) == 0 {
		p.Into("refreshToken", &next)
	}
	return next, p
}

func TestRefreshRotatesAndReuseEndsTheSession(t *testing.T) {
	w := writetest.New(t)
	ada := member(w, "ada")
	var first string
	w.SignIn("ada").Ok().Into("refreshToken", &first)
	second, _ := renew(w, first)
	require.NotEqual(t, first, second)
	again, _ := renew(w, first)
	require.Equal(t, second, again, "a lost answer is given again")
	third, _ := renew(w, second)
	require.NotEmpty(t, third)
	require.Equal(t, 2, live(w, ada))
	_, p := renew(w, first)
	require.Equal(t, []string{"TOKEN_INVALID refreshToken"}, p.Codes())
	require.Equal(t, 1, live(w, ada), "the other session goes on")
	_, p = renew(w, third)
	require.Equal(t, []string{"TOKEN_INVALID refreshToken"}, p.Codes(), "the whole family has ended")
	require.Equal(t, 1, writetest.One[int](w, "SELECT count(*)::int FROM auth.security_events WHERE event = 'REFRESH_REUSED' AND user_id = $1", ada.UserID))
	mails := w.Mails()
	require.Len(t, mails, 1)
	require.Equal(t, "ada@example.org", mails[0].To)
}

func TestSessionsEndByThemselves(t *testing.T) {
	w := writetest.New(t)
	member(w, "ada")
	var token string
	w.SignIn("ada").Ok().Into("refreshToken", &token)
	for range 3 { // 29 days apart it stays, but not beyond 90 days
		w.Now = w.Now.Add(29 * 24 * time.Hour)
		next, p := renew(w, token)
		p.Ok()
		token = next
	}
	w.Now = w.Now.Add(4 * 24 * time.Hour)
	_, p := renew(w, token)
	require.Equal(t, []string{"TOKEN_INVALID refreshToken"}, p.Codes())
	w.SignIn("ada").Ok().Into("refreshToken", &token)
	w.Now = w.Now.Add(30 * 24 * time.Hour)
	_, p = renew(w, token)
	require.Equal(t, []string{"TOKEN_INVALID refreshToken"}, p.Codes())
	for _, text := range []string{"x", "trc_r_" + base64.RawURLEncoding.EncodeToString(make([]byte, 32))} {
		_, p = renew(w, text)
		require.Equal(t, []string{"TOKEN_INVALID refreshToken"}, p.Codes())
	}
}

func TestRevoke(t *testing.T) {
	w := writetest.New(t)
	ada, bob, admin := member(w, "ada"), member(w, "bob"), w.User(identity.Admin)
	here := signIn(w, "ada")
	id := publicid.Of(publicid.Session, ada.SessionID).String()
	one := func(a *identity.Actor) []string {
		return w.Change(a, "revokeSession", "RevokeSessionInput", "ok", in{"sessionId": id}).Codes()
	}
	require.Equal(t, []string{"NOT_FOUND sessionId"}, one(bob))
	require.Empty(t, one(here))
	require.Equal(t, []string{"NOT_FOUND sessionId"}, one(here), "it has ended")
	signIn(w, "ada")
	all := func(a *identity.Actor, input in) (n int, codes []string) {
		p := w.Change(a, "revokeAllSessions", "RevokeAllSessionsInput", "revoked", input)
		if len(p.Faults) == 0 {
			p.Into("revoked", &n)
		}
		return n, p.Codes()
	}
	n, _ := all(here, in{"exceptCurrent": true})
	require.Equal(t, 1, n)
	her := publicid.Of("USER", ada.UserID).String()
	_, codes := all(bob, in{"userId": her})
	require.Equal(t, []string{"NOT_FOUND userId"}, codes)
	n, _ = all(admin, in{"userId": her})
	require.Equal(t, 1, n)
	require.Equal(t, 0, live(w, ada))
	a := w.Ask(signIn(w, "ada"), "mutation { logout { ok userErrors { code } } }", nil)
	require.Empty(t, a.Errors)
	require.Equal(t, 0, live(w, ada))
}

func TestSigningKeys(t *testing.T) {
	w := writetest.New(t)
	editor, other := w.User(identity.Editor), w.User(identity.Editor)
	key := func(n byte) string { return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{n}, 32)) }
	add := func(a *identity.Actor, public string) writetest.Payload {
		return w.Change(a, "registerSigningKey", "RegisterSigningKeyInput", "signingKey { id label publicKey }", in{"label": "laptop", "publicKey": public})
	}
	var made struct{ ID, Label, PublicKey string }
	add(editor, key(1)).Ok().Into("signingKey", &made)
	require.Equal(t, key(1), made.PublicKey)
	require.Equal(t, []string{"DUPLICATE publicKey"}, add(other, key(1)).Codes())
	require.Equal(t, []string{"INVALID publicKey"}, add(editor, base64.StdEncoding.EncodeToString([]byte("short"))).Codes())
	require.Equal(t, []string{"INVALID publicKey"}, add(editor, "***").Codes())
	for n := byte(2); n <= 5; n++ {
		add(editor, key(n)).Ok()
	}
	require.Equal(t, []string{"LIMIT_REACHED"}, add(editor, key(6)).Codes())
	revoke := func(a *identity.Actor) []string {
		return w.Change(a, "revokeSigningKey", "RevokeSigningKeyInput", "ok", in{"id": made.ID}).Codes()
	}
	require.Equal(t, []string{"NOT_FOUND id"}, revoke(other))
	require.Empty(t, revoke(editor))
	require.Equal(t, []string{"NOT_FOUND id"}, revoke(editor))
	add(editor, key(6)).Ok()
	const mutation = `mutation { registerSigningKey(input: {label: "x", publicKey: "x"}) { signingKey { id } } }`
	require.Equal(t, "FORBIDDEN", w.Ask(w.User(identity.Reviewer), mutation, nil).Code())
	editor.ReauthAt = w.Now.Add(-time.Hour)
	require.Equal(t, "REAUTH_REQUIRED", w.Ask(editor, mutation, nil).Code())
}

func TestProfile(t *testing.T) {
	w := writetest.New(t)
	ada := member(w, "ada")
	update := func(version int, patch in) writetest.Payload {
		return w.Change(ada, "updateProfile", "UpdateProfileInput", "viewer { profile { version displayName bio languages visibility } }", in{"expectedVersion": version, "patch": patch})
	}
	var v struct {
		Profile struct {
			Version          int
			DisplayName, Bio *string
			Languages        []string
			Visibility       string
		}
	}
	update(1, in{"displayName": "Ada L.", "bio": "Of\nengines.", "website": "https://example.org", "languages": []string{"en", "FR"}}).Ok().Into("viewer", &v)
	require.Equal(t, 2, v.Profile.Version)
	require.Equal(t, []string{"en", "fr"}, v.Profile.Languages)
	require.Equal(t, "Ada L.", writetest.One[string](w, "SELECT display_name FROM view.users_public WHERE id = $1", ada.UserID))
	require.Equal(t, []string{"STALE_VERSION expectedVersion"}, update(1, in{"bio": "x"}).Codes())
	update(2, in{"bio": nil, "visibility": "PRIVATE"}).Ok().Into("viewer", &v)
	require.Nil(t, v.Profile.Bio)
	require.Equal(t, "Ada L.", *v.Profile.DisplayName)
	require.Nil(t, writetest.One[*string](w, "SELECT display_name FROM view.users_public WHERE id = $1", ada.UserID))
	require.Equal(t, []string{"INVALID patch.website"}, update(3, in{"website": "http://example.org"}).Codes())
	require.Equal(t, []string{"BLANK patch.visibility"}, update(3, in{"visibility": nil}).Codes())
	require.Equal(t, []string{"INVALID patch.displayName"}, update(3, in{"displayName": "a\u202eb"}).Codes())
}

func TestDeletion(t *testing.T) {
	w := writetest.New(t)
	ada := member(w, "ada")
	remove := func(confirm, password string) writetest.Payload {
		return w.Change(ada, "deleteAccount", "DeleteAccountInput", "ok", in{"password": password, "confirm": confirm})
	}
	tidy := func() {
		worker := &account.Tidier{DB: writetest.Savepoints{Tx: w.Tx}, Now: func() time.Time { return w.Now }}
		require.NoError(t, worker.Work(t.Context(), &river.Job[account.TidyArgs]{}))
	}
	require.Equal(t, []string{"INVALID confirm"}, remove("bob", writetest.Password).Codes())
	require.Equal(t, []string{"INVALID_CREDENTIALS password"}, remove("ada", "wrong").Codes())
	remove("Ada", writetest.Password).Ok()
	require.Equal(t, 0, live(w, ada))
	require.Len(t, w.Mails(), 1)
	w.Now = w.Now.Add(6 * 24 * time.Hour)
	tidy()
	w.SignIn("ada").Ok()
	w.Now = w.Now.Add(2 * 24 * time.Hour)
	tidy()
	w.SignIn("ada").Ok() // it was taken back
	remove("ada", writetest.Password).Ok()
	w.Now = w.Now.Add(account.Grace)
	tidy()
	require.Equal(t, []string{"INVALID_CREDENTIALS"}, w.SignIn("ada").Codes())
	require.Equal(t, 0, writetest.One[int](w, "SELECT count(*)::int FROM view.users_public WHERE id = $1", ada.UserID))
	require.Equal(t, []string{"TAKEN username"}, register(w, "ada", "ada@example.org").Codes(), "a name is never given out again")
	register(w, "ada2", "ada@example.org").Ok()
	w.Now = w.Now.Add(8 * 24 * time.Hour)
	tidy()
	require.Equal(t, 0, writetest.One[int](w, "SELECT count(*)::int FROM auth.users WHERE username = 'ada2'"), "never confirmed, forgotten")
	require.Equal(t, 0, writetest.One[int](w, "SELECT count(*)::int FROM auth.login_failures"))
}

func TestTheLastAdminStays(t *testing.T) {
	w := writetest.New(t)
	ada := member(w, "ada")
	w.Exec("INSERT INTO auth.user_roles (user_id, role) VALUES ($1, 'ADMIN')", ada.UserID)
	input := in{"password": writetest.Password, "confirm": "ada"}
	require.Equal(t, []string{"INVALID_STATE"}, w.Change(ada, "deleteAccount", "DeleteAccountInput", "ok", input).Codes())
	w.User(identity.Admin)
	w.Change(ada, "deleteAccount", "DeleteAccountInput", "ok", input).Ok()
}

// tidied does the hourly job at a moment of the test.
func tidied(w *writetest.World) error {
	worker := &account.Tidier{DB: writetest.Savepoints{Tx: w.Tx}, Now: func() time.Time { return w.Now }}
	return worker.Work(w.T.Context(), &river.Job[account.TidyArgs]{})
}

// One account that cannot go keeps no other from going.
func TestOneThatCannotGoHoldsUpNoOther(t *testing.T) {
	w := writetest.New(t)
	names := []string{"ada", "bob", "cyd"}
	for _, name := range names {
		member(w, name)
	}
	w.Exec("UPDATE auth.users SET delete_after = $1", w.Now.Add(-time.Hour))
	w.Exec("UPDATE auth.users SET delete_after = $1 WHERE username = 'ada'", w.Now.Add(-2*time.Hour)) // she is the first
	w.Exec(`CREATE FUNCTION pg_temp.never() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not this one'; END $$`)
	w.Exec(`CREATE TRIGGER never BEFORE UPDATE ON auth.users FOR EACH ROW WHEN (old.username = 'ada' AND new.status = 'DELETED') EXECUTE FUNCTION pg_temp.never()`)
	require.ErrorContains(t, tidied(w), "not this one")
	require.Equal(t, 2, writetest.One[int](w, "SELECT count(*)::int FROM auth.users WHERE status = 'DELETED'"))
	require.Equal(t, 2, writetest.One[int](w, "SELECT count(*)::int FROM ops.audit_log WHERE action = 'erase'"))
	w.Exec("DROP TRIGGER never ON auth.users")
	require.NoError(t, tidied(w))
	require.Equal(t, 3, writetest.One[int](w, "SELECT count(*)::int FROM auth.users WHERE status = 'DELETED'"))
}

// What one writes is one's own: it goes at once where that was asked for.
func TestWordsThatAreToGo(t *testing.T) {
	w := writetest.New(t)
	work := w.PublishedWork("en", "A poem")
	ada, eve := member(w, "ada"), member(w, "eve")
	bob := w.User(identity.Reader)
	for _, a := range []*identity.Actor{ada, eve} {
		for _, body := range []string{"kept", "taken back before"} {
			w.Change(a, "createComment", "CreateCommentInput", "comment { id }", in{"subjectId": work.String(), "body": a.Username + " " + body}).Ok()
		}
		w.Change(a, "like", "LikeInput", "stats { likes }", in{"subjectId": work.String()}).Ok()
		var made struct{ ID string }
		w.Change(bob, "createCollection", "CreateCollectionInput", "collection { id }", in{"title": "Of all, with " + a.Username, "visibility": "PUBLIC", "curation": "OPEN"}).Ok().Into("collection", &made)
		w.Change(a, "addCollectionItem", "AddCollectionItemInput", "item { note }", in{"collectionId": made.ID, "subjectId": work.String(), "note": a.Username + " notes"}).Ok()
	}
	w.Exec("UPDATE social.comments SET status = 'DELETED', deleted_at = now() WHERE body LIKE '%taken back before'")
	w.Exec("UPDATE auth.users SET delete_after = $1, erase_content = username = 'eve' WHERE username IN ('ada', 'eve')", w.Now.Add(-time.Hour))
	require.NoError(t, tidied(w))
	words := func(name string) int {
		return writetest.One[int](w, `SELECT ((SELECT count(*) FROM social.comments WHERE body LIKE $1 || '%') + (SELECT count(*) FROM social.collection_items WHERE note LIKE $1 || '%'))::int`, name)
	}
	require.Equal(t, 3, words("ada"))
	require.Zero(t, words("eve"))
	require.Equal(t, 1, writetest.One[int](w, "SELECT count(*)::int FROM social.likes"))
	require.Equal(t, 2, writetest.One[int](w, "SELECT count(*)::int FROM view.collection_item"), "what others have chosen stays in their collections")
	require.Equal(t, 1, writetest.One[int](w, "SELECT count(*)::int FROM view.comment WHERE author_id IS NULL AND status = 'VISIBLE'"))
}
