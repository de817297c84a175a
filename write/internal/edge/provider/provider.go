package provider

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/time/rate"
)

// Driver purges one edge.
type Driver interface {
	// Name tells the edge from all others and stays the same over restarts. It holds no secret.
	Name() string
	Limits() Limits
	// Purge has the edge forget what bears one of the keys, or, where hard is false and
	// the edge can, keep it for the time that nobody can answer. It answers the keys that
	// the edge has not confirmed: none without an error.
	Purge(ctx context.Context, keys []string, hard bool) (left []string, err error)
}

// Limits are what an edge takes.
type Limits struct {
	Keys  int // the most of one call
	Bytes int // of all keys of one call, each with a byte between; 0 for any
	// Rate and Burst bound the calls, or the keys where each counts by itself.
	Rate    rate.Limit
	Burst   int
	EachKey bool
}

// Outcome is how a call ended, for metrics.
type Outcome string

// The outcomes.
const (
	Done    Outcome = "done"
	Limited Outcome = "limited" // too many calls
	Denied  Outcome = "denied"  // the credentials or the address are not right
	Unfit   Outcome = "unfit"   // the edge will never take these keys
	Failed  Outcome = "failed"  // anything else, and silence
)

// Error says why a call failed.
type Error struct {
	Outcome Outcome
	After   time.Duration // when to come back, where the edge said
	Problem string
}

// Error words the failure.
func (e *Error) Error() string { return e.Problem }

// NewClient is the HTTP client of a driver. It follows no redirects: a purge that is sent
// elsewhere is not done.
func NewClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:errcheck,forcetypeassert // it is one
	transport.MaxIdleConnsPerHost = 2
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
