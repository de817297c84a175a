package cache

import (
	"context"
	"time"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/evict"
	"github.com/tercul/tercul/shared/apperr"
)

// l1Front is where questions meet L1.
type l1Front struct {
	*L1
	next answer.Source
}

// Answer is the hot path: a hit allocates nothing.
func (l *l1Front) Answer(ctx context.Context, q *answer.Query) (answer.Result, error) {
	if !l.cfg.Clock.Covers(q.MinSeq) {
		if !l.possible(q.MinSeq) {
			return answer.Result{}, errTicket
		}
		if !l.await(ctx, q.MinSeq) {
			return l.bypass(ctx, q)
		}
	}
	now := l.now.ms()
	e := l.find(q.Key, q.Enc)
	if e != nil && now < e.Keep && validAt(l.cfg.Clock, now, e) {
		if now < e.Soft {
			l.cfg.Metrics.l1.hits.Inc()
			return answer.Result{Entry: e, Layer: answer.L1, CacheStatus: l1Name + "; hit"}, nil
		}
		if now < e.Hard {
			l.cfg.Metrics.l1.stale.Inc()
			l.renew(ctx, q, e)
			return answer.Result{Entry: e, Layer: answer.Stale, CacheStatus: l1Name + "; hit; detail=revalidating"}, nil
		}
	}
	l.cfg.Metrics.l1.misses.Inc()
	return l.miss(ctx, q, e, now)
}

// possible tells whether a ticket can have been given out: the bus numbers from the
// clock in microseconds on, and less than one a microsecond.
func (l *l1Front) possible(ticket uint64) bool {
	known := l.cfg.Clock.Applied()
	if evict.Own(known) {
		known = 0
	}
	now := uint64(l.now.ms()) * 1000 //nolint:gosec // it is after 1970
	return ticket <= max(known, now)+uint64(clockSkew.Microseconds())
}

// await gives the clock a moment to cover a ticket: what it stands for was announced
// before it was given out, and is on its way.
func (l *l1Front) await(ctx context.Context, ticket uint64) bool {
	ctx, cancel := context.WithTimeout(ctx, l.cfg.Ticket)
	defer cancel()
	return l.cfg.Clock.Await(ctx, ticket)
}

// clockSkew is more than the clocks of servers differ by.
const clockSkew = time.Minute

var errTicket = apperr.New(apperr.BadRequest, "It must be the X-Tercul-Seq of an answer; this number lies in the future.").
	WithField("X-Tercul-Min-Seq")

// bypass asks below for what is newer than all that is known here, and gives the
// bytes of before along, in case nothing has changed.
func (l *l1Front) bypass(ctx context.Context, q *answer.Query) (answer.Result, error) {
	l.cfg.Metrics.l1.misses.Inc()
	below := *q
	below.Prev = l.find(q.Key, q.Enc)
	if q.Enc != answer.Identity {
		below.PrevBase = l.find(q.Key, answer.Identity)
	}
	res, err := l.next.Answer(ctx, &below)
	return forwarded(res, l1Name, "bypass"), err
}

// miss asks below, and gives along what is known: the bytes of before, in case
// nothing has changed, and a valid identity answer, in case only the encoding is
// missing.
func (l *l1Front) miss(ctx context.Context, q *answer.Query, prev *answer.Entry, now int64) (answer.Result, error) {
	below, reason := *q, "stale"
	if below.Prev = prev; prev == nil {
		reason = "miss"
	}
	if q.Enc != answer.Identity {
		base := l.find(q.Key, answer.Identity)
		if below.PrevBase = base; base != nil && now < base.Keep && now < base.Soft && validAt(l.cfg.Clock, now, base) {
			below.Base = base
		}
	}
	res, err := l.next.Answer(ctx, &below)
	if err != nil {
		res, err := l.last.give(ctx, err, l.now.ms(), l1Name, prev, below.PrevBase)
		if err == nil {
			l.cfg.Metrics.l1.rescued.Inc()
		}
		return res, err
	}
	if res.Layer == answer.Stale && !res.Entry.NoStore {
		l.renew(ctx, q, res.Entry)
	}
	if below.Base != nil && res.Layer == answer.L1 {
		res.CacheStatus = l1Name + "; hit; detail=encoded"
		return res, nil
	}
	return forwarded(res, l1Name, reason), nil
}

// renew makes a new answer in the background, one at a time for a question, and
// no more than a few in all: who is left out will be asked for again.
func (l *l1Front) renew(ctx context.Context, q *answer.Query, prev *answer.Entry) {
	id := renewal{q.Key, q.Enc}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, running := l.renewing[id]; running || len(l.renewing) >= maxRenewals {
		return
	}
	if e := l.find(q.Key, q.Enc); e != nil && e.AsOf >= prev.AsOf && l.now.ms() < e.Soft {
		return // renewed between the caller's look and the lock
	}
	below := *q
	below.Prev, below.Reload = prev, true
	values := context.WithoutCancel(ctx)
	started := l.cfg.Tasks.Go(func(life context.Context) {
		ctx, cancel := context.WithTimeout(values, l.cfg.Deadline)
		defer cancel()
		defer context.AfterFunc(life, cancel)()
		defer l.renewed(id)
		if _, err := l.next.Answer(ctx, &below); err != nil {
			l.cfg.Metrics.renewalErrors.Inc()
		}
	})
	if started {
		l.renewing[id] = struct{}{}
		l.cfg.Metrics.renewals.Inc()
	}
}

func (l *l1Front) renewed(id renewal) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.renewing, id)
}
