package policy

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/identity"
)

// Object is what a rule may look at. Commands fill in what their rule needs.
type Object struct {
	Owner     uuid.UUID   // who made it, or whose it is
	Claimants []uuid.UUID // accounts that have claimed a person credited for it
	Helpers   []uuid.UUID // members of a collection who may change it
	Public    bool        // anybody can see it
	Languages []string    // that a reviewer needs one of
	Age       time.Duration
	Children  bool // something hangs on it
	Open      bool // anybody who sees it may add to it
}

// Verdict is what a rule says.
type Verdict int

// The verdicts. What one may not see does not exist for one.
const (
	Allow Verdict = iota
	Hide
	Refuse
)

// Rule decides about an object. Its name is for the documentation.
type Rule struct {
	Name  string
	Judge func(*identity.Actor, Object) Verdict
}

// Set tells whether there is a rule.
func (r Rule) Set() bool { return r.Judge != nil }

// owner is an object's owner, or somebody of a role from which on it does not matter whose it is.
func owner(name string, from identity.Role) Rule {
	return Rule{name, func(a *identity.Actor, o Object) Verdict {
		if a.SignedIn() && a.UserID == o.Owner || a.Role >= from {
			return Allow
		}
		return unseen(o)
	}}
}

// unseen refuses what the caller can see, and hides the rest.
func unseen(o Object) Verdict {
	if o.Public {
		return Refuse
	}
	return Hide
}

// Claimed is the translator who has claimed the credit, or an editor.
var Claimed = Rule{"the claimed translator, or an editor", func(a *identity.Actor, o Object) Verdict {
	if a.Role >= identity.Editor || slices.Contains(o.Claimants, a.UserID) {
		return Allow
	}
	return unseen(o)
}}

// Drafts are seen by editors, and by whoever made them; what is public by all who may
// call the operation. Texts ask expression.Seen, which knows their translators too.
var Drafts = Rule{"of what is public anybody; of the rest an editor, whoever made it, or the claimed translator of a text", func(a *identity.Actor, o Object) Verdict {
	if o.Public || a.Role >= identity.Editor || a.SignedIn() && a.UserID == o.Owner {
		return Allow
	}
	return Hide
}}
