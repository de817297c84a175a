package token

import (
	"errors"
	"time"

	"github.com/tercul/tercul/write/internal/secret"
)

// Outcome is what a refresh token is answered with.
type Outcome string

const (
	// Rotate stores the successor, unused, and marks the token used.
	Rotate Outcome = "ROTATE"
	// Grace gives the successor again and stores nothing.
	Grace Outcome = "GRACE"
	// Reuse revokes the session and its tokens, and tells the owner.
	Reuse Outcome = "REUSE"
	// Expired asks for a sign-in: the token or its session is over.
	Expired Outcome = "EXPIRED"
)

// RefreshConfig is how refresh tokens live.
type RefreshConfig struct {
	Grace    time.Duration // in which a lost answer is given again; the zero value is 10 s
	Lifetime time.Duration // of a token that is not used
	Keys     secret.Ring   // derive successors; an old one is needed for as long as the grace
}

// Refresh holds the rules of refresh tokens.
type Refresh struct {
	cfg RefreshConfig
	key secret.Key
}

// NewRefresh refuses a config without keys or lifetime.
func NewRefresh(cfg RefreshConfig) (*Refresh, error) {
	key, ok := cfg.Keys.Active()
	if !ok {
		return nil, errors.New("token: no key for refresh tokens")
	}
	if cfg.Grace == 0 {
		cfg.Grace = 10 * time.Second
	}
	if cfg.Grace < 0 || cfg.Grace > time.Minute || cfg.Lifetime <= cfg.Grace {
		return nil, errors.New("token: the grace is at most a minute, and refresh tokens live longer than it")
	}
	return &Refresh{cfg: cfg, key: key}, nil
}

// RefreshState is a stored refresh token with its session and its successor.
type RefreshState struct {
	ExpiresAt     time.Time
	UsedAt        time.Time // zero: unused
	GraceUntil    time.Time // zero: unused
	SuccessorUsed bool      // the successor was used: its bearer had the answer

	SessionRevoked   bool
	SessionExpiresAt time.Time // the earlier of its two ends
}

// Decision is an outcome and, for Rotate, the times that are stored with it.
type Decision struct {
	Outcome    Outcome
	UsedAt     time.Time // of the token
	GraceUntil time.Time // of the token
	ExpiresAt  time.Time // of the successor
}

// Decide is asked with the row locked, or is stored only if the row has not
// changed meanwhile: of two that see a token unused, one may store.
func (r *Refresh) Decide(s RefreshState, now time.Time) Decision {
	used := !s.UsedAt.IsZero()
	switch {
	case s.SessionRevoked, !now.Before(s.SessionExpiresAt):
		return Decision{Outcome: Expired}
	case used && now.Before(s.GraceUntil) && !s.SuccessorUsed:
		return Decision{Outcome: Grace}
	case used: // however old it is: somebody holds what was given away
		return Decision{Outcome: Reuse}
	case !now.Before(s.ExpiresAt):
		return Decision{Outcome: Expired}
	}
	expires := now.Add(r.cfg.Lifetime)
	if s.SessionExpiresAt.Before(expires) {
		expires = s.SessionExpiresAt
	}
	return Decision{Outcome: Rotate, UsedAt: now, GraceUntil: now.Add(r.cfg.Grace), ExpiresAt: expires}
}

// Successor is the token that follows, for Rotate.
func (r *Refresh) Successor(of Opaque) Opaque { return of.derive(r.key.Secret) }

// Again is the successor whose hash was stored, for Grace. It is false where the
// key that made it is gone: then the bearer has to sign in.
func (r *Refresh) Again(of Opaque, hash []byte) (Opaque, bool) {
	for _, key := range r.cfg.Keys.Keys() {
		if successor := of.derive(key.Secret); successor.Is(hash) {
			return successor, true
		}
	}
	return Opaque{}, false
}
