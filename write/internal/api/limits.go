package api

import (
	"context"
	"fmt"
	"strings"

	"github.com/tercul/tercul/shared/limit"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/scalar"
)

// Limiter counts requests against rules, which are named as the policy's limits.
type Limiter interface {
	Allow(ctx context.Context, asks ...limit.Ask) (limit.Decision, error)
}

// unlimited allows everything.
type unlimited struct{}

// Allow allows a request.
func (unlimited) Allow(context.Context, ...limit.Ask) (limit.Decision, error) {
	return limit.Decision{Allowed: true}, nil
}

// charge counts a request against its limits, and tells its caller what is left. A
// request that is refused for another reason counts, too, against the general ones.
func (x *exchange) charge(actor *identity.Actor, c call, refused bool) error {
	operations := c.operations
	if refused {
		operations = nil
	}
	var asks []limit.Ask
	for _, l := range policy.LimitsOf(actor, operations, c.mutation) {
		asks = append(asks, limit.Ask{Rule: l.Name, Subject: subject(l, actor, c)})
	}
	decision, err := x.cfg.Limiter.Allow(x.r.Context(), asks...)
	if err != nil {
		return fmt.Errorf("limits: %w", err)
	}
	decision.Header(x.out.Header().Set)
	return decision.Err()
}

// subject is whose requests a limit counts together.
func subject(l policy.Limit, actor *identity.Actor, c call) string {
	switch {
	case l.By == policy.Account:
		return "account:" + c.account(l.Field)
	case l.By == policy.Caller && actor.SignedIn():
		return "user:" + actor.UserID.String()
	}
	return "addr:" + limit.Subject(actor.IP)
}

// account is the one that the input names, in the form in which accounts are
// compared: however it is spelled, it is counted as the same. Input that names none
// will be refused by its own fault.
func (c call) account(field string) string {
	for _, f := range c.fields {
		given := f.Arguments.ForName("input")
		if given == nil {
			continue
		}
		value, err := given.Value.Value(c.variables)
		if err != nil {
			continue
		}
		if input, ok := value.(map[string]any); ok {
			if text, err := scalar.UnmarshalString(input[field]); err == nil {
				return strings.ToLower(text)
			}
		}
	}
	return ""
}
