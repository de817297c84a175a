package cache

import (
	"testing"
	"time"

	"github.com/tercul/tercul/read/internal/answer"
)

// TestPeek: what a caller would be answered as true, and no trace of who looked.
func TestPeek(t *testing.T) {
	bus := newBus(t, nil)
	r := newReader(t, withRedis(bus.direct, bus.space))
	bus.publish(t, "work_0", r)
	r.origin.set("work_1", "Inferno")
	if r.l1.Peek(ask("work_1")) != nil || r.l2.Peek(t.Context(), ask("work_1")) != nil {
		t.Fatal("found before it was asked for")
	}
	r.answer(ask("work_1"))
	r.settled(1)
	counts := func() [4]float64 {
		return [4]float64{counted(r.metrics.l1.hits), counted(r.metrics.l1.misses), counted(r.metrics.l2.hits), counted(r.metrics.renewals)}
	}
	before, loads := counts(), r.origin.loads.Load()
	seen := func(what string, memory, shared bool) {
		t.Helper()
		if got := r.l1.Peek(ask("work_1")) != nil; got != memory {
			t.Errorf("%s: in memory %v", what, got)
		}
		for _, enc := range []answer.Encoding{answer.Identity, answer.Brotli} { // the second is made of the first
			if got := r.l2.Peek(t.Context(), askIn("work_1", enc)) != nil; got != shared {
				t.Errorf("%s: in Redis %v", what, got)
			}
		}
	}
	seen("just made", true, true)
	r.wall.pass(2 * time.Minute)
	seen("after L1's time", false, true)
	r.wall.pass(time.Hour)
	seen("after all time", false, false)
	r.wall.pass(-time.Hour - 2*time.Minute)
	r.clock.Suspend()
	seen("suspect", false, false)
	r.clock.Resume()
	bus.publish(t, "work_1", r)
	seen("touched", false, false)
	if counts() != before || r.origin.loads.Load() != loads {
		t.Errorf("it was counted, or loaded: %v after %v", counts(), before)
	}
}
