package writetest

import (
	"context"
	"encoding/json"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/account"
	"github.com/tercul/tercul/write/internal/mail"
)

// outbox keeps what is sent.
type outbox struct{ sent []mail.Message }

// Send keeps a message.
func (o *outbox) Send(_ context.Context, m mail.Message) error {
	o.sent = append(o.sent, m)
	return nil
}

// Mails works on the mails in the queue, takes them out of it, and answers what was sent.
func (w *World) Mails() []mail.Message {
	w.T.Helper()
	composer, err := mail.NewComposer(mail.Config{From: "Tercul <no-reply@example.org>", Links: "https://example.org"})
	require.NoError(w.T, err)
	var out outbox
	worker := account.Mailer{DB: Savepoints{w.Tx}, Composer: composer, Sender: &out, Now: func() time.Time { return w.Now }}
	rows, err := w.Tx.Query(context.Background(), "DELETE FROM jobs.river_job WHERE kind = 'account_mail' RETURNING args")
	require.NoError(w.T, err)
	jobs, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	require.NoError(w.T, err)
	for _, text := range jobs {
		job := &river.Job[account.MailArgs]{}
		require.NoError(w.T, json.Unmarshal(text, &job.Args))
		require.NoError(w.T, worker.Work(context.Background(), job))
	}
	return out.sent
}

var linked = regexp.MustCompile(`#token=(\S+)`)

// Token is the one in the link of the only mail there is.
func (w *World) Token() string {
	w.T.Helper()
	mails := w.Mails()
	require.Len(w.T, mails, 1)
	found := linked.FindStringSubmatch(mails[0].Text)
	require.Len(w.T, found, 2, mails[0].Text)
	return found[1]
}

// SignIn signs in with the password of tests, as programs do.
func (w *World) SignIn(username string) Payload {
	w.T.Helper()
	return w.Change(nil, "login", "LoginInput", "session { id mode } accessToken refreshToken", map[string]any{"login": username, "password": Password})
}
