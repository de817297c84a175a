package account

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/session"
)

// RevokeSession ends one session.
func RevokeSession(ctx context.Context, tx *command.Tx, in model.RevokeSessionInput) (publicid.ID, error) {
	var owner uuid.UUID
	found, err := tx.One(ctx, []any{&owner}, "SELECT user_id FROM auth.sessions WHERE id = $1 AND revoked_at IS NULL", in.SessionID.UUID)
	if err != nil {
		return in.SessionID, err
	}
	if !found {
		return in.SessionID, tx.NotFound("sessionId")
	}
	if err := tx.Allow("sessionId", policy.Object{Owner: owner}); err != nil {
		return in.SessionID, err
	}
	if _, err := session.Revoke(ctx, tx, owner, in.SessionID.UUID, uuid.Nil, "REVOKED"); err != nil {
		return in.SessionID, err
	}
	tx.Audit(owner, 0, map[string]any{"session": in.SessionID})
	return in.SessionID, session.Note(ctx, tx, owner, "SESSION_REVOKED")
}

// RevokeAllSessions ends the sessions of an account.
func RevokeAllSessions(ctx context.Context, tx *command.Tx, in model.RevokeAllSessionsInput) (int, error) {
	user := tx.Actor.UserID
	if in.UserID != nil {
		user = in.UserID.UUID
	}
	if err := tx.Allow("userId", policy.Object{Owner: user}); err != nil {
		return 0, err
	}
	if err := tx.Lock(ctx, user); err != nil {
		return 0, err
	}
	found, err := tx.One(ctx, []any{new(int)}, "SELECT 1 FROM auth.users WHERE id = $1 AND deleted_at IS NULL", user)
	if err != nil {
		return 0, err
	}
	if !found {
		return 0, tx.NotFound("userId")
	}
	except := uuid.Nil
	if in.ExceptCurrent {
		except = tx.Actor.SessionID
	}
	n, err := EndAll(ctx, tx, user, except, "REVOKED_ALL")
	tx.Audit(user, 0, map[string]any{"sessions": n})
	return n, err
}

// EndAll ends sessions and what their access tokens are good for, and notes it.
func EndAll(ctx context.Context, tx *command.Tx, user, except uuid.UUID, why string) (int, error) {
	n, err := session.Revoke(ctx, tx, user, uuid.Nil, except, why)
	if err != nil {
		return n, err
	}
	if err := session.Outdate(ctx, tx, user); err != nil {
		return n, err
	}
	return n, session.Note(ctx, tx, user, why)
}
