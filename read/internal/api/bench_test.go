package api

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/cache"
	"github.com/tercul/tercul/read/internal/evict"
)

// The same 4 KB, the same client, the same server settings, one keep-alive
// connection over loopback: what differs is the handler.
const benchRequest = "GET " + canonical + " HTTP/1.1\r\nHost: reader.example\r\n" +
	"Accept: application/graphql-response+json\r\nAccept-Encoding: identity\r\n"

// benchBody makes answers of 4 KB: the rest is what surrounds the data.
func benchBody() string { return `"` + strings.Repeat("x", 4096-156) + `"` }

func bareServer() *fasthttp.Server {
	body := make([]byte, 4096)
	return &fasthttp.Server{
		ReadBufferSize: maxHead, WriteBufferSize: 16 << 10, NoDefaultServerHeader: true,
		Handler: func(ctx *fasthttp.RequestCtx) {
			ctx.SetContentType("application/json")
			ctx.SetBody(body)
		},
	}
}

// benchServer answers from the real L1 by the real clock; below it is one entry
// as a work page's: three tags and the usual policy.
func benchServer(tb testing.TB) *Server {
	clock := evict.NewClock()
	clock.DropAll(1)
	clock.Resume()
	l1, err := cache.NewL1(cache.L1Config{Clock: clock, Tasks: cache.NewTasks(), Megabytes: 8, TTL: time.Hour})
	require.NoError(tb, err)
	entry := answer.NewEntry(answer.Material{
		Data: []byte(benchBody()), AsOf: clock.Applied(), Now: time.Now(),
		Tags: []string{"work_01h455vb4pex5vsknk084sn02q", "prsn_01h455vb4pex5vsknk084sn02q", "expr_01h455vb4pex5vsknk084sn02q"},
		Policy: answer.Policy{
			MaxAge: 30 * time.Second, SharedMaxAge: time.Hour, StaleWhileRevalidate: time.Hour, StaleIfError: 24 * time.Hour,
		},
	})
	below := answer.SourceFunc(func(context.Context, *answer.Query) (answer.Result, error) {
		return answer.Result{Entry: entry, Layer: answer.Origin}, nil
	})
	s := New(Config{
		Parser: newMemory(), Source: l1.Over(l1.Fill(below)), Hot: l1, Ready: NewReadiness(), Log: zerolog.Nop(),
		Tracer: noop.NewTracerProvider().Tracer(""),
	})
	tb.Cleanup(s.stop)
	return s
}

// pipe is a client that writes one request and reads answers of one length.
type pipe struct {
	conn    net.Conn
	request []byte
	buf     []byte
}

// served is a server of either kind.
type served interface{ Serve(net.Listener) error }

func dial(tb testing.TB, srv served, request string) *pipe {
	tb.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	go func() { _ = srv.Serve(ln) }()
	conn, err := net.Dial("tcp", ln.Addr().String())
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = conn.Close(); _ = ln.Close() })
	p := &pipe{conn: conn, request: []byte(request + "\r\n")}
	for range 4 { // until the lane has it
		p.measure(tb)
	}
	return p
}

// measure reads one answer by the rules, to learn how long they are.
func (p *pipe) measure(tb testing.TB) *fasthttp.Response {
	_, err := p.conn.Write(p.request)
	require.NoError(tb, err)
	var res fasthttp.Response
	require.NoError(tb, res.Read(bufio.NewReader(p.conn)))
	p.buf = make([]byte, len(res.Header.Header())+len(res.Body()))
	return &res
}

func (p *pipe) roundTrip(tb testing.TB) {
	if _, err := p.conn.Write(p.request); err != nil {
		tb.Fatal(err)
	}
	if _, err := io.ReadFull(p.conn, p.buf); err != nil {
		tb.Fatal(err)
	}
}

func (p *pipe) run(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		p.roundTrip(b)
	}
}

// fixedID keeps every answer of a connection the same length.
const fixedID = "X-Request-Id: bench\r\n"

func barePipe(tb testing.TB) *pipe { return dial(tb, bareServer(), benchRequest+fixedID) }

func hitPipe(tb testing.TB) *pipe {
	p := dial(tb, benchServer(tb), benchRequest+fixedID)
	require.Equal(tb, 4096, len(p.measure(tb).Body())) // Len would print the bytes
	return p
}

func notModifiedPipe(tb testing.TB) *pipe {
	s := benchServer(tb)
	first := dial(tb, s, benchRequest+fixedID)
	tag := first.measure(tb).Header.Peek("Etag")
	conn := *first
	conn.request = []byte(benchRequest + fixedID + "If-None-Match: " + string(tag) + "\r\n\r\n")
	require.Equal(tb, 304, conn.measure(tb).StatusCode())
	return &conn
}

func BenchmarkBareFasthttp(b *testing.B) { barePipe(b).run(b) }
func BenchmarkL1Hit(b *testing.B)        { hitPipe(b).run(b) }
func BenchmarkNotModified(b *testing.B)  { notModifiedPipe(b).run(b) }

// BenchmarkL1HitThroughFiber is the same hit without the lane, to show what the
// lane is for.
func BenchmarkL1HitThroughFiber(b *testing.B) {
	dial(b, benchServer(b), benchRequest+fixedID+"X-Tercul-Min-Seq: 1\r\n").run(b)
}

// TestHitAllocations bounds the allocations of a whole hit, client included.
func TestHitAllocations(t *testing.T) {
	for name, open := range map[string]func(testing.TB) *pipe{"hit": hitPipe, "304": notModifiedPipe} {
		p := open(t)
		allocs := testing.AllocsPerRun(200, func() { p.roundTrip(t) })
		require.LessOrEqual(t, allocs, 5.0, name)
	}
}

// BenchmarkSideBySide prints the three beside each other, taken in turns on one
// core so that whatever disturbs the machine disturbs them alike:
//
//	go test -run - -bench SideBySide -benchtime 1x ./internal/api
func BenchmarkSideBySide(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	names := []string{"bare fasthttp", "L1 hit", "304"}
	pipes := []*pipe{barePipe(b), hitPipe(b), notModifiedPipe(b)}
	for b.Loop() {
		median := rates(b, pipes)
		fmt.Printf("\n%-14s %12s %8s\n", "one core, 4 KB", "requests/s", "ratio")
		for i, name := range names {
			fmt.Printf("%-14s %12.0f %8.3f\n", name, median[i], median[i]/median[0])
		}
		b.ReportMetric(median[1]/median[0], "hit/bare")
		b.ReportMetric(median[2]/median[0], "304/bare")
	}
}
