package api

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel/trace"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/operation"
)

// Parser turns the fields of a request into a question, or into a coded error.
type Parser interface {
	Parse(ctx context.Context, req operation.Request) (operation.Question, error)
	// Generation changes with the set of documents: what was parsed under another
	// must be parsed again.
	Generation() uint64
}

// Hot is the part of L1 that the lane asks: is this entry still what L1 would
// answer with? It also counts the hit.
type Hot interface {
	Fresh(e *answer.Entry) bool
}

// Config is what a Server needs.
type Config struct {
	Parser Parser
	Source answer.Source
	Hot    Hot
	// Client tells who asks, of the peer and the lines of X-Forwarded-For; nil where
	// nobody wants to know.
	Client  func(remoteAddr string, forwardedFor ...string) netip.Addr
	Ready   *Readiness
	Log     zerolog.Logger
	Tracer  trace.Tracer
	Metrics prometheus.Registerer
	// Scrape serves /metrics.
	Scrape  http.Handler
	Version any // marshalled for /version

	Timeout    time.Duration // for one answer
	Slow       time.Duration // logged from here on
	BodyLimit  int           // bytes of a POST
	DraftCodes bool          // 422 and 294 of the newer draft of GraphQL over HTTP
	Spellings  int           // size of the lane's table, a power of two
	Conns      int           // open connections; 0 for fasthttp's default
}

// Limits of the request line and headers. fasthttp must read the head of a
// request whole before any handler runs, into a buffer that each open connection
// holds: 24 KB leave room for the longest URL and 8 KB of headers, and let a
// somewhat longer URL still get the status that says so.
const (
	maxURL  = 16 << 10
	maxHead = 24 << 10
)
