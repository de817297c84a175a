package readmodel_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/readmodel"
	"github.com/tercul/tercul/write/internal/writetest"
)

type in = map[string]any

const selection = "job { id kind state maxAttempts progress { done total step } }"

type shown struct {
	ID, Kind, State string
	MaxAttempts     int
	Progress        *struct {
		Done, Total int
		Step        string
	}
}

func request(w *writetest.World, admin *identity.Actor, names ...string) writetest.Payload {
	w.T.Helper()
	return w.Change(admin, "rebuildReadModels", "RebuildReadModelsInput", selection, in{"names": append([]string{}, names...)})
}

// work does the job that waits, as the queue's worker would.
func work(w *writetest.World, id string) {
	w.T.Helper()
	j := &river.Job[readmodel.RebuildArgs]{JobRow: &rivertype.JobRow{ID: writetest.One[int64](w, "SELECT $1::text::bigint", id)}}
	require.NoError(w.T, json.Unmarshal([]byte(writetest.One[string](w, "SELECT args::text FROM jobs.river_job WHERE id = $1", j.ID)), &j.Args))
	worker := readmodel.Rebuilder{DB: writetest.Savepoints{Tx: w.Tx}}
	require.Equal(w.T, 30*time.Minute, worker.Timeout(j))
	require.NoError(w.T, worker.Work(w.T.Context(), j))
}

// differing are the tables that are not what their sources say.
func differing(w *writetest.World) int {
	return writetest.One[int](w, "SELECT count(*)::int FROM view.verify() WHERE missing + surplus > 0")
}

func TestTablesAreMadeAnewByAJob(t *testing.T) {
	w := writetest.New(t)
	admin := w.User(identity.Admin)
	w.Published("La Commedia")
	w.Exec("SET LOCAL tercul.defer_refresh = 'on'") // or the damage would be mended by itself
	w.Exec("UPDATE view.work SET title = 'x'")
	w.Exec("DELETE FROM view.expression")
	w.Exec("SET LOCAL tercul.defer_refresh = 'off'")
	w.Exec("SET LOCAL ROLE tercul_writer")
	require.Equal(t, 2, differing(w))
	var j shown
	request(w, admin, "work").Ok().Into("job", &j)
	require.Equal(t, "rebuild_read_models", j.Kind)
	require.Equal(t, "AVAILABLE", j.State)
	require.Equal(t, 3, j.MaxAttempts)
	require.Nil(t, j.Progress)
	require.Equal(t, []string{"INVALID_STATE"}, request(w, admin).Codes(), "one at a time")

	work(w, j.ID)
	require.Equal(t, 1, differing(w), "the other was not asked for")
	require.Equal(t, `{"done": 1, "step": "work", "total": 1}`, writetest.One[string](w, "SELECT (metadata -> 'progress')::text FROM jobs.river_job"))
	require.Equal(t, "{*}", writetest.One[string](w, "SELECT tags::text FROM ops.outbox ORDER BY id DESC LIMIT 1"), "caches forget")
	announced := writetest.One[int](w, "SELECT count(*)::int FROM ops.outbox")
	w.Exec("UPDATE jobs.river_job SET state = 'completed', finalized_at = now()")

	request(w, admin).Ok().Into("job", &j)
	work(w, j.ID)
	require.Zero(t, differing(w))
	require.Equal(t, `{"done": 10, "step": "category", "total": 10}`, writetest.One[string](w, "SELECT (metadata -> 'progress')::text FROM jobs.river_job ORDER BY id DESC LIMIT 1"))
	work(w, j.ID)
	require.Equal(t, announced+1, writetest.One[int](w, "SELECT count(*)::int FROM ops.outbox"), "nothing differs, nothing is announced")
	require.Equal(t, 2, writetest.One[int](w, "SELECT count(*)::int FROM ops.audit_log WHERE action = 'rebuildReadModels' AND detail ? 'job' AND actor_id = $1", admin.UserID))
}

func TestRebuildsThatAreRefused(t *testing.T) {
	w := writetest.New(t)
	w.Exec("SET LOCAL ROLE tercul_writer")
	admin := w.User(identity.Admin)
	require.Equal(t, []string{"INVALID names.0", "INVALID names.2"}, request(w, admin, "works", "work", "pg_class").Codes())
	require.Equal(t, []string{"DUPLICATE names"}, request(w, admin, "work", "work").Codes())
	require.Equal(t, []string{"TOO_MANY names"}, request(w, admin, "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u").Codes())
	require.Zero(t, writetest.One[int](w, "SELECT count(*)::int FROM jobs.river_job"))
	const document = `mutation { rebuildReadModels(input: {}) { userErrors { code } } }`
	require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, document, nil).Code())
	for _, role := range []identity.Role{identity.Reader, identity.Contributor, identity.Reviewer, identity.Editor} {
		require.Equal(t, "FORBIDDEN", w.Ask(w.User(role), document, nil).Code())
	}
	admin.ReauthAt = w.Now.Add(-time.Hour)
	require.Equal(t, "REAUTH_REQUIRED", w.Ask(admin, document, nil).Code())
}
