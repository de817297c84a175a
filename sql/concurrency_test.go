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

// Pairs of transactions that meet: the first has done its part and commits while the second waits for it. Afterwards
// the tables are right.
func TestTransactionsThatMeetLeaveTheTablesRight(t *testing.T) {
	t.Parallel()
	for name, meet := range map[string]struct{ before, first, second string }{
		"a tag is banned while a work gets its synonym": {
			"DELETE FROM core.subject_tags WHERE subject_id = '" + id("WORK", 2) + "'",
			"UPDATE core.tags SET status = 'BANNED' WHERE id = '" + id("TAG", 1) + "'",
			"INSERT INTO core.subject_tags (subject_id, tag_id) VALUES ('" + id("WORK", 2) + "', '" + id("TAG", 5) + "')",
		},
		"a category is removed while one is put below it": {
			"",
			"UPDATE core.categories SET parent_id = '" + id("CATEGORY", 5) + "', path = '/form/sonnet/late/' WHERE id = '" + id("CATEGORY", 8) + "'",
			"UPDATE core.categories SET deleted_at = now() WHERE id = '" + id("CATEGORY", 5) + "'",
		},
		"rights are stated of a text while it becomes the original": {
			"UPDATE core.expressions SET expression_kind = 'TRANSLATION', language = 'fr' WHERE id = '" + id("EXPRESSION", 3) + "';" +
				"DELETE FROM core.rights WHERE subject_id IN ('" + id("EXPRESSION", 3) + "', '" + id("WORK", 2) + "')",
			"UPDATE core.expressions SET expression_kind = 'ORIGINAL' WHERE id = '" + id("EXPRESSION", 3) + "'",
			"INSERT INTO core.rights (id, subject_id, status) VALUES (gen_random_uuid(), '" + id("EXPRESSION", 3) + "', 'PUBLIC_DOMAIN')",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool, ctx := worldPool(t), context.Background()
			_, err := pool.Exec(ctx, meet.before)
			require.NoError(t, err)
			first, second, after := begin(t, pool), begin(t, pool), begin(t, pool)
			exec(t, first, meet.first)
			done := make(chan error, 1)
			pid := second.Conn().PgConn().PID()
			go func() {
				_, err := second.Exec(ctx, meet.second)
				done <- err
			}()
			require.Eventually(t, func() bool {
				var waits bool
				return first.QueryRow(ctx, `SELECT cardinality(pg_blocking_pids($1)) > 0`, pid).Scan(&waits) == nil && waits
			}, 10*time.Second, 10*time.Millisecond)
			require.NoError(t, first.Commit(ctx))
			require.NoError(t, <-done)
			require.NoError(t, second.Commit(ctx))
			require.Empty(t, verified(t, after))
		})
	}
}

func begin(t testing.TB, pool *pgxpool.Pool) pgx.Tx {
	t.Helper()
	tx, err := pool.Begin(context.Background())
	require.NoError(t, err)
	t.Cleanup(func() { _ = tx.Rollback(context.Background()) })
	return tx
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
