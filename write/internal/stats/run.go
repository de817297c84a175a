package stats

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Database is a pool.
type Database interface {
	BeginTx(ctx context.Context, options pgx.TxOptions) (pgx.Tx, error)
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Noted does a job and, when it has succeeded, notes that for the metrics.
func Noted(ctx context.Context, db Database, job string, now func() time.Time, do func(context.Context) (changed int64, err error)) error {
	began := now()
	changed, err := do(ctx)
	if err != nil {
		return err
	}
	done := now()
	_, err = db.Exec(ctx, `INSERT INTO stats.runs (job, finished_at, took, changed) VALUES ($1, $2, $3, $4)
		ON CONFLICT (job) DO UPDATE SET finished_at = excluded.finished_at, took = excluded.took, changed = excluded.changed`,
		job, done, max(done.Sub(began), 0), changed)
	if err != nil {
		return fmt.Errorf("note that %s was done: %w", job, err)
	}
	return nil
}

// long runs something in a transaction whose statements may take minutes.
func long(ctx context.Context, db Database, do func(pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, db, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT set_config('statement_timeout', '5min', true)"); err != nil {
			return err
		}
		return do(tx)
	})
}
