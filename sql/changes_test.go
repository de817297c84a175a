package tsql_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
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
