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

	// An answer that can never change is kept by caches that can be purged for a
	// year, and for a day by those that cannot: rights may still be withdrawn.
	lastingShared  = 365 * 24 * time.Hour
	lastingBrowser = 24 * time.Hour
)

// PolicyOf derives how long the answers of a plan may be kept.
func PolicyOf(p *plan.Plan) answer.Policy {
	return answer.Policy{
		MaxAge:               min(browserMaxAge, p.MaxAge),
		SharedMaxAge:         p.MaxAge,
		StaleWhileRevalidate: p.StaleWhileRevalidate,
		StaleIfError:         staleIfError,
		Negative:             min(negativeMaxAge, p.MaxAge),
	}
}

func lasting(p answer.Policy) answer.Policy {
	p.MaxAge, p.SharedMaxAge, p.Immutable = lastingBrowser, lastingShared, true
	return p
}
