package operation_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/read/internal/operation"
	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/shared/pgtest"
)

// table is a real table of documents that can be made to fail.
type table struct {
	*pgxpool.Pool
	down    atomic.Bool
	queries atomic.Int32
}

func (t *table) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	t.queries.Add(1)
	if t.down.Load() {
		return nil, errors.New("down")
	}
	return t.Pool.Query(ctx, sql, args...)
}

func (t *table) exec(tb testing.TB, sql string, args ...any) {
	tb.Helper()
	_, err := t.Exec(context.Background(), sql, args...)
	require.NoError(tb, err)
}

func (t *table) register(tb testing.TB, hash, name, text string) {
	tb.Helper()
	t.exec(tb, `INSERT INTO ops.documents (hash, name, source) VALUES ($1, $2, $3)`, hash, name, text)
}

func openTable(t *testing.T) *table { return &table{Pool: pgtest.Open(t, pgtest.Database(t))} }

func TestTheTableIsFollowedWithoutARestart(t *testing.T) {
	db := openTable(t)
	metrics := prometheus.NewRegistry()
	now := time.Now()
	r := registry(t, func(c *operation.Config) {
		c.Table, c.Metrics, c.Now = operation.TableOf(db), metrics, func() time.Time { return now }
	})
	ctx, hash := context.Background(), document.ID(otherText)
	state := func() (found bool, generation uint64) {
		t.Helper()
		require.NoError(t, r.Refresh(ctx))
		_, err := r.Lookup(hash)
		return err == nil, r.Generation()
	}
	found, before := state()
	assert.False(t, found)

	db.register(t, hash, "Other", otherText)
	found, generation := state()
	assert.True(t, found)
	assert.Greater(t, generation, before)
	op, err := r.Lookup(hash)
	require.NoError(t, err)
	assert.Equal(t, operation.Table, op.Source())
	assert.Equal(t, "/graphql?documentId=sha256:"+hash, parse(t, r, operation.Request{DocumentID: hash}).Canonical)

	db.queries.Store(0)
	_, again := state()
	assert.Equal(t, generation, again, "nothing has changed")
	assert.Equal(t, int32(1), db.queries.Load(), "texts known are not read again")
	kept, err := r.Lookup(hash)
	require.NoError(t, err)
	assert.Same(t, op, kept)

	db.exec(t, `UPDATE ops.documents SET ttl_s = 60, status = 'DEPRECATED', sunset_at = $1`, now.Add(time.Hour))
	found, generation = state()
	assert.True(t, found)
	assert.Greater(t, generation, again)
	op, err = r.Lookup(hash)
	require.NoError(t, err)
	assert.Equal(t, time.Minute, op.Policy().SharedMaxAge)
	assert.Equal(t, time.Minute, op.Policy().Lasting)
	deprecated, sunset := op.Deprecated()
	assert.True(t, deprecated)
	assert.WithinDuration(t, now.Add(time.Hour), sunset, time.Second)

	began, end := op.Retirement()
	assert.Regexp(t, `^@\d+$`, began, "without a date of its own since it was registered")
	assert.Equal(t, sunset.Format(http.TimeFormat), end)

	now = now.Add(2 * time.Hour)
	found, _ = state()
	assert.False(t, found, "past its sunset")
	_, err = r.Parse(ctx, operation.Request{DocumentID: hash})
	require.ErrorIs(t, err, apperr.New(apperr.PersistedQueryNotFound, ""))
	require.ErrorContains(t, err, "this one was retired on "+sunset.Format(time.DateOnly))
	now = now.Add(-2 * time.Hour)
	found, _ = state()
	assert.True(t, found)

	for _, status := range []string{"PENDING", "BLOCKED"} {
		db.exec(t, `UPDATE ops.documents SET status = $1`, status)
		found, _ = state()
		assert.False(t, found, status)
	}
	db.exec(t, `DELETE FROM ops.documents`)
	found, _ = state()
	assert.False(t, found)
	require.NoError(t, testutil.GatherAndCompare(metrics, strings.NewReader(`
# HELP tercul_documents_known Documents that are run, by source.
# TYPE tercul_documents_known gauge
tercul_documents_known{source="audit"} 4
tercul_documents_known{source="file"} 0
tercul_documents_known{source="shipped"} 2
tercul_documents_known{source="table"} 0
`), "tercul_documents_known"))
}

func parse(t *testing.T, r *operation.Registry, req operation.Request) operation.Question {
	t.Helper()
	q, err := r.Parse(context.Background(), req)
	require.NoError(t, err)
	return q
}

func TestABlockedDocumentGoesWhateverItsSource(t *testing.T) {
	db := openTable(t)
	r := registry(t, func(c *operation.Config) { c.Table = operation.TableOf(db) })
	hash := document.ID(workText)
	db.register(t, hash, "Work", workText)
	require.NoError(t, r.Refresh(context.Background()))
	op, err := r.Lookup(hash)
	require.NoError(t, err)
	assert.Equal(t, operation.Shipped, op.Source())
	db.exec(t, `UPDATE ops.documents SET status = 'BLOCKED'`)
	require.NoError(t, r.Refresh(context.Background()))
	_, err = r.Lookup(hash)
	require.Error(t, err)
	db.exec(t, `DELETE FROM ops.documents`)
	require.NoError(t, r.Refresh(context.Background()))
	_, err = r.Lookup(hash)
	require.NoError(t, err)
}

func TestDocumentsUnderAnOlderId(t *testing.T) {
	db := openTable(t)
	const md5 = "d41d8cd98f00b204e9800998ecf8427e"
	db.register(t, md5, "Other", otherText)
	r := registry(t, func(c *operation.Config) { c.Table = operation.TableOf(db) })
	for _, id := range []string{md5, document.ID(otherText)} {
		q := parse(t, r, operation.Request{DocumentID: id})
		assert.Equal(t, "/graphql?documentId=sha256:"+document.ID(otherText), q.Canonical)
	}
}

func TestBadDocumentsOfTheTableAreLeftOut(t *testing.T) {
	db := openTable(t)
	metrics := prometheus.NewRegistry()
	db.register(t, document.ID("{ nope }"), "Bad", "{ nope }")
	db.register(t, document.ID(`{ __schema { description } }`), "Curious", `{ __schema { description } }`)
	db.register(t, document.ID("another"), "Forged", workText)
	db.register(t, document.ID(otherText), "Other", otherText)
	r := registry(t, func(c *operation.Config) { c.Table, c.Metrics = operation.TableOf(db), metrics })
	_, err := r.Lookup(document.ID(otherText))
	require.NoError(t, err, "the good one is there")
	for _, text := range []string{"{ nope }", `{ __schema { description } }`, "another"} {
		_, err := r.Lookup(document.ID(text))
		require.ErrorIs(t, err, apperr.New(apperr.PersistedQueryNotFound, ""))
	}
	refused := func() float64 {
		families, err := metrics.Gather()
		require.NoError(t, err)
		for _, f := range families {
			if f.GetName() == "tercul_documents_refused" {
				return f.GetMetric()[0].GetGauge().GetValue()
			}
		}
		return -1
	}
	assert.InDelta(t, 3, refused(), 0)
	db.queries.Store(0)
	require.NoError(t, r.Refresh(context.Background()))
	assert.Equal(t, int32(1), db.queries.Load(), "a text that failed is not read again")
	assert.InDelta(t, 3, refused(), 0)
	db.exec(t, `DELETE FROM ops.documents WHERE name <> 'Bad'`)
	require.NoError(t, r.Refresh(context.Background()))
	assert.InDelta(t, 1, refused(), 0)
}

func TestADocumentWaitsForTheDatabase(t *testing.T) {
	db := openTable(t)
	away := true
	r := registry(t, func(c *operation.Config) {
		c.Table = operation.TableOf(db)
		c.Verify = func(_ context.Context, op *operation.Operation) error {
			if away && op.Source() == operation.Table {
				return apperr.New(apperr.Unavailable, "away")
			}
			return nil
		}
	})
	db.register(t, document.ID(otherText), "Other", otherText)
	require.NoError(t, r.Refresh(context.Background()))
	_, err := r.Lookup(document.ID(otherText))
	require.Error(t, err)
	away = false
	require.NoError(t, r.Refresh(context.Background()))
	_, err = r.Lookup(document.ID(otherText))
	require.NoError(t, err)
}

func TestATableThatFailsChangesNothing(t *testing.T) {
	db := openTable(t)
	db.register(t, document.ID(otherText), "Other", otherText)
	r := registry(t, func(c *operation.Config) { c.Table = operation.TableOf(db) })
	db.down.Store(true)
	require.EqualError(t, r.Refresh(context.Background()), "down")
	_, err := r.Lookup(document.ID(otherText))
	require.NoError(t, err)
	down := registry(t, func(c *operation.Config) { c.Table = operation.TableOf(db) })
	_, err = down.Lookup(document.ID(workText))
	require.NoError(t, err, "a start without the table")
}

// Readers look up and parse while the table changes under them.
func TestRunFollowsWhileReadersRead(t *testing.T) {
	db := openTable(t)
	r := registry(t, func(c *operation.Config) { c.Table, c.Poll = operation.TableOf(db), time.Hour })
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	started := make(chan struct{})
	go func() { done <- r.Run(ctx, func() { close(started) }) }()
	<-started
	hash := document.ID(otherText)
	readers := make(chan struct{})
	go func() {
		defer close(readers)
		for ctx.Err() == nil {
			_, _ = r.Lookup(hash)
			_, err := r.Parse(ctx, operation.Request{Query: worksText})
			assert.NoError(t, err)
		}
	}()
	db.register(t, hash, "Other", otherText)
	r.Wake()
	r.Wake()
	require.Eventually(t, func() bool { _, err := r.Lookup(hash); return err == nil }, 10*time.Second, time.Millisecond)
	db.exec(t, `DELETE FROM ops.documents`)
	r.Wake()
	require.Eventually(t, func() bool { _, err := r.Lookup(hash); return err != nil }, 10*time.Second, time.Millisecond)
	db.down.Store(true)
	r.Wake()
	cancel()
	<-readers
	require.ErrorIs(t, <-done, context.Canceled)
}

func TestThePollFindsADocument(t *testing.T) {
	db := openTable(t)
	r := registry(t, func(c *operation.Config) { c.Table, c.Poll = operation.TableOf(db), 5*time.Millisecond })
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { _ = r.Run(ctx, func() {}) }()
	db.register(t, document.ID(otherText), "Other", otherText)
	require.Eventually(t, func() bool { _, err := r.Lookup(document.ID(otherText)); return err == nil }, 10*time.Second, time.Millisecond)
}

// Unknown ids cost the database nothing, and announcements, however many, a
// bounded number of looks.
func TestAFloodDoesNotReachTheTable(t *testing.T) {
	db := openTable(t)
	rests, rested := make(chan time.Duration), make(chan time.Time)
	r := registry(t, func(c *operation.Config) {
		c.Table, c.Poll = operation.TableOf(db), time.Hour
		c.After = func(d time.Duration) <-chan time.Time { rests <- d; return rested }
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx, func() {}) }()
	db.queries.Store(0)
	for n := range 100_000 {
		_, err := r.Parse(ctx, operation.Request{DocumentID: document.ID(strconv.Itoa(n))})
		require.Error(t, err)
	}
	assert.Zero(t, db.queries.Load())

	r.Wake()
	for look := range int32(3) {
		assert.Equal(t, 100*time.Millisecond, <-rests, "at most ten looks a second")
		for range 1000 {
			r.Wake()
		}
		assert.Equal(t, look+1, db.queries.Load(), "no look before it has rested")
		rested <- time.Time{}
	}
	<-rests
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
}
