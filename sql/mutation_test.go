package tsql_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The test above is only worth what it would notice: without any one of the triggers that it rests on it must fail.
func TestEveryTriggerIsMissed(t *testing.T) {
	t.Parallel()
	pool := worldPool(t)
	ctx := context.Background()
	rows, err := pool.Query(ctx, `
		SELECT tgrelid::regclass::text, tgname, CASE WHEN tgtype & 4 <> 0 THEN 'INSERT' WHEN tgtype & 8 <> 0 THEN 'DELETE' ELSE 'UPDATE' END
		FROM pg_trigger WHERE tgoldtable IS NOT NULL OR tgnewtable IS NOT NULL ORDER BY 1, 2`)
	require.NoError(t, err)
	type trigger struct{ Table, Name, Event string }
	triggers, err := pgx.CollectRows(rows, pgx.RowToStructByPos[trigger])
	require.NoError(t, err)
	require.Greater(t, len(triggers), 100)
	for _, tg := range triggers {
		if tg.Table == "ops.changes" {
			continue // written by ops.number_changes alone, which has a test of its own
		}
		t.Run(tg.Table+" "+tg.Event, func(t *testing.T) {
			tx, err := pool.Begin(ctx)
			require.NoError(t, err)
			defer func() { _ = tx.Rollback(ctx) }()
			_, err = tx.Exec(ctx, fmt.Sprintf(`DROP TRIGGER %s ON %s`, tg.Name, tg.Table))
			require.NoError(t, err)
			require.True(t, noticed(t, tx, edits(tg.Table, tg.Event)), "no edit showed that the trigger is gone")
		})
	}
}

// bases names, for each table of the read model, the base table by whose edits its rows come, change and go.
var bases = map[string]string{
	"view.work": "core.works", "view.expression": "core.expressions", "view.person": "core.persons", "view.tag": "core.tags",
	"view.category": "core.categories", "view.language": "core.languages", "view.users_public": "auth.users",
	"view.collection": "social.collections", "view.collection_item": "social.collection_items", "view.comment": "social.comments",
}

// edits are the statements that the trigger must answer; for one of the read model, any edits of the base table.
func edits(name, event string) *rapid.Generator[string] {
	base, derived := bases[name]
	if !derived {
		base = name
	}
	at := slices.IndexFunc(tables, func(tb table) bool { return tb.name == base })
	return rapid.Custom(func(r *rapid.T) string {
		switch tb := tables[at]; {
		case derived:
			return tb.edit(r)
		case event == "INSERT":
			return tb.insert(r)
		case event == "DELETE":
			return tb.remove(r)
		default:
			return tb.update(r)
		}
	})
}

// noticed makes edits, each from the same beginning, until one is found wrong.
func noticed(t *testing.T, tx pgx.Tx, edits *rapid.Generator[string]) bool {
	ctx := context.Background()
	c := newChecker(t, tx)
	begin := c.seen
	for seed := range 1000 {
		inner, err := tx.Begin(ctx)
		require.NoError(t, err)
		faults, refused := (&checker{tx: inner, seen: begin, last: c.last}).edit(t, edits.Example(seed))
		require.NoError(t, inner.Rollback(ctx))
		if !refused && len(faults) > 0 {
			return true
		}
	}
	return false
}
