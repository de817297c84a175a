package stats

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/tercul/tercul/shared/pg"
)

// RefreshArgs ask for popularity and rankings to be computed.
type RefreshArgs struct{}

// Kind is the job's name in the queue.
func (RefreshArgs) Kind() string { return "stats_refresh" }

// InsertOpts keep one in the queue.
func (RefreshArgs) InsertOpts() river.InsertOpts { return alone }

// RecountArgs ask for the counters to be made right.
type RecountArgs struct{}

// Kind is the job's name in the queue.
func (RecountArgs) Kind() string { return "stats_recount" }

// InsertOpts keep one in the queue.
func (RecountArgs) InsertOpts() river.InsertOpts { return alone }

// alone keeps one of a kind in the queue. One that failed does not stand in the way of
// the next turn, which does all of it.
var alone = river.InsertOpts{MaxAttempts: 2, UniqueOpts: river.UniqueOpts{ByState: []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled,
}}}

// jobTimeout is for a library of millions of subjects.
const jobTimeout = 20 * time.Minute

// Refresher computes popularity and rankings.
type Refresher struct {
	river.WorkerDefaults[RefreshArgs]
	DB  Database
	Now func() time.Time
}

// Timeout is that of the job.
func (*Refresher) Timeout(*river.Job[RefreshArgs]) time.Duration { return jobTimeout }

// Work computes all of it.
func (r *Refresher) Work(ctx context.Context, _ *river.Job[RefreshArgs]) error {
	return Noted(ctx, r.DB, "stats_refresh", r.Now, func(ctx context.Context) (int64, error) { return Refresh(ctx, r.DB, r.Now()) })
}

// Refresh computes popularity and rankings as of a moment, and forgets hours that
// nothing is computed from any more. It tells how many rows it wrote.
func Refresh(ctx context.Context, db Database, now time.Time) (int64, error) {
	ctx = pg.Named(ctx, "RefreshStats")
	changed, err := refreshAlways(ctx, db)
	if err != nil {
		return changed, err
	}
	err = long(ctx, db, func(tx pgx.Tx) error {
		n, err := refreshAll(ctx, tx, now)
		changed += n
		return err
	})
	if err != nil {
		return changed, err
	}
	return changed, forget(ctx, db, now)
}

// refreshAll replaces rankings and stretches, and announces it once. Two at once would
// both replace the same rows: one waits.
func refreshAll(ctx context.Context, tx pgx.Tx, now time.Time) (changed int64, err error) {
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtext('stats_refresh')), set_config('tercul.silent', 'on', true)"); err != nil {
		return 0, err
	}
	ranked, err := refreshRankings(ctx, tx, now)
	if err != nil {
		return 0, err
	}
	popular, err := refreshStretches(ctx, tx, now)
	if err != nil {
		return 0, err
	}
	tags := []string{"popular"}
	for _, p := range Periods {
		tags = append(tags, "trending:"+strings.ToLower(p.Name))
	}
	_, err = tx.Exec(ctx, "SELECT ops.announce($1)", tags)
	return ranked + popular, err
}

// batchesKept is longer than any batch can wait to be stored.
const batchesKept = 30 * 24 * time.Hour

// forget removes hours and the ids of batches that are too old to matter, by the
// clock of the job and by that of the database: one that is ahead forgets nothing.
func forget(ctx context.Context, db Database, now time.Time) error {
	return long(ctx, db, func(tx pgx.Tx) error {
		for statement, kept := range map[string]time.Duration{
			"DELETE FROM stats.hourly WHERE hour < least($1, now()) - $2::interval":        HoursKept,
			"DELETE FROM stats.batches WHERE applied_at < least($1, now()) - $2::interval": batchesKept,
		} {
			if _, err := tx.Exec(ctx, statement, now, kept); err != nil {
				return err
			}
		}
		return nil
	})
}

// Recounter makes the counters right.
type Recounter struct {
	river.WorkerDefaults[RecountArgs]
	DB  Database
	Now func() time.Time
}

// Timeout is that of the job.
func (*Recounter) Timeout(*river.Job[RecountArgs]) time.Duration { return jobTimeout }

// Work makes every counter right.
func (r *Recounter) Work(ctx context.Context, _ *river.Job[RecountArgs]) error {
	return Noted(ctx, r.DB, "stats_recount", r.Now, func(ctx context.Context) (int64, error) { return Mend(pg.Named(ctx, "RecountStats"), r.DB) })
}
