package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/pgtest"
)

// buffer is a log that several goroutines write.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

type service struct {
	t      testing.TB
	addr   string
	log    *buffer
	stop   func() error
	writer *Writer
}

func freeAddr(t testing.TB) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = ln.Close() }()
	return ln.Addr().String()
}

// start runs a writer as main does.
func start(t testing.TB, env map[string]string) *service {
	t.Helper()
	s := &service{t: t, addr: freeAddr(t), log: &buffer{}}
	env["TERCUL_WRITE_ADDR"], env["TERCUL_WRITE_DRAIN"] = s.addr, "0s"
	if env["TERCUL_WRITE_URL"] == "" { // else a proxy's
		env["TERCUL_WRITE_URL"] = "http://" + s.addr
	}
	cfg, err := LoadConfig(env)
	require.NoError(t, err)
	w, err := New(t.Context(), cfg, s.log)
	require.NoError(t, err)
	s.writer = w
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	var once sync.Once
	s.stop = func() (err error) {
		once.Do(func() {
			cancel()
			err = <-done
		})
		return err
	}
	t.Cleanup(func() { _ = s.stop() })
	require.Eventually(t, func() bool { return s.reachable() }, 20*time.Second, 10*time.Millisecond, s.log.String())
	return s
}

func (s *service) reachable() bool {
	r, err := http.Get("http://" + s.addr + "/healthz")
	if err != nil {
		return false
	}
	_ = r.Body.Close()
	return r.StatusCode == http.StatusOK
}

func (s *service) ask(method, path string) (int, http.Header, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, "http://"+s.addr+path, strings.NewReader(""))
	require.NoError(s.t, err)
	r, err := http.DefaultClient.Do(req)
	require.NoError(s.t, err)
	defer func() { _ = r.Body.Close() }()
	body, err := io.ReadAll(r.Body)
	require.NoError(s.t, err)
	return r.StatusCode, r.Header, string(body)
}

func TestTheServiceAnswersItsProbes(t *testing.T) {
	s := start(t, settings(t, map[string]string{"TERCUL_DATABASE_URL": pgtest.Database(t)}))
	for _, path := range []string{"/healthz", "/health", "/readyz", "/ready", "/version", "/metrics", "/", "/.well-known/jwks.json"} {
		status, header, body := s.ask(http.MethodGet, path)
		require.Equal(t, http.StatusOK, status, path)
		require.NotEmpty(t, body)
		require.NotEmpty(t, header.Get("X-Request-Id"))
		if path != "/metrics" && path != jwksPath {
			require.True(t, json.Valid([]byte(body)), body)
			require.Equal(t, "no-store", header.Get("Cache-Control"))
		}
	}
	_, _, body := s.ask(http.MethodGet, "/readyz")
	require.Contains(t, body, `"status":"ready"`)
	require.Contains(t, body, `"name":"postgres","state":"up"`)
	require.NotContains(t, body, "redis", "there is none")
	_, _, body = s.ask(http.MethodGet, "/metrics")
	require.Contains(t, body, "tercul_build_info")
	status, _, body := s.ask(http.MethodHead, "/healthz")
	require.Equal(t, http.StatusOK, status)
	require.Empty(t, body)
	require.NoError(t, s.stop())
	require.Contains(t, s.log.String(), `"part":"http"`)
}

func TestWhatIsNotThere(t *testing.T) {
	s := start(t, settings(t, map[string]string{"TERCUL_DATABASE_URL": pgtest.Database(t)}))
	status, _, body := s.ask(http.MethodGet, "/nothing")
	require.Equal(t, http.StatusNotFound, status)
	require.Contains(t, body, `"code":"BAD_REQUEST"`)
	status, header, _ := s.ask(http.MethodPost, "/readyz")
	require.Equal(t, http.StatusMethodNotAllowed, status)
	require.Equal(t, "GET, HEAD", header.Get("Allow"))
}

// From a commit by anyone to the bus and into the change feed.
func TestCommitsReachTheBusAndTheFeed(t *testing.T) {
	db, redisURL := pgtest.Database(t), pgtest.RedisURL(t)
	options, err := redis.ParseURL(redisURL)
	require.NoError(t, err)
	client := redis.NewClient(options)
	defer func() { _ = client.Close() }()
	bus := invalidate.NewBus(client, "writer-test")
	sub := bus.Subscribe(t.Context())
	_, err = sub.Receive(t.Context())
	require.NoError(t, err)
	defer func() { _ = sub.Close() }()

	s := start(t, settings(t, map[string]string{"TERCUL_DATABASE_URL": db, "TERCUL_REDIS_URL": redisURL, "TERCUL_REDIS_SPACE": "writer-test"}))
	_, _, body := s.ask(http.MethodGet, "/readyz")
	require.Contains(t, body, `"name":"redis","state":"up","required":false`)

	conn, err := pgx.Connect(t.Context(), db)
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	_, err = conn.Exec(t.Context(), `WITH s AS (INSERT INTO core.subjects (id, kind) VALUES ('0190a5d2-0000-7000-8000-000000000001', 'PERSON') RETURNING id)
		INSERT INTO core.persons (id) SELECT id FROM s`)
	require.NoError(t, err)
	for limit := time.After(20 * time.Second); ; {
		select {
		case m := <-sub.Channel():
			message, err := invalidate.Decode(m.Payload)
			require.NoError(t, err)
			if strings.Contains(strings.Join(message.Tags, " "), "list:author") {
				limit = nil
			}
		case <-limit:
			t.Fatal("the bus stayed silent")
		}
		if limit == nil {
			break
		}
	}
	// A transaction of any database of the server that is older holds the numbering back.
	require.Eventually(t, func() bool {
		var n int
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM ops.changes WHERE kind = 'PERSON' AND change = 'CREATED'").Scan(&n))
		return n == 1
	}, 5*time.Minute, 20*time.Millisecond)
}

func TestOldAnnouncementsAreRemovedHoweverMany(t *testing.T) {
	db := pgtest.Database(t)
	conn, err := pgx.Connect(t.Context(), db)
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	_, err = conn.Exec(t.Context(), "INSERT INTO ops.outbox (tags, at) SELECT '{old}', now() - interval '2 days' FROM generate_series(1, 20001)")
	require.NoError(t, err)
	start(t, settings(t, map[string]string{"TERCUL_DATABASE_URL": db}))
	require.Eventually(t, func() bool {
		var n int
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM ops.outbox WHERE tags = '{old}'").Scan(&n))
		return n == 0
	}, 20*time.Second, 20*time.Millisecond)
}

func TestAStartThatCannotWorkSaysWhy(t *testing.T) {
	_, err := LoadConfig(map[string]string{"TERCUL_WRITE_ADDR": "nowhere", "TERCUL_OUTBOX_KEEP": "1m"})
	require.ErrorContains(t, err, "TERCUL_DATABASE_URL is not set")
	require.ErrorContains(t, err, "TERCUL_WRITE_ADDR")
	require.ErrorContains(t, err, "TERCUL_OUTBOX_KEEP")

	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = ln.Close() }()
	env := settings(t, map[string]string{"TERCUL_DATABASE_URL": "postgres://u@127.0.0.1:1/x?sslmode=disable", "TERCUL_WRITE_ADDR": ln.Addr().String(), "TERCUL_WRITE_START": "0s"})
	cfg, err := LoadConfig(env)
	require.NoError(t, err)
	_, err = New(t.Context(), cfg, io.Discard)
	require.ErrorContains(t, err, "is in use; stop what listens there or set TERCUL_WRITE_ADDR")

	cfg.Addr = freeAddr(t)
	w, err := New(t.Context(), cfg, io.Discard)
	require.NoError(t, err)
	require.ErrorContains(t, w.Run(t.Context()), "postgres did not answer within 0s (TERCUL_WRITE_START)")
}

func TestReadinessNamesWhatIsDown(t *testing.T) {
	var postgres, redis error
	r := newReadiness([]dependency{
		{"postgres", true, func(context.Context) error { return postgres }}, {"redis", false, func(context.Context) error { return redis }},
	})
	ask := func() (int, readyBody) {
		r.asked = time.Time{}
		return r.report(t.Context())
	}
	status, body := ask()
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, "starting", body.Status)
	r.set(open)
	status, body = ask()
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "ready", body.Status)
	redis = errors.New("dial 10.0.0.1: refused")
	status, body = ask()
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "degraded", body.Status)
	require.Equal(t, "does not answer", body.Dependencies[1].Error)
	postgres = context.DeadlineExceeded
	status, body = ask()
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, "unavailable", body.Status)
	require.Equal(t, "no answer in time", body.Dependencies[0].Error)
	r.set(draining)
	_, body = ask()
	require.Equal(t, "draining", body.Status)
}
