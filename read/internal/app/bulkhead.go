package app

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/apperr"
)

// bulkhead lets only so many questions at the database at a time: as many as
// there are connections. The others wait a little, in the order they came, and
// are then sent away with a 503, which costs less than a queue in which every
// answer comes after its caller has given up.
type bulkhead struct {
	next  answer.Source
	slots chan struct{}
	wait  time.Duration

	waiting  prometheus.Gauge
	rejected prometheus.Counter
}

var errFull = apperr.New(apperr.Unavailable, "Too many questions wait for the database. Try again in a moment.").
	WithRetryAfter(time.Second)

func newBulkhead(next answer.Source, size int, wait time.Duration, reg prometheus.Registerer) *bulkhead {
	b := &bulkhead{
		next: next, slots: make(chan struct{}, size), wait: wait,
		waiting: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "tercul_origin_waiting", Help: "Questions that wait for their turn at the database.",
		}),
		rejected: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tercul_origin_rejected_total", Help: "Questions sent away because the database was busy for too long.",
		}),
	}
	reg.MustRegister(b.waiting, b.rejected, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "tercul_origin_busy", Help: "Questions being answered by the database.",
	}, func() float64 { return float64(len(b.slots)) }))
	return b
}

// Answer passes the question on in its turn.
func (b *bulkhead) Answer(ctx context.Context, q *answer.Query) (answer.Result, error) {
	if err := b.enter(ctx); err != nil {
		return answer.Result{}, err
	}
	defer func() { <-b.slots }()
	return b.next.Answer(ctx, q)
}

func (b *bulkhead) enter(ctx context.Context) error {
	select {
	case b.slots <- struct{}{}:
		return nil
	default:
	}
	b.waiting.Inc()
	defer b.waiting.Dec()
	timer := time.NewTimer(b.wait)
	defer timer.Stop()
	select {
	case b.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		b.rejected.Inc()
		return errFull
	}
}
