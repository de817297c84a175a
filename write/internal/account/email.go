package account

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/session"
)

// VerifyEmail confirms the address of a new account.
func VerifyEmail(ctx context.Context, tx *command.Tx, in model.TokenInput) (publicid.ID, error) {
	user, email, err := verifyPurpose.redeem(ctx, tx, in.Token)
	if err != nil {
		return publicid.ID{}, err
	}
	if err := confirm(ctx, tx, user, email); err != nil {
		return publicid.ID{}, err
	}
	return done(user), session.Note(ctx, tx, user, "EMAIL_VERIFIED")
}

// confirm notes that whoever has the account reads what is sent to its address. A link
// that was sent to another one, which the account has not any more, is not good.
func confirm(ctx context.Context, tx *command.Tx, user uuid.UUID, email string) error {
	tag, err := tx.Exec(ctx, `UPDATE auth.users SET email_verified_at = coalesce(email_verified_at, $3), updated_at = $3,
		status = CASE status WHEN 'PENDING' THEN 'ACTIVE' ELSE status END WHERE id = $1 AND email_canonical = $2`, user, canonical(email), tx.Now)
	if err == nil && tag.RowsAffected() == 0 {
		err = tx.Stop(apperr.UserTokenInvalid, "token", badToken)
	}
	return err
}

// ResendVerification has the mail of a new account sent again, if there is one.
func ResendVerification(ctx context.Context, tx *command.Tx, in model.EmailInput) (publicid.ID, error) {
	return publicid.ID{}, tx.Enqueue(ctx, MailArgs{Occasion: Verify, Email: in.Email})
}

// RequestEmailChange has a link sent to a new address, and word of it to the old.
func (a *Accounts) RequestEmailChange(ctx context.Context, in model.RequestEmailChangeInput) (command.Faults, error) {
	var p proof
	_, faults, err := command.RunAfter(ctx, a.Runner, "requestEmailChange", in, a.own(&p, in.Password), func(ctx context.Context, tx *command.Tx, in model.RequestEmailChangeInput) (publicid.ID, error) {
		user, err := mine(ctx, tx)
		if err != nil {
			return done(user), err
		}
		if err := p.accept(ctx, tx, "password"); err != nil {
			return done(user), err
		}
		if err := session.Note(ctx, tx, user, "EMAIL_CHANGE_REQUESTED"); err != nil {
			return done(user), err
		}
		if err := tx.Enqueue(ctx, MailArgs{Occasion: Changing, User: user, At: tx.Now}); err != nil {
			return done(user), err
		}
		return done(user), tx.Enqueue(ctx, MailArgs{Occasion: Change, User: user, Email: in.NewEmail, At: tx.Now})
	})
	return faults, err
}

// ConfirmEmailChange gives an account its new address.
func ConfirmEmailChange(ctx context.Context, tx *command.Tx, in model.TokenInput) (publicid.ID, error) {
	if err := onlyOne(ctx, tx); err != nil {
		return publicid.ID{}, err
	}
	user, email, err := changePurpose.redeem(ctx, tx, in.Token)
	if err != nil {
		return publicid.ID{}, err
	}
	owner, err := makeWay(ctx, tx, email)
	if err != nil {
		return publicid.ID{}, err
	}
	if owner != uuid.Nil && owner != user {
		return publicid.ID{}, tx.Stop(apperr.UserTaken, "token", "Another account has this address.")
	}
	if _, err := tx.Exec(ctx, `UPDATE auth.users SET email = $2, email_canonical = lower($2), email_verified_at = $3, updated_at = $3 WHERE id = $1`, user, email, tx.Now); err != nil {
		return publicid.ID{}, err
	}
	// What was sent to the old address is good no more.
	if _, err := tx.Exec(ctx, "UPDATE auth.one_time_tokens SET consumed_at = $2 WHERE user_id = $1 AND consumed_at IS NULL", user, tx.Now); err != nil {
		return publicid.ID{}, err
	}
	return done(user), session.Note(ctx, tx, user, "EMAIL_CHANGED")
}
