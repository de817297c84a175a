package limit

import (
	"time"

	"github.com/tercul/tercul/shared/apperr"
)

// State is what a rule says of a subject, after the request was counted if it
// was.
type State struct {
	Rule      Rule
	Remaining int           // requests that may come at once
	Next      time.Duration // until it is one more; 0 if there can be no more
	Reset     time.Duration // until it is all of Burst
	Refused   bool          // this rule refused the request
}

// Decision is whether a request is allowed. Without a rule it is.
type Decision struct {
	Allowed bool
	Alone   bool // by this process alone, as Redis is away
	// Tightest is the rule that decided: of those that refused the one that does so
	// longest, or else the one with the least left.
	Tightest State
	States   []State // of every rule, in the order asked
}

// RetryAfter is when the same request would be allowed; 0 for one that was.
func (d Decision) RetryAfter() time.Duration {
	if d.Allowed {
		return 0
	}
	return d.Tightest.Next
}

// Refusal is the cause of a RATE_LIMITED: its decision is for the headers.
type Refusal struct{ Decision Decision }

// Error names the rule and nobody.
func (r *Refusal) Error() string {
	text := "refused by the rule " + r.Decision.Tightest.Rule.Name
	if r.Decision.Alone {
		text += ", without Redis"
	}
	return text
}

// Err is nil for an allowed request, and else a RATE_LIMITED with a *Refusal in
// it.
func (d Decision) Err() error {
	if d.Allowed {
		return nil
	}
	return apperr.Wrap(&Refusal{d}, apperr.RateLimited, "Too many requests. Retry-After says when the next one is welcome.").
		WithRetryAfter(d.RetryAfter())
}

func newDecision(allowed bool, rules []Rule, buckets []bucket, full []int64) Decision {
	d := Decision{Allowed: allowed, States: make([]State, len(rules))}
	for i, b := range buckets {
		s := b.state(full[i], allowed)
		s.Rule = rules[i]
		d.States[i] = s
		if i == 0 || s.tighter(d.Tightest) {
			d.Tightest = s
		}
	}
	return d
}

// state reads a bucket that is full in so many microseconds.
func (b bucket) state(full int64, allowed bool) State {
	room := max(b.capacity-full, 0)
	s := State{
		Remaining: int(room / b.interval),
		Reset:     time.Duration(full) * time.Microsecond,
		Refused:   !allowed && room < b.interval,
	}
	if full > 0 {
		s.Next = time.Duration(b.interval-room%b.interval) * time.Microsecond
	}
	return s
}

func (s State) tighter(than State) bool {
	switch {
	case s.Refused != than.Refused:
		return s.Refused
	case s.Refused:
		return s.Next > than.Next
	case s.Remaining != than.Remaining:
		return s.Remaining < than.Remaining
	}
	return s.Next > than.Next
}
