package account

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/session"
)

// Login begins a session.
func (a *Accounts) Login(ctx context.Context, in model.LoginInput) (session.Tokens, command.Faults, error) {
	var p proof
	ahead := func(ctx context.Context) (err error) {
		p, err = a.proveLogin(ctx, in.Login, in.Password)
		return err
	}
	return command.RunAfter(ctx, a.Runner, "login", in, ahead, func(ctx context.Context, tx *command.Tx, in model.LoginInput) (none session.Tokens, err error) {
		if err := tx.Lock(ctx, p.user); err != nil {
			return none, err
		}
		if err := p.accept(ctx, tx, ""); err != nil {
			return none, err
		}
		if err := admit(ctx, tx, p.user); err != nil {
			return none, err
		}
		return a.Sessions.Begin(ctx, tx, p.user, in.Mode == model.SessionModeCookie)
	})
}

// admit judges the standing of an account whose password was right, and takes back
// a deletion that its owner had asked for.
func admit(ctx context.Context, tx *command.Tx, user uuid.UUID) error {
	var status string
	var until *time.Time
	err := tx.QueryRow(ctx, "SELECT status, suspended_until FROM auth.users WHERE id = $1", user).Scan(&status, &until)
	if err != nil {
		return err
	}
	over := status == "SUSPENDED" && until != nil && !until.After(tx.Now)
	switch {
	case status == "ACTIVE" || over:
	case status == "PENDING":
		return tx.Stop(apperr.UserInvalidState, "", "Confirm your address first: the link is in the mail that was sent to it.", "status", status)
	default:
		return tx.Stop(apperr.UserInvalidState, "", "This account is closed for now.", "status", status)
	}
	_, err = tx.Exec(ctx, `UPDATE auth.users SET status = 'ACTIVE', suspended_until = NULL, suspended_reason = NULL, delete_after = NULL, erase_content = false, last_login_at = $2
		WHERE id = $1`, user, tx.Now)
	if err != nil {
		return err
	}
	return session.Note(ctx, tx, user, "SIGNED_IN")
}

// Refresh renews a session.
func (a *Accounts) Refresh(ctx context.Context, in model.RefreshSessionInput) (session.Tokens, command.Faults, error) {
	text, byCookie := "", false
	if in.RefreshToken != nil {
		text = *in.RefreshToken
	} else {
		text, byCookie = a.Sessions.Cookies.RefreshToken(ctx)
	}
	return command.Run(ctx, a.Runner, "refreshSession", in, func(ctx context.Context, tx *command.Tx, _ model.RefreshSessionInput) (session.Tokens, error) {
		return a.Sessions.Renew(ctx, tx, text, byCookie, func(ctx context.Context, tx *command.Tx, user uuid.UUID) error {
			return tx.Enqueue(ctx, MailArgs{Occasion: Reused, User: user, At: tx.Now})
		})
	})
}

// Logout ends the session of the request.
func (a *Accounts) Logout(ctx context.Context) error {
	_, _, err := command.Run(ctx, a.Runner, "logout", struct{}{}, func(ctx context.Context, tx *command.Tx, _ struct{}) (publicid.ID, error) {
		who := tx.Actor
		if _, err := session.Revoke(ctx, tx, who.UserID, who.SessionID, uuid.Nil, "LOGOUT"); err != nil {
			return publicid.ID{}, err
		}
		return done(who.UserID), session.Note(ctx, tx, who.UserID, "SIGNED_OUT")
	})
	return err
}

// Reauthenticate opens sensitive operations to the session.
func (a *Accounts) Reauthenticate(ctx context.Context, in model.ReauthenticateInput) (time.Time, command.Faults, error) {
	var p proof
	return command.RunAfter(ctx, a.Runner, "reauthenticate", in, a.own(&p, in.Password), func(ctx context.Context, tx *command.Tx, _ model.ReauthenticateInput) (until time.Time, err error) {
		if err := p.accept(ctx, tx, "password"); err != nil {
			return until, err
		}
		_, err = tx.Exec(ctx, "UPDATE auth.sessions SET reauth_at = $2 WHERE id = $1", tx.Actor.SessionID, tx.Now)
		return tx.Now.Add(policy.ReauthLasts), err
	})
}

// own proves the caller's password ahead of a command.
func (a *Accounts) own(p *proof, text string) func(context.Context) error {
	return func(ctx context.Context) (err error) {
		*p, err = a.proveOwn(ctx, text)
		return err
	}
}

// mine is the account of whoever asks, for commands about it.
func mine(ctx context.Context, tx *command.Tx) (uuid.UUID, error) {
	user := identity.From(ctx).UserID
	return user, tx.Lock(ctx, user)
}
