package analysis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/tercul/tercul/write/internal/analysis/measure"
)

// CatchArgs ask for texts to be found that have no analysis.
type CatchArgs struct{}

// Kind is the job's name in the queue.
func (CatchArgs) Kind() string { return "analyze_missing" }

// Enqueuer takes jobs in a transaction.
type Enqueuer interface {
	Enqueue(ctx context.Context, tx pgx.Tx, args river.JobArgs) (id int64, err error)
}

// Catcher enqueues what has no analysis of the present version: texts that came by
// an import, or before there was that version; what is declared to be in another
// language since; and what was weighed against half of what the library has by now.
type Catcher struct {
	river.WorkerDefaults[CatchArgs]
	DB    DB
	Queue Enqueuer
}

// atOnce bounds what is enqueued in an hour.
const atOnce = 2000

// Work enqueues the next of them. What has failed for good is left alone while its
// job is remembered.
func (c *Catcher) Work(ctx context.Context, _ *river.Job[CatchArgs]) error {
	return patiently(ctx, c.DB, func(tx pgx.Tx) error {
		found, err := missing(ctx, tx)
		if err != nil {
			return err
		}
		for _, a := range found {
			if _, err := c.Queue.Enqueue(ctx, tx, a); err != nil {
				return err
			}
		}
		return nil
	})
}

func missing(ctx context.Context, tx pgx.Tx) ([]Args, error) {
	rows, err := tx.Query(ctx, `SELECT e.id, e.text_revision FROM core.expressions e
		LEFT JOIN core.text_analyses a ON a.expression_id = e.id AND a.revision = e.text_revision AND a.analyzer = $1
		LEFT JOIN (SELECT v.language, count(*) AS texts FROM core.text_vocabularies v GROUP BY 1) c ON c.language = split_part(e.language, '-', 1)
		WHERE e.text_revision > 0 AND e.deleted_at IS NULL AND split_part(e.language, '-', 1) <> ALL ($2)
		AND EXISTS (SELECT FROM core.text_revisions r WHERE r.expression_id = e.id AND r.revision = e.text_revision)
		AND (a.analyzer IS NULL OR a.language <> e.language OR a.types > 0 AND c.texts >= greatest($5, 2 * a.corpus))
		AND NOT EXISTS (SELECT FROM jobs.river_job j WHERE j.kind = $3 AND j.state IN ('discarded', 'cancelled')
			AND j.args @> jsonb_build_object('expression', e.id, 'revision', e.text_revision, 'analyzer', $1::int))
		ORDER BY a.analyzer NULLS FIRST, e.id LIMIT $4`, measure.Version, unsupported, kind, atOnce, leastTexts)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Args, error) {
		a := Args{Analyzer: measure.Version}
		return a, row.Scan(&a.Expression, &a.Revision)
	})
}

// Timeout is for a library whose texts all are without.
func (*Catcher) Timeout(*river.Job[CatchArgs]) time.Duration { return 5 * time.Minute }
