package probe

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/libtest"
)

// bench is a Prober on a real outbox, whose one question is the description of a
// work, and caches that answer what the test tells them.
type bench struct {
	t       *testing.T
	p       *Prober
	conn    *pgx.Conn // the prober's
	owner   *pgx.Conn
	work    string
	cached  func() *answer.Entry
	between func() // the first of two looks at the database, and then
	origin  answer.Source
}

const describe = `UPDATE core.works SET description = $1 WHERE id = (SELECT id FROM view.work WHERE slug = 'dante-inferno-01')`

func newBench(t *testing.T) *bench {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	url := libtest.URL(t)
	b := &bench{t: t, conn: connect(t, url), owner: connect(t, url), between: func() {}}
	require.NoError(t, b.owner.QueryRow(t.Context(), "SELECT public_id FROM view.work WHERE slug = 'dante-inferno-01'").Scan(&b.work))
	b.origin = answer.SourceFunc(func(ctx context.Context, _ *answer.Query) (answer.Result, error) {
		e, err := b.load(ctx, b.conn)
		b.between()
		return answer.Result{Entry: e}, err
	})
	var err error
	b.p, err = New(Config{
		Rate: 600, Delays: []time.Duration{time.Minute, time.Hour}, Beat: time.Millisecond, Limit: 20 * time.Second,
		Connect: func(context.Context) (*pgx.Conn, error) { return pgx.Connect(context.Background(), url) },
		Origin:  func(*pgx.Conn) answer.Source { return b.origin },
		Cached:  func(context.Context, *answer.Query) *answer.Entry { return b.cached() },
		Keep:    keepAll, Log: zerolog.New(zerolog.NewTestWriter(t)), Metrics: prometheus.NewPedanticRegistry(),
	})
	require.NoError(t, err)
	require.NoError(t, b.p.outbox.look(t.Context(), b.conn, time.Now))
	return b
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// load is what the database says.
func (b *bench) load(ctx context.Context, conn *pgx.Conn) (*answer.Entry, error) {
	var text *string
	if err := conn.QueryRow(ctx, "SELECT description FROM view.work WHERE slug = 'dante-inferno-01'").Scan(&text); err != nil {
		return nil, err
	}
	if text == nil {
		return entry("null", b.work), nil
	}
	return entry(fmt.Sprintf("%q", *text), b.work), nil
}

func (b *bench) edit(text string) *answer.Entry {
	b.t.Helper()
	_, err := b.owner.Exec(b.t.Context(), describe, text)
	require.NoError(b.t, err)
	e, err := b.load(b.t.Context(), b.owner)
	require.NoError(b.t, err)
	return e
}

func (b *bench) compare() finding {
	b.t.Helper()
	found, err := b.p.compare(b.t.Context(), b.conn, b.origin, question("work"))
	require.NoError(b.t, err)
	return found
}

// grown makes every change that was seen an old one.
func (b *bench) grown() { b.p.outbox.young = nil }

func TestCompare(t *testing.T) {
	b := newBench(t)
	old := b.edit("one")
	current := b.edit("two")
	require.NoError(t, b.p.outbox.look(t.Context(), b.conn, time.Now))

	b.cached = func() *answer.Entry { return nil }
	assert.Equal(t, absent, b.compare().outcome)
	b.cached = func() *answer.Entry { return current }
	assert.Equal(t, fresh, b.compare().outcome)
	b.cached = func() *answer.Entry { return old }
	young := b.compare()
	assert.Equal(t, unsure, young.outcome, "the change is younger than the shortest delay")
	assert.False(t, young.young.IsZero())
	b.grown()
	assert.Equal(t, stale, b.compare().outcome)

	b.cached = func() *answer.Entry { return entry("1", "work_of_others") }
	_, err := b.owner.Exec(t.Context(), "SELECT ops.announce('{list:coll}')")
	require.NoError(t, err)
	assert.Equal(t, stale, b.compare().outcome, "a young change of something else is no excuse")
}

// TestAChangeBetweenTwoLooksIsNotStale has the database change while it is compared.
func TestAChangeBetweenTwoLooksIsNotStale(t *testing.T) {
	b := newBench(t)
	now := b.edit("one")
	// After the caches were asked, and before the database is.
	first := true
	b.cached = func() *answer.Entry {
		before := now
		if first {
			first = false
			now = b.edit("two")
		}
		return before
	}
	assert.Equal(t, fresh, b.compare().outcome)

	// After each look at the database.
	n := 0
	b.between = func() { n++; b.edit(fmt.Sprint("change ", n)); b.grown() }
	b.cached = func() *answer.Entry { return entry("never", b.work) }
	assert.Equal(t, unsure, b.compare().outcome, "what never stands still is not judged")
}

func TestOutboxFindsWhatCommitsLate(t *testing.T) {
	b := newBench(t)
	slow := connect(t, b.conn.Config().ConnString())
	tx, err := slow.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "SELECT ops.announce('{list:work}')")
	require.NoError(t, err)
	b.edit("meanwhile")
	look := func() []change {
		require.NoError(t, b.p.outbox.look(t.Context(), b.conn, time.Now))
		return b.p.outbox.take()
	}
	first := look()
	require.NotEmpty(t, first)
	assert.Empty(t, look(), "each change is found once")
	require.NoError(t, tx.Commit(t.Context()))
	late := look()
	require.Len(t, late, 1, "its id is lower than one that was found before")
	assert.Less(t, late[0].id, first[0].id)
	assert.Empty(t, look())
}

// TestRun samples, compares after both delays, and opens another connection when
// one is lost.
func TestRun(t *testing.T) {
	b := newBench(t)
	b.p.cfg.Delays = []time.Duration{time.Millisecond, 2 * time.Millisecond}
	b.p.metrics = newMetrics(&Prober{cfg: Config{Delays: b.p.cfg.Delays, Window: time.Hour, Now: time.Now}})
	caches := connect(t, b.conn.Config().ConnString())
	b.cached = func() *answer.Entry { e, _ := b.load(context.Background(), caches); return e }
	b.p.memory.note(question("work"), entry("null", b.work))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.p.Run(ctx, func() {}) }()
	defer func() { cancel(); require.NoError(t, <-done) }()
	count := func(after string, o outcome) float64 {
		return testutil.ToFloat64(b.p.metrics.answers.WithLabelValues(after, string(o)))
	}
	n := 0
	checked := func() {
		t.Helper()
		want := count("0.002s", fresh) + 1
		require.Eventually(t, func() bool {
			n++
			b.edit(fmt.Sprint("run ", n))
			return count("0.001s", fresh) >= want && count("0.002s", fresh) >= want
		}, 20*time.Second, 10*time.Millisecond)
	}
	checked()
	_, err := b.owner.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%view.announcement%' AND pid <> pg_backend_pid()")
	require.NoError(t, err)
	checked()
	assert.Zero(t, count("0.001s", stale))
	assert.Zero(t, count("0.002s", stale))
}
