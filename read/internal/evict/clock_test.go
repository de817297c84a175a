package evict

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/tercul/tercul/shared/invalidate"
)

func slotsOf(tags ...string) (out []uint32) {
	for _, tag := range tags {
		out = append(out, invalidate.Slot(tag))
	}
	return out
}

func running(seq uint64) *Clock {
	c := NewClock()
	c.DropAll(seq)
	c.Resume()
	return c
}

func TestClockValidity(t *testing.T) {
	c := running(100)
	work := slotsOf("work_1", "list:work")
	c.Apply(101, []string{"prsn_1"})
	for _, step := range []struct {
		what  string
		do    func()
		stamp uint64
		want  Verdict
	}{
		{"an untouched answer", func() {}, 101, Valid},
		{"at the floor", func() {}, 100, Valid},
		{"below the floor", func() {}, 99, Outside},
		{"from the future", func() {}, 102, Outside},
		{"another tag touched", func() { c.Apply(102, []string{"work_2"}) }, 101, Valid},
		{"its tag touched", func() { c.Apply(103, []string{"work_1"}) }, 102, Overtaken},
		{"made after the touch", func() {}, 103, Valid},
		{"suspect", c.Suspend, 103, Unknown},
		{"overtaken and suspect", func() {}, 102, Overtaken},
		{"resumed", c.Resume, 103, Valid},
		{"everything touched", func() { c.Apply(104, []string{"*"}) }, 103, Overtaken},
		{"made after everything", func() {}, 104, Valid},
		{"an old message again", func() { c.Apply(101, []string{"work_1"}) }, 104, Valid},
	} {
		step.do()
		if got := c.Judge(step.stamp, work); got != step.want {
			t.Errorf("%s: verdict %d, want %d", step.what, got, step.want)
		}
		if got := c.Valid(step.stamp, work); got != (step.want == Valid) {
			t.Errorf("%s: valid %v", step.what, got)
		}
	}
}

func TestNewClockBelievesNothing(t *testing.T) {
	if c := NewClock(); !c.Suspect() || c.Valid(0, nil) || c.Applied() != 0 {
		t.Fatal("a clock that has seen nothing believes something")
	}
}

func TestTickets(t *testing.T) {
	c := running(100)
	if !c.Covers(0) || !c.Covers(100) || c.Covers(101) {
		t.Fatal("on the bus, what was applied is covered")
	}
	e := c.current.Load().branch(localBase)
	e.apply(1000, []string{"work_1"})
	c.use(e)
	if !c.Covers(100) || c.Covers(101) || !c.Local() {
		t.Fatal("in an era of its own, nothing above the last of the bus is covered")
	}
}

func TestBranchKeepsWhatWasKnown(t *testing.T) {
	c := running(100)
	c.Apply(101, []string{"work_1"})
	b := c.current.Load().branch(localBase)
	c.Apply(102, []string{"work_2"})
	c.use(b)
	if c.Valid(100, slotsOf("work_1")) || !c.Valid(101, slotsOf("work_1", "work_2")) {
		t.Fatal("the branch differs from what it was taken of")
	}
}

func TestValidDoesNotAllocate(t *testing.T) {
	c, slots := running(1), slotsOf("a", "b", "c", "d", "e", "f", "g", "h")
	if n := testing.AllocsPerRun(100, func() { c.Valid(1, slots) }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

// TestStampBeforeRead is the race that the order of stores and loads decides: a
// reader stamps, reads, and must find itself overtaken if what it read was old.
func TestStampBeforeRead(t *testing.T) {
	c, slots := running(0), slotsOf("work_1")
	var data atomic.Uint64
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				stamp := c.Applied()
				read := data.Load()
				newest := c.Applied()
				if c.Valid(stamp, slots) && read < newest {
					t.Errorf("read %d with stamp %d is valid after %d was applied", read, stamp, newest)
				}
			}
		})
	}
	for seq := uint64(1); seq <= 50_000; seq++ {
		data.Store(seq) // commits
		c.Apply(seq, []string{"work_1"})
	}
	close(stop)
	wg.Wait()
}

func BenchmarkValid(b *testing.B) {
	c := running(1)
	var sets [1024][]uint32
	for i := range sets {
		for j := range 8 {
			sets[i] = append(sets[i], invalidate.Slot(fmt.Sprintf("work_%d_%d", i, j)))
		}
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if i++; !c.Valid(1, sets[i&1023]) {
			b.Fatal("invalid")
		}
	}
}

func BenchmarkApply(b *testing.B) {
	c, tags := running(1), []string{"work_1", "list:work", "prsn_1"}
	b.ReportAllocs()
	seq := uint64(1)
	for b.Loop() {
		seq++
		c.Apply(seq, tags)
	}
}
