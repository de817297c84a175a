package views_test

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/views"
	"github.com/tercul/tercul/write/internal/writetest"
)

// browser is what readers have.
const browser = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

// noon is far from midnight.
var noon = time.Date(2026, 3, 10, 12, 30, 0, 0, time.UTC)

// world has a counter in Redis and a clock.
type world struct {
	*writetest.World
	redis   *redis.Client
	counter *views.Counter
	reg     *prometheus.Registry
	clock   time.Time
}

func begin(t *testing.T) *world {
	t.Helper()
	w := &world{World: writetest.New(t), redis: pgtest.Redis(t), clock: noon}
	w.counter, w.reg = w.another(func() time.Time { return w.clock })
	return w
}

// another is a counter of another process.
func (w *world) another(now func() time.Time) (*views.Counter, *prometheus.Registry) {
	w.T.Helper()
	reg := prometheus.NewPedanticRegistry()
	c, err := views.New(views.Config{Redis: w.redis, Now: now, Metrics: reg, Timeout: 10 * time.Second})
	require.NoError(w.T, err)
	return c, reg
}

func (w *world) open(id publicid.ID, address, agent string) {
	w.counter.Record(context.Background(), views.Visit{Subject: id, Client: netip.MustParseAddr(address), UserAgent: agent})
}

// readers opens something as n different readers, who never were here.
func (w *world) readers(id publicid.ID, n int) {
	for range n {
		u := uuid.New()
		w.open(id, fmt.Sprintf("10.%d.%d.%d", u[0], u[1], u[2]), fmt.Sprintf("%s %d", browser, u[:])) // no letters: "feed" would be a program
	}
}

func (w *world) flusher() *views.Flusher {
	return &views.Flusher{DB: writetest.Savepoints{Tx: w.Tx}, Counter: w.counter, Now: func() time.Time { return w.clock }}
}

func (w *world) flush() {
	w.T.Helper()
	require.NoError(w.T, w.flusher().Work(context.Background(), nil))
}

// stored are the views of a subject by all three tables, which must agree.
func (w *world) stored(id publicid.ID) int {
	w.T.Helper()
	total := writetest.One[int](w.World, "SELECT coalesce((SELECT views FROM stats.totals WHERE subject_id = $1), 0)::int", id.UUID)
	require.Equal(w.T, total, writetest.One[int](w.World, "SELECT coalesce(sum(views), 0)::int FROM stats.hourly WHERE subject_id = $1", id.UUID), "hours")
	require.Equal(w.T, total, writetest.One[int](w.World, "SELECT coalesce(sum(views), 0)::int FROM stats.daily WHERE subject_id = $1", id.UUID), "days")
	return total
}

// outcomes are how many views came to what.
func outcomes(t *testing.T, reg *prometheus.Registry, outcome string) int {
	t.Helper()
	families, err := reg.Gather()
	require.NoError(t, err)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == "tercul_views_total" && m.GetLabel()[0].GetValue() == outcome {
				return int(m.GetCounter().GetValue())
			}
		}
	}
	return 0
}
