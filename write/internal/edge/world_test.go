package edge

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/edge/provider"
)

// world is a database and an edge that speaks Varnish's way and does as a test says.
type world struct {
	t    *testing.T
	url  string
	conn *pgx.Conn
	edge *fakeEdge
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, url: pgtest.Database(t), edge: newEdge(t)}
	w.conn = w.connect()
	return w
}

func (w *world) connect() *pgx.Conn {
	w.t.Helper()
	conn, err := pgx.Connect(w.t.Context(), w.url)
	require.NoError(w.t, err)
	w.t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// again is the pause before a second purge in these tests.
const again = 200 * time.Millisecond

// started is a purger at work.
type started struct {
	*Purgers
	metrics *prometheus.Registry
	stop    func()
}

// start runs a purger of the edge, until it is stopped or the test ends.
func (w *world) start(change func(*Options), drivers ...provider.Driver) *started {
	w.t.Helper()
	s := &started{metrics: prometheus.NewRegistry()}
	o := Options{
		Connect: func(ctx context.Context) (*pgx.Conn, error) {
			config, err := pgx.ParseConfig(w.url)
			if err != nil {
				return nil, err
			}
			config.RuntimeParams["role"] = "tercul_writer" // it needs no more
			return pgx.ConnectConfig(ctx, config)
		},
		Logger: zerolog.Nop(), Metrics: s.metrics, Window: time.Millisecond, Again: again, Timeout: 300 * time.Millisecond,
		Poll: 20 * time.Millisecond, First: time.Millisecond,
	}
	if change != nil {
		change(&o)
	}
	if len(drivers) == 0 {
		drivers = []provider.Driver{w.edge.driver()}
	}
	var err error
	s.Purgers, err = New(o, drivers)
	require.NoError(w.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Run(ctx, func() {})
	}()
	s.stop = sync.OnceFunc(func() {
		cancel()
		<-done
	})
	w.t.Cleanup(s.stop)
	return s
}

// value is what a metric of the edge shows, over all its other labels.
func (s *started) value(t *testing.T, name string) (sum float64) {
	t.Helper()
	families, err := s.metrics.Gather()
	require.NoError(t, err)
	for _, f := range families {
		if f.GetName() == "tercul_edge_"+name {
			for _, m := range f.GetMetric() {
				sum += m.GetGauge().GetValue() + m.GetCounter().GetValue()
			}
		}
	}
	return sum
}

func (w *world) announce(tags ...string) { w.announceOn(w.conn, tags...) }

func (w *world) announceOn(on interface {
	QueryRow(context.Context, string, ...any) pgx.Row
}, tags ...string) {
	w.t.Helper()
	var nothing any
	require.NoError(w.t, on.QueryRow(w.t.Context(), "SELECT ops.announce($1)::text", tags).Scan(&nothing))
}

// await waits until the edge was purged by a key so often since the test began.
func (w *world) await(key string, times int) {
	w.t.Helper()
	require.Eventually(w.t, func() bool { return w.edge.purged(key) >= times }, time.Minute, 5*time.Millisecond, "%s was purged %d times", key, w.edge.purged(key))
}

// settled waits until the ledger shows every announcement as done.
func (w *world) settled() {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		var left int
		err := w.conn.QueryRow(w.t.Context(), `SELECT count(*) FROM ops.outbox o
			WHERE NOT EXISTS (SELECT FROM ops.edges e WHERE pg_visible_in_snapshot(o.xid, e.done))`).Scan(&left)
		return err == nil && left == 0
	}, time.Minute, 10*time.Millisecond)
}

// known has the edge noted as purged up to now, as one that has run for long.
func (w *world) known() {
	w.t.Helper()
	l := &ledger{conn: w.conn, name: w.edge.driver().Name(), step: time.Minute}
	done, _, err := l.begin(w.t.Context())
	require.NoError(w.t, err)
	require.NoError(w.t, l.done(w.t.Context(), done))
}

// fakeEdge takes purges and counts what it confirmed.
type fakeEdge struct {
	t      *testing.T
	server *httptest.Server

	mu     sync.Mutex
	answer func(call int, w http.ResponseWriter, r *http.Request) bool // false: it is not purged
	calls  int
	counts map[string]int
	soft   map[string]int
	order  []string
}

func newEdge(t *testing.T) *fakeEdge {
	t.Helper()
	e := &fakeEdge{t: t, counts: map[string]int{}, soft: map[string]int{}}
	e.server = httptest.NewServer(e)
	t.Cleanup(e.server.Close)
	return e
}

func (e *fakeEdge) driver() provider.Driver {
	u, err := url.Parse(e.server.URL)
	require.NoError(e.t, err)
	return provider.NewVarnish(provider.NewClient(), u, "key")
}

func (e *fakeEdge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	e.calls++
	call, answer := e.calls, e.answer
	e.mu.Unlock()
	if answer != nil && !answer(call, w, r) {
		return
	}
	e.confirm(strings.Fields(r.Header.Get("X-Tercul-Keys")), r.Header.Get("X-Tercul-Purge") == "soft")
}

func (e *fakeEdge) confirm(list []string, soft bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, key := range list {
		e.counts[key]++
		e.order = append(e.order, key)
		if soft {
			e.soft[key]++
		}
	}
}

// will has the edge answer otherwise.
func (e *fakeEdge) will(answer func(call int, w http.ResponseWriter, r *http.Request) bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.answer, e.calls = answer, 0
}

// status answers nothing else.
func status(code int) func(int, http.ResponseWriter, *http.Request) bool {
	return func(_ int, w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(code)
		return false
	}
}

// purged is how often a key, or one that covers it, was confirmed.
func (e *fakeEdge) purged(key string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := e.counts[key]
	for _, wider := range invalidate.EdgeKeys([]string{key}) {
		n += e.counts[wider]
	}
	return n
}

// exactly is how often the key itself was confirmed.
func (e *fakeEdge) exactly(key string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.counts[key]
}

func (e *fakeEdge) asked() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.calls
}

func tag(n int) string { return fmt.Sprintf("work_%026d", n) }

// narrow is an edge that allows little.
type narrow struct {
	provider.Driver
	limits provider.Limits
}

func (n narrow) Limits() provider.Limits { return n.limits }
