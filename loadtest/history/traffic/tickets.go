package traffic

import "sync/atomic"

// Tickets passes the newest tickets on to those who read.
type Tickets struct {
	latest [8]atomic.Uint64
	next   atomic.Uint64
}

// Offer hands one in; 0 is none.
func (t *Tickets) Offer(ticket uint64) {
	if ticket > 0 {
		t.latest[t.next.Add(1)%uint64(len(t.latest))].Store(ticket)
	}
}

// Take is one of the newest, whichever the draw says, or 0.
func (t *Tickets) Take(draw uint64) uint64 { return t.latest[draw%uint64(len(t.latest))].Load() }
