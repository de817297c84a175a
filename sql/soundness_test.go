package tsql_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tercul/tercul/sql/testdb"
)

// checker makes edits in one transaction and checks after each that the tables are what their sources say, and that
// every row the reader would now see differently was announced.
type checker struct {
	tx   pgx.Tx
	seen snapshot
	last int64
	pids map[string]string
}

func newChecker(t testing.TB, tx pgx.Tx) *checker {
	t.Helper()
	c := &checker{tx: tx, seen: take(t, tx)}
	c.newTags(t)
	return c
}

// edit runs one statement; refused tells that a constraint has turned it down and nothing has changed.
func (c *checker) edit(t testing.TB, statement string) (faults []string, refused bool) {
	t.Helper()
	ctx := context.Background()
	inner, err := c.tx.Begin(ctx)
	require.NoError(t, err)
	if _, err = inner.Exec(ctx, statement); err != nil {
		require.NoError(t, inner.Rollback(ctx))
		return ownFault(err), true
	}
	require.NoError(t, inner.Commit(ctx))
	now := take(t, c.tx)
	faults = append(c.wrong(t), unannounced(t, c.seen, now, c.newTags(t), c.pid(t))...)
	c.seen = now
	return faults, false
}

// ownFault tells a constraint of a base table, which may refuse an edit, from an error in the read model, which may not.
func ownFault(err error) []string {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.ConstraintName == "tags_synonym_of_canonical" {
		return nil
	}
	if strings.Contains(pg.Where, "function view.") || !strings.HasPrefix(pg.Code, "23") {
		return []string{pg.Code + " " + pg.Message + " " + pg.Detail + " " + pg.Where}
	}
	return nil
}

// wrong lists the tables that differ from their sources. It asks what view.verify asks, in one query whose plan the
// connection keeps.
func (c *checker) wrong(t testing.TB) []string { return faulty(t, c.tx, differences) }

// verified is what view.verify itself says.
func verified(t testing.TB, tx pgx.Tx) []string {
	return faulty(t, tx, `SELECT relation, missing, surplus FROM view.verify() WHERE missing + surplus > 0`)
}

func faulty(t testing.TB, tx pgx.Tx, query string) (faults []string) {
	t.Helper()
	rows, err := tx.Query(context.Background(), query)
	require.NoError(t, err)
	var relation string
	var missing, surplus int64
	_, err = pgx.ForEachRow(rows, []any{&relation, &missing, &surplus}, func() error {
		faults = append(faults, fmt.Sprintf("view.%s: %d missing, %d surplus", relation, missing, surplus))
		return nil
	})
	require.NoError(t, err)
	return faults
}

var differences = func() string {
	var parts []string
	for relation, key := range map[string]string{
		"category": "id", "work": "id", "expression": "id", "person": "id", "tag": "id", "language": "tag", "users_public": "id",
		"collection_item": "collection_id, subject_id", "collection": "id", "comment": "id",
	} {
		parts = append(parts, fmt.Sprintf(`SELECT '%[1]s', count(*) FILTER (WHERE s IS DISTINCT FROM NULL), count(*) FILTER (WHERE t IS DISTINCT FROM NULL)
			FROM (SELECT s.* FROM view.%[1]s_source s) s FULL JOIN view.%[1]s t USING (%[2]s) WHERE s.* IS DISTINCT FROM t.* HAVING count(*) > 0`, relation, key))
	}
	return strings.Join(parts, " UNION ALL ")
}()

func (c *checker) newTags(t testing.TB) map[string]bool {
	t.Helper()
	rows, err := c.tx.Query(context.Background(), `SELECT id, unnest(tags) FROM ops.outbox WHERE id > $1`, c.last)
	require.NoError(t, err)
	tags := map[string]bool{}
	var at int64
	var tag string
	_, err = pgx.ForEachRow(rows, []any{&at, &tag}, func() error {
		tags[tag] = true
		c.last = max(c.last, at)
		return nil
	})
	require.NoError(t, err)
	return tags
}

func (c *checker) pid(t testing.TB) func(string) string {
	c.pids = map[string]string{}
	return func(id string) string {
		if c.pids[id] == "" {
			var found string
			require.NoError(t, c.tx.QueryRow(context.Background(), `SELECT public_id FROM core.subjects WHERE id = $1`, id).Scan(&found))
			c.pids[id] = found
		}
		return c.pids[id]
	}
}

// The rule on which every cache stands: after any edit, by any door, the read model is right, and whatever the reader
// would see differently was announced in the same transaction.
func TestEveryEditIsRefreshedAndAnnounced(t *testing.T) {
	t.Parallel()
	pool := worldPool(t)
	ctx := context.Background()
	edits, refusals, steps := 0, 0, 5
	if os.Getenv("TERCUL_TEST_LONG") != "" {
		steps = 40
	}
	rapid.Check(t, func(r *rapid.T) {
		tx, err := pool.Begin(ctx)
		require.NoError(t, err)
		defer func() { _ = tx.Rollback(ctx) }()
		c := newChecker(t, tx)
		for range steps {
			statement := rapid.SampledFrom(tables).Draw(r, "table").edit(r)
			faults, refused := c.edit(t, statement)
			if len(faults) > 0 {
				r.Fatalf("%s\n%v", statement, strings.Join(faults, "\n"))
			}
			edits++
			if refused {
				refusals++
			}
		}
	})
	t.Logf("%d edits, %d of them refused by constraints", edits, refusals)
	require.Less(t, refusals, edits*2/3, "too many edits are refused to prove much")
}

// worldPool is a database of the test's own with the test library in it.
func worldPool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	// The checks are large queries over few rows: planning them once is most of the speed.
	address, err := url.Parse(testdb.Database(t))
	require.NoError(t, err)
	settings := address.Query()
	settings.Set("plan_cache_mode", "force_generic_plan")
	settings.Set("jit", "off")
	address.RawQuery = settings.Encode()
	pool := testdb.Open(t, address.String())
	_, err = pool.Exec(context.Background(), "BEGIN;"+world+"COMMIT;")
	require.NoError(t, err)
	return pool
}
