package evict

import (
	"math"
	"sync"
	"sync/atomic"

	"github.com/tercul/tercul/shared/invalidate"
)

// Fence tells which snapshots of a standby have in them what the clock has applied.
//
// A standby may lack what was announced. Its snapshot's xmin says how far it has come:
// every transaction below it is finished there, and what of it committed is seen. So the
// fence keeps, for each slot, the last transaction that touched it, beside the sequence
// that the clock keeps. Of changes that were never heard of it knows one number above them
// all, the horizon, which only the primary can tell.
//
// A nil Fence is for a reader without standbys.
type Fence struct {
	marks atomic.Pointer[marks]
	lost  chan struct{}

	mu      sync.Mutex
	losses  uint64 // how often the horizon was lost
	history string // of the primary, as it was asked last; empty before
}

// Unreachable is the xmin that no snapshot has.
const Unreachable = math.MaxUint64

// marks are what is known within one history of the database.
type marks struct {
	horizon atomic.Pointer[horizon]         // nil while it is not known
	all     atomic.Uint64                   // above the transactions that touched everything
	slots   [invalidate.Slots]atomic.Uint64 // above those that touched a slot
}

// horizon lies above every transaction of a history that was announced without being
// marked.
type horizon struct {
	history string
	xmax    uint64
}

// NewFence returns a fence that lets nothing pass until it has learnt of the primary.
func NewFence() *Fence {
	f := &Fence{lost: make(chan struct{}, 1)}
	f.marks.Store(&marks{})
	f.lost <- struct{}{}
	return f
}

// Lost signals that the horizon is not known: the primary has to be asked.
func (f *Fence) Lost() <-chan struct{} { return f.lost }

// Known tells whether anything can pass.
func (f *Fence) Known() bool { return f.marks.Load().horizon.Load() != nil }

// Question is what Learn needs to know about when the primary was asked.
type Question struct{ losses uint64 }

// Ask begins a question to the primary: who calls it asks afterwards, for its history,
// as invalidate.HistorySQL has it, and for the xmax of a snapshot.
func (f *Fence) Ask() Question {
	f.mu.Lock()
	defer f.mu.Unlock()
	return Question{f.losses}
}

// Learn takes the primary's answer. Whatever was announced before the question was
// committed before it too, and so lies below that xmax. An answer to a question from
// before the last loss says nothing. Another history than before makes all marks
// meaningless: it begins with new ones, and with another question, since what is applied
// meanwhile may have been marked among the old ones.
func (f *Fence) Learn(q Question, history string, xmax uint64) (changed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.history != "" && f.history != history {
		f.history = history
		f.forget()
		f.marks.Store(&marks{})
		return true
	}
	f.history = history
	if m := f.marks.Load(); q.losses == f.losses && m.horizon.Load() == nil {
		m.horizon.Store(&horizon{history: history, xmax: xmax})
	}
	return false
}

// lose notes, before the clock shows it, that changes may have been announced that are
// not marked.
func (f *Fence) lose() {
	if f == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.forget()
}

// forget is for who holds mu.
func (f *Fence) forget() {
	f.losses++
	f.marks.Load().horizon.Store(nil)
	select {
	case f.lost <- struct{}{}:
	default:
	}
}

// touch marks, before the clock shows it, what a transaction has touched. An announcement
// that is of no row stands for transactions that it does not name.
func (f *Fence) touch(outbox int64, xid uint64, tags []string) {
	if f == nil {
		return
	}
	if outbox == 0 || xid == 0 {
		f.lose()
		return
	}
	m := f.marks.Load()
	for _, tag := range tags {
		if tag == invalidate.Everything {
			raise(&m.all, xid+1)
			continue
		}
		raise(&m.slots[invalidate.Slot(tag)], xid+1)
	}
}

// Pass is taken before a standby is asked, and shown with what it answered.
type Pass struct {
	marks   *marks
	horizon *horizon
}

// Take returns a pass; false while there is none, and only the primary can be asked.
func (f *Fence) Take() (Pass, bool) {
	m := f.marks.Load()
	p := Pass{m, m.horizon.Load()}
	return p, p.horizon != nil
}

// History is that of the primary; a standby must have the same one.
func (p Pass) History() string { return p.horizon.history }

// Least is the least xmin of a snapshot that surely has all that was announced of these
// slots up to a stamp taken before the call. It is Unreachable where the horizon has been
// lost since the pass was taken.
func (p Pass) Least(slots []uint32) uint64 {
	least := max(p.horizon.xmax, p.marks.all.Load())
	for _, s := range slots {
		least = max(least, p.marks.slots[s%invalidate.Slots].Load())
	}
	if p.marks.horizon.Load() != p.horizon {
		return Unreachable
	}
	return least
}
