// Package identity says who asks. The api package finds out and puts an Actor
// into the context of the request; everything behind it only reads it.
package identity

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Role is what somebody may do in general; each includes those before it.
type Role int

// The roles. Anybody without an account is Anonymous.
const (
	Anonymous Role = iota
	Reader
	Contributor
	Reviewer
	Editor
	Admin
)

var roleNames = []string{"ANONYMOUS", "READER", "CONTRIBUTOR", "REVIEWER", "EDITOR", "ADMIN"}

// String is the role's name in the API and in the database.
func (r Role) String() string { return roleNames[r] }

// ParseRole reads a role's name.
func ParseRole(name string) (Role, bool) {
	i := slices.Index(roleNames, name)
	return Role(max(i, 0)), i >= 0
}

// Actor is who asks, and how.
type Actor struct {
	UserID    uuid.UUID // zero for nobody in particular
	Username  string
	Role      Role     // the highest that was granted
	Languages []string // that a reviewer may decide about
	Verified  bool     // the address was confirmed

	SessionID  uuid.UUID
	ReauthAt   time.Time // when the password was last given in this session
	SigningKey uuid.UUID // of the signature that covers this request; zero without one

	// Refused is why the credentials of the request were not accepted; the actor is
	// nobody then. Nil without credentials, and with good ones.
	Refused error

	IP        netip.Addr
	UserAgent string
}

// SignedIn tells whether the actor has an account.
func (a *Actor) SignedIn() bool { return a.UserID != uuid.Nil }

// Holds tells whether a reviewer may decide about a language: an editor may about
// all, and a tag without subtags stands for all that begin with it.
func (a *Actor) Holds(language string) bool {
	if a.Role >= Editor {
		return true
	}
	return a.Role == Reviewer && slices.ContainsFunc(a.Languages, func(held string) bool {
		return language == held || len(language) > len(held) && language[:len(held)+1] == held+"-"
	})
}

// Principal names the actor for counters and stored answers: the user, or the
// address of somebody without an account.
func (a *Actor) Principal() string {
	if a.SignedIn() {
		return "user:" + a.UserID.String()
	}
	return "addr:" + a.IP.String()
}

type key struct{}

// With puts the actor into the context.
func With(ctx context.Context, a *Actor) context.Context { return context.WithValue(ctx, key{}, a) }

var nobody = &Actor{}

// From is the actor of the context; nobody, where none was put there.
func From(ctx context.Context) *Actor {
	if a, ok := ctx.Value(key{}).(*Actor); ok {
		return a
	}
	return nobody
}
