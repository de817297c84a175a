package evict

import (
	"testing"
	"time"

	"github.com/tercul/tercul/shared/invalidate"
)

const here, there = "1/00000001/5", "1/00000002/5"

// learnt is a fence that knows the horizon.
func learnt(xmax uint64) *Fence {
	f := NewFence()
	f.Learn(f.Ask(), here, xmax)
	return f
}

func take(t *testing.T, f *Fence) Pass {
	t.Helper()
	p, ok := f.Take()
	if !ok {
		t.Fatal("nothing passes")
	}
	return p
}

func signalled(f *Fence) bool {
	select {
	case <-f.Lost():
		return true
	default:
		return false
	}
}

func TestFenceOfASlot(t *testing.T) {
	f := learnt(100)
	f.touch(1, 120, []string{"work_1"})
	f.touch(2, 110, []string{"work_1", "list:work"}) // with the lower number, and committed later
	for tag, want := range map[string]uint64{"work_1": 121, "list:work": 111, "work_2": 100} {
		if got := take(t, f).Least(slotsOf(tag)); got != want {
			t.Errorf("%s: xmin from %d on, and it must be %d", tag, got, want)
		}
	}
	f.touch(3, 130, []string{invalidate.Everything})
	if got := take(t, f).Least(slotsOf("work_2")); got != 131 {
		t.Errorf("after everything was touched: %d", got)
	}
}

// TestMarksReachPassesTakenBefore: a pass is taken before the stamp, and what is applied
// until then counts.
func TestMarksReachPassesTakenBefore(t *testing.T) {
	f := learnt(100)
	p := take(t, f)
	f.touch(1, 120, []string{"work_1"})
	if got := p.Least(slotsOf("work_1")); got != 121 {
		t.Fatal(got)
	}
}

func TestFenceWithoutAHorizon(t *testing.T) {
	f := NewFence()
	if _, ok := f.Take(); ok || f.Known() || !signalled(f) {
		t.Fatal("a new fence lets something pass")
	}
	f.Learn(f.Ask(), here, 100)
	p := take(t, f)
	f.lose()
	if _, ok := f.Take(); ok || !signalled(f) {
		t.Fatal("passes are given out though the horizon is lost")
	}
	if p.Least(nil) != Unreachable {
		t.Fatal("a pass from before is good")
	}
	late := f.Ask()
	f.lose()
	f.Learn(late, here, 200)
	if f.Known() {
		t.Fatal("learnt from an answer to a question from before the loss")
	}
	f.Learn(f.Ask(), here, 200)
	if take(t, f).Least(nil) != 200 || p.Least(nil) != Unreachable {
		t.Fatal("not what was learnt")
	}
}

// TestMarksStayWhileTheHorizonIsLost: what is announced between a question and its answer
// is not below what is learnt.
func TestMarksStayWhileTheHorizonIsLost(t *testing.T) {
	f := NewFence()
	q := f.Ask()
	f.touch(1, 150, []string{invalidate.Everything})
	f.touch(2, 160, []string{"work_1"})
	f.Learn(q, here, 100)
	if p := take(t, f); p.Least(nil) != 151 || p.Least(slotsOf("work_1")) != 161 {
		t.Fatalf("%d, %d", p.Least(nil), p.Least(slotsOf("work_1")))
	}
}

// TestFenceOfAnotherHistory has lower numbers: marks of the one before mean nothing in it, and
// what was announced while it was being noticed is below what is asked afterwards.
func TestFenceOfAnotherHistory(t *testing.T) {
	f := learnt(1000)
	signalled(f)
	f.touch(1, 1010, []string{"work_1"})
	p := take(t, f)
	if !f.Learn(f.Ask(), there, 20) || f.Known() || !signalled(f) || p.Least(nil) != Unreachable {
		t.Fatal("the old history passes")
	}
	f.touch(2, 21, []string{"work_1"})
	if f.Learn(f.Ask(), there, 22) {
		t.Fatal("changed twice")
	}
	p = take(t, f)
	if p.History() != there || p.Least(slotsOf("work_1")) != 22 || p.Least(slotsOf("work_2")) != 22 {
		t.Fatal("not what is known of the new history")
	}
}

// TestWhatLosesTheHorizon plays what a follower may hear: where it cannot know which
// transactions it has missed, nothing passes until the primary has been asked.
func TestWhatLosesTheHorizon(t *testing.T) {
	row := func(seq uint64, outbox int64, xid uint64, tags ...string) invalidate.Message {
		return invalidate.Message{Kind: invalidate.Invalidation, Epoch: 100, Seq: seq, Outbox: outbox, XID: xid, Tags: tags}
	}
	for name, test := range map[string]struct {
		do   func(*changes)
		lost bool
	}{
		"a row":                     {func(c *changes) { c.receive(row(101, 1, 7, "work_1")) }, false},
		"a row of everything":       {func(c *changes) { c.receive(row(101, 1, 7, "*")) }, false},
		"everything, of no row":     {func(c *changes) { c.receive(row(101, 0, 7, "*")) }, true},
		"a row of no transaction":   {func(c *changes) { c.receive(row(101, 1, 0, "work_1")) }, true},
		"a heartbeat":               {func(c *changes) { c.beat(10) }, false},
		"another epoch":             {func(c *changes) { c.sub.begin(200) }, true},
		"a hole that is not filled": {func(c *changes) { c.sub.advance(row(105, 1, 7, "work_1")) }, true},
		"the outbox, going on":      {func(c *changes) { c.poll(11, invalidate.Row{ID: 1, XID: 10, Tags: []string{"work_1"}}) }, false},
		"the outbox, as another one": {func(c *changes) {
			c.poll(11)
			c.takenOver().met(here, 11, time.Now())
			c.takenOver().met(there, 11, time.Now())
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			c := playChanges(t)
			c.cfg.Fence = NewFence()
			c.sub.begin(100)
			c.sub.heard = time.Now()
			c.beat(10)
			c.cfg.Fence.Learn(c.cfg.Fence.Ask(), here, 5)
			test.do(c)
			if c.cfg.Fence.Known() == test.lost {
				t.Fatalf("lost: %v", !c.cfg.Fence.Known())
			}
		})
	}
}
