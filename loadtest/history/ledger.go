package history

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"sync"
	"time"
)

// Ledger is what was written. All of its methods may be called at once.
type Ledger struct {
	registers []*register

	mu      sync.Mutex
	tickets []ticketed // by ticket, ascending
}

// register is one place in the data.
type register struct {
	name string

	mu        sync.Mutex
	submitted uint64
	acks      []ack // by counter, ascending, and so by time
	undone    map[uint64]struct{}
}

type ack struct {
	counter uint64
	at      time.Time
}

type ticketed struct {
	ticket   uint64
	register int
	counter  uint64
}

// NewLedger has a register of each name, all of them with the value 0.
func NewLedger(names ...string) *Ledger {
	l := &Ledger{}
	for _, name := range names {
		l.registers = append(l.registers, &register{name: name, undone: map[uint64]struct{}{}})
	}
	return l
}

// Name of a register.
func (l *Ledger) Name(register int) string { return l.registers[register].name }

// Registers is how many there are.
func (l *Ledger) Registers() int { return len(l.registers) }

// Submit gives the next counter of a register, which may be seen from now on.
func (l *Ledger) Submit(register int) uint64 {
	r := l.registers[register]
	r.mu.Lock()
	defer r.mu.Unlock()
	r.submitted++
	return r.submitted
}

// Ack notes that a counter's commit was acknowledged, with which ticket, 0 for none.
func (l *Ledger) Ack(register int, counter, ticket uint64, at time.Time) {
	r := l.registers[register]
	r.mu.Lock()
	r.acks = append(r.acks, ack{counter, at})
	r.mu.Unlock()
	if ticket > 0 {
		l.stamp(ticketed{ticket, register, counter})
	}
}

// stamp keeps the tickets in order: they come nearly so.
func (l *Ledger) stamp(t ticketed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := sort.Search(len(l.tickets), func(i int) bool { return l.tickets[i].ticket > t.ticket })
	l.tickets = slices.Insert(l.tickets, i, t)
}

// Undo notes that a counter was rolled back, before anything of it can have been seen.
func (l *Ledger) Undo(register int, counter uint64) {
	r := l.registers[register]
	r.mu.Lock()
	defer r.mu.Unlock()
	r.undone[counter] = struct{}{}
}

// Latest is the newest counter of a register that was acknowledged.
func (l *Ledger) Latest(register int) uint64 {
	r := l.registers[register]
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.acks) == 0 {
		return 0
	}
	return r.acks[len(r.acks)-1].counter
}

// overtaken tells when the first counter above value was acknowledged.
func (r *register) overtaken(value uint64) (at time.Time, by uint64, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := sort.Search(len(r.acks), func(i int) bool { return r.acks[i].counter > value })
	if i == len(r.acks) {
		return time.Time{}, 0, false
	}
	return r.acks[i].at, r.acks[i].counter, true
}

// real tells what is wrong with a value by itself.
func (r *register) real(value uint64) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, undone := r.undone[value]; undone {
		return "was rolled back"
	}
	if value > r.submitted {
		return "was never written"
	}
	return ""
}

// mostLookedAt bounds the search for a register's tickets: some have none.
const mostLookedAt = 5000

// promised is the newest counter of each register up to a ticket.
func (l *Ledger) promised(ticket uint64, of Values) Values {
	l.mu.Lock()
	defer l.mu.Unlock()
	least := Values{}
	end := sort.Search(len(l.tickets), func(i int) bool { return l.tickets[i].ticket > ticket })
	missing := len(of)
	for i := end - 1; i >= max(0, end-mostLookedAt) && missing > 0; i-- {
		t := l.tickets[i]
		if _, asked := of[t.register]; !asked {
			continue
		}
		if _, known := least[t.register]; !known {
			least[t.register] = t.counter
			missing--
		}
		least[t.register] = max(least[t.register], t.counter)
	}
	return least
}

// Values are the counters that an answer shows, by register.
type Values map[int]uint64

var mark = regexp.MustCompile(`K([0-9]{1,9})Q([0-9]{1,18})Z`)

// Mark is a counter of a register as it stands in the data.
func Mark(register int, counter uint64) string { return fmt.Sprintf("K%dQ%dZ", register, counter) }

// Read finds the marks in an answer. torn is a register that shows two values, -1
// for none: an answer is made of one snapshot.
func Read(body []byte) (v Values, torn int) {
	v, torn = Values{}, -1
	for _, m := range mark.FindAllSubmatch(body, -1) {
		register, errRegister := strconv.Atoi(string(m[1]))
		counter, errCounter := strconv.ParseUint(string(m[2]), 10, 64)
		if errRegister != nil || errCounter != nil {
			register, counter = -1, math.MaxUint64
		}
		if was, known := v[register]; known && was != counter {
			torn = register
		}
		v[register] = counter
	}
	return v, torn
}
