package tsql_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/sql/testdb"
)

func TestADeferredLoadIsMadeGoodAtItsEnd(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	tx, err := testdb.Open(t, testdb.Database(t)).Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(ctx) }()
	require.Empty(t, announcedBy(t, tx, `SELECT view.refresh_all()`), "nothing differs, nothing is announced")

	exec(t, tx, `SET LOCAL tercul.defer_refresh = 'on'`)
	require.Empty(t, announcedBy(t, tx, world), "deferred")
	require.Equal(t, []string{"0"}, ask(t, tx, `SELECT count(*) FROM view.work`))
	require.NotEmpty(t, verified(t, tx), "verify tells")
	require.Equal(t, []string{"*"}, announcedBy(t, tx, `SELECT view.refresh_all()`))
	require.Empty(t, verified(t, tx))
	require.Equal(t, []string{"on"}, ask(t, tx, `SELECT current_setting('tercul.defer_refresh')`), "still the load's own setting")
	require.Equal(t, ask(t, tx, `SELECT count(*) FROM view.work`), ask(t, tx, `SELECT count(*) FROM ops.change_candidates WHERE kind = 'WORK' AND change = 'CREATED'`), "the feed leaves nothing out")

	exec(t, tx, `SET LOCAL tercul.defer_refresh = 'off'`)
	require.NotEmpty(t, announcedBy(t, tx, `UPDATE core.works SET description = 'x' WHERE id = $1`, id("WORK", 1)))
}

// Whatever was done to the tables behind the triggers' backs, a rebuild mends and verify names.
func TestARebuildMendsTheTables(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	tx, err := worldPool(t).Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(ctx) }()
	before := take(t, tx)
	exec(t, tx, `SET LOCAL session_replication_role = replica`)
	for _, damage := range []string{
		`DELETE FROM view.work WHERE original_language = 'it'`, `UPDATE view.person SET name = 'x', work_count = 99`, `UPDATE view.tag SET usage_count = usage_count + 1`,
		`INSERT INTO view.language SELECT 'zz', iso639_3, script, direction, name, native_name, 0, 0 FROM view.language LIMIT 1`, `DELETE FROM view.collection_item`,
		`UPDATE view.expression SET title = 'x', readable_lines = 9999`, `UPDATE view.category SET ancestor_ids = '{}'`, `DELETE FROM view.comment`, `UPDATE view.users_public SET bio = 'leak'`,
	} {
		exec(t, tx, damage)
	}
	exec(t, tx, `SET LOCAL session_replication_role = origin`)
	require.Len(t, verified(t, tx), 10)
	require.Equal(t, []string{"*"}, announcedBy(t, tx, `SELECT view.refresh_all()`))
	require.Empty(t, verified(t, tx))
	require.Equal(t, before, take(t, tx))
}
