package views

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Batch is views that go into the database together, once.
type Batch struct {
	ID     uuid.UUID
	Counts map[Place]int
}

// Place is what was opened in which hour since 1970.
type Place struct {
	Subject uuid.UUID
	Hour    int64
}

// Database begins transactions: a pool.
type Database interface {
	BeginTx(ctx context.Context, options pgx.TxOptions) (pgx.Tx, error)
}

const (
	// batchTimeout is for a full batch, which takes a second or two.
	batchTimeout = "60s"
	// oldest is how far back a view may lie; before that the clock was wrong.
	oldest = 7 * 24
)

// Apply stores a batch, unless that was done, and tells how many views are new. What
// nobody can see is left out, and what was merged counts for the survivor.
func Apply(ctx context.Context, db Database, b Batch, now time.Time) (stored int64, err error) {
	err = pgx.BeginTxFunc(ctx, db, pgx.TxOptions{}, func(tx pgx.Tx) error {
		stored, err = apply(ctx, tx, b, now)
		return err
	})
	return stored, err
}

func apply(ctx context.Context, tx pgx.Tx, b Batch, now time.Time) (int64, error) {
	if _, err := tx.Exec(ctx, "SELECT set_config('statement_timeout', $1, true)", batchTimeout); err != nil {
		return 0, err
	}
	// Whoever stores the same batch at this moment is waited for here.
	fresh, err := tx.Exec(ctx, "INSERT INTO stats.batches (id, views, applied_at) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING", b.ID, now)
	if err != nil || fresh.RowsAffected() == 0 {
		return 0, err
	}
	subjects, hours, counts := b.columns(now)
	if _, err := tx.Exec(ctx, lockThem, subjects); err != nil {
		return 0, err
	}
	var stored int64
	err = tx.QueryRow(ctx, storeThem, subjects, hours, counts, now).Scan(&stored)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, "UPDATE stats.batches SET views = $2 WHERE id = $1", b.ID, stored)
	return stored, err
}

// columns are the counts as the database takes them. An hour that is still to come,
// or long past, is that of a clock that was wrong: the present one is right.
func (b *Batch) columns(now time.Time) (subjects []uuid.UUID, hours []time.Time, counts []int) {
	present := now.Unix() / 3600
	for p, n := range b.Counts {
		hour := p.Hour
		if hour > present || hour < present-oldest {
			hour = present
		}
		subjects, hours, counts = append(subjects, p.Subject), append(hours, time.Unix(hour*3600, 0).UTC()), append(counts, n)
	}
	return subjects, hours, counts
}

// survivors are the subjects of a batch that everybody can see, after merges. An id is
// what its sender says, so that the kind is looked at once more.
const survivors = `SELECT u.id AS old, s.id, s.kind FROM (SELECT DISTINCT unnest($1::uuid[]) AS id) u
	LEFT JOIN core.id_redirects r ON r.old_id = u.id JOIN view.subject s ON s.id = coalesce(r.new_id, u.id)
	WHERE s.kind IN ('WORK', 'EXPRESSION', 'PERSON', 'COLLECTION')`

// lockThem takes the locks that a new row of stats.totals needs, all at once, in the
// order that everybody takes them in (docs/data-model.md).
const lockThem = `SELECT FROM core.subjects WHERE id IN (
	SELECT v.id FROM (` + survivors + `) v UNION SELECT e.work_id FROM (` + survivors + `) v JOIN core.expressions e ON e.id = v.id)
	ORDER BY id FOR NO KEY UPDATE`

const storeThem = `WITH known AS (` + survivors + `),
	given AS (SELECT k.id, k.kind, u.hour, sum(u.n)::int AS n FROM unnest($1::uuid[], $2::timestamptz[], $3::int[]) u (id, hour, n)
		JOIN known k ON k.old = u.id GROUP BY 1, 2, 3),
	hours AS (INSERT INTO stats.hourly AS h (hour, subject_id, views) SELECT hour, id, n FROM given
		ON CONFLICT (hour, subject_id) DO UPDATE SET views = h.views + excluded.views),
	days AS (INSERT INTO stats.daily AS d (day, subject_id, views) SELECT (hour AT TIME ZONE 'UTC')::date, id, sum(n) FROM given GROUP BY 1, 2
		ON CONFLICT (day, subject_id) DO UPDATE SET views = d.views + excluded.views),
	totals AS (INSERT INTO stats.totals AS t (subject_id, kind, views, as_of) SELECT id, kind, sum(n), $4::timestamptz FROM given GROUP BY 1, 2 ORDER BY 1
		ON CONFLICT (subject_id) DO UPDATE SET views = t.views + excluded.views, as_of = excluded.as_of)
	SELECT coalesce(sum(n), 0) FROM given`
