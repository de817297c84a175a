package replica

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/evict"
	"github.com/tercul/tercul/read/internal/store"
	"github.com/tercul/tercul/shared/faulty"
	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/pg"
	"github.com/tercul/tercul/shared/pgtest"
)

const keys = 6

// schema is a table of things that have a version, which grows with each change.
const schema = `
CREATE TABLE IF NOT EXISTS view.thing (key int PRIMARY KEY, version bigint NOT NULL);
GRANT SELECT ON view.thing TO tercul_reader;
INSERT INTO view.thing SELECT g, 0 FROM generate_series(1, 6) g ON CONFLICT (key) DO UPDATE SET version = 0`

// world is a primary, a standby, and a reader of both.
type world struct {
	t        *testing.T
	primary  *pgtest.Server
	standby  *pgtest.Server
	line     *faulty.Proxy // to the standby
	db       *pgxpool.Pool // of the editors
	clock    *evict.Clock
	follower *evict.Follower
	set      *Set
	source   answer.Source
	asked    *counting // the primary
	bus      *bus      // nil where the outbox is followed

	stopExamining func()

	mu    sync.Mutex
	heard map[int]int64 // the versions that the clock has applied
}

// pair starts the two servers.
func pair(t *testing.T) (primary, standby *pgtest.Server) {
	t.Helper()
	primary = pgtest.Primary(t)
	_, err := pgtest.Open(t, primary.URL).Exec(t.Context(), schema)
	require.NoError(t, err)
	standby = primary.Standby(t)
	standby.CaughtUp(t, primary)
	return primary, standby
}

func newWorld(t *testing.T, primary, standby *pgtest.Server, onBus bool, lag time.Duration) *world {
	t.Helper()
	w := newWorldOf(t, primary, onBus, lag, standby)
	w.standby.CaughtUp(t, primary)
	w.serving()
	return w
}

// newWorldOf does not wait until the standby is asked.
func newWorldOf(t *testing.T, primary *pgtest.Server, onBus bool, lag time.Duration, standby *pgtest.Server) *world {
	t.Helper()
	w := &world{t: t, primary: primary, standby: standby, db: pgtest.Open(t, primary.URL), heard: map[int]int64{}}
	_, err := w.db.Exec(t.Context(), schema)
	require.NoError(t, err)
	fence := evict.NewFence()
	cfg := evict.Config{
		Fence: fence, Heard: w.hear, Poll: 20 * time.Millisecond, Grace: time.Millisecond, Log: logTo(t),
		Connect: func(ctx context.Context) (*pgx.Conn, error) { return pgx.Connect(ctx, primary.URL) },
	}
	if onBus {
		w.bus = newBus(t)
		cfg.Redis, cfg.Space = w.bus.client, w.bus.space
	}
	w.follower, err = evict.New(cfg)
	require.NoError(t, err)
	w.clock = w.follower.Clock()
	w.run(func(ctx context.Context) { _ = w.follower.Run(ctx) })
	w.open(fence, lag, w.through(standby.URL))
	want := evict.Outbox
	if onBus {
		want = evict.Bus
	}
	w.eventually("changes are followed", func() bool { return w.follower.Mode() == want })
	return w
}

// through puts a line that can be cut before a server.
func (w *world) through(server string) string {
	w.t.Helper()
	u, err := url.Parse(server)
	require.NoError(w.t, err)
	w.line = faulty.New(w.t, u.Host)
	u.Host = w.line.Addr()
	return u.String()
}

// open makes the reader's end of the two.
func (w *world) open(fence *evict.Fence, lag time.Duration, urls ...string) {
	w.t.Helper()
	open := func(url string, opts pg.Options) (*pg.DB, error) {
		opts.Role, opts.ReadOnly = "tercul_reader", true
		return pg.Open(pg.Config{URL: url, MaxConns: 6, StatementTimeout: 3 * time.Second, ConnectTimeout: 2 * time.Second}, opts)
	}
	db, err := open(w.primary.URL, pg.Options{})
	require.NoError(w.t, err)
	w.t.Cleanup(db.Close)
	load := loader{w.clock}
	w.set, err = Open(w.t.Context(), Config{
		URLs: urls, Primary: db, Open: open, Clock: w.clock, Fence: fence, Loader: load,
		Limit: 4, Lag: orElse(lag, time.Minute), Every: 50 * time.Millisecond, Log: logTo(w.t), Metrics: prometheus.NewPedanticRegistry(),
	})
	require.NoError(w.t, err)
	w.t.Cleanup(w.set.Close)
	w.asked = &counting{load: load, db: db}
	w.source = w.set.Over(w.asked)
	w.stopExamining = w.run(func(ctx context.Context) { _ = w.set.Run(ctx, func() {}) })
}

// logTo is for a goroutine that ends before the test does.
func logTo(t *testing.T) zerolog.Logger {
	return zerolog.New(zerolog.NewTestWriter(t)).Level(zerolog.WarnLevel)
}

// run runs until the end of the test, or until it is stopped.
func (w *world) run(do func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		do(ctx)
	}()
	stop = func() { cancel(); <-done }
	w.t.Cleanup(stop)
	return stop
}

func (w *world) eventually(what string, holds func() bool) {
	w.t.Helper()
	require.Eventually(w.t, holds, time.Minute, 2*time.Millisecond, what)
}

func (w *world) serving() {
	w.t.Helper()
	w.eventually("the standby is asked", func() bool {
		pass, ok := w.set.cfg.Fence.Take()
		return ok && w.set.servers[0].fit(pass.History(), pass.Least(nil))
	})
}

// hear notes the versions that are in the tags of an announcement.
func (w *world) hear(tags []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, tag := range tags {
		if key, version, ok := versionOf(tag); ok {
			w.heard[key] = max(w.heard[key], version)
		}
	}
}

func (w *world) known(key int) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.heard[key]
}

func tagOf(key int) string { return fmt.Sprintf("work_%d", key) }

func versionTag(key int, version int64) string { return fmt.Sprintf("work_%dv%d", key, version) }

func versionOf(tag string) (key int, version int64, ok bool) {
	k, v, ok := strings.Cut(strings.TrimPrefix(tag, "work_"), "v")
	if !ok {
		return 0, 0, false
	}
	key, err := strconv.Atoi(k)
	if err != nil {
		return 0, 0, false
	}
	version, err = strconv.ParseInt(v, 10, 64)
	return key, version, err == nil
}

// edit is a change that has not committed.
type edit struct {
	w       *world
	tx      pgx.Tx
	row     invalidate.Row
	key     int
	version int64
}

// begin changes a thing and announces it in the same transaction.
func (w *world) begin(ctx context.Context, key int) (*edit, error) {
	e := &edit{w: w, key: key}
	var err error
	if e.tx, err = w.db.Begin(ctx); err != nil {
		return nil, err
	}
	if err = e.tx.QueryRow(ctx, "UPDATE view.thing SET version = version + 1 WHERE key = $1 RETURNING version", key).Scan(&e.version); err == nil {
		e.row.Tags = []string{tagOf(key), versionTag(key, e.version)}
		err = e.tx.QueryRow(ctx, "INSERT INTO ops.outbox (tags) VALUES ($1) RETURNING id, xid::text::bigint", e.row.Tags).Scan(&e.row.ID, &e.row.XID)
	}
	if err != nil {
		_ = e.tx.Rollback(ctx)
		return nil, err
	}
	return e, nil
}

func (e *edit) commit(ctx context.Context) error {
	if err := e.tx.Commit(ctx); err != nil {
		return err
	}
	if e.w.bus != nil {
		return e.w.bus.publish(ctx, e.row)
	}
	return nil
}

// change commits a change and waits until the reader has heard of it.
func (w *world) change(key int) int64 {
	w.t.Helper()
	e, err := w.begin(w.t.Context(), key)
	require.NoError(w.t, err)
	w.finish(e)
	return e.version
}

func (w *world) finish(e *edit) {
	w.t.Helper()
	require.NoError(w.t, e.commit(w.t.Context()))
	w.eventually("the change is heard of", func() bool { return w.known(e.key) >= e.version })
}

// ask answers with the version of a thing and whether the primary was asked.
func (w *world) ask(key int, prev *answer.Entry) (version int64, byPrimary bool, e *answer.Entry) {
	w.t.Helper()
	before := w.asked.count()
	ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer cancel()
	res, err := w.source.Answer(ctx, question(key, prev))
	require.NoError(w.t, err)
	return seen(w.t, res.Entry), w.asked.count() > before, res.Entry
}

func (w *world) refusals(why reason) int {
	return int(testutil.ToFloat64(w.set.m.refused.WithLabelValues("replica-1", string(why))))
}

func (w *world) answersOf(server string) int {
	return int(testutil.ToFloat64(w.set.m.answers.WithLabelValues(server)))
}

// question asks for the version of a thing.
func question(key int, prev *answer.Entry) *answer.Query {
	return &answer.Query{Op: operation{}, Vars: key, Prev: prev}
}

type operation struct{}

func (operation) Name() string          { return "Thing" }
func (operation) Hash() string          { return "thing" }
func (operation) Policy() answer.Policy { return answer.Policy{MaxAge: time.Minute} }

// seen reads the version out of an answer.
func seen(t testing.TB, e *answer.Entry) int64 {
	text, _, _ := strings.Cut(strings.TrimPrefix(string(e.Body), `{"data":`), ",")
	version, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Errorf("no version in %s", e.Body)
	}
	return version
}

// loader is a store with one statement.
type loader struct{ clock *evict.Clock }

func (l loader) Load(ctx context.Context, db store.Database, q *answer.Query) (store.Reading, error) {
	key, _ := q.Vars.(int)
	m := answer.Material{AsOf: l.clock.Applied(), Tags: []string{tagOf(key)}, Policy: q.Op.Policy(), Now: time.Now()}
	rows, err := db.Query(ctx, "SELECT version::text, pg_snapshot_xmin(pg_current_snapshot())::text::bigint FROM view.thing WHERE key = $1", key)
	if err != nil {
		return store.Reading{}, pg.Error(err)
	}
	got, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (got store.Reading, err error) {
		var version string
		var xmin int64
		err = row.Scan(&version, &xmin)
		m.Data = []byte(version)
		return store.Reading{Entry: answer.NewEntry(m), Xmin: uint64(xmin)}, err
	})
	return got, pg.Error(err)
}

// counting is the primary's end, which counts what it is asked.
type counting struct {
	load loader
	db   *pg.DB

	mu sync.Mutex
	n  int
}

func (c *counting) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

func (c *counting) Answer(ctx context.Context, q *answer.Query) (answer.Result, error) {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	got, err := c.load.Load(ctx, c.db, q)
	return answer.Result{Entry: got.Entry, Layer: answer.Origin}, err
}
