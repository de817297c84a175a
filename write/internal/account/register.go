package account

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/password"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/session"
)

// Register makes an account that waits for its address to be confirmed.
func (a *Accounts) Register(ctx context.Context, in model.RegisterInput) (command.Faults, error) {
	var hash password.Hash
	ahead := func(ctx context.Context) (err error) {
		hash, err = a.hash(ctx, "password", in.Password, password.Owner{Username: in.Username, Email: in.Email})
		return err
	}
	_, faults, err := command.RunAfter(ctx, a.Runner, "register", in, ahead, func(ctx context.Context, tx *command.Tx, in model.RegisterInput) (publicid.ID, error) {
		return register(ctx, tx, in, hash)
	})
	return faults, err
}

func register(ctx context.Context, tx *command.Tx, in model.RegisterInput, hash password.Hash) (none publicid.ID, err error) {
	if err := onlyOne(ctx, tx); err != nil {
		return none, err
	}
	if err := free(ctx, tx, in.Username); err != nil {
		return none, err
	}
	owner, err := makeWay(ctx, tx, in.Email)
	if err != nil {
		return none, err
	}
	email, mail := &in.Email, MailArgs{Occasion: Verify}
	if owner != uuid.Nil {
		email, mail = nil, MailArgs{Occasion: Taken, User: owner}
	}
	id, err := insert(ctx, tx, newAccount{in.Username, email, in.Locale, "PENDING"}, hash)
	if err != nil {
		return none, err
	}
	if mail.User == uuid.Nil {
		mail.User = id.UUID
	}
	if err := session.Note(ctx, tx, id.UUID, "REGISTERED"); err != nil {
		return none, err
	}
	return none, tx.Enqueue(ctx, mail)
}

// free checks that a username may be given out. Those of deleted accounts stay theirs.
func free(ctx context.Context, tx *command.Tx, username string) error {
	name := canonical(username)
	taken, err := tx.One(ctx, []any{new(int)}, "SELECT 1 FROM auth.users WHERE username_canonical = $1", name)
	if err != nil {
		return err
	}
	if taken || reserved[name] {
		return tx.Stop(apperr.UserTaken, "username", "This name is taken.")
	}
	return nil
}

// makeWay answers whose an address is. From an account that has not confirmed it,
// it is taken away: nobody holds what is another's by asking first. One that is being
// confirmed at this moment is waited for.
func makeWay(ctx context.Context, tx *command.Tx, email string) (owner uuid.UUID, err error) {
	var waiting bool
	found, err := tx.One(ctx, []any{&owner, &waiting}, "SELECT id, status = 'PENDING' FROM auth.users WHERE email_canonical = $1 AND deleted_at IS NULL FOR UPDATE", canonical(email))
	if err != nil || !found || !waiting {
		return owner, err
	}
	if _, err := tx.Exec(ctx, "UPDATE auth.one_time_tokens SET consumed_at = $2 WHERE user_id = $1 AND consumed_at IS NULL", owner, tx.Now); err != nil {
		return owner, err
	}
	_, err = tx.Exec(ctx, "UPDATE auth.users SET email = NULL, email_canonical = NULL, updated_at = $2 WHERE id = $1", owner, tx.Now)
	return uuid.Nil, err
}

type newAccount struct {
	username string
	email    *string
	locale   string
	status   string
}

// insert makes the rows of an account.
func insert(ctx context.Context, tx *command.Tx, n newAccount, hash password.Hash) (publicid.ID, error) {
	id, err := tx.NewSubject(ctx, "USER")
	if err != nil {
		return id, err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO auth.users (id, username, username_canonical, email, email_canonical, email_verified_at, status, locale, created_at, updated_at)
		VALUES ($1, $2, lower($2), $3, lower($3), CASE WHEN $4 = 'ACTIVE' THEN $6::timestamptz END, $4, $5, $6, $6)`,
		id.UUID, n.username, n.email, n.status, n.locale, tx.Now); err != nil {
		return id, err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO social.profiles (user_id, updated_at) VALUES ($1, $2)", id.UUID, tx.Now); err != nil {
		return id, err
	}
	return id, setPassword(ctx, tx, id.UUID, hash)
}

// reserved are names that would pass for the service's own.
var reserved = map[string]bool{
	"abuse": true, "account": true, "accounts": true, "admin": true, "administrator": true, "anonymous": true,
	"api": true, "author": true, "authors": true, "auth": true, "bot": true, "contact": true,
	"contributor": true, "daemon": true, "deleted": true, "deleted_user": true, "editor": true, "editors": true,
	"everyone": true, "feedback": true, "ftp": true, "graphql": true, "guest": true, "help": true,
	"helpdesk": true, "hostmaster": true, "info": true, "legal": true, "library": true, "login": true,
	"logout": true, "mail": true, "mailer": true, "me": true, "member": true, "members": true, "mod": true,
	"moderator": true, "nobody": true, "none": true, "noreply": true, "no_reply": true, "null": true,
	"official": true, "operator": true, "owner": true, "postmaster": true, "press": true, "privacy": true,
	"register": true, "reviewer": true, "root": true, "sales": true, "security": true, "server": true,
	"service": true, "settings": true, "staff": true, "status": true, "support": true, "sysadmin": true,
	"system": true, "team": true, "tercul": true, "test": true, "translator": true, "undefined": true,
	"unknown": true, "user": true, "username": true, "users": true, "viewer": true, "webmaster": true,
	"www": true,
}
