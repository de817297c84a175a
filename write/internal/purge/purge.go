package purge

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river"
)

const (
	// keep is how long what was deleted can be restored, and an hour.
	keep = 30*24*time.Hour + time.Hour
	// atOnce bounds the rows of one statement, and so its locks.
	atOnce = 1000
	// historyAtOnce is less: a revision of a text may have 8 MB.
	historyAtOnce = 20
	// batch is how many things are looked up at once.
	batch = 100
)

// Args ask for what was deleted long ago to be removed.
type Args struct{}

// Kind is the job's name in the queue.
func (Args) Kind() string { return "purge" }

// Purger removes it. All of it can be done again.
type Purger struct {
	river.WorkerDefaults[Args]
	DB interface {
		BeginTx(ctx context.Context, options pgx.TxOptions) (pgx.Tx, error)
		Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
		Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	}
	Now func() time.Time
}

// Timeout is longer than that of other jobs: what it does not come to is left for the
// next hour.
func (*Purger) Timeout(*river.Job[Args]) time.Duration { return 10 * time.Minute }

// Work removes what is due.
func (p *Purger) Work(ctx context.Context, _ *river.Job[Args]) error {
	due := p.Now().Add(-keep)
	if err := p.silence(ctx, due); err != nil {
		return err
	}
	for _, k := range kinds {
		if err := p.each(ctx, k, due); err != nil {
			return fmt.Errorf("purge %s: %w", k.table, err)
		}
	}
	return nil
}

// silence takes the words out of deleted comments that replies still hang on.
func (p *Purger) silence(ctx context.Context, due time.Time) error {
	for {
		done, err := p.DB.Exec(ctx, `UPDATE social.comments SET body = '', author_id = NULL, anchor_line = NULL, anchor_ref = NULL, anchor_revision = NULL
			WHERE id IN (SELECT id FROM social.comments WHERE deleted_at < $1 AND (body <> '' OR author_id IS NOT NULL) LIMIT `+strconv.Itoa(atOnce)+`)`, due)
		if err != nil || done.RowsAffected() < atOnce {
			return err
		}
	}
}

// each removes the things of a kind, until none is due: one that has gone may have
// held back another.
func (p *Purger) each(ctx context.Context, k kind, due time.Time) error {
	for {
		rows, err := p.DB.Query(ctx, "SELECT t.id FROM "+k.table+" t WHERE "+k.isDue("$1")+" ORDER BY t.id LIMIT "+strconv.Itoa(batch), due)
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return err
		}
		done := 0
		for _, id := range ids {
			gone, err := p.remove(ctx, k, id, k.isDue("$2"), due)
			if err != nil {
				return err
			}
			if gone {
				done++
			}
		}
		if done == 0 {
			return nil
		}
	}
}

func (k kind) isDue(parameter string) string {
	due := "t.deleted_at < " + parameter
	if k.due != "" {
		due += " AND " + k.due
	}
	return due
}

// remove removes one thing: its texts, then what hangs on it, then itself if it is
// still due. Contributions about it are closed first.
func (p *Purger) remove(ctx context.Context, k kind, id uuid.UUID, still string, due time.Time) (bool, error) {
	if k.parts != "" {
		rows, err := p.DB.Query(ctx, k.parts, id)
		if err != nil {
			return false, err
		}
		parts, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return false, err
		}
		for _, part := range parts {
			const withWork = "EXISTS (SELECT FROM core.works w WHERE w.id = t.work_id AND w.deleted_at < $2)"
			if _, err := p.remove(ctx, texts, part, withWork, due); err != nil {
				return false, err
			}
		}
	}
	if err := p.close(ctx, k, id); err != nil {
		return false, err
	}
	if err := p.strip(ctx, k, id); err != nil {
		return false, err
	}
	return p.finish(ctx, k, id, still, due)
}

// close ends the contributions that are about a thing. They are locked before it, as
// whoever applies one does; and there are no new ones of what was deleted.
func (p *Purger) close(ctx context.Context, k kind, id uuid.UUID) error {
	if k.closes == nil {
		return nil
	}
	return pgx.BeginTxFunc(ctx, p.DB, pgx.TxOptions{}, func(tx pgx.Tx) error {
		for _, sql := range k.closes {
			if _, err := tx.Exec(ctx, sql, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// strip removes what hangs on a thing, some rows at a time.
func (p *Purger) strip(ctx context.Context, k kind, id uuid.UUID) error {
	for _, r := range k.hanging() {
		for {
			gone, err := p.DB.Exec(ctx, r.delete(strconv.Itoa(atOnce)), id)
			if err != nil {
				return err
			}
			if gone.RowsAffected() < atOnce {
				break
			}
		}
	}
	for k.history {
		rows, err := p.DB.Query(ctx, "SELECT core.forget_history($1, $2)", id, historyAtOnce)
		if err != nil {
			return err
		}
		forgotten, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[int])
		if err != nil || forgotten == 0 {
			return err
		}
	}
	return nil
}

func (k kind) hanging() []rows { return append(append([]rows{}, k.own...), common...) }

// finish removes the thing itself, and what was hung on it a moment ago.
func (p *Purger) finish(ctx context.Context, k kind, id uuid.UUID, still string, due time.Time) (gone bool, err error) {
	err = pgx.BeginTxFunc(ctx, p.DB, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT FROM core.subjects WHERE id = $1 FOR UPDATE", id); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+k.table+" t WHERE t.id = $1 AND "+still+")", id, due).Scan(&gone); err != nil || !gone {
			return err
		}
		for _, sql := range k.last() {
			var of []any
			if strings.Contains(sql, "$1") {
				of = []any{id}
			}
			if _, err := tx.Exec(ctx, sql, of...); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, "INSERT INTO ops.audit_log (action, subject_id) VALUES ('purge', $1)", id)
		return err
	})
	return gone, err
}

// last are the statements that end a thing.
func (k kind) last() []string {
	all := append([]string{}, k.before...)
	for _, r := range k.hanging() {
		all = append(all, r.delete(""))
	}
	if k.history {
		all = append(all, "SELECT core.forget_history($1, 1000)")
	}
	if k.table == texts.table {
		all = append(all, "DELETE FROM core.text_units WHERE expression_id = $1")
	}
	return append(all, "DELETE FROM "+k.table+" WHERE id = $1")
}
