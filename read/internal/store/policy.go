package store

import (
	"time"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/plan"
)

const (
	// browserMaxAge is how long browsers may keep an answer. No purge reaches
	// them, so it is short.
	browserMaxAge = 30 * time.Second
	// staleIfError is how long an answer may be given when no new one can be made.
	staleIfError = 24 * time.Hour
	// negativeMaxAge is how long the answer that something does not exist is kept.
	negativeMaxAge = 10 * time.Second
)

// PolicyOf derives how long the answers of a plan may be kept.
func PolicyOf(p *plan.Plan) answer.Policy {
	return answer.Policy{
		MaxAge:               min(browserMaxAge, p.MaxAge),
		SharedMaxAge:         p.MaxAge,
		Lasting:              p.Lasting,
		StaleWhileRevalidate: p.StaleWhileRevalidate,
		StaleIfError:         staleIfError,
		Negative:             min(negativeMaxAge, p.MaxAge),
	}
}

// lasting is the policy of an answer that was pinned. What it was pinned to can never
// change, but names that stand in it can, and rights may be withdrawn: shared caches,
// which can be purged, keep it for longer, and browsers no longer than anything else.
func lasting(p answer.Policy) answer.Policy {
	p.SharedMaxAge = max(p.SharedMaxAge, p.Lasting)
	return p
}
