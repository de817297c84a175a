package evict

import (
	"sync/atomic"

	"github.com/tercul/tercul/shared/invalidate"
)

// Clock knows which answers are still true. Reading it takes no locks.
type Clock struct {
	current atomic.Pointer[era]
}

// NewClock returns a clock that has seen nothing and believes nothing: suspect,
// until a Follower, or Resume, says otherwise.
func NewClock() *Clock {
	c := &Clock{}
	e := newEra(0, false)
	e.suspect.Store(true)
	c.use(e)
	return c
}

// Verdict is what the clock knows of an answer.
type Verdict uint8

// The verdicts. Unknown is an answer that the clock cannot judge, because it is
// older than what it has seen or because it may have missed something; the tags'
// versions can.
const (
	Valid Verdict = iota
	Overtaken
	Unknown
)

// Applied is the stamp to give to what is read from now on.
func (c *Clock) Applied() uint64 { return c.current.Load().applied.Load() }

// Floor is the stamp below which nothing is believed.
func (c *Clock) Floor() uint64 { return c.current.Load().floor.Load() }

// Suspect tells whether the clock may have missed something.
func (c *Clock) Suspect() bool { return c.current.Load().suspect.Load() }

// Local tells whether stamps are this reader's own: they mean nothing to others.
func (c *Clock) Local() bool { return c.current.Load().local }

// Covers tells whether everything up to a writer's ticket has been applied, so
// that every valid answer is as new as it. Tickets are sequences of the bus.
func (c *Clock) Covers(ticket uint64) bool {
	if ticket == 0 {
		return true
	}
	e := c.current.Load()
	if e.local {
		return e.bus >= ticket
	}
	return e.applied.Load() >= ticket
}

// Valid tells whether an answer with that stamp and these slots is still true.
func (c *Clock) Valid(asOf uint64, slots []uint32) bool {
	e := c.current.Load()
	if e.suspect.Load() || asOf < e.floor.Load() || asOf > e.applied.Load() {
		return false
	}
	return e.untouched(asOf, slots)
}

// Judge is Valid for those who can ask elsewhere.
func (c *Clock) Judge(asOf uint64, slots []uint32) Verdict {
	e := c.current.Load()
	switch {
	case asOf > e.applied.Load() || !e.untouched(asOf, slots):
		return Overtaken
	case e.suspect.Load() || asOf < e.floor.Load():
		return Unknown
	}
	return Valid
}

// Apply notes that tags were touched at a sequence above all before it.
func (c *Clock) Apply(seq uint64, tags []string) { c.current.Load().apply(seq, tags) }

// DropAll makes everything stamped before seq invalid.
func (c *Clock) DropAll(seq uint64) { c.current.Load().drop(seq) }

// Suspend makes the clock suspect, Resume ends that.
func (c *Clock) Suspend() { c.current.Load().suspect.Store(true) }

// Resume ends what Suspend began.
func (c *Clock) Resume() { c.current.Load().suspect.Store(false) }

func (c *Clock) use(e *era) { c.current.Store(e) }

// era is a run of stamps that can be compared with each other. One goroutine at a
// time changes it; any number read it.
type era struct {
	applied, floor atomic.Uint64
	suspect        atomic.Bool
	slots          [invalidate.Slots]atomic.Uint64

	local bool
	bus   uint64 // for a local era, the last sequence of the bus it contains
}

func newEra(from uint64, local bool) *era {
	e := &era{local: local}
	e.drop(from)
	return e
}

// branch is a local era that goes on from where another stands.
func (e *era) branch() *era {
	b := &era{local: true, bus: e.applied.Load()}
	b.applied.Store(e.applied.Load())
	b.floor.Store(e.floor.Load())
	for i := range e.slots {
		b.slots[i].Store(e.slots[i].Load())
	}
	return b
}

func (e *era) untouched(asOf uint64, slots []uint32) bool {
	for _, s := range slots {
		if e.slots[s%invalidate.Slots].Load() > asOf {
			return false
		}
	}
	return true
}

// apply stores slots and floor before applied: see the package's invariants.
func (e *era) apply(seq uint64, tags []string) {
	for _, tag := range tags {
		if tag == invalidate.Everything {
			raise(&e.floor, seq)
			continue
		}
		raise(&e.slots[invalidate.Slot(tag)], seq)
	}
	raise(&e.applied, seq)
}

func (e *era) drop(seq uint64) {
	raise(&e.floor, seq)
	raise(&e.applied, seq)
}

// raise stores n unless the value is higher already.
func raise(v *atomic.Uint64, n uint64) {
	for old := v.Load(); n > old; old = v.Load() {
		if v.CompareAndSwap(old, n) {
			return
		}
	}
}
