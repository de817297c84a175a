package account

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/token"
)

// purpose is what a token of a mail is for.
type purpose struct {
	name string // in the database
	kind token.Kind
}

var (
	verifyPurpose = purpose{"EMAIL_VERIFY", token.KindEmailVerify}
	resetPurpose  = purpose{"PASSWORD_RESET", token.KindPasswordReset}
	changePurpose = purpose{"EMAIL_CHANGE", token.KindEmailChange}
)

// redeem uses up a token, with its account locked. It answers the account and the
// address that the token went to.
func (p purpose) redeem(ctx context.Context, tx *command.Tx, text string) (user uuid.UUID, email string, err error) {
	hash, user, err := p.find(ctx, tx, text)
	if err != nil {
		return user, "", err
	}
	if user == uuid.Nil {
		return user, "", tx.Stop(apperr.UserTokenInvalid, "token", badToken)
	}
	if err := tx.Lock(ctx, user); err != nil {
		return user, "", err
	}
	used, err := tx.One(ctx, []any{&email}, `UPDATE auth.one_time_tokens t SET consumed_at = $2 FROM auth.users u
		WHERE t.token_hash = $1 AND t.consumed_at IS NULL AND t.expires_at > $2 AND u.id = t.user_id AND u.deleted_at IS NULL
		RETURNING coalesce(t.email, '')`, hash, tx.Now)
	if err == nil && !used {
		err = tx.Stop(apperr.UserTokenInvalid, "token", badToken)
	}
	return user, email, err
}

const badToken = "The link is not good, or not any more. Ask for another."

// find looks for a live token; the zero user where there is none.
func (p purpose) find(ctx context.Context, tx *command.Tx, text string) (hash []byte, user uuid.UUID, err error) {
	t, err := token.ParseOpaque(p.kind, text)
	if err != nil {
		return nil, uuid.Nil, nil //nolint:nilerr // a text that is no token is one that is not there
	}
	_, err = tx.One(ctx, []any{&user}, "SELECT user_id FROM auth.one_time_tokens WHERE token_hash = $1 AND purpose = $2 AND consumed_at IS NULL AND expires_at > $3",
		t.Hash(), p.name, tx.Now)
	return t.Hash(), user, err
}
