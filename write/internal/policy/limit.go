package policy

import (
	"slices"
	"time"

	"github.com/tercul/tercul/write/internal/identity"
)

// By says whose requests a limit counts together.
type By int

// What limits count by. Account is the one named in the request, whoever asks.
const (
	Caller By = iota
	Address
	Account
)

// String is for the documentation.
func (b By) String() string { return []string{"caller", "address", "account named"}[b] }

// Limit is how many requests there may be in a time.
type Limit struct {
	Name   string
	Count  int
	Period time.Duration
	By     By
	// Field is the member of the input that names the account.
	Field string
	// Strict limits are lowered, not lifted, while they can only be counted in
	// this process.
	Strict bool
}

// The general limits. Whose credentials were refused has as many requests as somebody
// who is signed in: many browsers behind one address have to learn that their tokens
// have run out.
var (
	requests          = Limit{Name: "requests", Count: 1000, Period: time.Hour}
	writes            = Limit{Name: "writes", Count: 100, Period: time.Hour}
	anonymousRequests = Limit{Name: "anonymous-requests", Count: 100, Period: time.Hour, By: Address}
	anonymousWrites   = Limit{Name: "anonymous-writes", Count: 10, Period: time.Hour, By: Address}
	refusedRequests   = Limit{Name: "refused-requests", Count: 1000, Period: time.Hour, By: Address}
)

// General are the limits of requests whatever they ask for.
func General() []Limit {
	return []Limit{requests, writes, anonymousRequests, anonymousWrites, refusedRequests}
}

// AllLimits are the general ones and those of the operations, each once.
func AllLimits() []Limit {
	all := General()
	for _, o := range table {
		for _, l := range o.Limits {
			if !slices.Contains(all, l) {
				all = append(all, l)
			}
		}
	}
	return all
}

// LimitsOf are what a request counts against: those of the operations that it may
// run, and the general ones. Operations that are limited by address are counted by
// their own limits alone. Admins are held to what guards accounts, and to nothing
// that guards the service.
func LimitsOf(a *identity.Actor, operations []Operation, mutation bool) []Limit {
	var own []Limit
	for _, o := range operations {
		for _, l := range o.Limits {
			if !slices.Contains(own, l) && (l.By != Caller || a.Role < identity.Admin) {
				own = append(own, l)
			}
		}
	}
	if slices.ContainsFunc(own, func(l Limit) bool { return l.By == Address }) {
		return own
	}
	return append(general(a, mutation && len(operations) > 0), own...)
}

func general(a *identity.Actor, writing bool) []Limit {
	of, write := requests, writes
	switch {
	case a.Role >= identity.Admin:
		return nil
	case a.Refused != nil:
		return []Limit{refusedRequests}
	case !a.SignedIn():
		of, write = anonymousRequests, anonymousWrites
	}
	if writing {
		return []Limit{of, write}
	}
	return []Limit{of}
}
