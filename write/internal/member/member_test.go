package member_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

type in = map[string]any

const selection = "member { id version username email verified status role roles reviewerLanguages suspendedUntil suspendedReason sessions }"

type member struct {
	ID, Username, Email, Status, Role string
	Version, Sessions                 int
	Verified                          bool
	Roles, ReviewerLanguages          []string
	SuspendedUntil                    *time.Time
	SuspendedReason                   *string
}

// world has the rights of the writer.
func world(t *testing.T) *writetest.World {
	t.Helper()
	w := writetest.New(t)
	w.Exec("SET LOCAL ROLE tercul_writer")
	return w
}

func idOf(a *identity.Actor) string { return publicid.Of("USER", a.UserID).String() }

func setRoles(w *writetest.World, who, whose *identity.Actor, version int, roles []string, languages ...string) writetest.Payload {
	w.T.Helper()
	return w.Change(who, "setUserRoles", "SetUserRolesInput", selection,
		in{"userId": idOf(whose), "roles": roles, "reviewerLanguages": append([]string{}, languages...), "expectedVersion": version})
}

func suspend(w *writetest.World, who *identity.Actor, input in) writetest.Payload {
	w.T.Helper()
	return w.Change(who, "suspendUser", "SuspendUserInput", selection, input)
}

func live(w *writetest.World, a *identity.Actor) int {
	return writetest.One[int](w, "SELECT count(*)::int FROM auth.sessions WHERE user_id = $1 AND revoked_at IS NULL", a.UserID)
}

// session gives an account a place where it is signed in.
func session(w *writetest.World, a *identity.Actor) {
	w.Exec(`INSERT INTO auth.sessions (id, user_id, mode, idle_expires_at, absolute_expires_at) VALUES ($1, $2, 'BEARER', now() + '1 day', now() + '1 day')`, uuid.New(), a.UserID)
}

func TestRolesAreSetWhole(t *testing.T) {
	w := world(t)
	admin, ada := w.User(identity.Admin), w.User(identity.Contributor)
	var m member
	setRoles(w, admin, ada, 1, []string{"REVIEWER", "EDITOR", "READER"}, "it", "zh-Hans").Ok().Into("member", &m)
	require.Equal(t, []string{"EDITOR", "REVIEWER"}, m.Roles)
	require.Equal(t, "EDITOR", m.Role)
	require.Equal(t, []string{"it", "zh-Hans"}, m.ReviewerLanguages)
	require.Equal(t, 2, m.Version)
	require.Equal(t, 2, writetest.One[int](w, "SELECT auth_epoch FROM auth.users WHERE id = $1", ada.UserID), "tokens of before have run out")
	require.Equal(t, admin.UserID.String(), writetest.One[string](w, "SELECT DISTINCT granted_by::text FROM auth.user_roles WHERE user_id = $1", ada.UserID))
	require.Equal(t, `{"roles": ["REVIEWER", "EDITOR"], "reviewerLanguages": ["it", "zh-Hans"]}`, writetest.One[string](w,
		"SELECT detail::text FROM ops.audit_log WHERE action = 'setUserRoles' AND subject_id = $1 AND version = 2 AND actor_id = $2", ada.UserID, admin.UserID))
	require.Equal(t, "ROLES_SET", writetest.One[string](w, "SELECT event FROM auth.security_events WHERE user_id = $1", ada.UserID))

	other := w.User(identity.Admin)
	setRoles(w, other, ada, 2, []string{"REVIEWER"}, "it").Ok().Into("member", &m)
	require.Equal(t, []string{"REVIEWER"}, m.Roles)
	require.Equal(t, admin.UserID.String(), writetest.One[string](w, "SELECT granted_by::text FROM auth.user_roles WHERE user_id = $1", ada.UserID), "who stays was given it then")
	setRoles(w, other, ada, 3, []string{}).Ok().Into("member", &m)
	require.Equal(t, "READER", m.Role)
	require.Empty(t, m.Roles)
	require.Empty(t, m.ReviewerLanguages)
}

func TestRolesThatAreRefused(t *testing.T) {
	w := world(t)
	admin, ada := w.User(identity.Admin), w.User(identity.Reader)
	require.Equal(t, []string{"STALE_VERSION expectedVersion"}, setRoles(w, admin, ada, 7, []string{"EDITOR"}).Codes())
	require.Equal(t, []string{"FORBIDDEN userId"}, setRoles(w, admin, admin, 1, []string{"EDITOR"}).Codes(), "one's own")
	require.Equal(t, []string{"DUPLICATE roles", "DUPLICATE reviewerLanguages", "INVALID expectedVersion"}, setRoles(w, admin, ada, 0, []string{"EDITOR", "EDITOR"}, "it", "it").Codes())
	require.Equal(t, []string{"BLANK reviewerLanguages"}, setRoles(w, admin, ada, 1, []string{"REVIEWER"}).Codes())
	require.Equal(t, []string{"INVALID reviewerLanguages"}, setRoles(w, admin, ada, 1, []string{"EDITOR"}, "it").Codes())
	require.Equal(t, []string{"INVALID reviewerLanguages.1"}, setRoles(w, admin, ada, 1, []string{"REVIEWER"}, "it", "xx").Codes())
	many := make([]string, 51)
	for i := range many {
		many[i] = "it-x-" + strings.Repeat("a", i%7+1) + string(rune('a'+i/7))
	}
	require.Contains(t, setRoles(w, admin, ada, 1, []string{"REVIEWER"}, many...).Codes(), "TOO_MANY reviewerLanguages")
	gone, pending := w.User(identity.Reader), w.User(identity.Reader)
	w.Exec("UPDATE auth.users SET deleted_at = now(), status = 'DELETED' WHERE id = $1", gone.UserID)
	w.Exec("UPDATE auth.users SET status = 'PENDING' WHERE id = $1", pending.UserID)
	require.Equal(t, []string{"NOT_FOUND userId"}, setRoles(w, admin, gone, 1, []string{}).Codes())
	require.Equal(t, []string{"INVALID_STATE userId"}, setRoles(w, admin, pending, 1, []string{"ADMIN"}).Codes())
	work, _ := w.Published("La Commedia")
	require.Equal(t, []string{"INVALID userId"}, w.Change(admin, "setUserRoles", "SetUserRolesInput", selection, in{"userId": work.String(), "roles": []string{}, "expectedVersion": 1}).Codes())
	require.Equal(t, 1, writetest.One[int](w, "SELECT auth_epoch FROM auth.users WHERE id = $1", ada.UserID))
}

func TestASuspensionEndsSessionsAtOnce(t *testing.T) {
	w := world(t)
	admin, ada := w.User(identity.Admin), w.User(identity.Editor)
	work, _ := w.Published("La Commedia")
	w.Change(ada, "like", "LikeInput", "stats { likes }", in{"subjectId": work.String()}).Ok()
	session(w, ada)
	session(w, ada)
	until := w.Now.Add(48 * time.Hour)
	var m member
	suspend(w, admin, in{"userId": idOf(ada), "until": until.Format(time.RFC3339Nano), "reason": "Spam."}).Ok().Into("member", &m)
	require.Equal(t, "SUSPENDED", m.Status)
	require.Equal(t, "Spam.", *m.SuspendedReason)
	require.WithinDuration(t, until, *m.SuspendedUntil, time.Millisecond)
	require.Equal(t, 2, m.Version)
	require.Zero(t, m.Sessions)
	require.Zero(t, live(w, ada))
	require.Equal(t, 2, writetest.One[int](w, "SELECT auth_epoch FROM auth.users WHERE id = $1", ada.UserID))
	require.Equal(t, "EDITOR", m.Role, "it is closed, and no more")
	require.True(t, writetest.One[bool](w, "SELECT EXISTS (SELECT FROM view.users_public WHERE id = $1)", ada.UserID), "its profile stays")
	require.Equal(t, 1, writetest.One[int](w, "SELECT count(*)::int FROM social.likes WHERE user_id = $1", ada.UserID), "and so do its likes")
	require.Equal(t, 2, writetest.One[int](w, "SELECT (detail ->> 'sessions')::int FROM ops.audit_log WHERE action = 'suspendUser' AND subject_id = $1", ada.UserID))

	suspend(w, admin, in{"userId": idOf(ada), "reason": "More spam."}).Ok().Into("member", &m)
	require.Nil(t, m.SuspendedUntil, "until it is taken back")
	require.Equal(t, "More spam.", *m.SuspendedReason)
	w.Change(admin, "unsuspendUser", "UnsuspendUserInput", selection, in{"userId": idOf(ada)}).Ok().Into("member", &m)
	require.Equal(t, "ACTIVE", m.Status)
	require.Nil(t, m.SuspendedReason)
	require.Zero(t, live(w, ada), "who comes back signs in anew")
	require.Equal(t, []string{"INVALID_STATE userId"}, w.Change(admin, "unsuspendUser", "UnsuspendUserInput", selection, in{"userId": idOf(ada)}).Codes())
	require.Equal(t, 2, writetest.One[int](w, "SELECT count(*)::int FROM ops.audit_log WHERE action LIKE '%suspendUser' AND subject_id = $1 AND version > 2", ada.UserID))
}

// A suspension with an end is over when its owner signs in after it.
func TestASuspensionRunsOut(t *testing.T) {
	w := world(t)
	admin := w.User(identity.Admin)
	w.Change(nil, "register", "RegisterInput", "ok", in{"username": "ada", "email": "ada@example.org", "password": writetest.Password}).Ok()
	w.Change(nil, "verifyEmail", "TokenInput", "viewer { id }", in{"token": w.Token()}).Ok()
	id := writetest.One[uuid.UUID](w, "SELECT id FROM auth.users WHERE username = 'ada'")
	suspend(w, admin, in{"userId": publicid.Of("USER", id).String(), "until": w.Now.Add(time.Hour).Format(time.RFC3339Nano), "reason": "Spam."}).Ok()
	require.Equal(t, []string{"INVALID_STATE"}, w.SignIn("ada").Codes())
	w.Now = w.Now.Add(time.Hour)
	w.SignIn("ada").Ok()
	require.Equal(t, "ACTIVE", writetest.One[string](w, "SELECT status FROM auth.users WHERE id = $1 AND suspended_reason IS NULL", id))
}

func TestSuspensionsThatAreRefused(t *testing.T) {
	w := world(t)
	admin, ada, pending := w.User(identity.Admin), w.User(identity.Reader), w.User(identity.Reader)
	w.Exec("UPDATE auth.users SET status = 'PENDING' WHERE id = $1", pending.UserID)
	require.Equal(t, []string{"FORBIDDEN userId"}, suspend(w, admin, in{"userId": idOf(admin), "reason": "Me."}).Codes())
	require.Equal(t, []string{"BLANK reason"}, suspend(w, admin, in{"userId": idOf(ada), "reason": ""}).Codes())
	require.Equal(t, []string{"TOO_LONG reason"}, suspend(w, admin, in{"userId": idOf(ada), "reason": strings.Repeat("x", 1001)}).Codes())
	require.Equal(t, []string{"INVALID reason"}, suspend(w, admin, in{"userId": idOf(ada), "reason": "\u202espam"}).Codes())
	require.Equal(t, []string{"INVALID until", "INVALID_STATE userId"},
		suspend(w, admin, in{"userId": idOf(pending), "reason": "x", "until": w.Now.Format(time.RFC3339Nano)}).Codes(), "all at once")
	require.Equal(t, []string{"INVALID until"}, suspend(w, admin, in{"userId": idOf(ada), "reason": "x", "until": w.Now.AddDate(10, 0, 1).Format(time.RFC3339)}).Codes())
	require.Equal(t, []string{"NOT_FOUND userId"}, suspend(w, admin, in{"userId": "user_01h455vb4pex5vsknk084sn02q", "reason": "x"}).Codes())
	require.Equal(t, []string{"NOT_FOUND userId"}, w.Change(admin, "unsuspendUser", "UnsuspendUserInput", selection, in{"userId": "user_01h455vb4pex5vsknk084sn02q"}).Codes())
	require.Equal(t, []string{"INVALID userId"}, w.Change(admin, "unsuspendUser", "UnsuspendUserInput", selection, in{"userId": "work_01h455vb4pex5vsknk084sn02q"}).Codes())
	require.Equal(t, "ACTIVE", writetest.One[string](w, "SELECT status FROM auth.users WHERE id = $1", ada.UserID))
}

func TestAdminsAloneMay(t *testing.T) {
	w := world(t)
	ada := w.User(identity.Reader)
	id := idOf(ada)
	for document, sensitive := range map[string]bool{
		`mutation { setUserRoles(input: {userId: "` + id + `", roles: [], expectedVersion: 1}) { userErrors { code } } }`: true,
		`mutation { suspendUser(input: {userId: "` + id + `", reason: "x"}) { userErrors { code } } }`:                    true,
		`mutation { unsuspendUser(input: {userId: "` + id + `"}) { userErrors { code } } }`:                               true,
		`{ members { nodes { id } } }`: false,
		`{ auditLog(filter: {from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z"}) { nodes { id } } }`: false,
	} {
		require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, document, nil).Code(), document)
		for _, role := range []identity.Role{identity.Reader, identity.Contributor, identity.Reviewer, identity.Editor} {
			require.Equal(t, "FORBIDDEN", w.Ask(w.User(role), document, nil).Code(), document)
		}
		admin := w.User(identity.Admin)
		require.Empty(t, w.Ask(admin, document, nil).Code(), document)
		admin.ReauthAt = w.Now.Add(-6 * time.Minute)
		require.Equal(t, map[bool]string{true: "REAUTH_REQUIRED"}[sensitive], w.Ask(admin, document, nil).Code(), document)
		admin.ReauthAt, admin.Verified = w.Now, false
		require.Equal(t, "FORBIDDEN", w.Ask(admin, document, nil).Code(), document)
	}
}
