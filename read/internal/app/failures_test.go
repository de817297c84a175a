package app

import (
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/faulty"
	"github.com/tercul/tercul/shared/pgtest"
)

// through makes the service of a URL reachable by a proxy alone.
func through(t *testing.T, service string) (*faulty.Proxy, string) {
	t.Helper()
	u, err := url.Parse(service)
	require.NoError(t, err)
	p := faulty.New(t, u.Host)
	u.Host = p.Addr()
	return p, u.String()
}

// eventually asks until the answer is as it should be.
func (s *running) eventually(path string, ok func(reply) bool) (last reply) {
	s.t.Helper()
	require.Eventually(s.t, func() bool { last = s.get(path); return ok(last) }, 15*time.Second, 20*time.Millisecond)
	return last
}

func status(want int) func(reply) bool { return func(r reply) bool { return r.status == want } }

func TestDeadPostgres(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	env := settings(t)
	proxy, through := through(t, env["TERCUL_DATABASE_URL"])
	env["TERCUL_DATABASE_URL"] = through
	s := begin(t, env)
	known := s.document("WorkPage") + vars(`{"slug":"`+slug+`"}`)
	unknown := s.document("WorkPage") + vars(`{"slug":"leopardi-infinito"}`)
	want := s.get(known)
	require.Equal(t, 200, want.status)

	proxy.Cut()
	r := s.get(unknown)
	assert.Equal(t, apperr.Unavailable, assertError(t, r, 503))
	assert.NotEmpty(t, r.header.Get("Retry-After"))
	assert.NotContains(t, r.body, "127.0.0.1", "addresses are nobody's business")
	// What is cached is given at first as fresh, and once nothing is heard of
	// changes, as the last resort.
	r = s.eventually(known, func(r reply) bool { return r.header.Get("Cache-Control") == "no-store" })
	assert.Equal(t, 200, r.status)
	assert.Equal(t, want.body, r.body)
	assert.Contains(t, r.header.Get("Cache-Status"), "stale-if-error")
	down := s.eventually("/readyz", func(r reply) bool { return strings.Contains(r.body, `"name":"postgres","state":"down"`) })
	assert.Equal(t, 200, down.status, "no balancer should take out what still answers")
	assert.Contains(t, down.body, `"status":"degraded"`)
	assert.Equal(t, 200, s.get("/healthz").status)

	proxy.Heal()
	s.eventually("/readyz", func(r reply) bool { return strings.Contains(r.body, `"status":"ready"`) })
	assert.Equal(t, 200, s.eventually(unknown, status(200)).status)
	s.eventually(known, func(r reply) bool { return r.header.Get("Cache-Status") == "tercul-l1; hit" })
}

func TestSlowPostgres(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	env := settings(t, "TERCUL_READ_TIMEOUT", "300ms")
	proxy, through := through(t, env["TERCUL_DATABASE_URL"])
	env["TERCUL_DATABASE_URL"] = through
	s := begin(t, env)
	path := s.document("WorkPage") + vars(`{"slug":"leopardi-infinito"}`)
	require.Equal(t, 200, s.get(s.document("Works")).status)
	proxy.Swallow()
	begun := time.Now()
	r := s.get(path)
	assert.Equal(t, apperr.Timeout, assertError(t, r, 504))
	assert.Less(t, time.Since(begun), 2*time.Second)
	proxy.Cut() // what hangs is lost
	proxy.Heal()
	s.eventually(path, status(200))
}

func TestDeadRedis(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	proxy, redis := through(t, pgtest.RedisURL(t))
	s := begin(t, settings(t, "TERCUL_REDIS_URL", redis, "TERCUL_REDIS_SPACE", "app-"+t.Name()))
	path := s.document("WorkPage") + vars(`{"slug":"`+slug+`"}`)
	require.Equal(t, 200, s.get(path).status)
	proxy.Cut()
	degraded := s.eventually("/readyz", func(r reply) bool {
		return r.status == 200 && strings.Contains(r.body, `"name":"redis","state":"down"`)
	})
	assert.Contains(t, degraded.body, `"status":"degraded"`)
	assert.Equal(t, 200, s.get(path).status)
	assert.Equal(t, 200, s.get(s.document("Works")).status)
	s.eventually(path, func(r reply) bool { return r.header.Get("Cache-Status") == "tercul-l1; hit" })
	proxy.Heal()
	s.eventually("/readyz", func(r reply) bool { return strings.Contains(r.body, `"name":"redis","state":"up"`) })
}

func TestReaderWithoutPostgresDoesNotStart(t *testing.T) {
	cfg, err := LoadConfig(map[string]string{
		"TERCUL_DATABASE_URL": "postgres://reader:secret@127.0.0.1:1/none", "TERCUL_READ_START": "0s",
	})
	require.NoError(t, err)
	cfg.Addr = "127.0.0.1:0"
	_, err = New(t.Context(), cfg, io.Discard)
	require.ErrorContains(t, err, "Postgres did not answer")
	assert.NotContains(t, err.Error(), "secret")
}

func TestTakenPort(t *testing.T) {
	ln, err := listen(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	_, err = listen(t.Context(), ln.Addr().String())
	require.ErrorContains(t, err, "is in use; stop what listens there or set TERCUL_READ_ADDR")
	_, err = listen(t.Context(), "nowhere.invalid:1")
	require.ErrorContains(t, err, "TERCUL_READ_ADDR")
}
