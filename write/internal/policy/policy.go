// Package policy is the one table of what each operation asks of its caller.
//
// The api package refuses a request whose operation has no row. The command
// package asks for the rule about the object, and refuses to commit where a
// command has not asked for it. docs/api/operations.md is made from the table.
package policy

import (
	"slices"
	"time"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/identity"
)

// Operation is what one query or mutation asks of its caller.
type Operation struct {
	Name string
	// Role is the least that may call it.
	Role identity.Role
	// Verified callers have confirmed their address.
	Verified bool
	// Object is the rule about the object at hand, beyond the role.
	Object Rule
	// Sensitive operations also need a signed request or the password of the last
	// five minutes.
	Sensitive bool
	// SensitiveWhen says in which cases an operation is sensitive that is not always;
	// its command tells them (command.Tx.Sensitive).
	SensitiveWhen string
	// Creates honours an Idempotency-Key.
	Creates bool
	// Entry operations begin, renew or regain a session, or do not care who calls:
	// credentials that are not accepted, which their caller may not be able to leave
	// out, do not stand in the way; the caller is nobody then.
	Entry bool
	// Later operations answer 202: what they were told is done after the answer.
	Later bool
	// Limits are counted besides the general one of the operation's kind.
	Limits []Limit
	// Body is the most bytes that its request may have; 0 for the usual.
	Body int64
	// Patience is how long it, and each of its statements, may take where the usual
	// does not do; 0 for the usual.
	Patience time.Duration
	// Errors are the codes of userErrors that it can answer.
	Errors []apperr.UserCode
}

// Of finds the row of an operation.
func Of(name string) (Operation, bool) {
	i := slices.IndexFunc(table, func(o Operation) bool { return o.Name == name })
	if i < 0 {
		return Operation{}, false
	}
	return table[i], true
}

// All lists the rows.
func All() []Operation { return slices.Clone(table) }

// Sizes of request bodies, in bytes: the usual, and of a text of 8 MB with what
// JSON and the rest of the request add to it.
const (
	usualBody = 256 << 10
	groupBody = 4 << 20 // 20,000 groups of an alignment
	textBody  = 20 << 20
)

// mergeTime is for what hangs on what is merged: tens of thousands of comments.
const mergeTime = time.Minute

// MaxBody is the most bytes that a request of the operation may have.
func (o Operation) MaxBody() int64 {
	if o.Body > 0 {
		return o.Body
	}
	return usualBody
}

// LargestBody is the most bytes that any request may have.
func LargestBody() int64 {
	var most int64 = usualBody
	for _, o := range table {
		most = max(most, o.Body)
	}
	return most
}
