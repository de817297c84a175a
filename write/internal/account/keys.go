package account

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/session"
)

// maxKeys is how many live keys an account may have.
const maxKeys = 5

// RegisterSigningKey keeps the public half of a key that is to sign requests.
func RegisterSigningKey(ctx context.Context, tx *command.Tx, in model.RegisterSigningKeyInput) (id publicid.ID, err error) {
	public, err := base64.StdEncoding.Strict().DecodeString(in.PublicKey)
	if err != nil || len(public) != ed25519.PublicKeySize {
		return id, tx.Stop(apperr.UserInvalid, "publicKey", "It must be 32 bytes in base64.")
	}
	user, err := mine(ctx, tx)
	if err != nil {
		return id, err
	}
	var n int
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM auth.signing_keys WHERE user_id = $1 AND revoked_at IS NULL", user).Scan(&n); err != nil {
		return id, err
	}
	if n >= maxKeys {
		return id, tx.Stop(apperr.UserLimitReached, "", "An account has at most five keys. Revoke one first.", "max", "5")
	}
	if id, err = publicid.New(publicid.SigningKey); err != nil {
		return id, err
	}
	tag, err := tx.Exec(ctx, `INSERT INTO auth.signing_keys (id, user_id, alg, public_key, label, created_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (public_key) WHERE revoked_at IS NULL DO NOTHING`, id.UUID, user, string(in.Alg), public, in.Label, tx.Now)
	if err != nil {
		return id, err
	}
	if tag.RowsAffected() == 0 {
		return id, tx.Stop(apperr.UserDuplicate, "publicKey", "This key is registered already.")
	}
	tx.Audit(user, 0, map[string]any{"key": id})
	return id, session.Note(ctx, tx, user, "SIGNING_KEY_REGISTERED")
}

// RevokeSigningKey ends a key.
func RevokeSigningKey(ctx context.Context, tx *command.Tx, in model.RevokeSigningKeyInput) (publicid.ID, error) {
	var owner uuid.UUID
	found, err := tx.One(ctx, []any{&owner}, "SELECT user_id FROM auth.signing_keys WHERE id = $1 AND revoked_at IS NULL FOR UPDATE", in.ID.UUID)
	if err != nil {
		return in.ID, err
	}
	if !found {
		return in.ID, tx.NotFound("id")
	}
	if err := tx.Allow("id", policy.Object{Owner: owner}); err != nil {
		return in.ID, err
	}
	if _, err := tx.Exec(ctx, "UPDATE auth.signing_keys SET revoked_at = $2 WHERE id = $1", in.ID.UUID, tx.Now); err != nil {
		return in.ID, err
	}
	tx.Audit(owner, 0, map[string]any{"key": in.ID})
	return in.ID, session.Note(ctx, tx, owner, "SIGNING_KEY_REVOKED")
}
