package edge

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/mutant"
	"github.com/tercul/tercul/write/internal/edge/provider"
)

// work is what one session knows: all of it can be read again from the ledger.
type work struct {
	*purger
	ledger *ledger
	inside inside

	covered string      // a snapshot: what it shows was taken up
	waiting keys        // to be purged now
	since   time.Time   // when the oldest change among them was committed; zero for none
	fresh   []time.Time // when each change among them was
	sent    keys        // purged in this attempt, and to be purged once more
	later   queue
	closing string    // a snapshot that is done once nothing waits
	noted   time.Time // when the ledger was last written

	fails   int       // since the last call that worked
	failing bool      // since the last time that nothing was left
	retry   time.Time // no call before
	coarse  bool      // the budget was exceeded
}

// noteEvery is how often an idle edge is noted to be up to date, so that it is not taken
// for one that lacks what it was never told.
const noteEvery = time.Minute

func (w *work) begin(ctx context.Context) error {
	if err := w.ledger.listen(ctx); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	w.inside.begin(ctx)
	done, everything, err := w.ledger.begin(ctx)
	if err != nil {
		return err
	}
	w.covered, w.noted = done, time.Now()
	if everything {
		w.log.Info().Msg("nothing is known of what the edge was purged of: it forgets everything")
		w.waiting.add(invalidate.EdgeEverything, need{hard: !w.o.Soft, again: true})
		w.since = time.Now()
	}
	return nil
}

// turn takes up what has come, purges what is due, and waits for more.
func (w *work) turn(ctx context.Context) error {
	w.ledger.drain(ctx)
	if err := w.take(ctx); err != nil {
		return err
	}
	w.repeat(time.Now())
	if len(w.waiting) > 0 && !time.Now().Before(w.retry) {
		w.flush(ctx)
	}
	w.show()
	if err := w.note(ctx); err != nil {
		return err
	}
	return w.rest(ctx)
}

// take reads what was committed since the last time and waits until the readers know.
func (w *work) take(ctx context.Context) error {
	rows, now, err := w.ledger.owed(ctx, w.covered)
	if err != nil {
		return err
	}
	w.covered = now
	if !w.inside.await(ctx, rows) {
		w.m.ahead.Inc()
	}
	wide := len(rows) > rowLimit // of those that were not read, one may be hard
	for _, r := range rows {
		n := need{hard: r.hard || wide || !w.o.Soft, again: true}
		if wide {
			w.waiting.add(invalidate.EdgeEverything, n)
		}
		for _, tag := range r.tags {
			w.waiting.addTag(tag, n)
		}
		if w.since.IsZero() || r.at.Before(w.since) {
			w.since = r.at
		}
		if len(w.fresh) < maxKeys {
			w.fresh = append(w.fresh, r.at)
		}
	}
	return ctx.Err()
}

// repeat takes up what is to be purged a second time.
func (w *work) repeat(now time.Time) {
	for {
		r, ok := w.later.pop(now)
		if !ok {
			return
		}
		for key, n := range r.keys {
			if !mutant.Without(mutant.Purge) {
				w.waiting.add(key, need{hard: n.hard})
			}
		}
		if r.snapshot != "" {
			w.closing = r.snapshot
		}
	}
}

// flush purges what waits, as far as the edge and its budget let it.
func (w *work) flush(ctx context.Context) {
	w.coarsen(time.Now())
	defer w.postpone()
	for _, c := range w.waiting.chunks(w.budget.limits) {
		now := time.Now()
		if wait := w.budget.spend(c, now); wait > 0 {
			w.retry = now.Add(wait)
			return
		}
		if err := w.call(ctx, c); err != nil {
			if ctx.Err() == nil {
				w.fail(err, c)
			}
			return
		}
		w.fails = 0
	}
	w.succeed()
}

// coarsen makes what waits fit into the budget.
func (w *work) coarsen(now time.Time) {
	steps := w.budget.coarsen(w.waiting, now)
	_, all := w.waiting[invalidate.EdgeEverything]
	switch {
	case steps == 0:
		if w.coarse {
			w.log.Info().Msg("over: coarser keys are purged")
		}
		w.coarse = false
		return
	case all:
		w.m.toAll.Inc()
	default:
		w.m.toKinds.Inc()
	}
	if !w.coarse {
		w.log.Warn().Bool("everything", all).Msg("more is to be purged than the edge's budget allows: coarser keys are purged")
	}
	w.coarse = true
}

// call purges one chunk and takes what was confirmed off the list.
func (w *work) call(ctx context.Context, c chunk) error {
	ctx, cancel := context.WithTimeout(ctx, w.o.Timeout)
	defer cancel()
	left, err := w.driver.Purge(ctx, c.keys, c.hard)
	remains := map[string]bool{}
	for _, key := range left {
		remains[key] = true
	}
	for _, key := range c.keys {
		if remains[key] {
			continue
		}
		if n := w.waiting[key]; n.again {
			w.sent.add(key, n)
		}
		delete(w.waiting, key)
		w.m.keys.Inc()
	}
	w.m.purges(outcome(err)).Inc()
	return err
}

func outcome(err error) provider.Outcome {
	var e *provider.Error
	switch {
	case err == nil:
		return provider.Done
	case errors.As(err, &e):
		return e.Outcome
	}
	return provider.Failed
}

// fail puts off the next call. Keys that the edge will never take become everything.
func (w *work) fail(err error, c chunk) {
	pause := min(w.o.First<<min(w.fails, 10), lastPause)
	pause = pause/2 + rand.N(pause/2+1) //nolint:gosec // spreads load, guards nothing
	var e *provider.Error
	if errors.As(err, &e) {
		pause = max(pause, min(e.After, 5*time.Minute))
		if e.Outcome == provider.Unfit && (len(c.keys) > 1 || c.keys[0] != invalidate.EdgeEverything) {
			w.waiting.everything()
			w.m.toAll.Inc()
		}
	}
	if !w.failing {
		w.log.Warn().Err(err).Str("outcome", string(outcome(err))).Int("keys", len(w.waiting)).Msg("the edge is not purged")
	}
	w.complain("the edge is not purged: " + err.Error())
	w.failing = true
	w.fails++
	w.retry = time.Now().Add(pause)
}

func (w *work) succeed() {
	if w.failing {
		w.log.Info().Msg("over: the edge is not purged")
	}
	w.failing, w.since = false, time.Time{}
	for _, at := range w.fresh {
		w.m.delay.Observe(max(0, time.Since(at).Seconds()))
	}
	w.fresh = w.fresh[:0]
}

// postpone puts what was purged into the queue of second purges. The snapshot is done
// with it where nothing is left.
func (w *work) postpone() {
	snapshot := ""
	if len(w.waiting) == 0 {
		snapshot = w.covered
	}
	if len(w.sent) == 0 {
		return
	}
	w.later.push(w.sent, snapshot, time.Now(), w.o.Again)
	w.sent = keys{}
}

// note writes down what is done.
func (w *work) note(ctx context.Context) error {
	if len(w.waiting) > 0 {
		return nil
	}
	idle := w.later.empty() && time.Since(w.noted) >= noteEvery
	if idle {
		w.closing = w.covered
	}
	if w.closing == "" {
		return nil
	}
	if err := w.ledger.done(ctx, w.closing); err != nil {
		return err
	}
	w.closing, w.noted = "", time.Now()
	return nil
}

// rest waits for the next announcement, the next second purge, or the next attempt.
func (w *work) rest(ctx context.Context) error {
	now := time.Now()
	until := now.Add(w.o.Poll)
	if due, ok := w.later.next(); ok && due.Before(until) {
		until = due
	}
	if len(w.waiting) > 0 && w.retry.Before(until) {
		until = w.retry
	}
	if !until.After(now) {
		return ctx.Err()
	}
	told, err := w.ledger.await(ctx, until)
	if err != nil || !told {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(w.o.Window):
		return nil
	}
}

func (w *work) show() {
	if !w.failing {
		w.content()
	}
	w.m.backlog.Set(float64(len(w.waiting)))
	w.m.again.Set(float64(w.later.size()))
	w.m.age(w.since, time.Now())
}
