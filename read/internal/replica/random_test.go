package replica

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/read/internal/answer"
)

// history is a run of edits, some of them long, and of questions, over a standby whose lag
// changes.
type history struct {
	w *world

	edits, byStandby atomic.Int64
	old              atomic.Int64 // answers that lack what was announced before the question
	example          atomic.Pointer[string]
}

const (
	editors, askers = 3, 3
	enoughEdits     = 150
	enoughAnswers   = 400
)

// atRandom: no answer lacks what had been announced when it was asked for.
func atRandom(t *testing.T, w *world) {
	h := &history{w: w}
	h.play(func() bool {
		return h.edits.Load() >= enoughEdits && h.byStandby.Load() >= enoughAnswers && w.refusals(refused) > 0
	})
	t.Logf("%d edits, %d answers of the standby, %d refused, %d of the primary", h.edits.Load(), h.byStandby.Load(), w.refusals(refused), w.asked.count())
	if n := h.old.Load(); n > 0 {
		t.Errorf("%d answers are older than what was announced, such as %s", n, *h.example.Load())
	}
}

// atRandomUnfenced is the same without the fence, and must find such answers: or the
// histories show nothing.
func atRandomUnfenced(t *testing.T, w *world) {
	w.set.cfg.Unfenced = true
	h := &history{w: w}
	h.play(func() bool { return h.old.Load() > 0 })
	require.Positive(t, h.old.Load(), "the histories are too tame")
}

// play goes on until it is enough, or for a minute.
func (h *history) play(enough func() bool) {
	ctx, cancel := context.WithTimeout(h.w.t.Context(), time.Minute)
	defer cancel()
	var wg sync.WaitGroup
	for range editors {
		wg.Go(func() { h.repeat(ctx, h.edit) })
	}
	for range askers {
		var prev [keys + 1]*answer.Entry
		wg.Go(func() { h.repeat(ctx, func(ctx context.Context) error { return h.ask(ctx, &prev) }) })
	}
	wg.Go(func() { h.repeat(ctx, h.linger) })
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for n := 0; !enough() && ctx.Err() == nil; n++ {
		<-tick.C
		if n%3 == 0 {
			h.w.standby.Delay(h.w.t, time.Duration(rand.IntN(500))*time.Millisecond)
		}
	}
	require.NoError(h.w.t, ctx.Err(), "not enough in a minute: %d edits, %d answers of the standby", h.edits.Load(), h.byStandby.Load())
	cancel()
	wg.Wait()
	h.w.standby.Delay(h.w.t, 0)
}

func (h *history) repeat(ctx context.Context, do func(context.Context) error) {
	for ctx.Err() == nil {
		if err := do(ctx); err != nil && ctx.Err() == nil {
			h.w.t.Error(err)
			return
		}
	}
}

// edit holds its transaction for a moment, and now and then for much longer, so that
// commits are out of order with the numbers of transactions.
func (h *history) edit(ctx context.Context) error {
	e, err := h.w.begin(ctx, 1+rand.IntN(keys))
	if err != nil {
		return err
	}
	hold := rand.N(15 * time.Millisecond)
	if rand.IntN(20) == 0 {
		hold = rand.N(300 * time.Millisecond)
	}
	time.Sleep(hold) // the length of the transaction itself
	h.edits.Add(1)
	return e.commit(ctx)
}

// linger is a transaction that has a number and changes nothing that is read.
func (h *history) linger(ctx context.Context) error {
	tx, err := h.w.db.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if _, err := tx.Exec(ctx, "SELECT pg_current_xact_id()"); err != nil {
		return err
	}
	time.Sleep(rand.N(200 * time.Millisecond)) // the length of the transaction itself
	return nil
}

// ask compares an answer with what was known before the question.
func (h *history) ask(ctx context.Context, prev *[keys + 1]*answer.Entry) error {
	key := 1 + rand.IntN(keys)
	known, before := h.w.known(key), h.w.answersOf("replica-1")
	res, err := h.w.source.Answer(ctx, question(key, prev[key]))
	if err != nil {
		return err
	}
	if h.w.answersOf("replica-1") > before {
		h.byStandby.Add(1)
	}
	if rand.IntN(4) > 0 { // the caches have it, or have not
		prev[key] = res.Entry
	} else {
		prev[key] = nil
	}
	if got := seen(h.w.t, res.Entry); got < known {
		h.old.Add(1)
		text := fmt.Sprintf("version %d of thing %d, of which %d was announced", got, key, known)
		h.example.CompareAndSwap(nil, &text)
	}
	return nil
}
