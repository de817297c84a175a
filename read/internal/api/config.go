package api

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel/trace"

	"github.com/tercul/tercul/read/internal/answer"
)

// Parser turns the fields of a request into a question, or into a coded error.
type Parser interface {
	Parse(ctx context.Context, f Fields) (Question, error)
}

// Hot is the part of L1 that the lane asks: is this entry still what L1 would
// answer with? It also counts the hit.
type Hot interface {
	Fresh(e *answer.Entry) bool
}

// Fields are the parameters of one GraphQL request as they arrived, from a URL
// or from a body. Variables and Extensions are JSON objects not yet looked at.
type Fields struct {
	DocumentID    string
	Query         string
	OperationName string
	Variables     []byte
	Extensions    []byte
	Get           bool // by GET or HEAD, which may never execute a mutation
}

// Question is a parsed request.
type Question struct {
	*answer.Query
	// Canonical is the one URL of this question, path and query.
	Canonical string
}

// Config is what a Server needs.
type Config struct {
	Parser  Parser
	Source  answer.Source
	Hot     Hot
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
