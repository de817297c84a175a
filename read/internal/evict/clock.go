package evict

import (
	"context"
	"math"
	"sync/atomic"
	"time"

	"github.com/tercul/tercul/shared/invalidate"
)

// Clock knows which answers are still true. Reading it takes no locks.
type Clock struct {
	current atomic.Pointer[era]
	// news, if there is one, is closed when the clock has moved.
	news atomic.Pointer[chan struct{}]
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

// The verdicts. An Overtaken answer is known to be: one of its tags was touched
// after its stamp. Of an Unknown one that is not known, but the clock is suspect
// and may not have heard of it. An Outside one has a stamp that the clock cannot
// compare: from before something that it is sure to have missed, from another run
// of stamps, or from later than it has seen; the tags' versions may vouch for it.
const (
	Valid Verdict = iota
	Overtaken
	Unknown
	Outside
)

// Applied is the stamp to give to what is read from now on.
func (c *Clock) Applied() uint64 { return c.current.Load().applied.Load() }

// Floor is the stamp below which nothing is believed.
func (c *Clock) Floor() uint64 { return c.current.Load().floor.Load() }

// Suspect tells whether the clock may have missed something.
func (c *Clock) Suspect() bool { return c.current.Load().doubtful(time.Now().UnixMilli()) }

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

// Await waits until a ticket is covered, but not beyond the context, and tells
// whether it is.
func (c *Clock) Await(ctx context.Context, ticket uint64) bool {
	for {
		news := c.listen() // first: what comes after it is not missed
		if c.Covers(ticket) {
			return true
		}
		select {
		case <-news:
		case <-ctx.Done():
			return false
		}
	}
}

func (c *Clock) listen() <-chan struct{} {
	for {
		if news := c.news.Load(); news != nil {
			return *news
		}
		news := make(chan struct{})
		if c.news.CompareAndSwap(nil, &news) {
			return news
		}
	}
}

// Valid tells whether an answer with that stamp and these slots is still true.
func (c *Clock) Valid(asOf uint64, slots []uint32) bool {
	return c.ValidAt(time.Now().UnixMilli(), asOf, slots)
}

// ValidAt is Valid for those who know what time it is, in milliseconds since 1970.
func (c *Clock) ValidAt(now int64, asOf uint64, slots []uint32) bool {
	e := c.current.Load()
	if e.doubtful(now) || asOf < e.floor.Load() || e.foreign(asOf) {
		return false
	}
	return e.untouched(asOf, slots)
}

// Judge is Valid for those who can ask elsewhere, or have nothing better to give.
func (c *Clock) Judge(asOf uint64, slots []uint32) Verdict {
	e := c.current.Load()
	switch {
	case asOf < e.everything.Load() || !e.untouched(asOf, slots):
		return Overtaken
	case asOf < e.floor.Load() || e.foreign(asOf):
		return Outside
	case e.doubtful(time.Now().UnixMilli()):
		return Unknown
	}
	return Valid
}

// Own tells whether a stamp was made by a reader that followed the outbox: it says
// nothing to other readers, nor to the bus.
func Own(asOf uint64) bool { return asOf >= localBase }

// Apply notes that tags were touched at a sequence above all before it.
func (c *Clock) Apply(seq uint64, tags []string) {
	e := c.current.Load()
	e.apply(seq, tags)
	c.use(e)
}

// DropAll makes everything stamped before seq invalid.
func (c *Clock) DropAll(seq uint64) { c.current.Load().drop(seq) }

// Suspend makes the clock suspect, Resume ends that.
func (c *Clock) Suspend() { c.current.Load().suspect.Store(true) }

// Resume ends what Suspend began.
func (c *Clock) Resume() { c.current.Load().suspect.Store(false) }

func (c *Clock) use(e *era) {
	c.current.Store(e)
	c.moved()
}

// moved wakes those who wait for the clock to cover something.
func (c *Clock) moved() {
	if news := c.news.Swap(nil); news != nil {
		close(*news)
	}
}

// era is a run of stamps that can be compared with each other. One goroutine at a
// time changes it; any number read it.
type era struct {
	applied, floor atomic.Uint64
	everything     atomic.Uint64 // when all tags were touched last; the floor is no lower
	suspect        atomic.Bool
	until          atomic.Int64 // when it becomes suspect by itself, in ms since 1970
	slots          [invalidate.Slots]atomic.Uint64

	local bool
	// For a local era, the last sequence of the bus it contains, and its own first
	// one. Stamps between the two are of another local era.
	bus, first uint64
}

func newEra(from uint64, local bool) *era {
	e := &era{local: local, first: from}
	e.until.Store(math.MaxInt64)
	e.drop(from)
	return e
}

// branch is a local era that goes on from where another stands.
func (e *era) branch(first uint64) *era {
	b := &era{local: true, bus: e.applied.Load(), first: first}
	b.until.Store(math.MaxInt64)
	b.applied.Store(e.applied.Load())
	b.floor.Store(e.floor.Load())
	b.inherit(e)
	return b
}

// inherit takes over what another era knows to be overtaken, of what is stamped
// below where this one stands; so that changing eras forgets nothing.
func (e *era) inherit(from *era) {
	now := e.applied.Load()
	for i := range from.slots {
		raise(&e.slots[i], min(from.slots[i].Load(), now))
	}
	all := min(from.everything.Load(), now)
	raise(&e.everything, all)
	raise(&e.floor, all)
}

// doubtful tells whether something may have been missed. Who follows says so; but a
// process that was stopped for a while answers before whoever follows has noticed.
func (e *era) doubtful(now int64) bool { return e.suspect.Load() || now >= e.until.Load() }

// foreign tells whether a stamp is of another era, or from the future.
func (e *era) foreign(asOf uint64) bool {
	return asOf > e.applied.Load() || e.local && asOf > e.bus && asOf < e.first
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
			raise(&e.everything, seq)
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
