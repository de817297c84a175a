package app

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	"github.com/tercul/tercul/shared/pgtest"
)

const herd = 10_000

// TestAHerdCostsOneStatement has ten thousand clients ask one question that no cache
// holds, through the whole of the HTTP server. The database is held until each of
// them waits, so that all of them come before the answer.
func TestAHerdCostsOneStatement(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	env := settings(t, "TERCUL_REDIS_URL", pgtest.RedisURL(t), "TERCUL_REDIS_SPACE", "app-"+t.Name(),
		"TERCUL_READ_TIMEOUT", "60s", "TERCUL_DATABASE_STATEMENT_TIMEOUT", "60s")
	publish(t, env)
	conn := owner(t, env)
	env["TERCUL_DATABASE_URL"] += "&lock_timeout=60000"
	s := begin(t, env)
	s.onTheBus()
	s.settled()
	path := s.document("WorkPage") + vars(`{"slug":"`+slug+`"}`)

	tx, err := conn.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "LOCK TABLE view.work IN ACCESS EXCLUSIVE MODE")
	require.NoError(t, err)
	before := s.statementsOf("WorkPage")
	bodies, wait := s.stampede(path)
	require.Eventually(t, func() bool { return s.total(t, "tercul_flight_joined_total") == herd-1 }, 50*time.Second, 10*time.Millisecond)
	require.NoError(t, tx.Rollback(context.Background()))
	wait()

	assert.Equal(t, uint64(1), s.statementsOf("WorkPage")-before)
	assert.Len(t, bodies, 1, "one answer for all")
	for body, n := range bodies {
		assert.Equal(t, herd, n)
		assert.Contains(t, body, `"slug":"`+slug+`"`)
	}
}

// statementsOf counts the statements of an operation that Postgres has answered.
func (s *running) statementsOf(operation string) (n uint64) {
	s.t.Helper()
	families, err := s.r.metrics.Gather()
	require.NoError(s.t, err)
	for _, f := range families {
		if f.GetName() != "tercul_sql_duration_seconds" {
			continue
		}
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if l.GetName() == "statement" && l.GetValue() == operation {
					n += m.GetHistogram().GetSampleCount()
				}
			}
		}
	}
	return n
}

// stampede has all of the herd ask at once; the answers of status 200 are counted
// by their bodies, and are there after wait.
func (s *running) stampede(path string) (bodies map[string]int, wait func()) {
	bodies = map[string]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for range herd {
		all.Go(func() {
			var req fasthttp.Request
			req.SetRequestURI(s.url + path)
			var ctx fasthttp.RequestCtx
			ctx.Init(&req, nil, nil)
			s.r.server.Handle(&ctx)
			mu.Lock()
			defer mu.Unlock()
			if ctx.Response.StatusCode() == http.StatusOK {
				bodies[string(ctx.Response.Body())]++
			}
		})
	}
	return bodies, all.Wait
}
