package history

import (
	"sync"
	"time"
)

// Everyone is concerned by a fault.
const Everyone = -1

// Promise is how old an answer may be: in health, and around faults. What a fault
// costs is promised from its beginning until a while after its end.
type Promise struct {
	healthy time.Duration

	mu     sync.Mutex
	spells []*Spell
}

// Spell is a fault's time.
type Spell struct {
	Fault  string
	Reader int // or Everyone
	Bound  time.Duration
	begin  time.Time
	end    time.Time // zero while it lasts
}

// NewPromise is a promise for a healthy system.
func NewPromise(healthy time.Duration) *Promise { return &Promise{healthy: healthy} }

// Begin notes that a fault has begun.
func (p *Promise) Begin(fault string, reader int, bound time.Duration, now time.Time) *Spell {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := &Spell{Fault: fault, Reader: reader, Bound: bound, begin: now}
	p.spells = append(p.spells, s)
	return s
}

// End notes that a fault was mended; its promise holds until the services have
// found themselves again.
func (p *Promise) End(s *Spell, now time.Time, recovery time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.end = now.Add(recovery)
}

// Bound is how old an answer of a reader may be that was asked for at the time
// until, of a change acknowledged at since; and the fault that says so, or else the
// last one, or health.
func (p *Promise) Bound(reader int, since, until time.Time) (bound time.Duration, fault string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	bound, fault = p.healthy, Health
	for i := len(p.spells) - 1; i >= 0; i-- {
		s := p.spells[i]
		concerned := s.Reader == Everyone || reader == Everyone || s.Reader == reader
		if !concerned || !s.begin.Before(until) || !s.end.IsZero() && !s.end.After(since) {
			continue
		}
		if s.Bound > bound || fault == Health {
			bound, fault = max(bound, s.Bound), s.Fault
		}
	}
	return bound, fault
}

// Current is the fault that a read of now is counted under.
func (p *Promise) Current(reader int, now time.Time) string {
	_, fault := p.Bound(reader, now, now)
	return fault
}

// Health is no fault.
const Health = "health"
