package tsql_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/sql/testdb"
)

// numberAll numbers changes until none is left, at most so many at a time.
func numberAll(t require.TestingT, pool *pgxpool.Pool, most int) {
	for taken := 1; taken > 0; {
		require.NoError(t, pool.QueryRow(context.Background(), `SELECT ops.number_changes($1)`, most).Scan(&taken))
	}
}

func feed(t testing.TB, pool *pgxpool.Pool, since int64) (changes []string, last int64) {
	t.Helper()
	rows, err := pool.Query(context.Background(), `SELECT seq, change || ' ' || public_id || ' ' || version FROM view.change WHERE seq > $1 ORDER BY seq`, since)
	require.NoError(t, err)
	defer rows.Close()
	last = since
	for rows.Next() {
		var seq int64
		var change string
		require.NoError(t, rows.Scan(&seq, &change))
		require.Equal(t, last+1, seq, "without a gap")
		last = seq
		changes = append(changes, change)
	}
	require.NoError(t, rows.Err())
	return changes, last
}

func TestTheChangeFeedIsGaplessAndNet(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	pool := worldPool(t)
	numberAll(t, pool, 7)
	_, last := feed(t, pool, 0)
	require.Positive(t, last)

	transaction := func(statements ...string) {
		tx, err := pool.Begin(ctx)
		require.NoError(t, err)
		for _, s := range statements {
			exec(t, tx, s)
		}
		require.NoError(t, tx.Commit(ctx))
	}
	const work = `'00000001-0000-7000-8000-000000000009'`
	var public, person string
	require.NoError(t, pool.QueryRow(ctx, `SELECT core.typeid('WORK', $1), core.typeid('PERSON', $2)`, id("WORK", 9), id("PERSON", 7)).Scan(&public, &person))
	transaction(`UPDATE core.works SET description = 'a', version = 2 WHERE id = `+work, `UPDATE core.works SET description = 'b', version = 3 WHERE id = `+work)
	transaction(`UPDATE core.works SET status = 'UNPUBLISHED', version = 4 WHERE id = ` + work)
	transaction(`UPDATE core.works SET status = 'PUBLISHED', version = 5 WHERE id = `+work, `UPDATE core.works SET status = 'UNPUBLISHED', version = 6 WHERE id = `+work)
	transaction(`UPDATE core.works SET status = 'PUBLISHED', version = 7 WHERE id = ` + work)
	transaction(`UPDATE core.works SET status = 'UNPUBLISHED' WHERE id = `+work, `UPDATE core.works SET status = 'PUBLISHED', version = 8 WHERE id = `+work)
	numberAll(t, pool, 10000)
	changes, last := feed(t, pool, last)
	require.Equal(t, []string{"UPDATED " + public + " 3", "DELETED " + public + " 3", "CREATED " + public + " 7", "UPDATED " + public + " 8"}, changes,
		"one change for each subject of a transaction; what comes and goes in one was never there")

	// What has committed is numbered; a transaction that began earlier and still runs holds nothing up and comes later.
	slow, err := pool.Begin(ctx)
	require.NoError(t, err)
	exec(t, slow, `UPDATE core.persons SET bio = 'slow', version = 2 WHERE id = '00000003-0000-7000-8000-000000000007'`)
	transaction(`UPDATE core.works SET description = 'quick', version = 9 WHERE id = ` + work)
	numberAll(t, pool, 10000)
	changes, last = feed(t, pool, last)
	require.Equal(t, []string{"UPDATED " + public + " 9"}, changes)
	require.NoError(t, slow.Commit(ctx))
	numberAll(t, pool, 10000)
	changes, _ = feed(t, pool, last)
	require.Equal(t, []string{"UPDATED " + person + " 2"}, changes)

	tx, err := pool.Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(ctx) }()
	require.Equal(t, []string{"{changes}"}, ask(t, tx, `SELECT tags FROM ops.outbox WHERE tags @> '{changes}' ORDER BY id DESC LIMIT 1`))
}

// queue puts candidates into the queue: so many transactions of three each.
func queue(t testing.TB, tx pgx.Tx, transactions int) {
	t.Helper()
	exec(t, tx, `INSERT INTO ops.change_candidates (xid, subject_id, kind, change, version)
		SELECT (1000 + i / 3)::text::xid8, gen_random_uuid(), 'WORK', 'UPDATED', 1 FROM generate_series(0, 3 * $1::int - 1) i`, transactions)
}

// read is how many rows of the queue a call has touched, by whatever way.
func read(t testing.TB, tx pgx.Tx, call string) (rows int) {
	t.Helper()
	const touched = `SELECT pg_stat_get_xact_tuples_returned(oid) + coalesce((SELECT sum(pg_stat_get_xact_tuples_returned(indexrelid)) FROM pg_index WHERE indrelid = c.oid), 0)
		FROM pg_class c WHERE oid = 'ops.change_candidates'::regclass`
	var before, after int
	require.NoError(t, tx.QueryRow(context.Background(), touched).Scan(&before))
	exec(t, tx, call)
	require.NoError(t, tx.QueryRow(context.Background(), touched).Scan(&after))
	return after - before
}

func TestNumberingCostsNoMoreTheMoreIsWaiting(t *testing.T) {
	t.Parallel()
	for _, waiting := range []int{1000, 30_000} {
		pool := testdb.Open(t, testdb.Database(t)) // of its own: what others have rolled back would lie in the way
		tx, err := pool.Begin(context.Background())
		require.NoError(t, err)
		t.Cleanup(func() { _ = tx.Rollback(context.Background()) })
		queue(t, tx, waiting)
		cost := read(t, tx, `SELECT ops.number_changes(100)`)
		require.Positive(t, cost)
		require.Less(t, cost, 500, "%d transactions wait", waiting)
		require.Equal(t, []string{"99"}, ask(t, tx, `SELECT count(*) FROM ops.changes`), "33 whole transactions")
	}
}

func TestATransactionLargerThanTheLimitIsNumberedWhole(t *testing.T) {
	t.Parallel()
	tx := testdb.Tx(t)
	queue(t, tx, 12)
	exec(t, tx, `UPDATE ops.change_candidates SET xid = '5000' WHERE xid < '1008'`)
	for _, want := range []string{"30", "3", "3", "0"} { // the 24 come with what ends within the reach that it took: 32
		require.Equal(t, []string{want}, ask(t, tx, `SELECT ops.number_changes(4)`))
	}
}
