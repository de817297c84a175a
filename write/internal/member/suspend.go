package member

import (
	"context"
	"time"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/account"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/session"
)

// farthest is how many years ahead a suspension may end. Longer ones have no end.
const farthest = 10

// Suspend closes an account and ends its sessions. One that is closed already gets
// another end and another reason.
func Suspend(ctx context.Context, tx *command.Tx, in model.SuspendUserInput) (publicid.ID, error) {
	user := in.UserID.UUID
	if err := tx.Allow("userId", policy.Object{Owner: user}); err != nil {
		return in.UserID, err
	}
	s, err := hold(ctx, tx, in.UserID)
	if err != nil {
		return in.UserID, err
	}
	checkEnd(tx, in.Until)
	if s.status != active && s.status != suspended {
		tx.Fault(apperr.UserInvalidState, "userId", "It cannot be signed in to as it is.", "status", s.status)
	}
	if tx.Faulty() {
		return in.UserID, tx.Faults()
	}
	if err := account.KeepAdmin(ctx, tx, "userId", user); err != nil {
		return in.UserID, err
	}
	_, err = tx.Exec(ctx, `UPDATE auth.users SET status = 'SUSPENDED', suspended_until = $2, suspended_reason = $3, version = version + 1, updated_at = $4
		WHERE id = $1`, user, in.Until, in.Reason, tx.Now)
	if err != nil {
		return in.UserID, err
	}
	ended, err := account.EndAll(ctx, tx, user, [16]byte{}, suspended)
	tx.Audit(user, s.version+1, map[string]any{"until": in.Until, "reason": in.Reason, "sessions": ended})
	return in.UserID, err
}

func checkEnd(tx *command.Tx, until *time.Time) {
	switch {
	case until == nil:
	case !until.After(tx.Now):
		tx.Fault(apperr.UserInvalid, "until", "It must lie ahead.")
	case until.After(tx.Now.AddDate(farthest, 0, 0)):
		tx.Fault(apperr.UserInvalid, "until", "It may lie at most ten years ahead. Leave it out for a suspension without an end.")
	}
}

// Unsuspend opens an account again. Its owner signs in anew.
func Unsuspend(ctx context.Context, tx *command.Tx, in model.UnsuspendUserInput) (publicid.ID, error) {
	s, err := hold(ctx, tx, in.UserID)
	if err != nil {
		return in.UserID, err
	}
	if s.status != suspended {
		return in.UserID, tx.Stop(apperr.UserInvalidState, "userId", "It is not suspended.", "status", s.status)
	}
	_, err = tx.Exec(ctx, `UPDATE auth.users SET status = 'ACTIVE', suspended_until = NULL, suspended_reason = NULL, version = version + 1, updated_at = $2
		WHERE id = $1`, in.UserID.UUID, tx.Now)
	if err != nil {
		return in.UserID, err
	}
	tx.Audit(in.UserID.UUID, s.version+1, nil)
	return in.UserID, session.Note(ctx, tx, in.UserID.UUID, "UNSUSPENDED")
}
