package app

import (
	"context"
	"time"

	"github.com/tercul/tercul/shared/pg"
)

const (
	numberEvery = time.Second
	numberLimit = 5000
	tidyEvery   = 10 * time.Minute
)

// numberChanges gives committed changes their places in the public feed.
func (w *Writer) numberChanges(ctx context.Context, ready func()) error {
	ready()
	return w.every(ctx, "the change feed cannot be numbered", numberEvery, func(ctx context.Context) error {
		for {
			var taken int
			err := w.db.QueryRow(pg.Named(ctx, "NumberChanges"), `SELECT CASE WHEN EXISTS (SELECT FROM ops.change_candidates)
				THEN ops.number_changes($1) ELSE 0 END`, numberLimit).Scan(&taken)
			if err != nil || taken < numberLimit {
				return err
			}
		}
	})
}

// tidy forgets announcements that no reader can still ask for.
func (w *Writer) tidy(ctx context.Context, ready func()) error {
	ready()
	return w.every(ctx, "old announcements cannot be removed", tidyEvery, func(ctx context.Context) error {
		_, err := w.db.Exec(pg.Named(ctx, "PruneOutbox"), "SELECT ops.prune_outbox($1)", w.cfg.OutboxKeep)
		return err
	})
}

// every does a job now and then until the context ends. A failure is logged once
// until it is over; the next turn tries again.
func (w *Writer) every(ctx context.Context, complaint string, pause time.Duration, job func(context.Context) error) error {
	failing := false
	timer := time.NewTicker(pause)
	defer timer.Stop()
	for {
		err := job(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && !failing:
			w.log.Warn().Err(pg.Error(err)).Msg(complaint)
		case err == nil && failing:
			w.log.Info().Msg("over: " + complaint)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
	}
}
