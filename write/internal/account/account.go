package account

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/password"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/session"
)

// Config is what Accounts leans on.
type Config struct {
	Runner   *command.Runner
	DB       command.Reader
	Hasher   *password.Hasher
	Policy   *password.Policy
	Sessions *session.Sessions
}

// Accounts has the commands that need more than a transaction.
type Accounts struct{ Config }

// New returns Accounts.
func New(cfg Config) *Accounts { return &Accounts{cfg} }

// done is what commands answer that have nothing to show but an account.
func done(user uuid.UUID) publicid.ID { return publicid.Of("USER", user) }

// canonical is the form in which names and addresses are compared.
func canonical(s string) string { return strings.ToLower(s) }

// hash judges a new password and makes what is stored of it.
func (a *Accounts) hash(ctx context.Context, field, text string, owner password.Owner) (password.Hash, error) {
	code, err := a.Policy.Check(text, owner)
	if err != nil {
		return password.Hash{}, err
	}
	if code != "" {
		return password.Hash{}, command.Faults{command.Fault(code, field, complaints[code], "min", "12", "max", "128")}
	}
	return a.Hasher.Hash(ctx, text)
}

var complaints = map[apperr.UserCode]string{
	apperr.UserTooShort:         "It must have at least 12 characters.",
	apperr.UserTooLong:          "It may have at most 128 characters.",
	apperr.UserInvalid:          "It holds characters that cannot be typed reliably.",
	apperr.UserPasswordWeak:     "It is easy to guess, or holds the name or the address.",
	apperr.UserPasswordBreached: "It is in a list of passwords that were stolen somewhere. Take another.",
}

// setPassword stores a password.
func setPassword(ctx context.Context, tx *command.Tx, user uuid.UUID, h password.Hash) error {
	_, err := tx.Exec(ctx, `INSERT INTO auth.credentials (user_id, password_phc, pepper_id, changed_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (user_id) DO UPDATE SET (password_phc, pepper_id, changed_at) = ROW (excluded.password_phc, excluded.pepper_id, excluded.changed_at)`,
		user, h.PHC, h.PepperID, tx.Now)
	return err
}

// onlyOne has those who give or take names and addresses go one at a time: what
// they find free stays so until they commit.
func onlyOne(ctx context.Context, tx *command.Tx) error {
	_, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended('tercul names of accounts', 0))")
	return err
}
