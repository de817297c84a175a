package pg

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/tercul/tercul/shared/apperr"
)

// maxNames bounds the label values of a metric: operations are some hundreds,
// and what goes beyond is "other".
const maxNames = 500

const otherName = "other"

type nameKey struct{}

// Named names the statements sent with ctx, for metrics and traces.
func Named(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, nameKey{}, name)
}

// tracer counts and times the statements of one pool.
type tracer struct {
	statements atomic.Uint64
	spans      trace.Tracer
	seconds    *prometheus.HistogramVec
	failures   *prometheus.CounterVec

	mu     sync.RWMutex
	timers map[string]prometheus.Observer
}

func newTracer(opts Options) *tracer {
	t := &tracer{spans: opts.Tracer, timers: map[string]prometheus.Observer{}}
	t.seconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: "tercul", Subsystem: "sql", Name: "duration_seconds",
		Help:    "Time of SQL statements, from sending to the last row, by operation.",
		Buckets: prometheus.ExponentialBuckets(0.0001, 2.5, 13), // 0.1 ms to 6 s
	}, []string{"statement"})
	t.failures = prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: "tercul", Subsystem: "sql", Name: "failures_total",
		Help: "SQL statements that failed, by code.",
	}, []string{"code"})
	if metrics := opts.metrics(); metrics != nil {
		metrics.MustRegister(t.seconds, t.failures)
	}
	return t
}

// traced travels from the start of a statement to its end.
type traced struct {
	begun time.Time
	name  string
	span  trace.Span
}

type tracedKey struct{}

// TraceQueryStart is called by pgx.
func (t *tracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	t.statements.Add(1)
	name, _ := ctx.Value(nameKey{}).(string)
	if name == "" {
		name = otherName
	}
	q := &traced{begun: time.Now(), name: name}
	if t.spans != nil && trace.SpanContextFromContext(ctx).IsSampled() {
		ctx, q.span = t.spans.Start(ctx, "sql "+name, trace.WithSpanKind(trace.SpanKindClient),
			trace.WithAttributes(
				attribute.String("db.system.name", "postgresql"),
				attribute.String("db.query.text", data.SQL), // parameters are apart and not sent
			))
	}
	return context.WithValue(ctx, tracedKey{}, q)
}

// TraceQueryEnd is called by pgx.
func (t *tracer) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	q, ok := ctx.Value(tracedKey{}).(*traced)
	if !ok {
		return
	}
	t.timer(q.name).Observe(time.Since(q.begun).Seconds())
	failed := data.Err != nil && !errors.Is(data.Err, pgx.ErrNoRows)
	if failed {
		t.failures.WithLabelValues(string(apperr.From(Error(data.Err)).Code)).Inc()
	}
	if q.span == nil {
		return
	}
	if failed {
		q.span.SetStatus(codes.Error, string(apperr.From(Error(data.Err)).Code))
	}
	q.span.End()
}

// timer finds the histogram of a name; names beyond the bound share one.
func (t *tracer) timer(name string) prometheus.Observer {
	t.mu.RLock()
	timer, ok := t.timers[name]
	t.mu.RUnlock()
	if ok {
		return timer
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	label := name
	if len(t.timers) >= maxNames {
		label = otherName
	}
	timer = t.seconds.WithLabelValues(label)
	if label == name {
		t.timers[name] = timer
	}
	return timer
}
