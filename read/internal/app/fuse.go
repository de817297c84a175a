package app

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/apperr"
)

// fuse spares questions the wait for a database that says nothing: where it is down
// by the word of the readiness checks, and the last few questions had no answer from
// it either, the next ones are refused at once, so that a cache above can give what
// it has left. It takes both: questions that are too heavy time out while the
// database is well, and a check may come late while questions are answered. One
// question a second is let through, whose answer ends it.
type fuse struct {
	next   answer.Source
	down   func() bool
	now    func() time.Time
	failed atomic.Int64 // in a row
	trial  atomic.Int64 // when the next question may pass, Unix milliseconds
	spared prometheus.Counter
}

const (
	fuseFailures = 3
	fuseTrial    = time.Second
)

var errAway = apperr.New(apperr.Unavailable, "The database does not answer for the moment.").WithRetryAfter(fuseTrial)

func newFuse(next answer.Source, down func() bool, reg prometheus.Registerer) *fuse {
	f := &fuse{next: next, down: down, now: time.Now, spared: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "tercul_origin_spared_total", Help: "Questions refused at once because the database does not answer.",
	})}
	reg.MustRegister(f.spared)
	return f
}

// Answer passes the question on, or refuses it.
func (f *fuse) Answer(ctx context.Context, q *answer.Query) (answer.Result, error) {
	if f.failed.Load() >= fuseFailures && f.down() && !f.may() {
		f.spared.Inc()
		return answer.Result{}, errAway
	}
	res, err := f.next.Answer(ctx, q)
	switch code := apperr.From(err); {
	case code != nil && (code.Code == apperr.Unavailable || code.Code == apperr.Timeout):
		f.failed.Add(1)
	default:
		f.failed.Store(0)
	}
	return res, err
}

// may tells whether a question may try.
func (f *fuse) may() bool {
	now, at := f.now().UnixMilli(), f.trial.Load()
	return now >= at && f.trial.CompareAndSwap(at, now+fuseTrial.Milliseconds())
}
