package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river"

	"github.com/tercul/tercul/write/internal/contribution/closing"
)

// TidyArgs ask for what has run out to be removed.
type TidyArgs struct{}

// Kind is the job's name in the queue.
func (TidyArgs) Kind() string { return "account_tidy" }

// Tidier removes what has run out, carries deletions out, and forgets accounts that
// were never confirmed. All of it can be done again.
type Tidier struct {
	river.WorkerDefaults[TidyArgs]
	DB interface {
		BeginTx(ctx context.Context, options pgx.TxOptions) (pgx.Tx, error)
		Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
		Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	}
	Now func() time.Time
}

// atOnce bounds the rows of one statement, and so its locks.
const atOnce = 5000

// Sessions that have ended stay for a month and events for a year, for whoever has
// to find out what happened.
var stale = []struct{ table, condition string }{
	{"auth.one_time_tokens", "expires_at < $1::timestamptz - interval '1 day'"},
	{"auth.signature_nonces", "expires_at < $1"},
	{"auth.login_failures", "last_at < $1::timestamptz - interval '1 day'"},
	{"auth.sessions", "least(absolute_expires_at, idle_expires_at, revoked_at) < $1::timestamptz - interval '30 days'"},
	{"auth.security_events", "at < $1::timestamptz - interval '1 year'"},
	{"ops.idempotency_keys", "expires_at < $1"},
}

// Work does it all. What fails is told, and does not keep the rest from being done.
func (t *Tidier) Work(ctx context.Context, _ *river.Job[TidyArgs]) error {
	var failures []error
	for _, rows := range stale {
		failures = append(failures, t.remove(ctx, rows.table, rows.condition))
	}
	failures = append(failures,
		t.each(ctx, "delete_after", "deleted_at IS NULL AND delete_after <= $1", erase),
		t.each(ctx, "created_at", "deleted_at IS NULL AND status = 'PENDING' AND created_at < $1::timestamptz - interval '7 days'", forget))
	return errors.Join(failures...)
}

func (t *Tidier) remove(ctx context.Context, table, condition string) error {
	for {
		tag, err := t.DB.Exec(ctx, fmt.Sprintf("DELETE FROM %s WHERE ctid = ANY (ARRAY(SELECT ctid FROM %s WHERE %s LIMIT %d))", table, table, condition, atOnce), t.Now())
		if err != nil || tag.RowsAffected() < atOnce {
			return err
		}
	}
}

// accountsAtOnce is how many accounts one query finds.
const accountsAtOnce = 100

// each does something to accounts, a transaction for each, those first that are due for
// the longest. It goes on until none is left but those that it failed with.
func (t *Tidier) each(ctx context.Context, since, due string, do []string) error {
	var failures []error
	failed := []uuid.UUID{}
	for {
		rows, err := t.DB.Query(ctx, fmt.Sprintf("SELECT id FROM auth.users WHERE %s AND id <> ALL ($2) ORDER BY %s, id LIMIT %d", due, since, accountsAtOnce), t.Now(), failed)
		if err != nil {
			return errors.Join(append(failures, err)...)
		}
		users, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return errors.Join(append(failures, err)...)
		}
		for _, user := range users {
			if err := t.one(ctx, user, due, do); err != nil {
				failures, failed = append(failures, err), append(failed, user)
			}
		}
		if len(users) < accountsAtOnce || len(failed) >= accountsAtOnce || ctx.Err() != nil {
			return errors.Join(failures...)
		}
	}
}

// one looks again with the account locked: it may have been taken back meanwhile.
func (t *Tidier) one(ctx context.Context, user uuid.UUID, due string, do []string) error {
	return pgx.BeginTxFunc(ctx, t.DB, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT FROM core.subjects WHERE id = $1 FOR UPDATE", user); err != nil {
			return err
		}
		var still bool
		if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM auth.users WHERE id = $2 AND "+due+")", t.Now(), user).Scan(&still); err != nil || !still {
			return err
		}
		for _, statement := range do {
			if _, err := tx.Exec(ctx, statement, user); err != nil {
				return fmt.Errorf("an account that is to go: %w", err)
			}
		}
		return nil
	})
}

// erase takes from an account what tells whose it was, and what proved it. Its name
// stays taken. What was written stays under nobody's name, or goes, too, where that
// was asked for: the words of comments at once, collections as what is deleted does;
// what was contributed to the library is the library's.
var erase = append(closing.Statements("account_tidy", "Its author's account was removed.", "c.author_id = $1"),
	"INSERT INTO ops.audit_log (action, subject_id, detail) SELECT 'erase', id, jsonb_build_object('eraseContent', erase_content) FROM auth.users WHERE id = $1",
	// What nobody else has seen has no reader left, and what was not applied was not contributed.
	`UPDATE core.contributions SET title = 'Removed with its author''s account', message = NULL, patch = '{}', base = NULL, proposed = NULL
		WHERE author_id = $1 AND status <> 'APPLIED' AND (submitted_at IS NULL OR (SELECT erase_content FROM auth.users WHERE id = $1))`,
	"UPDATE core.contributions SET message = NULL WHERE author_id = $1 AND message IS NOT NULL AND (SELECT erase_content FROM auth.users WHERE id = $1)",
	"UPDATE core.contributions SET assigned_to = NULL WHERE assigned_to = $1 AND status NOT IN ('APPLIED', 'REJECTED', 'WITHDRAWN')",
	"DELETE FROM auth.credentials WHERE user_id = $1",
	"DELETE FROM auth.sessions WHERE user_id = $1",
	"DELETE FROM auth.one_time_tokens WHERE user_id = $1",
	"DELETE FROM auth.security_events WHERE user_id = $1",
	"DELETE FROM auth.user_roles WHERE user_id = $1",
	"DELETE FROM auth.reviewer_languages WHERE user_id = $1",
	"UPDATE auth.signing_keys SET revoked_at = now() WHERE user_id = $1 AND revoked_at IS NULL",
	"DELETE FROM social.bookmarks WHERE user_id = $1",
	"DELETE FROM social.search_presets WHERE user_id = $1",
	"DELETE FROM social.collection_members WHERE user_id = $1",
	"UPDATE core.persons SET claimed_by = NULL WHERE claimed_by = $1",
	`UPDATE social.comments SET status = 'DELETED', deleted_at = coalesce(deleted_at, now()), version = version + 1, author_id = NULL,
		body = '', anchor_line = NULL, anchor_ref = NULL, anchor_revision = NULL WHERE author_id = $1 AND (SELECT erase_content FROM auth.users WHERE id = $1)`,
	"UPDATE social.collection_items SET note = NULL WHERE added_by = $1 AND note IS NOT NULL AND (SELECT erase_content FROM auth.users WHERE id = $1)",
	"UPDATE social.collections SET deleted_at = now(), version = version + 1 WHERE owner_id = $1 AND deleted_at IS NULL AND (visibility <> 'PUBLIC' OR (SELECT erase_content FROM auth.users WHERE id = $1))",
	"DELETE FROM social.likes WHERE user_id = $1 AND (SELECT erase_content FROM auth.users WHERE id = $1)",
	"DELETE FROM social.profiles WHERE user_id = $1",
	"UPDATE auth.users SET status = 'DELETED', deleted_at = now(), email = NULL, email_canonical = NULL, suspended_until = NULL, suspended_reason = NULL, auth_epoch = auth_epoch + 1, updated_at = now() WHERE id = $1",
)

// forget removes an account that nobody ever signed in to. Its name is free again.
var forget = []string{
	"DELETE FROM auth.one_time_tokens WHERE user_id = $1",
	"DELETE FROM auth.security_events WHERE user_id = $1",
	"DELETE FROM auth.credentials WHERE user_id = $1",
	"DELETE FROM social.profiles WHERE user_id = $1",
	"DELETE FROM auth.users WHERE id = $1",
	"DELETE FROM core.subjects WHERE id = $1",
}
