package tsql_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	tsql "github.com/tercul/tercul/sql"
	"github.com/tercul/tercul/sql/internal/schema"
	"github.com/tercul/tercul/sql/testdb"
)

func dump(t *testing.T, url string) string {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), url)
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	text, err := schema.Dump(context.Background(), conn)
	require.NoError(t, err)
	return text
}

func TestMigrationsGoUpAndDownAndUpAgain(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := testdb.Database(t)
	before := dump(t, url)
	current, newest, err := tsql.Version(ctx, url)
	require.NoError(t, err)
	require.Equal(t, newest, current)

	// One at a time, so that each takes back its own.
	for current > 0 {
		steps, err := tsql.Down(ctx, url)
		require.NoError(t, err)
		require.Len(t, steps, 1)
		require.Equal(t, current, steps[0].Version)
		current, _, err = tsql.Version(ctx, url)
		require.NoError(t, err)
	}
	for _, line := range strings.Split(dump(t, url), "\n") {
		if line != "" && !strings.HasPrefix(line, "--") && !strings.HasPrefix(line, "CREATE EXTENSION") {
			t.Errorf("left behind: %s", line)
		}
	}
	steps, err := tsql.Down(ctx, url)
	require.NoError(t, err)
	require.Empty(t, steps, "nothing to take back")

	_, err = tsql.Up(ctx, url)
	require.NoError(t, err)
	require.Equal(t, before, dump(t, url))
	steps, err = tsql.Up(ctx, url)
	require.NoError(t, err)
	require.Empty(t, steps, "nothing to do")
}

// Two services that start together both migrate.
func TestMigrationsTakeTurns(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := testdb.Database(t)
	_, err := tsql.DownTo(ctx, url, 0)
	require.NoError(t, err)
	var wg sync.WaitGroup
	applied := make([]int, 3)
	for i := range applied {
		wg.Go(func() {
			steps, err := tsql.Up(ctx, url)
			if err != nil {
				t.Error(err)
			}
			applied[i] = len(steps)
		})
	}
	wg.Wait()
	current, newest, err := tsql.Version(ctx, url)
	require.NoError(t, err)
	require.Equal(t, newest, current)
	total := 0
	for _, n := range applied {
		total += n
	}
	files, err := tsql.Migrations.ReadDir("migrations")
	require.NoError(t, err)
	require.Equal(t, len(files)+1, total, "each was applied once: the files, and the job queue's")
}

func TestMigrateTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	_, err := tsql.Up(context.Background(), "postgres://127.0.0.1:1/none?connect_timeout=2")
	require.ErrorContains(t, err, "connect to migrate")
	_, err = tsql.Up(context.Background(), "not a url at all ::")
	require.ErrorContains(t, err, "database url")
}

func TestSeeds(t *testing.T) {
	t.Parallel()
	tx := testdb.Tx(t)
	require.Equal(t, []string{"249"}, ask(t, tx, `SELECT count(*) FROM view.country`))
	require.Equal(t, []string{"RTL"}, ask(t, tx, `SELECT direction FROM view.language WHERE tag = 'fa'`))
	require.Equal(t, []string{"Ελληνικά"}, ask(t, tx, `SELECT native_name FROM view.language WHERE tag = 'el'`))
	require.Equal(t, []string{"All-Rights-Reserved"}, ask(t, tx, `SELECT id FROM view.license WHERE NOT open`))
	require.Empty(t, ask(t, tx, `SELECT w FROM unnest('{Public-Domain,CC0-1.0,CC-BY-3.0,CC-BY-4.0,CC-BY,CC-BY-SA-4.0,CC-BY-SA-3.0-US}'::text[]) w EXCEPT SELECT id FROM view.license WHERE open`))
}
