package tsql_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Transactions that run at the same time see each other's work only when it is committed; the locks of refresh make the
// second of two that touch the same row look again. Without them counts and lists would be one short now and then, for
// good.
func TestConcurrentEditsLeaveTheTablesRight(t *testing.T) {
	t.Parallel()
	pool := worldPool(t)
	edit := rapid.Custom(func(r *rapid.T) string { return rapid.SampledFrom(tables).Draw(r, "table").edit(r) })
	var wg sync.WaitGroup
	var done atomic.Int64
	for worker := range 6 {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(7, uint64(worker)))
			for range 80 {
				if transact(t, pool, edit, random) {
					done.Add(1)
				}
			}
		})
	}
	wg.Wait()
	require.Greater(t, done.Load(), int64(100), "transactions committed")
	numberAll(t, pool, 50)
	requireFeedAgrees(t, pool)
	tx, err := pool.Begin(context.Background())
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(context.Background()) }()
	require.Empty(t, verified(t, tx))
}

// transact makes a few edits in one transaction. One that a constraint refuses, or that loses a deadlock, is undone.
func transact(t *testing.T, pool *pgxpool.Pool, edits *rapid.Generator[string], random *rand.Rand) (committed bool) {
	err := pgx.BeginFunc(context.Background(), pool, func(tx pgx.Tx) error {
		for range 1 + random.IntN(3) {
			if _, err := tx.Exec(context.Background(), edits.Example(random.IntN(1<<30))); err != nil {
				return err
			}
		}
		return nil
	})
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code != "40P01" {
		for _, fault := range ownFault(err) {
			t.Error(fault)
		}
	} else if err != nil && refused == nil {
		t.Error(err)
	}
	return err == nil
}
