package policy

import (
	"time"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/identity"
)

// ReauthLasts is how long a password given again covers sensitive operations.
const ReauthLasts = 5 * time.Minute

var (
	errSignIn   = apperr.New(apperr.Unauthenticated, "Sign in first.")
	errVerify   = apperr.New(apperr.Forbidden, "Confirm your address first: the link is in the mail that was sent to it.")
	errReauth   = apperr.New(apperr.ReauthRequired, "Give your password again (reauthenticate), or sign the request.")
	errRoleless = "This needs the role %s."
)

// Permit tells whether the actor may call the operation at all.
func (o Operation) Permit(a *identity.Actor, now time.Time) error {
	switch {
	case a.Refused != nil && !o.Entry:
		return a.Refused
	case o.Role > identity.Anonymous && !a.SignedIn():
		return errSignIn
	case a.Role < o.Role:
		return apperr.Newf(apperr.Forbidden, errRoleless, o.Role)
	case o.Verified && !a.Verified:
		return errVerify
	case o.Sensitive && !fresh(a, now):
		return errReauth
	}
	return nil
}

// fresh tells whether the request is signed, or the password was given lately.
func fresh(a *identity.Actor, now time.Time) bool {
	return a.SigningKey != [16]byte{} || !a.ReauthAt.IsZero() && now.Sub(a.ReauthAt) <= ReauthLasts
}
