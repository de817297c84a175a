package account

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/mail"
	"github.com/tercul/tercul/write/internal/password"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/session"

	"github.com/tercul/tercul/shared/apperr"
)

// Given is an account that an operator makes: it need not be confirmed.
type Given struct {
	Username, Email, Password string
	Role                      identity.Role
	Languages                 []string // of a reviewer
}

// Create makes an account for somebody, by whoever has the database. What is wrong
// with it is Faults.
func Create(ctx context.Context, db interface {
	Begin(ctx context.Context) (pgx.Tx, error)
}, hasher *password.Hasher, judge *password.Policy, g Given,
) (id publicid.ID, err error) {
	a := &Accounts{Config{Hasher: hasher, Policy: judge}}
	hash, err := a.hash(ctx, "password", g.Password, password.Owner{Username: g.Username, Email: g.Email})
	if err != nil {
		return id, err
	}
	raw, err := db.Begin(ctx)
	if err != nil {
		return id, err
	}
	defer func() { _ = raw.Rollback(context.WithoutCancel(ctx)) }() // does nothing after a commit
	tx := &command.Tx{Tx: raw, Actor: &identity.Actor{}, Now: time.Now()}
	if id, err = given(ctx, tx, g, hash); err != nil {
		return id, err
	}
	return id, raw.Commit(ctx)
}

func given(ctx context.Context, tx *command.Tx, g Given, hash password.Hash) (id publicid.ID, err error) {
	if err := onlyOne(ctx, tx); err != nil {
		return id, err
	}
	if mail.CheckAddress(g.Email) != nil {
		tx.Fault(apperr.UserInvalid, "email", "It must be an address such as name@example.org, in ASCII.")
	}
	taken, err := tx.One(ctx, []any{new(int)}, "SELECT 1 FROM auth.users WHERE username_canonical = $1", canonical(g.Username))
	if err != nil {
		return id, err
	}
	if taken {
		tx.Fault(apperr.UserTaken, "username", "This name is taken.")
	}
	owner, err := makeWay(ctx, tx, g.Email)
	if err != nil {
		return id, err
	}
	if owner != [16]byte{} {
		tx.Fault(apperr.UserTaken, "email", "Another account has this address.")
	}
	if tx.Faulty() {
		return id, tx.Faults()
	}
	if id, err = insert(ctx, tx, newAccount{g.Username, &g.Email, "en", "ACTIVE"}, hash); err != nil {
		return id, err
	}
	if g.Role > identity.Reader {
		if _, err := tx.Exec(ctx, "INSERT INTO auth.user_roles (user_id, role) VALUES ($1, $2)", id.UUID, g.Role.String()); err != nil {
			return id, err
		}
	}
	for _, language := range g.Languages {
		if err := tx.Language(ctx, "languages", language); err != nil {
			return id, err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO auth.reviewer_languages (user_id, language) VALUES ($1, $2)", id.UUID, language); err != nil {
			return id, err
		}
	}
	return id, session.Note(ctx, tx, id.UUID, "CREATED_BY_OPERATOR")
}
