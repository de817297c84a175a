package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/operation"
	"github.com/tercul/tercul/shared/apperr"
)

const knownID = "sha256:1111111111111111111111111111111111111111111111111111111111111111"

// memory is a Parser, a Source and a Hot in one map: the whole reader behind
// this package, without its database.
type memory struct {
	mu         sync.Mutex
	body       string
	entries    map[string]*answer.Entry
	fields     operation.Request // as last parsed
	query      answer.Query
	fail       error
	block      bool // until the deadline
	panics     bool
	change     func(*answer.Entry)
	layer      answer.Layer // of what is in the map
	generation atomic.Uint64
}

func newMemory() *memory {
	return &memory{body: `{"data":{"work":{"title":"Inferno"}}}`, entries: map[string]*answer.Entry{}, layer: answer.L1}
}

func (m *memory) Generation() uint64 { return m.generation.Load() }

type memoryOp struct{ hash string }

func (memoryOp) Name() string          { return "Work" }
func (o memoryOp) Hash() string        { return o.hash }
func (memoryOp) Policy() answer.Policy { return answer.Policy{} }

func (m *memory) Parse(_ context.Context, f operation.Request) (operation.Question, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fields = f
	if m.panics {
		panic("a bug")
	}
	if m.fail != nil {
		return operation.Question{}, m.fail
	}
	if f.DocumentID != knownID {
		return operation.Question{}, apperr.New(apperr.PersistedQueryNotFound, "Unknown document.")
	}
	canonical := "/graphql?documentId=" + f.DocumentID
	if len(f.Variables) > 0 {
		canonical += "&variables=" + strings.NewReplacer("{", "%7B", "}", "%7D", `"`, "%22", ":", "%3A").Replace(string(f.Variables))
	}
	return operation.Question{Query: &answer.Query{Op: memoryOp{f.DocumentID}, Vars: string(f.Variables)}, Canonical: canonical}, nil
}

func (m *memory) Answer(ctx context.Context, q *answer.Query) (answer.Result, error) {
	if m.block {
		<-ctx.Done()
		return answer.Result{}, ctx.Err()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.query = *q
	key := fmt.Sprint(q.Op.Hash(), q.Vars, q.Enc)
	if e := m.entries[key]; e != nil {
		return answer.Result{Entry: e, Layer: m.layer, CacheStatus: "tercul-l1; hit"}, nil
	}
	e := m.build(q.Enc)
	m.entries[key] = e
	return answer.Result{Entry: e, Layer: answer.Origin, CacheStatus: "tercul-l1; fwd=miss; stored"}, nil
}

func (m *memory) build(enc answer.Encoding) *answer.Entry {
	sum := sha256.Sum256([]byte(m.body + codingName(enc)))
	e := &answer.Entry{
		AsOf: 7, Enc: enc, Body: []byte(m.body), ETag: `"` + hex.EncodeToString(sum[:8]) + `"`,
		CacheControl: "public, max-age=60, s-maxage=300", SurrogateControl: "max-age=300",
		SurrogateKey: "work_1 list:work", CacheTag: "work_1,list:work",
	}
	if m.change != nil {
		m.change(e)
	}
	return e
}

// Fresh: an entry that was invalidated never becomes fresh again.
func (m *memory) Fresh(e *answer.Entry) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, current := range m.entries {
		if current == e {
			return true
		}
	}
	return false
}

// invalidate is a change of the library: new bytes, nothing old is fresh.
func (m *memory) invalidate(body string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.body = body
	clear(m.entries)
}

// service is a real server on a loopback port.
type service struct {
	t    *testing.T
	url  string
	addr string
	srv  *Server
	reg  *prometheus.Registry
}

func start(t *testing.T, m *memory, change ...func(*Config)) *service {
	t.Helper()
	reg := prometheus.NewRegistry()
	cfg := Config{
		Parser: m, Source: m, Hot: m, Ready: NewReadiness(), Log: zerolog.Nop(),
		Tracer: noop.NewTracerProvider().Tracer(""), Metrics: reg, Timeout: 100 * time.Millisecond,
		Version: map[string]string{"version": "test"}, BodyLimit: 8 << 10,
	}
	for _, f := range change {
		f(&cfg)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &service{t: t, addr: ln.Addr().String(), srv: New(cfg), reg: reg}
	s.url = "http://" + s.addr
	served := make(chan error, 1)
	go func() { served <- s.srv.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		require.NoError(t, s.srv.Shutdown(ctx))
		require.NoError(t, <-served)
	})
	return s
}

type reply struct {
	status int
	header http.Header
	body   string
}

// client neither follows, nor decompresses, nor keeps connections.
var client = &http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}

// ask sends a request; headers come in pairs.
func (s *service) ask(method, path, body string, headers ...string) reply {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	require.NoError(s.t, err)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	res, err := client.Do(req)
	require.NoError(s.t, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	return reply{res.StatusCode, res.Header, string(text)}
}

func (s *service) get(path string, headers ...string) reply {
	s.t.Helper()
	return s.ask(http.MethodGet, path, "", headers...)
}

// raw writes bytes on a connection of its own and returns what comes back.
func (s *service) raw(request string) string {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	require.NoError(s.t, err)
	defer func() { _ = conn.Close() }()
	require.NoError(s.t, conn.SetDeadline(time.Now().Add(5*time.Second)))
	_, err = io.WriteString(conn, request)
	require.NoError(s.t, err)
	out, _ := io.ReadAll(conn) // the server may reset once it has said its word
	return string(out)
}
