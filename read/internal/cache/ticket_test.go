package cache

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/apperr"
)

func asking(name string, ticket uint64) *answer.Query {
	q := ask(name)
	q.MinSeq = ticket
	return q
}

// waiting is how long tickets are waited for.
func waiting(d time.Duration) setting {
	return func(_ *reader, c *L1Config, _ *L2Config) { c.Ticket = d }
}

// TestTicket asks with the ticket of a write that is not announced here in time.
func TestTicket(t *testing.T) {
	r := newReader(t, waiting(time.Millisecond))
	r.origin.set("work_1", "old")
	r.expect(ask("work_1"), "old", answer.Origin, 1)
	r.origin.set("work_1", "new")
	q := asking("work_1", r.clock.Applied()+1)
	res := r.expect(q, "new", answer.Origin, 1)
	if !res.Entry.NoStore || !strings.Contains(res.CacheStatus, "fwd=bypass") {
		t.Errorf("%v %s", res.Entry.NoStore, res.CacheStatus)
	}
	r.clock.Apply(q.MinSeq, []string{"work_1"})
	r.expect(q, "new", answer.Origin, 1)
	r.expect(q, "new", answer.L1, 0)
}

// TestTicketKeepsTheBytes: a load for a ticket that finds the same data answers the
// same bytes, in each encoding, or whoever holds them would be told that they changed.
func TestTicketKeepsTheBytes(t *testing.T) {
	r := newReader(t, waiting(time.Millisecond))
	r.origin.set("work_1", strings.Repeat("same ", 400))
	for _, enc := range encodings {
		old := r.answer(askIn("work_1", enc)).Entry
		r.clock.Apply(r.clock.Applied()+1, []string{"work_2"})
		q := askIn("work_1", enc)
		q.MinSeq = r.clock.Applied() + 1
		late := r.answer(q)
		if !strings.Contains(late.CacheStatus, "fwd=bypass") || late.Entry.ETag != old.ETag || late.Entry.AsOf <= old.AsOf {
			t.Errorf("%v: %s, ETag %s after %s, made at %d after %d", enc, late.CacheStatus, late.Entry.ETag, old.ETag, late.Entry.AsOf, old.AsOf)
		}
	}
}

// TestTicketIsWaitedFor: the announcement comes just after who needs it.
func TestTicketIsWaitedFor(t *testing.T) {
	r := newReader(t, waiting(time.Hour))
	r.origin.set("work_1", "Inferno")
	r.expect(ask("work_1"), "Inferno", answer.Origin, 1)
	ticket := r.clock.Applied() + 2
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if res := r.answer(asking("work_1", ticket)); res.Layer != answer.L1 {
				t.Errorf("answered by %v (%s)", res.Layer, res.CacheStatus)
			}
		})
	}
	r.clock.Apply(ticket-1, []string{"work_2"})
	r.clock.Apply(ticket, []string{"work_3"})
	wg.Wait()
	if n := r.origin.loads.Load(); n != 1 {
		t.Errorf("%d loads", n)
	}
}

func TestImpossibleTicketIsRefused(t *testing.T) {
	r := newReader(t)
	r.origin.set("work_1", "Inferno")
	now := uint64(r.wall.now().UnixMicro())
	for name, ticket := range map[string]uint64{"an hour from now": now + 3600e6, "an outbox's": 1 << 52, "the highest": 1<<63 - 1} {
		_, err := r.source.Answer(t.Context(), asking("work_1", ticket))
		var coded *apperr.Error
		if !errors.As(err, &coded) || coded.Code != apperr.BadRequest || coded.Field != "X-Tercul-Min-Seq" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := r.origin.loads.Load(); n != 0 {
		t.Errorf("%d loads", n)
	}
	// Redis's clock may be, or have been, ahead of this one.
	r.clock.DropAll(now + 3600e6)
	r.answer(asking("work_1", now+3600e6+10))
}

// TestLateLoadsAreSharedAndFew has a crowd with tickets that nothing covers, each
// its own: they may not share a load that has begun, nor take more than their turns.
func TestLateLoadsAreSharedAndFew(t *testing.T) {
	r := newReader(t, waiting(time.Millisecond), func(r *reader, _ *L1Config, _ *L2Config) { r.turn = time.Hour })
	r.origin.set("work_1", "old")
	var began atomic.Int64
	release := make(chan struct{})
	r.origin.pause(func() { began.Add(1); <-release })
	var wg sync.WaitGroup
	ask := func(name string, ticket uint64, text string) {
		wg.Go(func() {
			if res := r.answer(asking(name, ticket)); !strings.Contains(string(res.Entry.Body), text) || !res.Entry.NoStore {
				t.Errorf("%v %s", res.Entry.NoStore, res.Entry.Body)
			}
		})
	}
	for n := range uint64(2) { // one after another, since each began before the next came
		ask("work_1", 100+n, "old")
		eventually(t, "the load has begun", func() bool { return began.Load() == int64(n)+1 })
	}
	r.origin.set("work_1", "new")
	const crowd = 100
	for n := range uint64(crowd) {
		ask("work_1", 200+n, "new")
	}
	eventually(t, "all but one have joined", func() bool { return counted(r.metrics.joined) == crowd-1 })
	if n := began.Load(); n != 2 {
		t.Errorf("%d loads at a time", n)
	}
	close(release)
	wg.Wait()
	if n := r.origin.loads.Load(); n != 3 {
		t.Errorf("%d loads in all", n)
	}
}

func TestLateLoadsDoNotWaitForLong(t *testing.T) {
	r := newReader(t, waiting(time.Millisecond), func(r *reader, _ *L1Config, _ *L2Config) { r.turn = time.Millisecond })
	var began atomic.Int64
	release := make(chan struct{})
	r.origin.pause(func() { began.Add(1); <-release })
	var wg sync.WaitGroup
	for _, name := range []string{"work_1", "work_2"} {
		wg.Go(func() { r.answer(asking(name, 100)) })
	}
	eventually(t, "the turns are taken", func() bool { return began.Load() == 2 })
	if _, err := r.source.Answer(t.Context(), asking("work_3", 100)); !errors.Is(err, errLate) {
		t.Errorf("%v", err)
	}
	close(release)
	wg.Wait()
	r.origin.pause(func() {})
	r.answer(asking("work_3", 100))
}
