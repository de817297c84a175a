package app

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/shared/pg"
)

const (
	numberEvery = time.Second
	numberLimit = 5000
	tidyEvery   = 10 * time.Minute
	// storeViewsEvery is how often a process looks for views that it has counted alone.
	storeViewsEvery = 15 * time.Second
	storeViewsLast  = 5 * time.Second
	// numberTimeout is for a transaction of millions of changes, which are numbered
	// in one statement; all others take milliseconds.
	numberTimeout = "10min"
)

// numberChanges gives committed changes their places in the public feed.
func (w *Writer) numberChanges(ctx context.Context, ready func()) error {
	ready()
	return w.every(ctx, "the change feed cannot be numbered", numberEvery, func(ctx context.Context) error {
		for {
			taken, err := w.numberSome(ctx)
			if err != nil || taken == 0 {
				return err
			}
		}
	})
}

// numberSome takes the next whole transactions and answers how many changes they had.
func (w *Writer) numberSome(ctx context.Context) (taken int, err error) {
	ctx = pg.Named(ctx, "NumberChanges")
	err = pgx.BeginFunc(ctx, w.db, func(tx pgx.Tx) error {
		var waiting bool
		err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM ops.change_candidates), set_config('statement_timeout', $1, true)`, numberTimeout).Scan(&waiting, nil)
		if err != nil || !waiting {
			return err
		}
		return tx.QueryRow(ctx, "SELECT ops.number_changes($1)", numberLimit).Scan(&taken)
	})
	return taken, err
}

// tidy forgets announcements that no reader can still ask for.
func (w *Writer) tidy(ctx context.Context, ready func()) error {
	ready()
	return w.every(ctx, "old announcements cannot be removed", tidyEvery, func(ctx context.Context) error {
		for {
			var gone int64
			err := w.db.QueryRow(pg.Named(ctx, "PruneOutbox"), "SELECT ops.prune_outbox($1, $2)", w.cfg.OutboxKeep, w.cfg.Edge.Owed).Scan(&gone)
			if err != nil || gone == 0 {
				return err
			}
		}
	})
}

// storeViews stores what this process has counted alone, the rest on the way down: the
// server has stopped by then.
func (w *Writer) storeViews(ctx context.Context, ready func()) error {
	ready()
	store := func(ctx context.Context) error { return w.views.Drain(ctx, w.db) }
	if err := w.every(ctx, "views cannot be stored", storeViewsEvery, store); err != nil {
		return err
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeViewsLast)
	defer cancel()
	if err := store(last); err != nil {
		w.log.Warn().Err(pg.Error(err)).Msg("the last views cannot be stored")
	}
	return nil
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
