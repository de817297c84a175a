package tsql_test

import (
	"context"
	"fmt"
	"maps"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The order of the numbers of transactions is not that in which they touched a subject: here the first to write
// anything is the last to touch the person, while a third, in between, still runs.
func TestTheFeedEndsWithWhatOverlappingTransactionsLeft(t *testing.T) {
	t.Parallel()
	pool := worldPool(t)
	ctx := context.Background()
	begin := func() pgx.Tx {
		tx, err := pool.Begin(ctx)
		require.NoError(t, err)
		t.Cleanup(func() { _ = tx.Rollback(ctx) })
		exec(t, tx, `SELECT pg_current_xact_id()`)
		return tx
	}
	old, middle, young := begin(), begin(), begin()
	exec(t, young, `UPDATE core.persons SET status = 'DRAFT' WHERE id = $1`, id("PERSON", 7))
	require.NoError(t, young.Commit(ctx))
	exec(t, old, `UPDATE core.persons SET status = 'PUBLISHED' WHERE id = $1`, id("PERSON", 7))
	require.NoError(t, old.Commit(ctx))
	_, err := pool.Exec(ctx, `SELECT ops.number_changes()`)
	require.NoError(t, err)
	require.NoError(t, middle.Commit(ctx))
	numberAll(t, pool, 10000)
	requireFeedAgrees(t, pool)
}

// play is a game of transactions that overlap: each step is one of theirs, or a numbering in between. A step that would
// wait for another transaction is left out, which is all that the database would do about it.
type play struct {
	t      *rapid.T
	pool   *pgxpool.Pool
	open   [3]pgx.Tx
	holder map[int]int // of which person, which transaction
}

func (p *play) step() {
	ctx := context.Background()
	who := rapid.IntRange(0, len(p.open)-1).Draw(p.t, "transaction")
	if p.open[who] == nil {
		tx, err := p.pool.Begin(ctx)
		require.NoError(p.t, err)
		p.open[who] = tx
	}
	switch what := rapid.SampledFrom([]string{"edit", "edit", "edit", "begin", "undo", "commit", "roll back", "number"}).Draw(p.t, "step"); what {
	case "edit":
		p.edit(who)
	case "begin": // takes its number
		p.exec(who, `SELECT pg_current_xact_id()`)
	case "undo":
		p.exec(who, `SAVEPOINT before`)
		held := maps.Clone(p.holder)
		p.edit(who)
		p.exec(who, `ROLLBACK TO before`)
		p.holder = held
	case "number":
		_, err := p.pool.Exec(ctx, `SELECT ops.number_changes($1)`, rapid.IntRange(1, 4).Draw(p.t, "at most"))
		require.NoError(p.t, err)
	default:
		p.end(who, what == "commit")
	}
}

func (p *play) edit(who int) {
	person := rapid.IntRange(1, 3).Draw(p.t, "person")
	if of, held := p.holder[person]; held && of != who {
		return
	}
	p.holder[person] = who
	set := rapid.SampledFrom([]string{"status = 'DRAFT'", "status = 'PUBLISHED'", "version = version + 1"}).Draw(p.t, "set")
	p.exec(who, fmt.Sprintf(`UPDATE core.persons SET %s WHERE id = '%s'`, set, id("PERSON", 100+person)))
}

func (p *play) exec(who int, statement string) {
	_, err := p.open[who].Exec(context.Background(), statement)
	require.NoError(p.t, err, statement)
}

func (p *play) end(who int, commit bool) {
	if p.open[who] == nil {
		return
	}
	if commit {
		require.NoError(p.t, p.open[who].Commit(context.Background()))
	} else {
		require.NoError(p.t, p.open[who].Rollback(context.Background()))
	}
	p.open[who] = nil
	maps.DeleteFunc(p.holder, func(_, of int) bool { return of == who })
}

func TestTheFeedAgreesWithWhatIsSeen(t *testing.T) {
	t.Parallel()
	pool := worldPool(t)
	_, err := pool.Exec(context.Background(), `WITH s AS (INSERT INTO core.subjects (id, kind) SELECT ('00000003-0000-7000-8000-000000000' || 100 + i)::uuid, 'PERSON' FROM generate_series(1, 3) i RETURNING id)
		INSERT INTO core.persons (id) SELECT id FROM s`)
	require.NoError(t, err)
	rapid.Check(t, func(r *rapid.T) {
		p := &play{t: r, pool: pool, holder: map[int]int{}}
		defer func() {
			for who := range p.open {
				if p.open[who] != nil {
					_ = p.open[who].Rollback(context.Background())
				}
			}
		}()
		for range rapid.IntRange(1, 40).Draw(r, "steps") {
			p.step()
		}
		for who := range p.open {
			p.end(who, true)
		}
		numberAll(r, pool, 3)
		requireFeedAgrees(r, pool)
	})
}

// requireFeedAgrees replays the feed: only what is not there is created, only what is there changes or goes, and what is
// left is what the reader sees.
func requireFeedAgrees(t require.TestingT, pool *pgxpool.Pool) {
	rows, err := pool.Query(context.Background(), `
		WITH told AS (
			SELECT c.*, lag(c.change, 1, 'DELETED') OVER w AS before, lead(c.seq) OVER w IS NULL AS last, count(*) OVER () = max(c.seq) OVER () AS gapless
			FROM view.change c WINDOW w AS (PARTITION BY c.subject_id ORDER BY c.seq))
		SELECT 'change ' || seq || ': ' || kind || ' ' || subject_id || ' ' || change || ' after ' || before FROM told
			WHERE NOT gapless OR (before = 'DELETED') <> (change = 'CREATED')
		UNION ALL
		SELECT 'the last change of ' || kind || ' ' || subject_id || ' is ' || change FROM told
			WHERE last AND (change = 'DELETED') = EXISTS (SELECT FROM view.subject s WHERE s.id = subject_id)`)
	require.NoError(t, err)
	faults, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Empty(t, faults)
}
