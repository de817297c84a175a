package cache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/apperr"
)

func TestL1Hit(t *testing.T) {
	r := newReader(t)
	r.origin.set("work_1", "Inferno")
	first := r.expect(ask("work_1"), "Inferno", answer.Origin, 1)
	second := r.expect(ask("work_1"), "Inferno", answer.L1, 0)
	if first.CacheStatus != "tercul-l1; fwd=miss" || second.CacheStatus != "tercul-l1; hit" {
		t.Errorf("Cache-Status %q, then %q", first.CacheStatus, second.CacheStatus)
	}
	if second.Entry.ETag != first.Entry.ETag || !r.l1.Fresh(second.Entry) {
		t.Error("not the same entry")
	}
	if counted(r.metrics.l1.hits) != 2 || counted(r.metrics.l1.misses) != 1 {
		t.Error("not counted")
	}
}

func TestInvalidation(t *testing.T) {
	r := newReader(t)
	r.origin.set("work_1", "Inferno")
	r.origin.set("work_2", "Purgatorio")
	first := r.expect(ask("work_1"), "Inferno", answer.Origin, 1)
	r.expect(ask("work_2"), "Purgatorio", answer.Origin, 1)
	r.change("work_1", "Hell")
	if r.l1.Fresh(first.Entry) {
		t.Error("fresh after it was invalidated")
	}
	res := r.expect(ask("work_1"), "Hell", answer.Origin, 1)
	if res.CacheStatus != "tercul-l1; fwd=stale" {
		t.Errorf("Cache-Status %q", res.CacheStatus)
	}
	r.expect(ask("work_1"), "Hell", answer.L1, 0)
	r.expect(ask("work_2"), "Purgatorio", answer.L1, 0)
}

// TestInvalidationDuringLoad is the race that deleting keys loses: the load has
// read the old row, the invalidation comes, the load stores.
func TestInvalidationDuringLoad(t *testing.T) {
	r := newReader(t)
	r.origin.set("work_1", "old")
	r.origin.pause(func() {
		r.origin.pause(func() {})
		r.change("work_1", "new")
	})
	res := r.expect(ask("work_1"), "old", answer.Origin, 1)
	if !res.Entry.NoStore {
		t.Error("an answer that was overtaken may be stored outside")
	}
	r.expect(ask("work_1"), "new", answer.Origin, 1)
	r.expect(ask("work_1"), "new", answer.L1, 0)
}

func TestNothingIsBelievedWhileSuspect(t *testing.T) {
	r := newReader(t)
	r.origin.set("work_1", "Inferno")
	r.expect(ask("work_1"), "Inferno", answer.Origin, 1)
	r.clock.Suspend()
	for range 2 {
		if res := r.expect(ask("work_1"), "Inferno", answer.Origin, 1); !res.Entry.NoStore {
			t.Error("an answer made while suspect may be stored outside")
		}
	}
	r.clock.Resume()
	r.expect(ask("work_1"), "Inferno", answer.L1, 0)
}

func TestL1AsksAgainAfterItsTime(t *testing.T) {
	r := newReader(t)
	r.origin.set("work_1", "Inferno")
	r.expect(ask("work_1"), "Inferno", answer.Origin, 1)
	r.wall.pass(40 * time.Second)
	r.expect(ask("work_1"), "Inferno", answer.L1, 0)
	r.wall.pass(21 * time.Second)
	r.expect(ask("work_1"), "Inferno", answer.Origin, 1)
}

func TestNoStoreIsNotStored(t *testing.T) {
	r := newReader(t)
	r.origin.set("work_1", "Inferno")
	q := ask("work_1")
	q.Op = op{answer.Policy{NoStore: true, SharedMaxAge: time.Hour}}
	for range 2 {
		r.expect(q, "Inferno", answer.Origin, 1)
	}
}

func TestNegativeAnswer(t *testing.T) {
	r := newReader(t)
	null := func(layer answer.Layer, loads int64) {
		t.Helper()
		before := r.origin.loads.Load()
		res := r.answer(ask("work_1"))
		if res.Entry.Status != answer.Null || res.Layer != layer || r.origin.loads.Load()-before != loads {
			t.Errorf("answered %s by %v", res.Entry.Body, res.Layer)
		}
	}
	null(answer.Origin, 1)
	null(answer.L1, 0)
	r.wall.pass(11 * time.Second)
	null(answer.Origin, 1)

	r.origin.set("work_1", "Inferno")
	null(answer.L1, 0)
	r.clock.Apply(r.clock.Applied()+1, []string{"list:thing"})
	r.expect(ask("work_1"), "Inferno", answer.Origin, 1)
}

func TestUnchangedDataKeepsItsETag(t *testing.T) {
	for _, enc := range []answer.Encoding{answer.Identity, answer.Brotli, answer.Gzip, answer.Zstd} {
		t.Run(enc.String(), func(t *testing.T) {
			r := newReader(t)
			text := strings.Repeat("Nel mezzo del cammin di nostra vita ", 40)
			r.origin.set("work_1", text)
			first := r.expect(askIn("work_1", enc), text, answer.Origin, 1)
			seq := r.change("work_1", text) // touched, not changed
			again := r.expect(askIn("work_1", enc), text, answer.Origin, 1)
			if again.Entry.ETag != first.Entry.ETag || again.Entry.AsOf != seq || !bytes.Equal(again.Entry.Body, first.Entry.Body) {
				t.Errorf("ETag %s, then %s", first.Entry.ETag, again.Entry.ETag)
			}
			if enc != answer.Identity && counted(r.metrics.encoded[enc]) != 1 {
				t.Error("encoded again")
			}
			r.change("work_1", text+"!")
			if r.answer(askIn("work_1", enc)).Entry.ETag == first.Entry.ETag {
				t.Error("the ETag outlived the data")
			}
		})
	}
}

func TestStaleWhileRevalidate(t *testing.T) {
	r := newReader(t)
	r.origin.set("work_1", "old")
	q := ask("work_1")
	q.Op = op{answer.Policy{SharedMaxAge: 10 * time.Second, StaleWhileRevalidate: 20 * time.Second}}
	r.expect(q, "old", answer.Origin, 1)
	r.origin.set("work_1", "new") // of a kind that expires and is not announced
	r.wall.pass(11 * time.Second)

	release := make(chan struct{})
	r.origin.pause(func() { <-release })
	for range 5 {
		if res := r.answer(q); res.Layer != answer.Stale || !strings.Contains(string(res.Entry.Body), "old") || res.Entry.NoStore {
			t.Fatalf("%v %s", res.Layer, res.Entry.Body)
		}
	}
	eventually(t, "one renewal", func() bool { return r.origin.loads.Load() == 2 })
	close(release)
	eventually(t, "the renewal is stored", func() bool { return r.answer(q).Layer == answer.L1 })
	r.expect(q, "new", answer.L1, 0)
	if r.origin.loads.Load() != 2 || counted(r.metrics.renewals) != 1 {
		t.Errorf("%d loads", r.origin.loads.Load())
	}
}

func TestStaleIsNotServedWhenOvertaken(t *testing.T) {
	r := newReader(t)
	r.origin.set("work_1", "old")
	q := ask("work_1")
	q.Op = op{answer.Policy{SharedMaxAge: 10 * time.Second, StaleWhileRevalidate: 20 * time.Second}}
	r.expect(q, "old", answer.Origin, 1)
	r.wall.pass(11 * time.Second)
	r.change("work_1", "new")
	r.expect(q, "new", answer.Origin, 1)
	r.wall.pass(40 * time.Second)
	r.expect(q, "new", answer.Origin, 1)
}

func TestStaleIfError(t *testing.T) {
	for name, c := range map[string]struct {
		err    error
		later  time.Duration
		rescue bool
	}{
		"unavailable": {errDown, 0, true},
		"timeout":     {apperr.New(apperr.Timeout, "slow"), 0, true},
		"deadline":    {fmt.Errorf("query: %w", context.DeadlineExceeded), 0, true},
		"too old":     {errDown, 2 * time.Hour, false},
		"internal":    {errors.New("a bug"), 0, false},
		"bad request": {apperr.New(apperr.BadRequest, "no"), 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReader(t)
			r.origin.set("work_1", "old")
			r.expect(ask("work_1"), "old", answer.Origin, 1)
			r.origin.set("work_1", "new") // of a kind that expires and is not announced
			r.origin.fail(c.err)
			r.wall.pass(10*time.Minute + c.later)
			res, err := r.source.Answer(t.Context(), ask("work_1"))
			if !c.rescue {
				if !errors.Is(err, c.err) {
					t.Fatalf("%+v, %v", res, err)
				}
				return
			}
			if err != nil || res.Layer != answer.Stale || !res.Entry.NoStore || !strings.Contains(string(res.Entry.Body), "old") {
				t.Fatalf("%+v, %v", res, err)
			}
			r.origin.fail(nil)
			r.expect(ask("work_1"), "new", answer.Origin, 1)
		})
	}
}

func TestErrorWithoutAnythingToGive(t *testing.T) {
	r := newReader(t)
	r.origin.fail(errDown)
	if _, err := r.source.Answer(t.Context(), ask("work_1")); !errors.Is(err, errDown) {
		t.Fatal(err)
	}
	r.origin.fail(nil)
	r.origin.set("work_1", "Inferno")
	r.expect(ask("work_1"), "Inferno", answer.Origin, 1)
}

// TestOversizePassesBy has a value that would empty a shard.
func TestOversizePassesBy(t *testing.T) {
	r := newReader(t, withMegabytes(4))
	for i := range 50 {
		name := fmt.Sprintf("work_%d", i)
		r.origin.set(name, strings.Repeat("x", 2000))
		r.answer(ask(name))
	}
	entries := r.l1.big.Len()
	big := strings.Repeat("y", 3<<20)
	r.origin.set("work_big", big)
	for range 2 {
		r.expect(ask("work_big"), big, answer.Origin, 1)
	}
	if counted(r.metrics.oversize) != 2 || r.l1.big.Len() != entries {
		t.Errorf("counted %v, %d of %d entries are left", counted(r.metrics.oversize), r.l1.big.Len(), entries)
	}
}

// TestColdEntriesComeFromBigcache pushes an entry out of the pointers.
func TestColdEntriesComeFromBigcache(t *testing.T) {
	r := newReader(t)
	r.origin.set("work_1", "Inferno")
	r.expect(ask("work_1"), "Inferno", answer.Origin, 1)
	r.l1.hot = newHot(64, 1<<20)
	first := r.expect(ask("work_1"), "Inferno", answer.L1, 0).Entry
	if again := r.expect(ask("work_1"), "Inferno", answer.L1, 0).Entry; again != first {
		t.Error("copied again: it was not taken up among the pointers")
	}
	if first.Keep == 0 || !r.l1.Fresh(first) {
		t.Error("Keep was lost on the way")
	}
}

func TestHitDoesNotAllocate(t *testing.T) {
	r := newReader(t)
	r.origin.set("work_1", strings.Repeat("x", 4096))
	q := ask("work_1")
	r.answer(q)
	ctx := t.Context()
	if n := testing.AllocsPerRun(100, func() {
		if res, err := r.source.Answer(ctx, q); err != nil || res.Layer != answer.L1 {
			t.Fatal(res.Layer, err)
		}
	}); n != 0 {
		t.Errorf("%v allocations for a hit", n)
	}
	e := r.answer(q).Entry
	if n := testing.AllocsPerRun(100, func() { r.l1.Fresh(e) }); n != 0 {
		t.Errorf("%v allocations for Fresh", n)
	}
}

func TestMetricsOfL1(t *testing.T) {
	r := newReader(t)
	r.origin.set("work_1", "Inferno")
	r.answer(ask("work_1"))
	families, err := r.reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	entries := 0.0
	for _, f := range families {
		if f.GetName() == "tercul_l1_entries" {
			for _, m := range f.GetMetric() {
				entries += m.GetGauge().GetValue()
			}
		}
	}
	if entries != 2 {
		t.Errorf("%v entries", entries)
	}
}
