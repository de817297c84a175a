package analysis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/tercul/tercul/write/internal/analysis/measure"
)

// Identifier tells the language of a text among those that it might be in: its tag,
// empty where that cannot be told, and how sure that is.
type Identifier interface {
	Identify(declared, text string) (tag string, confidence measure.Measure)
}

// Worker analyses texts.
type Worker struct {
	river.WorkerDefaults[Args]
	DB        DB
	Languages Identifier
}

// Timeout is for the longest text on a busy machine.
func (*Worker) Timeout(*river.Job[Args]) time.Duration { return 5 * time.Minute }

// Work analyses a text and keeps what it finds, unless that is there.
func (w *Worker) Work(ctx context.Context, j *river.Job[Args]) error {
	a := j.Args
	if a.Analyzer != measure.Version {
		return nil // another version of the program asked, and does it itself
	}
	language, due, err := due(ctx, w.DB, a)
	if errors.Is(err, pgx.ErrNoRows) {
		return river.JobCancel(fmt.Errorf("the text %s has no revision %d", a.Expression, a.Revision))
	}
	if err != nil || !due {
		return err
	}
	report, err := read(ctx, w.DB, a, language)
	if err != nil {
		return err
	}
	found, confidence := w.Languages.Identify(language, report.Sample)
	report.Measures = append(report.Measures, confidence)
	return patiently(ctx, w.DB, func(tx pgx.Tx) error {
		c, err := weigh(ctx, tx, a, report)
		if err != nil {
			return err
		}
		return keep(ctx, tx, a, language, found, report, c)
	})
}

// due tells the declared language of a text, and whether there is something to do:
// its row is not there, or is by the rules of another language, or its words were
// weighed against half of what there is now.
func due(ctx context.Context, db DB, a Args) (language string, due bool, err error) {
	err = db.QueryRow(ctx, `SELECT e.language, NOT EXISTS (SELECT FROM core.text_analyses a
			WHERE a.expression_id = e.id AND a.revision = r.revision AND a.analyzer = $3 AND a.language = e.language AND NOT (`+outweighed+`))
		FROM core.expressions e JOIN core.text_revisions r ON r.expression_id = e.id WHERE e.id = $1 AND r.revision = $2`,
		a.Expression, a.Revision, a.Analyzer).Scan(&language, &due)
	return language, due, err
}

// patiently is a transaction whose statements may take longer than those that
// somebody waits for: they read whole texts, and wait for another writer's turn.
func patiently(ctx context.Context, db DB, do func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "SELECT set_config('statement_timeout', '1min', true), set_config('lock_timeout', '1min', true)")
		if err != nil {
			return err
		}
		return do(tx)
	})
}

// pageSize is how many lines are read at a time. Between pages no connection is held,
// however long the text and however slow the machine.
const pageSize = 20_000

// read measures a text line by line.
func read(ctx context.Context, db DB, a Args, language string) (*measure.Report, error) {
	m := measure.New(language)
	for from := 0; ; from += pageSize {
		lines, err := page(ctx, db, a, from)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			m.Add(l)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
		}
		if len(lines) < pageSize {
			return m.Report(), nil
		}
	}
}

func page(ctx context.Context, db DB, a Args, from int) (lines []measure.Line, err error) {
	err = patiently(ctx, db, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT coalesce(l.line ->> 't', 'VERSE'), l.line ->> 'c', coalesce((l.line ->> 's')::boolean, false)
			FROM core.text_revisions r CROSS JOIN LATERAL jsonb_array_elements(r.lines) WITH ORDINALITY l (line, n)
			WHERE r.expression_id = $1 AND r.revision = $2 AND l.n > $3 ORDER BY l.n LIMIT $4`, a.Expression, a.Revision, from, pageSize)
		if err != nil {
			return err
		}
		lines, err = pgx.CollectRows(rows, pgx.RowToStructByPos[measure.Line])
		return err
	})
	return lines, err
}
