package account

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Grace is how long an account can be taken back after its owner deleted it.
const Grace = 7 * 24 * time.Hour

// Delete has the caller's account go in a week, and ends its sessions.
func (a *Accounts) Delete(ctx context.Context, in model.DeleteAccountInput) (command.Faults, error) {
	var p proof
	_, faults, err := command.RunAfter(ctx, a.Runner, "deleteAccount", in, a.own(&p, in.Password), func(ctx context.Context, tx *command.Tx, in model.DeleteAccountInput) (publicid.ID, error) {
		user, err := mine(ctx, tx)
		if err != nil {
			return done(user), err
		}
		if !strings.EqualFold(in.Confirm, tx.Actor.Username) {
			return done(user), tx.Stop(apperr.UserInvalid, "confirm", "Type your username to confirm.")
		}
		if err := p.accept(ctx, tx, "password"); err != nil {
			return done(user), err
		}
		if err := KeepAdmin(ctx, tx, "", user); err != nil {
			return done(user), err
		}
		until := tx.Now.Add(Grace)
		if _, err := tx.Exec(ctx, "UPDATE auth.users SET delete_after = $2, erase_content = $3 WHERE id = $1", user, until, in.EraseContent); err != nil {
			return done(user), err
		}
		tx.Audit(user, 0, map[string]any{"eraseContent": in.EraseContent})
		if _, err := EndAll(ctx, tx, user, uuid.Nil, "DELETION_REQUESTED"); err != nil {
			return done(user), err
		}
		return done(user), tx.Enqueue(ctx, MailArgs{Occasion: Deletion, User: user, At: until})
	})
	return faults, err
}

// KeepAdmin refuses to take the last admin away. The rows of all admins are locked,
// so that of two at the same moment the second sees what the first has done.
func KeepAdmin(ctx context.Context, tx *command.Tx, field string, user uuid.UUID) error {
	if _, err := tx.Exec(ctx, "SELECT FROM auth.user_roles WHERE role = 'ADMIN' ORDER BY user_id FOR UPDATE"); err != nil {
		return err
	}
	var last bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM auth.user_roles WHERE user_id = $1 AND role = 'ADMIN') AND NOT EXISTS (
		SELECT FROM auth.user_roles r JOIN auth.users u ON u.id = r.user_id
		WHERE r.role = 'ADMIN' AND u.id <> $1 AND u.status = 'ACTIVE' AND u.delete_after IS NULL)`, user).Scan(&last)
	if err == nil && last {
		err = tx.Stop(apperr.UserInvalidState, field, "This is the last admin. Make another one first.")
	}
	return err
}
