package limit

import (
	"fmt"
	"regexp"
	"time"
)

// Rule is how many requests of a subject are allowed.
type Rule struct {
	Name   string // of small letters, digits and hyphens; callers see it
	Rate   int    // requests in a Period
	Period time.Duration
	Burst  int // requests at once
	// What one process allows while Redis is away; 0 for the same. It should be less
	// where guessing is to be slow, as each process allows it.
	AloneRate, AloneBurst int
}

// Ask is a request to be counted: which rule, and whom it is about.
type Ask struct {
	Rule    string
	Subject string // see Subject for addresses
}

var validName = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$`)

func (r Rule) check() error {
	switch {
	case !validName.MatchString(r.Name):
		return fmt.Errorf("limit: a rule is named %q; small letters, digits and hyphens will do", r.Name)
	case r.Rate < 1, r.Burst < 1, r.AloneRate < 0, r.AloneBurst < 0:
		return fmt.Errorf("limit: rule %s allows nothing", r.Name)
	case r.Period < time.Second, r.Period > maxPeriod:
		return fmt.Errorf("limit: rule %s has a period of %s; it must be between a second and %s", r.Name, r.Period, maxPeriod)
	case max(r.Rate, r.AloneRate) > maxRate, max(r.Burst, r.AloneBurst) > maxRate:
		return fmt.Errorf("limit: rule %s allows more than %d", r.Name, maxRate)
	}
	return nil
}

// Bounds that keep every time exact in the numbers of a Redis script.
const (
	maxPeriod = 31 * 24 * time.Hour
	maxRate   = 100_000
)

// bucket is a rule as the algorithm wants it, in microseconds.
type bucket struct {
	interval int64 // in which one request's worth comes back
	capacity int64 // how far ahead of time a subject may be
}

func newBucket(rate, burst int, period time.Duration) bucket {
	interval := max(period.Microseconds()/int64(rate), 1)
	return bucket{interval: interval, capacity: interval * int64(burst)}
}

func (r Rule) shared() bucket { return newBucket(r.Rate, r.Burst, r.Period) }

func (r Rule) alone() bucket {
	rate, burst := r.Rate, r.Burst
	if r.AloneRate > 0 {
		rate = r.AloneRate
	}
	if r.AloneBurst > 0 {
		burst = r.AloneBurst
	}
	return newBucket(rate, burst, r.Period)
}
