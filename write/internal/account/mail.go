package account

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/tercul/tercul/write/internal/mail"
)

// Occasion is what a mail is about.
type Occasion string

// The occasions.
const (
	Verify   Occasion = "verify"
	Taken    Occasion = "taken"
	Reset    Occasion = "reset"
	Changed  Occasion = "changed"
	Changing Occasion = "changing"
	Change   Occasion = "change"
	Reused   Occasion = "reused"
	Deletion Occasion = "deletion"
	Decided  Occasion = "decided"
)

// MailArgs ask for a mail to an account, named by itself or by its address. There
// is no token in them: whoever reads the queue learns none.
type MailArgs struct {
	Occasion Occasion  `json:"occasion"`
	User     uuid.UUID `json:"user,omitzero"`
	Email    string    `json:"email,omitempty"`
	At       time.Time `json:"at,omitzero"`

	// Of a contribution that was decided about.
	Contribution uuid.UUID `json:"contribution,omitzero"`
	Review       uuid.UUID `json:"review,omitzero"`
	Status       string    `json:"status,omitempty"` // that it has come to
}

// Kind is the job's name in the queue.
func (MailArgs) Kind() string { return "account_mail" }

// Mailer sends the mails of accounts.
type Mailer struct {
	river.WorkerDefaults[MailArgs]
	DB interface {
		BeginTx(ctx context.Context, options pgx.TxOptions) (pgx.Tx, error)
	}
	Composer *mail.Composer
	Sender   mail.Sender
	Now      func() time.Time
}

// letter is a mail that is to be written.
type letter struct {
	locale, to string
	content    mail.Content
}

// Work makes the token, if the mail has one, stores its hash, and sends the mail. A
// job that is done again sends another token.
func (m *Mailer) Work(ctx context.Context, job *river.Job[MailArgs]) error {
	var l *letter
	err := pgx.BeginTxFunc(ctx, m.DB, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		l, err = (&desk{tx, m.Now()}).write(ctx, job.Args)
		return err
	})
	if err != nil || l == nil {
		return err
	}
	message, err := m.Composer.Compose(l.locale, l.to, l.content)
	if err != nil {
		return river.JobCancel(err)
	}
	err = m.Sender.Send(ctx, message)
	if mail.Permanent(err) {
		return river.JobCancel(err)
	}
	return err
}
