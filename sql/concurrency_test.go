package tsql_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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

// A work gets a synonym while another transaction bans the tag that it stands for.
func TestATagIsBannedWhileAWorkGetsItsSynonym(t *testing.T) {
	t.Parallel()
	pool, ctx := worldPool(t), context.Background()
	_, err := pool.Exec(ctx, `DELETE FROM core.subject_tags WHERE subject_id = $1`, id("WORK", 2))
	require.NoError(t, err)
	banning, err := pool.Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = banning.Rollback(ctx) }()
	tagging, err := pool.Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = tagging.Rollback(ctx) }()
	exec(t, banning, `UPDATE core.tags SET status = 'BANNED' WHERE id = $1`, id("TAG", 1))
	done := make(chan error, 1)
	pid := tagging.Conn().PgConn().PID()
	go func() {
		_, err := tagging.Exec(ctx, `INSERT INTO core.subject_tags (subject_id, tag_id) VALUES ($1, $2)`, id("WORK", 2), id("TAG", 5))
		done <- err
	}()
	require.Eventually(t, func() bool {
		var waits bool
		return banning.QueryRow(ctx, `SELECT cardinality(pg_blocking_pids($1)) > 0`, pid).Scan(&waits) == nil && waits
	}, 10*time.Second, 10*time.Millisecond)
	require.NoError(t, banning.Commit(ctx))
	require.NoError(t, <-done)
	require.NoError(t, tagging.Commit(ctx))
	after, err := pool.Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = after.Rollback(ctx) }()
	require.Empty(t, verified(t, after))
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
