package report_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

const selection = "report { id subject { id title } reporter { username } reason detail status note resolvedBy { username } resolvedAt createdAt }"

type report struct {
	ID, Reason, Status string
	Subject            struct{ ID, Title string }
	Reporter           struct{ Username string }
	Detail, Note       *string
	ResolvedBy         *struct{ Username string }
	ResolvedAt         *time.Time
}

func tell(w *writetest.World, who *identity.Actor, id publicid.ID, more map[string]any) writetest.Payload {
	in := map[string]any{"subjectId": id.String(), "reason": "SPAM"}
	for k, v := range more {
		in[k] = v
	}
	return w.Change(who, "reportContent", "ReportContentInput", selection, in)
}

func TestReport(t *testing.T) {
	w := writetest.New(t)
	reader, other := w.User(identity.Reader), w.User(identity.Reader)
	work, _ := w.Published("La Commedia")
	var made, again report
	tell(w, reader, work, map[string]any{"detail": "Look."}).Ok().Into("report", &made)
	require.Equal(t, "OPEN", made.Status)
	require.Equal(t, "La Commedia", made.Subject.Title)
	require.Equal(t, reader.Username, made.Reporter.Username)
	tell(w, reader, work, map[string]any{"reason": "ABUSE"}).Ok().Into("report", &again)
	require.Equal(t, made, again, "while one is open it is answered")
	tell(w, other, work, nil).Ok().Into("report", &again)
	require.NotEqual(t, made.ID, again.ID)
	require.Equal(t, []string{"TOO_LONG detail"}, tell(w, reader, work, map[string]any{"detail": strings.Repeat("x", 5001)}).Codes())
	w.Unpublish(work)
	require.Equal(t, []string{"NOT_FOUND subjectId"}, tell(w, reader, work, nil).Codes())
	const query = "mutation($in: ReportContentInput!) { reportContent(input: $in) { report { id } } }"
	require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, query, map[string]any{"in": map[string]any{"subjectId": work.String(), "reason": "SPAM"}}).Code())
}

func TestTwentyADay(t *testing.T) {
	w := writetest.New(t)
	reader := w.User(identity.Reader)
	for i := range 20 {
		work, _ := w.Published(fmt.Sprint("Work ", i))
		tell(w, reader, work, nil).Ok()
	}
	work, _ := w.Published("One more")
	require.Equal(t, []string{"LIMIT_REACHED"}, tell(w, reader, work, nil).Codes())
	w.Now = w.Now.Add(24*time.Hour + time.Second)
	tell(w, reader, work, nil).Ok()
}

func TestResolve(t *testing.T) {
	w := writetest.New(t)
	reader, editor := w.User(identity.Reader), w.User(identity.Editor)
	work, _ := w.Published("La Commedia")
	var made, now report
	tell(w, reader, work, nil).Ok().Into("report", &made)
	resolve := func(id string, more map[string]any) writetest.Payload {
		in := map[string]any{"id": id, "outcome": "ACTIONED"}
		for k, v := range more {
			in[k] = v
		}
		return w.Change(editor, "resolveReport", "ResolveReportInput", selection, in)
	}
	require.Equal(t, []string{"TOO_LONG note"}, resolve(made.ID, map[string]any{"note": strings.Repeat("x", 5001)}).Codes())
	require.Equal(t, []string{"INVALID id"}, resolve(work.String(), nil).Codes())
	require.Equal(t, []string{"NOT_FOUND id"}, resolve("rprt_01h455vb4pex5vsknk084sn02q", nil).Codes())
	resolve(made.ID, map[string]any{"note": "Mended."}).Ok().Into("report", &now)
	require.Equal(t, "ACTIONED", now.Status)
	require.Equal(t, "Mended.", *now.Note)
	require.Equal(t, editor.Username, now.ResolvedBy.Username)
	require.Equal(t, w.Now, now.ResolvedAt.UTC())
	require.Equal(t, []string{"INVALID_STATE id"}, resolve(made.ID, nil).Codes())
	require.Equal(t, work.UUID.String(), writetest.One[string](w, "SELECT subject_id::text FROM ops.audit_log WHERE action = 'resolveReport' AND actor_id = $1", editor.UserID))
	var next report
	tell(w, reader, work, nil).Ok().Into("report", &next)
	require.NotEqual(t, made.ID, next.ID, "what was decided can be reported again")
	in := map[string]any{"in": map[string]any{"id": next.ID, "outcome": "DISMISSED"}}
	for _, role := range []identity.Role{identity.Reader, identity.Contributor, identity.Reviewer} {
		require.Equal(t, "FORBIDDEN", w.Ask(w.User(role), "mutation($in: ResolveReportInput!) { resolveReport(input: $in) { report { id } } }", in).Code())
	}
}

func TestQueue(t *testing.T) {
	w := writetest.New(t)
	reader, editor := w.User(identity.Reader), w.User(identity.Editor)
	var ids []string
	for i, reason := range []string{"SPAM", "ABUSE", "SPAM"} {
		work, text := w.Published(fmt.Sprint("Work ", i))
		about := []publicid.ID{work, text, work}[i]
		var made report
		tell(w, reader, about, map[string]any{"reason": reason}).Ok().Into("report", &made)
		ids = append(ids, made.ID)
	}
	const query = "query($filter: ReportFilter, $first: Int, $after: String) { moderationQueue(filter: $filter, first: $first, after: $after) { nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } } }"
	read := func(filter map[string]any, first int, after string) (found []string, end string) {
		a := w.Ask(editor, query, map[string]any{"filter": filter, "first": first, "after": after})
		require.Empty(t, a.Errors)
		var l struct {
			Nodes    []struct{ ID string }
			PageInfo struct{ EndCursor string }
		}
		require.NoError(t, json.Unmarshal(a.Data["moderationQueue"], &l))
		for _, n := range l.Nodes {
			found = append(found, n.ID)
		}
		return found, l.PageInfo.EndCursor
	}
	found, end := read(nil, 2, "")
	require.Equal(t, ids[:2], found, "the oldest first")
	found, _ = read(nil, 2, end)
	require.Equal(t, ids[2:], found)
	found, _ = read(map[string]any{"reason": "SPAM"}, 10, "")
	require.Equal(t, []string{ids[0], ids[2]}, found)
	found, _ = read(map[string]any{"kind": "EXPRESSION"}, 10, "")
	require.Equal(t, ids[1:2], found)
	found, _ = read(map[string]any{"status": "DISMISSED"}, 10, "")
	require.Empty(t, found)
	require.Equal(t, "FORBIDDEN", w.Ask(reader, query, nil).Code())
	require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, query, nil).Code())
}
