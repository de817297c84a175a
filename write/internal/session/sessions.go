package session

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/token"
)

// How long sessions live.
const (
	Idle     = 30 * 24 * time.Hour // without a renewal
	Absolute = 90 * 24 * time.Hour
)

// KeySource has the keys of the moment.
type KeySource interface{ Current() *token.KeySet }

// Sessions begins, renews and ends sessions.
type Sessions struct {
	Access  *token.Access
	Refresh *token.Refresh
	Keys    KeySource
	Cookies Cookies
}

// Tokens are what the bearer of a session is given.
type Tokens struct {
	Session publicid.ID
	Cookie  bool // the mode
	Access  string
	Until   time.Time // of the access token
	Refresh token.Opaque
	Ends    time.Time // the session, unless it is renewed
}

const (
	modeCookie = "COOKIE"
	modeBearer = "BEARER"
)

func modeOf(byCookie bool) string {
	if byCookie {
		return modeCookie
	}
	return modeBearer
}

// Begin opens a session of an account that has just given its password.
func (s *Sessions) Begin(ctx context.Context, tx *command.Tx, user uuid.UUID, byCookie bool) (Tokens, error) {
	id, err := publicid.New(publicid.Session)
	if err != nil {
		return Tokens{}, err
	}
	first, err := token.NewOpaque(nil, token.KindRefresh)
	if err != nil {
		return Tokens{}, err
	}
	ends := tx.Now.Add(Idle)
	_, err = tx.Exec(ctx, `INSERT INTO auth.sessions (id, user_id, mode, created_at, last_seen_at, idle_expires_at, absolute_expires_at, reauth_at, ip, user_agent)
		VALUES ($1, $2, $3, $4, $4, $5, $6, $4, $7, $8)`,
		id.UUID, user, modeOf(byCookie), tx.Now, ends, tx.Now.Add(Absolute), address(tx), agent(tx))
	if err != nil {
		return Tokens{}, err
	}
	if err := s.store(ctx, tx, id.UUID, nil, first, ends); err != nil {
		return Tokens{}, err
	}
	return s.tokens(ctx, tx, user, id, byCookie, first, ends)
}

// store keeps a refresh token that is unused.
func (s *Sessions) store(ctx context.Context, tx *command.Tx, session uuid.UUID, parent *uuid.UUID, t token.Opaque, expires time.Time) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO auth.refresh_tokens (id, session_id, token_hash, parent_id, issued_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
		id, session, t.Hash(), parent, tx.Now, expires)
	return err
}

// tokens adds an access token, with the account's roles for whoever wants to show them.
func (s *Sessions) tokens(ctx context.Context, tx *command.Tx, user uuid.UUID, id publicid.ID, byCookie bool, refresh token.Opaque, ends time.Time) (Tokens, error) {
	grant := token.Grant{Subject: publicid.Of("USER", user).String(), Session: id.String()}
	err := tx.QueryRow(ctx, `SELECT auth_epoch, ARRAY(SELECT role FROM auth.user_roles WHERE user_id = $1 ORDER BY role) FROM auth.users WHERE id = $1`, user).
		Scan(&grant.Epoch, &grant.Roles)
	if err != nil {
		return Tokens{}, err
	}
	access, claims, err := s.Access.Issue(s.Keys.Current(), grant)
	return Tokens{
		Session: id, Cookie: byCookie, Access: access, Until: claims.ExpiresAt, Refresh: refresh, Ends: ends,
	}, err
}

// Revoke ends sessions of an account: one, or all but one. It tells how many.
func Revoke(ctx context.Context, tx *command.Tx, user, only, except uuid.UUID, reason string) (int, error) {
	tag, err := tx.Exec(ctx, `UPDATE auth.sessions SET revoked_at = $5, revoke_reason = $4
		WHERE user_id = $1 AND revoked_at IS NULL AND ($2::uuid IS NULL OR id = $2) AND ($3::uuid IS NULL OR id <> $3)`,
		user, orNull(only), orNull(except), reason, tx.Now)
	return int(tag.RowsAffected()), err
}

// Outdate raises the epoch of an account: all its access tokens have run out.
func Outdate(ctx context.Context, tx *command.Tx, user uuid.UUID) error {
	_, err := tx.Exec(ctx, "UPDATE auth.users SET auth_epoch = auth_epoch + 1, updated_at = $2 WHERE id = $1", user, tx.Now)
	return err
}

// Note keeps what happened to an account, for its owner and for whoever has to find
// out. The zero user is nobody known.
func Note(ctx context.Context, tx *command.Tx, user uuid.UUID, event string) error {
	_, err := tx.Exec(ctx, "INSERT INTO auth.security_events (user_id, event, ip, user_agent, at) VALUES ($1, $2, $3, $4, $5)",
		orNull(user), event, address(tx), agent(tx), tx.Now)
	return err
}
