package auditlog_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

type in = map[string]any

const query = `query($filter: AuditFilter!, $first: Int, $after: String) { auditLog(filter: $filter, first: $first, after: $after) {
	nodes { id at actor { id username } action subject { id kind title } version ip requestId signingKeyId detail } pageInfo { hasNextPage endCursor } } }`

type entry struct {
	ID           string
	At           time.Time
	Actor        *struct{ ID, Username string }
	Action       string
	Subject      *struct{ ID, Kind, Title string }
	Version      *int
	IP           *string
	RequestID    *string `json:"requestId"`
	SigningKeyID *string `json:"signingKeyId"`
	Detail       map[string]any
}

func read(w *writetest.World, admin *identity.Actor, variables in) (found []entry, end string) {
	w.T.Helper()
	a := w.Ask(admin, query, variables)
	require.Empty(w.T, a.Errors)
	var l struct {
		Nodes    []entry
		PageInfo struct {
			HasNextPage bool
			EndCursor   *string
		}
	}
	require.NoError(w.T, json.Unmarshal(a.Data["auditLog"], &l))
	if l.PageInfo.HasNextPage {
		end = *l.PageInfo.EndCursor
	}
	return l.Nodes, end
}

var day = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// note writes an entry that many hours after the day began.
func note(w *writetest.World, hours int, actor uuid.UUID, action string, subject *uuid.UUID, request string) {
	w.Exec(`INSERT INTO ops.audit_log (at, actor_id, action, subject_id, request_id) VALUES ($1, $2, $3, $4, $5)`,
		day.Add(time.Duration(hours)*time.Hour), actor, action, subject, request)
}

func between(from, to time.Time, more in) in {
	filter := in{"from": from.Format(time.RFC3339), "to": to.Format(time.RFC3339)}
	for k, v := range more {
		filter[k] = v
	}
	return filter
}

func TestWhatWasDoneIsFound(t *testing.T) {
	w := writetest.New(t)
	w.Exec("SET LOCAL ROLE tercul_writer")
	admin, ada := w.User(identity.Admin), w.User(identity.Reader)
	key := uuid.New()
	admin.SigningKey = key
	w.Change(admin, "suspendUser", "SuspendUserInput", "member { id }", in{"userId": publicid.Of("USER", ada.UserID).String(), "reason": "Spam."}).Ok()
	// The row's time is that of the test's transaction.
	entries, _ := read(w, admin, in{"filter": between(time.Now().Add(-time.Hour), time.Now().Add(time.Hour), nil)})
	require.Len(t, entries, 1)
	e := entries[0]
	require.Equal(t, "suspendUser", e.Action)
	require.Equal(t, admin.Username, e.Actor.Username)
	require.Equal(t, publicid.Of("USER", ada.UserID).String(), e.Subject.ID)
	require.Equal(t, ada.Username, e.Subject.Title)
	require.Equal(t, 2, *e.Version)
	require.Equal(t, "192.0.2.1", *e.IP)
	require.Equal(t, publicid.Of(publicid.SigningKey, key).String(), *e.SigningKeyID)
	require.Equal(t, "Spam.", e.Detail["reason"])
}

func TestFiltersAndPages(t *testing.T) {
	w := writetest.New(t)
	w.Exec("SET LOCAL ROLE tercul_writer")
	admin, ada := w.User(identity.Admin), w.User(identity.Editor)
	work, _ := w.Published("La Commedia")
	note(w, -1, ada.UserID, "before", nil, "r0")
	note(w, 0, ada.UserID, "updateWork", &work.UUID, "r1")
	note(w, 1, admin.UserID, "updateWork", &work.UUID, "r2")
	note(w, 1, ada.UserID, "createWork", nil, "r3")
	note(w, 2, ada.UserID, "deleteWork", &work.UUID, "r4")
	note(w, 31*24, ada.UserID, "after", nil, "r5")
	month := func(more in) in { return between(day, day.Add(31*24*time.Hour), more) }
	for name, c := range map[string]struct {
		filter in
		want   []string
	}{
		"a month":      {month(nil), []string{"r4", "r3", "r2", "r1"}},
		"an hour":      {between(day, day.Add(time.Hour), nil), []string{"r1"}},
		"by somebody":  {month(in{"actorId": publicid.Of("USER", ada.UserID).String()}), []string{"r4", "r3", "r1"}},
		"an operation": {month(in{"action": "updateWork"}), []string{"r2", "r1"}},
		"of an object": {month(in{"subjectId": work.String()}), []string{"r4", "r2", "r1"}},
		"of a request": {month(in{"requestId": "r3"}), []string{"r3"}},
		"both":         {month(in{"action": "updateWork", "actorId": publicid.Of("USER", admin.UserID).String()}), []string{"r2"}},
		"neither":      {month(in{"action": "none"}), nil},
	} {
		for _, size := range []int{1, 2, 100} {
			var found []string
			for after := ""; ; {
				entries, end := read(w, admin, in{"filter": c.filter, "first": size, "after": after})
				for _, e := range entries {
					found = append(found, *e.RequestID)
				}
				if after = end; end == "" {
					break
				}
			}
			require.Equal(t, c.want, found, "%s, %d a page", name, size)
		}
	}
}

func TestTheWindow(t *testing.T) {
	w := writetest.New(t)
	admin := w.User(identity.Admin)
	for name, to := range map[string]time.Time{
		"backward": day.Add(-time.Second), "empty": day, "too long": day.Add(31*24*time.Hour + time.Second),
	} {
		a := w.Ask(admin, query, in{"filter": between(day, to, nil)})
		require.Equal(t, "BAD_REQUEST", a.Code(), name)
		require.Equal(t, "filter.to", a.Errors[0].Extensions.Field, name)
	}
	require.Equal(t, "BAD_REQUEST", w.Ask(admin, query, in{"filter": between(day, day.Add(time.Hour), nil), "after": "bWVtYmVycw"}).Code())
	require.NotEmpty(t, w.Ask(admin, "{ auditLog { nodes { id } } }", nil).Code(), "never without a window")
}
