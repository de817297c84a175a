package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/apperr"
)

func TestPages(t *testing.T) {
	s := start(t, newMemory(), func(c *Config) {
		c.Scrape = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("metrics 1\n")) })
	})
	s.srv.cfg.Ready.Open()
	assert.Contains(t, s.get("/").body, `"graphql":"/graphql"`)
	assert.JSONEq(t, `{"status":"alive"}`, s.get("/healthz").body)
	assert.JSONEq(t, `{"status":"alive"}`, s.get("/health").body)
	assert.JSONEq(t, `{"version":"test"}`, s.get("/version").body)
	assert.Equal(t, "metrics 1\n", s.get("/metrics").body)
	for _, path := range []string{"/", "/healthz", "/ready", "/version"} {
		r := s.get(path)
		assert.Equal(t, 200, r.status, path)
		assert.Equal(t, "application/json; charset=utf-8", r.header.Get("Content-Type"))
		assert.Equal(t, "no-store", r.header.Get("Cache-Control"))
		assert.NotEmpty(t, r.header.Get("X-Request-Id"))
		assert.Equal(t, 200, s.ask("HEAD", path, "").status)
	}
}

func TestReadiness(t *testing.T) {
	var postgres, redis error
	check := func(err *error) func(context.Context) error { return func(context.Context) error { return *err } }
	ready := NewReadiness(Dependency{Name: "postgres", Required: true, Check: check(&postgres)},
		Dependency{Name: "redis", Check: check(&redis), Detail: func() string { return "7.2" }})
	ask := func() (int, readyBody) {
		ready.asked = time.Time{}
		return ready.report(t.Context())
	}
	status, body := ask()
	assert.Equal(t, 503, status)
	assert.Equal(t, "starting", body.Status)
	ready.Open()
	status, body = ask()
	assert.Equal(t, 200, status)
	assert.Equal(t, "ready", body.Status)
	assert.Equal(t, []string{"postgres", "redis"}, []string{body.Dependencies[0].Name, body.Dependencies[1].Name})

	assert.Equal(t, "7.2", body.Dependencies[1].Detail)

	redis = errors.New("dial tcp 10.0.0.1: refused")
	status, body = ask()
	assert.Equal(t, 200, status)
	assert.Equal(t, "degraded", body.Status)
	assert.Equal(t, "does not answer", body.Dependencies[1].Error, "addresses are no business of a public page")
	postgres = context.DeadlineExceeded
	status, body = ask()
	assert.Equal(t, 503, status)
	assert.Equal(t, "unavailable", body.Status)
	assert.Equal(t, "down", body.Dependencies[0].State)
	postgres = apperr.New(apperr.Unavailable, "starting up")
	_, body = ask()
	assert.Equal(t, "starting up", body.Dependencies[0].Error)

	postgres = nil
	status, body = ready.report(t.Context())
	assert.Equal(t, 503, status, "one round of checks serves a second's probes")
	require.Len(t, body.Dependencies, 2)
	ready.Drain()
	status, body = ask()
	assert.Equal(t, 503, status)
	assert.Equal(t, "draining", body.Status)
}

// TestWatchLooksOnceASecond, however long a look takes.
func TestWatchLooksOnceASecond(t *testing.T) {
	for _, took := range []time.Duration{0, 10 * time.Millisecond, checkLimit} {
		synctest.Test(t, func(t *testing.T) {
			looks := 0
			ready := NewReadiness(Dependency{Name: "postgres", Check: func(context.Context) error {
				looks++
				time.Sleep(took)
				return nil
			}})
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan struct{})
			go func() {
				defer close(done)
				_ = ready.Watch(ctx, func() {})
			}()
			time.Sleep(10*time.Second + (checkEvery+checkLimit)/2) // between two looks
			for range 10 {
				ready.report(ctx) // whoever asks in between gets what is known
			}
			cancel()
			<-done
			assert.Equal(t, 11, looks, "looks of %s", took)
		})
	}
}

func TestReadyzAnswers503(t *testing.T) {
	down := Dependency{Name: "postgres", Required: true, Check: func(context.Context) error { return errors.New("x") }}
	s := start(t, newMemory(), func(c *Config) { c.Ready = NewReadiness(down); c.Ready.Open() })
	r := s.get("/readyz")
	assert.Equal(t, 503, r.status)
	assert.Contains(t, r.body, `"name":"postgres","state":"down"`)
	assert.Equal(t, 200, s.get("/healthz").status)
}

func TestAccessLog(t *testing.T) {
	var out bytes.Buffer
	m := newMemory()
	s := start(t, m, func(c *Config) {
		c.Log = zerolog.New(zerolog.SyncWriter(&out)).Level(zerolog.InfoLevel)
		c.Slow = time.Hour
	})
	for range 3 {
		s.get(canonical+"&variables=%7B%22secret%22%3A1%7D", "X-Request-Id", "hit")
	}
	assert.Empty(t, out.String(), "hits and misses are not worth a line")
	s.get("/nothing", "X-Request-Id", "wrong-1", "Authorization", "Bearer token")
	m.fail = errors.New("the cause")
	s.get(canonical, "X-Request-Id", "ours-1")
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 2)
	assert.Contains(t, lines[0], `"request":"wrong-1"`)
	assert.Contains(t, lines[0], `"code":"BAD_REQUEST"`)
	assert.Contains(t, lines[1], `"level":"error"`)
	assert.Contains(t, lines[1], "the cause")
	assert.NotContains(t, out.String(), "secret")
	assert.NotContains(t, out.String(), "token")
}

func TestSlowAnswersAreLogged(t *testing.T) {
	var out bytes.Buffer
	s := start(t, newMemory(), func(c *Config) { c.Log = zerolog.New(zerolog.SyncWriter(&out)); c.Slow = time.Nanosecond })
	s.get(canonical)
	assert.Contains(t, out.String(), `"slow":true`)
	assert.Contains(t, out.String(), `"document":"`+knownID)
}

func TestLaneIsLoggedWhenDebugging(t *testing.T) {
	var out bytes.Buffer
	s := start(t, newMemory(), func(c *Config) { c.Log = zerolog.New(zerolog.SyncWriter(&out)).Level(zerolog.DebugLevel) })
	for range 3 {
		s.get(canonical, "X-Request-Id", "hot-1")
	}
	assert.Contains(t, out.String(), `"layer":"lane"`)
	assert.Contains(t, out.String(), `"request":"hot-1"`)
}

func TestShutdownWaitsForAnswers(t *testing.T) {
	m := newMemory()
	m.block = true
	s := start(t, m, func(c *Config) { c.Timeout = 200 * time.Millisecond })
	got := make(chan reply, 1)
	go func() { got <- s.get(canonical) }()
	require.Eventually(t, func() bool { return s.srv.http.GetOpenConnectionsCount() > 0 }, time.Second, time.Millisecond)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	require.NoError(t, s.srv.Shutdown(ctx))
	assert.Equal(t, 504, (<-got).status)
}
