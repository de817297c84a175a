package traffic

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tercul/tercul/loadtest/history"
)

// command changes a register of those that the write service changes.
func (e *Editors) command(ctx context.Context, register int, counter uint64) (Reply, error) {
	w, mark := e.library[register/perWork], history.Mark(register, counter)
	switch register % perWork {
	case regDescription:
		version, err := e.number(ctx, "SELECT version FROM core.works w JOIN core.subjects s USING (id) WHERE s.public_id = $1", w.ID)
		if err != nil {
			return notSent(err), nil
		}
		return e.writer.Do(ctx, mutation("updateWork", "work { version }"), in("id", w.ID, "expectedVersion", version, "patch", in("description", "Un'opera "+mark)["in"]))
	case regTranslation:
		version, err := e.number(ctx, "SELECT version FROM core.expressions w JOIN core.subjects s USING (id) WHERE s.public_id = $1", w.Translation)
		if err != nil {
			return notSent(err), nil
		}
		return e.writer.Do(ctx, mutation("updateTranslation", "translation { version }"), in("id", w.Translation, "expectedVersion", version, "patch", in("title", "Work "+mark)["in"]))
	default:
		revision, err := e.number(ctx, "SELECT text_revision FROM core.expressions w JOIN core.subjects s USING (id) WHERE s.public_id = $1", w.Translation)
		if err != nil {
			return notSent(err), nil
		}
		return e.writer.Do(ctx, mutation("setText", "translation { id }"), in("expressionId", w.Translation, "expectedRevision", revision,
			"plainText", "Midway "+mark+"\nI found myself within a forest dark"+e.filling()))
	}
}

// notSent is for a command that was not even tried.
func notSent(err error) Reply { return Reply{Refused: err.Error()} }

// filling makes some texts larger than any layer keeps.
func (e *Editors) filling() string {
	if !e.oversize.Load() {
		return ""
	}
	return strings.Repeat("\n"+strings.Repeat("selva oscura ", 1200), 150) // 2.3 MB
}

func in(pairs ...any) map[string]any {
	input := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		input[pairs[i].(string)] = pairs[i+1] //nolint:errcheck,forcetypeassert // names
	}
	return map[string]any{"in": input}
}

func (e *Editors) number(ctx context.Context, query string, id string) (n int, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	err = e.db.QueryRow(ctx, query, id).Scan(&n)
	return n, err
}

// statement changes a register in SQL.
func statement(w *Work, register int, counter uint64) (sql string, args []any) {
	mark := history.Mark(register, counter)
	switch register % perWork {
	case regAuthor:
		return "UPDATE core.person_names SET name = $2 WHERE person_id = (SELECT id FROM core.subjects WHERE public_id = $1)", []any{w.Author, "Poeta " + mark}
	case regTitle:
		return "UPDATE core.work_titles SET title = $2 WHERE work_id = (SELECT id FROM core.subjects WHERE public_id = $1)", []any{w.ID, "Opera " + mark}
	default:
		return "UPDATE core.text_lines SET content = $2 WHERE seq = 1 AND expression_id = (SELECT id FROM core.subjects WHERE public_id = $1)", []any{w.Original, "Nel mezzo " + mark}
	}
}

// transact changes registers in one transaction that stays open for a while, and
// then commits or does not. known is false where nobody knows which.
func (e *Editors) transact(ctx context.Context, registers []int, counters []uint64, open time.Duration, commit bool) (committed, known bool) {
	tx, err := e.db.Begin(ctx)
	if err != nil {
		return false, true
	}
	for i, register := range registers {
		sql, args := statement(e.library[register/perWork], register, counters[i])
		tag, err := tx.Exec(ctx, sql, args...)
		if err == nil && tag.RowsAffected() != 1 {
			err = fmt.Errorf("%d rows: %s", tag.RowsAffected(), sql)
		}
		if err != nil {
			e.Complain(err)
			return false, rolledBack(ctx, tx)
		}
	}
	select {
	case <-time.After(open):
	case <-ctx.Done():
	}
	if !commit {
		return false, rolledBack(ctx, tx)
	}
	err = tx.Commit(context.WithoutCancel(ctx))
	return err == nil, err == nil || errors.Is(err, pgx.ErrTxCommitRollback)
}

// rolledBack ends a transaction that has not begun to commit: whatever becomes of the
// connection, it never will.
func rolledBack(ctx context.Context, tx pgx.Tx) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = tx.Rollback(ctx)
	return true
}

// Stored is what the database has for every register.
func Stored(ctx context.Context, db *pgxpool.Pool, library []*Work) (history.Values, error) {
	const query = `SELECT concat_ws(' ', w.description, t.title, tl.content, n.name, wt.title, ol.content)
		FROM core.works w JOIN core.work_titles wt ON wt.work_id = w.id
		JOIN core.expressions t ON t.id = (SELECT id FROM core.subjects WHERE public_id = $2) JOIN core.text_lines tl ON tl.expression_id = t.id AND tl.seq = 1
		JOIN core.text_lines ol ON ol.expression_id = (SELECT id FROM core.subjects WHERE public_id = $3) AND ol.seq = 1
		JOIN core.person_names n ON n.person_id = (SELECT id FROM core.subjects WHERE public_id = $4)
		WHERE w.id = (SELECT id FROM core.subjects WHERE public_id = $1)`
	all := history.Values{}
	for _, w := range library {
		var text string
		if err := db.QueryRow(ctx, query, w.ID, w.Translation, w.Original, w.Author).Scan(&text); err != nil {
			return nil, fmt.Errorf("read the registers of %s: %w", w.ID, err)
		}
		values, _ := history.Read([]byte(text))
		for register, value := range values {
			all[register] = value
		}
	}
	return all, nil
}
