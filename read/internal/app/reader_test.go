package app

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/read"
	"github.com/tercul/tercul/read/internal/libtest"
	"github.com/tercul/tercul/shared/document"
)

// running is a reader as it runs in production, on a port of its own.
type running struct {
	t    testing.TB
	url  string
	r    *Reader
	logs *lockedBuffer
	stop func() error
}

// settings are the environment of a reader on a database with the sample library.
func settings(t testing.TB, more ...string) map[string]string {
	t.Helper()
	env := map[string]string{
		"TERCUL_DATABASE_URL": libtest.URL(t),
		"TERCUL_READ_DRAIN":   "0s", "TERCUL_READ_START": "5s", "TERCUL_DATABASE_MAX_CONNS": "6",
	}
	for i := 0; i < len(more); i += 2 {
		env[more[i]] = more[i+1]
	}
	return env
}

// begin starts a reader and waits until it is ready.
func begin(t testing.TB, env map[string]string) *running {
	t.Helper()
	return beginWith(t, env, func(*Config) {})
}

// beginWith changes what no operator can set.
func beginWith(t testing.TB, env map[string]string, change func(*Config)) *running {
	t.Helper()
	cfg, err := LoadConfig(env)
	require.NoError(t, err)
	change(&cfg)
	cfg.Addr = "127.0.0.1:0"      // any port, which an operator cannot ask for
	cfg.documentsPoll = time.Hour // a change of the documents is announced, or the test fails
	logs := &lockedBuffer{}
	r, err := New(t.Context(), cfg, logs)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	s := &running{t: t, url: "http://" + r.Addr(), r: r, logs: logs}
	s.stop = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() {
		require.NoError(t, s.stop())
		if t.Failed() {
			t.Log(logs.String())
		}
	})
	require.Eventually(t, func() bool { return s.get("/readyz").status == http.StatusOK }, 10*time.Second, 10*time.Millisecond)
	return s
}

// lockedBuffer is what a reader logs into, and can be read meanwhile.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

type reply struct {
	status int
	header http.Header
	body   string
}

var client = &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64}}

// ask sends a request; headers come in pairs.
func (s *running) ask(method, path, body string, headers ...string) reply {
	s.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, s.url+path, strings.NewReader(body))
	require.NoError(s.t, err)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := client.Do(req)
	if err != nil {
		return reply{body: err.Error()}
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	return reply{res.StatusCode, res.Header, string(text)}
}

func (s *running) get(path string, headers ...string) reply {
	s.t.Helper()
	return s.ask(http.MethodGet, path, "", headers...)
}

// document is the path of a shipped operation's canonical URL.
func (s *running) document(name string) string {
	s.t.Helper()
	text, err := read.Operations.ReadFile("operations/" + name + ".graphql")
	require.NoError(s.t, err)
	return "/graphql?documentId=sha256:" + document.ID(string(text))
}
