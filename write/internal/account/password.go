package account

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/password"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/token"
)

// RequestPasswordReset has a link sent to an address, if it has an account. The
// job finds that out.
func RequestPasswordReset(ctx context.Context, tx *command.Tx, in model.EmailInput) (publicid.ID, error) {
	return publicid.ID{}, tx.Enqueue(ctx, MailArgs{Occasion: Reset, Email: in.Email})
}

// ResetPassword sets a password by the token of the mail, which also confirms the
// address. It goes on while the account is locked, and ends that.
func (a *Accounts) ResetPassword(ctx context.Context, in model.ResetPasswordInput) (command.Faults, error) {
	var hash password.Hash
	ahead := func(ctx context.Context) error {
		owner, err := a.ownerOf(ctx, in.Token)
		if err == nil {
			hash, err = a.hash(ctx, "newPassword", in.NewPassword, owner)
		}
		return err
	}
	_, faults, err := command.RunAfter(ctx, a.Runner, "resetPassword", in, ahead, func(ctx context.Context, tx *command.Tx, in model.ResetPasswordInput) (publicid.ID, error) {
		user, email, err := resetPurpose.redeem(ctx, tx, in.Token)
		if err != nil {
			return publicid.ID{}, err
		}
		if err := confirm(ctx, tx, user, email); err != nil {
			return publicid.ID{}, err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM auth.login_failures WHERE login_hash = $1", counterOf(user)); err != nil {
			return publicid.ID{}, err
		}
		return done(user), renewPassword(ctx, tx, user, uuid.Nil, hash, "PASSWORD_RESET")
	})
	return faults, err
}

// ownerOf is whose a reset token is, so that the new password can be judged. A
// token that is not good costs no hash: it cannot be guessed.
func (a *Accounts) ownerOf(ctx context.Context, text string) (o password.Owner, err error) {
	invalid := command.Faults{command.Fault(apperr.UserTokenInvalid, "token", badToken)}
	t, err := token.ParseOpaque(resetPurpose.kind, text)
	if err != nil {
		return o, invalid
	}
	err = a.DB.QueryRow(ctx, `SELECT u.username, coalesce(u.email, '') FROM auth.one_time_tokens t JOIN auth.users u ON u.id = t.user_id
		WHERE t.token_hash = $1 AND t.purpose = $2 AND t.consumed_at IS NULL AND t.expires_at > $3 AND u.deleted_at IS NULL`,
		t.Hash(), resetPurpose.name, a.Runner.Now()).Scan(&o.Username, &o.Email)
	if errors.Is(err, pgx.ErrNoRows) {
		return o, invalid
	}
	return o, err
}

// ChangePassword changes the caller's password and ends the other sessions.
func (a *Accounts) ChangePassword(ctx context.Context, in model.ChangePasswordInput) (command.Faults, error) {
	var p proof
	var hash password.Hash
	ahead := func(ctx context.Context) (err error) {
		if p, err = a.proveOwn(ctx, in.CurrentPassword); err != nil || !p.match {
			return err // what is wrong is counted in the transaction
		}
		o := password.Owner{Username: identity.From(ctx).Username}
		if err := a.DB.QueryRow(ctx, "SELECT coalesce(email, '') FROM auth.users WHERE id = $1", p.user).Scan(&o.Email); err != nil {
			return err
		}
		hash, err = a.hash(ctx, "newPassword", in.NewPassword, o)
		return err
	}
	_, faults, err := command.RunAfter(ctx, a.Runner, "changePassword", in, ahead, func(ctx context.Context, tx *command.Tx, _ model.ChangePasswordInput) (publicid.ID, error) {
		user, err := mine(ctx, tx)
		if err != nil {
			return done(user), err
		}
		if err := p.accept(ctx, tx, "currentPassword"); err != nil {
			return done(user), err
		}
		return done(user), renewPassword(ctx, tx, user, tx.Actor.SessionID, hash, "PASSWORD_CHANGED")
	})
	return faults, err
}

// renewPassword stores a new password, ends the sessions and tells the owner.
func renewPassword(ctx context.Context, tx *command.Tx, user, except uuid.UUID, hash password.Hash, event string) error {
	if err := setPassword(ctx, tx, user, hash); err != nil {
		return err
	}
	// A link that was asked for before is not good any more, whatever it is for: who had
	// the old password may have asked for another address.
	if _, err := tx.Exec(ctx, "UPDATE auth.one_time_tokens SET consumed_at = $2 WHERE user_id = $1 AND consumed_at IS NULL", user, tx.Now); err != nil {
		return err
	}
	if _, err := EndAll(ctx, tx, user, except, event); err != nil {
		return err
	}
	return tx.Enqueue(ctx, MailArgs{Occasion: Changed, User: user, At: tx.Now})
}
