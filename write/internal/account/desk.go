package account

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/mail"
	"github.com/tercul/tercul/write/internal/token"
)

// How long the tokens of mails are good, from when they are sent.
const (
	verifyLasts = 24 * time.Hour
	resetLasts  = 15 * time.Minute
	changeLasts = time.Hour
)

// desk decides what a mail says.
type desk struct {
	pgx.Tx
	now time.Time
}

// recipient is the account that a mail is about.
type recipient struct {
	id                              uuid.UUID
	username, email, locale, status string
}

// write answers the mail that is to be sent; nil for none.
func (d *desk) write(ctx context.Context, args MailArgs) (*letter, error) {
	r, err := d.recipient(ctx, args)
	if err != nil || r == nil {
		return nil, err
	}
	l := &letter{locale: r.locale, to: r.email}
	switch args.Occasion {
	case Verify:
		if r.status != "PENDING" {
			return nil, nil //nolint:nilnil // it has been confirmed meanwhile
		}
		l.content, err = d.withToken(ctx, r, verifyPurpose, r.email, verifyLasts)
	case Reset:
		l.content, err = d.withToken(ctx, r, resetPurpose, r.email, resetLasts)
	case Change:
		return d.change(ctx, r, args)
	case Taken:
		l.content = mail.AddressTaken{Username: r.username}
	case Changed:
		l.content = mail.PasswordChanged{Username: r.username, At: args.At}
	case Changing:
		l.content = mail.AddressChanging{Username: r.username, At: args.At}
	case Reused:
		l.content = mail.SessionReused{Username: r.username, At: args.At}
	case Deletion:
		l.content = mail.DeletionScheduled{Username: r.username, On: args.At}
	case Decided:
		l.content, err = d.decided(ctx, r, args)
	}
	return l, err
}

// change asks a new address, or tells its owner where it has one already. What was
// asked for before the password was changed comes to nothing.
func (d *desk) change(ctx context.Context, r *recipient, args MailArgs) (*letter, error) {
	email := args.Email
	var outdated bool
	err := d.QueryRow(ctx, "SELECT EXISTS (SELECT FROM auth.credentials WHERE user_id = $1 AND changed_at > $2)", r.id, args.At).Scan(&outdated)
	if err != nil || outdated {
		return nil, err
	}
	owner, err := d.recipient(ctx, MailArgs{Email: email})
	if err != nil {
		return nil, err
	}
	if owner != nil && owner.id != r.id && owner.status != "PENDING" {
		return &letter{owner.locale, owner.email, mail.AddressTaken{Username: owner.username}}, nil
	}
	content, err := d.withToken(ctx, r, changePurpose, email, changeLasts)
	return &letter{r.locale, email, content}, err
}

// recipient finds the account; nil where there is none, or none with an address.
func (d *desk) recipient(ctx context.Context, args MailArgs) (*recipient, error) {
	var r recipient
	err := d.QueryRow(ctx, `SELECT id, username, email, locale, status FROM auth.users
		WHERE deleted_at IS NULL AND email IS NOT NULL AND CASE WHEN $1::uuid IS NULL THEN email_canonical = $2 ELSE id = $1 END`,
		maybe(args.User), canonical(args.Email)).Scan(&r.id, &r.username, &r.email, &r.locale, &r.status)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // there is nobody to write to
	}
	return &r, err
}

func maybe(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// withToken makes a token in place of the former of the same purpose.
func (d *desk) withToken(ctx context.Context, r *recipient, p purpose, email string, lasts time.Duration) (mail.Content, error) {
	t, err := token.NewOpaque(nil, p.kind)
	if err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	// The account's row keeps two of these apart.
	if _, err := d.Exec(ctx, "SELECT FROM core.subjects WHERE id = $1 FOR NO KEY UPDATE", r.id); err != nil {
		return nil, err
	}
	if _, err := d.Exec(ctx, "UPDATE auth.one_time_tokens SET consumed_at = $3 WHERE user_id = $1 AND purpose = $2 AND consumed_at IS NULL", r.id, p.name, d.now); err != nil {
		return nil, err
	}
	if _, err := d.Exec(ctx, `INSERT INTO auth.one_time_tokens (id, user_id, purpose, token_hash, email, expires_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, r.id, p.name, t.Hash(), email, d.now.Add(lasts), d.now); err != nil {
		return nil, err
	}
	switch p {
	case verifyPurpose:
		return mail.VerifyAddress{Username: r.username, Token: t.Reveal()}, nil
	case resetPurpose:
		return mail.ResetPassword{Username: r.username, Token: t.Reveal()}, nil
	}
	return mail.ConfirmNewAddress{Username: r.username, Token: t.Reveal()}, nil
}
