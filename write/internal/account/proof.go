package account

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/password"
	"github.com/tercul/tercul/write/internal/session"
)

// proof is what a password came to, ahead of the transaction that uses it.
type proof struct {
	user    uuid.UUID // zero where there is no such account
	counter []byte    // what failures are counted under
	stored  password.Hash
	locked  time.Time // until when nothing was compared; zero where it was
	match   bool
	fresh   *password.Hash // to be stored in place of the old
}

// How failures make the next try wait.
const (
	freeFailures    = 3
	longestWait     = 15 * time.Minute
	failuresForgone = 24 * time.Hour
)

// wait is how long an account is locked after so many failures.
func wait(failures int) time.Duration {
	if failures <= freeFailures {
		return 0
	}
	return min(time.Second<<min(failures-freeFailures-1, 20), longestWait)
}

// proveLogin compares a password to that of a name or an address.
func (a *Accounts) proveLogin(ctx context.Context, login, text string) (proof, error) {
	return a.prove(ctx, "login:"+canonical(login), text, "(u.username_canonical = $1 OR u.email_canonical = $1)", canonical(login))
}

// proveOwn compares a password to that of whoever asks.
func (a *Accounts) proveOwn(ctx context.Context, text string) (proof, error) {
	return a.prove(ctx, "", text, "u.id = $1", identity.From(ctx).UserID)
}

// prove takes the same time for an account that does not exist. One that is locked
// is not compared at all.
func (a *Accounts) prove(ctx context.Context, unknown, text, condition string, who any) (p proof, err error) {
	err = a.DB.QueryRow(ctx, `SELECT u.id, c.password_phc, c.pepper_id FROM auth.users u JOIN auth.credentials c ON c.user_id = u.id
		WHERE u.deleted_at IS NULL AND `+condition, who).Scan(&p.user, &p.stored.PHC, &p.stored.PepperID)
	known := err == nil
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return p, err
	}
	p.counter = counter(unknown)
	if known {
		p.counter = counterOf(p.user)
	}
	until, err := lockedUntil(ctx, a.DB, p.counter)
	if err != nil {
		return p, err
	}
	if until.After(a.Runner.Now()) {
		p.locked = until
		return p, nil
	}
	if !known {
		return p, a.Hasher.Dummy(ctx, text)
	}
	verdict, err := a.Hasher.Verify(ctx, text, p.stored)
	if errors.Is(err, password.ErrUnknownPepper) {
		// For the caller the password is wrong: its owner sets a new one by mail.
		return p, a.Hasher.Dummy(ctx, text)
	}
	if err != nil {
		return p, err
	}
	p.match = verdict.Match
	if verdict.Rehash {
		fresh, err := a.Hasher.Hash(ctx, text)
		p.fresh = &fresh
		return p, err
	}
	return p, nil
}

func counter(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// counterOf is the same for the name and the address of an account.
func counterOf(user uuid.UUID) []byte { return counter("user:" + user.String()) }

func lockedUntil(ctx context.Context, db command.Reader, counter []byte) (until time.Time, err error) {
	var locked *time.Time
	err = db.QueryRow(ctx, "SELECT max(locked_until) FROM auth.login_failures WHERE login_hash = $1", counter).Scan(&locked)
	if locked != nil {
		until = *locked
	}
	return until, err
}

// accept ends a command whose password is wrong, and counts that. Those who try an
// account at the same time pass here one after the other, so that no more are
// looked at than one after the other would be.
func (p proof) accept(ctx context.Context, tx *command.Tx, field string) error {
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 0))", p.counter); err != nil {
		return err
	}
	until, err := lockedUntil(ctx, tx, p.counter)
	if err != nil {
		return err
	}
	if until.After(tx.Now) || !p.locked.IsZero() {
		if until.IsZero() { // it has been opened meanwhile
			until = p.locked
		}
		return tx.Stop(apperr.UserLocked, field, "There were too many wrong passwords. Try again later, or set a new one by mail.",
			"until", until.UTC().Format(time.RFC3339))
	}
	current, err := p.current(ctx, tx)
	if err != nil {
		return err
	}
	if !current {
		return p.failed(ctx, tx, field)
	}
	if p.fresh != nil {
		// It is the same password: when it was changed stays.
		_, err := tx.Exec(ctx, "UPDATE auth.credentials SET password_phc = $2, pepper_id = $3 WHERE user_id = $1", p.user, p.fresh.PHC, p.fresh.PepperID)
		if err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, "DELETE FROM auth.login_failures WHERE login_hash = $1", p.counter)
	return err
}

// current tells whether the password matched, and is still the account's.
func (p proof) current(ctx context.Context, tx *command.Tx) (bool, error) {
	if !p.match {
		return false, nil
	}
	return tx.One(ctx, []any{new(int)}, "SELECT 1 FROM auth.credentials WHERE user_id = $1 AND password_phc = $2 FOR UPDATE", p.user, p.stored.PHC)
}

func (p proof) failed(ctx context.Context, tx *command.Tx, field string) error {
	tx.Keep()
	var failures int
	err := tx.QueryRow(ctx, `INSERT INTO auth.login_failures AS f (login_hash, failures, last_at) VALUES ($1, 1, $2)
		ON CONFLICT (login_hash) DO UPDATE SET failures = CASE WHEN f.last_at < $3 THEN 1 ELSE f.failures + 1 END, last_at = $2 RETURNING failures`,
		p.counter, tx.Now, tx.Now.Add(-failuresForgone)).Scan(&failures)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE auth.login_failures SET locked_until = $2 WHERE login_hash = $1", p.counter, tx.Now.Add(wait(failures))); err != nil {
		return err
	}
	if err := session.Note(ctx, tx, p.user, "PASSWORD_WRONG"); err != nil {
		return err
	}
	return tx.Stop(apperr.UserInvalidCredentials, field, "Name and password do not fit.")
}
