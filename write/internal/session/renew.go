package session

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/token"
)

// family is a refresh token with its session, its successor and its owner.
type family struct {
	user, session, token uuid.UUID
	mode, status         string
	revoked              bool
	absolute, expires    time.Time
	used, grace          *time.Time
	next                 []byte
	nextUsed             bool
}

// Reused is called in the transaction in which a stolen token ended a session.
type Reused func(ctx context.Context, tx *command.Tx, user uuid.UUID) error

// Renew gives the next tokens for a refresh token. Whoever shows one that was used
// ends the session, for good: the transaction is kept.
func (s *Sessions) Renew(ctx context.Context, tx *command.Tx, text string, byCookie bool, reused Reused) (Tokens, error) {
	shown, err := token.ParseOpaque(token.KindRefresh, text)
	if err != nil {
		return Tokens{}, refuse(tx)
	}
	f, found, err := hold(ctx, tx, shown)
	if err != nil {
		return Tokens{}, err
	}
	if !found || f.mode != modeOf(byCookie) || f.status != "ACTIVE" {
		return Tokens{}, refuse(tx)
	}
	switch d := s.Refresh.Decide(f.state(), tx.Now); d.Outcome {
	case token.Rotate:
		return s.rotate(ctx, tx, f, shown, d)
	case token.Grace:
		next, ok := s.Refresh.Again(shown, f.next)
		if !ok {
			return Tokens{}, refuse(tx)
		}
		return s.tokens(ctx, tx, f.user, publicid.Of(publicid.Session, f.session), byCookie, next, f.expires)
	case token.Reuse:
		return Tokens{}, stolen(ctx, tx, f, reused)
	case token.Expired:
	}
	return Tokens{}, refuse(tx)
}

func refuse(tx *command.Tx) error {
	return tx.Stop(apperr.UserTokenInvalid, "refreshToken", "The session has ended. Sign in again.")
}

// hold locks the session, so that of several with the same token one goes first,
// and reads what it finds then.
func hold(ctx context.Context, tx *command.Tx, shown token.Opaque) (f family, found bool, err error) {
	hash := shown.Hash()
	if _, err := tx.Exec(ctx, `SELECT FROM auth.sessions WHERE id = (SELECT session_id FROM auth.refresh_tokens WHERE token_hash = $1) FOR UPDATE`, hash); err != nil {
		return f, false, err
	}
	found, err = tx.One(ctx, []any{
		&f.user, &f.session, &f.token, &f.mode, &f.status, &f.revoked, &f.absolute, &f.expires, &f.used, &f.grace, &f.next, &f.nextUsed,
	}, `SELECT s.user_id, s.id, t.id, s.mode, u.status, s.revoked_at IS NOT NULL, s.absolute_expires_at, t.expires_at, t.used_at, t.grace_until,
			n.token_hash, n.used_at IS NOT NULL
		FROM auth.refresh_tokens t JOIN auth.sessions s ON s.id = t.session_id JOIN auth.users u ON u.id = s.user_id
		LEFT JOIN auth.refresh_tokens n ON n.parent_id = t.id WHERE t.token_hash = $1`, hash)
	return f, found, err
}

// state leaves out the end of an idle session: it is that of its unused token.
func (f family) state() token.RefreshState {
	return token.RefreshState{
		ExpiresAt: f.expires, UsedAt: orZero(f.used), GraceUntil: orZero(f.grace), SuccessorUsed: f.nextUsed,
		SessionRevoked: f.revoked, SessionExpiresAt: f.absolute,
	}
}

func (s *Sessions) rotate(ctx context.Context, tx *command.Tx, f family, shown token.Opaque, d token.Decision) (Tokens, error) {
	next := s.Refresh.Successor(shown)
	if _, err := tx.Exec(ctx, "UPDATE auth.refresh_tokens SET used_at = $2, grace_until = $3 WHERE id = $1", f.token, d.UsedAt, d.GraceUntil); err != nil {
		return Tokens{}, err
	}
	if err := s.store(ctx, tx, f.session, &f.token, next, d.ExpiresAt); err != nil {
		return Tokens{}, err
	}
	if _, err := tx.Exec(ctx, "UPDATE auth.sessions SET last_seen_at = $2, idle_expires_at = $3, ip = $4, user_agent = $5 WHERE id = $1",
		f.session, tx.Now, d.ExpiresAt, address(tx), agent(tx)); err != nil {
		return Tokens{}, err
	}
	return s.tokens(ctx, tx, f.user, publicid.Of(publicid.Session, f.session), f.mode == modeCookie, next, d.ExpiresAt)
}

// stolen ends the session of a token that was shown twice.
func stolen(ctx context.Context, tx *command.Tx, f family, reused Reused) error {
	tx.Keep()
	if _, err := Revoke(ctx, tx, f.user, f.session, uuid.Nil, "REUSE"); err != nil {
		return err
	}
	if err := Note(ctx, tx, f.user, "REFRESH_REUSED"); err != nil {
		return err
	}
	if err := reused(ctx, tx, f.user); err != nil {
		return err
	}
	return refuse(tx)
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
