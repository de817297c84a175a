package policy

import (
	"slices"
	"time"

	"github.com/tercul/tercul/write/internal/identity"
)

// counting is what readers open, and who may look at it. A view is taken from
// anybody, and holds its senders to bounds of its own (package views).
var counting = []Operation{
	{Name: "recordView", Entry: true, Later: true, Limits: []Limit{{Name: "views", Count: 1000, Period: time.Hour, By: Address}}},
	{Name: "workAnalytics", Role: identity.Contributor, Object: Analysts},
}

// Analysts are who may see how a work is read.
var Analysts = Rule{"an editor, whoever made the work, or who has claimed a person credited for it", func(a *identity.Actor, o Object) Verdict {
	if a.Role >= identity.Editor || a.SignedIn() && (a.UserID == o.Owner || slices.Contains(o.Claimants, a.UserID)) {
		return Allow
	}
	return Hide
}}
