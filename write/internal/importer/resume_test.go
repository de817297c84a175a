package importer

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// tripwire does something when a stage begins.
type tripwire struct {
	silent
	stage string
	trip  func()
}

func (w *tripwire) Stage(name string, _ int64) {
	if name == w.stage && w.trip != nil {
		w.trip()
		w.trip = nil
	}
}

// A connection that breaks leaves whole stages or nothing, and the same command
// goes on from there.
func TestAnImportGoesOnAfterTheConnectionWasLost(t *testing.T) {
	whole := newBase(t)
	whole.load(small())
	for _, at := range []string{"authors", "translations", "comments", "publish"} {
		t.Run(at, func(t *testing.T) {
			b := newBase(t)
			admin := b.connect()
			var pid int
			require.NoError(t, b.conn.QueryRow(t.Context(), "SELECT pg_backend_pid()").Scan(&pid))
			_, err := Run(t.Context(), b.conn, Options{Files: small().fs(), Name: "test", Progress: &tripwire{stage: at, trip: func() {
				_, err := admin.Exec(t.Context(), "SELECT pg_terminate_backend($1)", pid)
				require.NoError(t, err)
			}}})
			require.ErrorContains(t, err, "stage "+at)

			b.conn = b.connect()
			require.Equal(t, "RUNNING", b.one("SELECT status FROM ops.import_runs"), "nobody was left to write it down")
			b.unlocked()
			r := b.load(small())
			require.True(t, r.Resumed)
			require.True(t, r.Changed)
			for _, s := range r.Stages {
				if s.Name == at {
					require.False(t, s.Skipped)
					break
				}
				require.True(t, s.Skipped, s.Name)
			}
			b.verified()
			require.Equal(t, "1|DONE", b.one("SELECT count(*) || '|' || min(status) FROM ops.import_runs"))
			require.False(t, b.load(small()).Changed)
			require.Equal(t, whole.one("SELECT count(*) FROM core.text_lines"), b.one("SELECT count(*) FROM core.text_lines"))
		})
	}
}

// unlocked waits until Postgres has noticed that the other session is gone.
func (b *base) unlocked() {
	b.t.Helper()
	require.Eventually(b.t, func() bool {
		return b.one("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") == "0"
	}, 20*time.Second, 10*time.Millisecond)
}

func TestAnInterruptedImportKeepsWhatItRejected(t *testing.T) {
	b := newBase(t)
	l := small().with("authors.jsonl", `{"id":"bad"}`)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Run(ctx, b.conn, Options{Files: l.fs(), Name: "test", Progress: &tripwire{stage: "rights", trip: cancel}})
	require.ErrorIs(t, err, context.Canceled)
	b.conn = b.connect()
	b.unlocked()
	r, err := b.try(l)
	require.NoError(t, err)
	require.True(t, r.Resumed)
	require.Equal(t, 1, r.Rejected)
	require.Equal(t, []string{`authors.jsonl:3: "bad": names: has no name`}, texts(r.Problems))
	b.verified()
}

// A bulk load that died before the read model was refreshed is made good by the
// next import, whatever that brings.
func TestAnotherImportRefreshesWhatADeadOneLeft(t *testing.T) {
	b := newBase(t)
	l := small()
	for i := range 120 {
		l = l.with("works.jsonl", record(t, map[string]any{
			"id": "w" + string(rune('a'+i%26)) + string(rune('a'+i/26)), "author_ids": []string{"dante"}, "title": "W",
			"original_language": "it", "literature_type": "prose", "text": "x",
		}))
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Run(ctx, b.conn, Options{Files: l.fs(), Name: "first", Progress: &tripwire{stage: "collections", trip: cancel}})
	require.ErrorIs(t, err, context.Canceled)
	b.conn = b.connect()
	b.unlocked()
	require.NotEqual(t, "122", b.one("SELECT count(*) FROM view.work"), "in bulk the read model waits for the end")
	_, err = Run(t.Context(), b.conn, Options{Files: library{"authors.jsonl": {author}}.fs(), Name: "second"})
	require.NoError(t, err)
	b.verified()
	require.Equal(t, "122", b.one("SELECT count(*) FROM view.work"))
	require.Equal(t, []string{"first FAILED", "second DONE"}, b.list("SELECT source || ' ' || status FROM ops.import_runs ORDER BY 1"))
}

func TestAFailedImportIsWrittenDown(t *testing.T) {
	b := newBase(t)
	b.exec(`CREATE FUNCTION pg_temp_fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = '53100'; END $$`)
	b.exec(`CREATE TRIGGER fail BEFORE INSERT ON core.text_lines EXECUTE FUNCTION pg_temp_fail()`)
	_, err := b.try(small())
	require.ErrorContains(t, err, "stage works: ERROR: no space (SQLSTATE 53100)")
	require.Equal(t, "FAILED|works", b.one("SELECT status || '|' || stage FROM ops.import_runs"))
	require.Equal(t, "0", b.one("SELECT count(*) FROM core.works"), "nothing of the stage is kept")
	require.Equal(t, "2", b.one("SELECT count(*) FROM core.persons"), "what was finished before it is")
	b.exec(`DROP TRIGGER fail ON core.text_lines`)
	require.True(t, b.load(small()).Resumed)
	b.verified()
}
