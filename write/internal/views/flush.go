package views

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/tercul/tercul/shared/pg"
	"github.com/tercul/tercul/write/internal/stats"
)

// FlushEvery is how old a view gets before it is stored.
const FlushEvery = time.Minute

// maxBatches of one run: the rest is for the next.
const maxBatches = 10

// FlushArgs ask for what Redis has counted to be stored.
type FlushArgs struct{}

// Kind is the job's name in the queue.
func (FlushArgs) Kind() string { return "view_flush" }

// InsertOpts keep one flush in the queue. One that failed does not stand in the way:
// the next finds what it left.
func (FlushArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 2, UniqueOpts: river.UniqueOpts{ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}

// Flusher stores what Redis has counted.
type Flusher struct {
	river.WorkerDefaults[FlushArgs]
	DB      stats.Database
	Counter *Counter
	Now     func() time.Time
}

// Timeout is that of the job.
func (*Flusher) Timeout(*river.Job[FlushArgs]) time.Duration { return 5 * time.Minute }

// Work stores batches while there are any. While Redis is away there is nothing to
// be done, and the last run gets old.
func (f *Flusher) Work(ctx context.Context, _ *river.Job[FlushArgs]) error {
	if f.Counter.cfg.Redis == nil {
		return nil
	}
	err := stats.Noted(ctx, f.DB, "view_flush", f.Now, f.flushAll)
	var away *awayError
	if errors.As(err, &away) {
		f.Counter.silent(f.Counter.cfg.Now(), away.error)
		return nil
	}
	return err
}

// awayError is that Redis does not answer.
type awayError struct{ error }

func (f *Flusher) flushAll(ctx context.Context) (total int64, err error) {
	for range maxBatches {
		n, more, err := f.flush(ctx)
		total += n
		if err != nil || !more {
			return total, err
		}
	}
	return total, nil
}

// flush is one batch: take it, store it, drop it.
func (f *Flusher) flush(ctx context.Context) (stored int64, more bool, err error) {
	b, err := f.Counter.take(ctx)
	if err != nil || b == nil {
		return 0, false, err
	}
	if stored, err = Apply(pg.Named(ctx, "StoreViews"), f.DB, *b, f.Now()); err != nil {
		return 0, false, fmt.Errorf("store views: %w", err)
	}
	return stored, true, f.Counter.drop(ctx, b.ID)
}

// Drain stores what this process has counted alone. A batch that could not be stored
// is tried again under the same id.
func (c *Counter) Drain(ctx context.Context, db Database) error {
	for b := c.alone.take(); b != nil; b = c.alone.take() {
		if _, err := Apply(pg.Named(ctx, "StoreViews"), db, *b, c.cfg.Now()); err != nil {
			return err
		}
		c.alone.drop()
	}
	return nil
}
