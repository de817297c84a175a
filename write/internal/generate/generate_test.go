package generate

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
)

type quietly struct{}

func (quietly) Stage(string, int64)               {}
func (quietly) Add(int64)                         {}
func (quietly) Done(string, int64, time.Duration) {}

func connect(t *testing.T) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), pgtest.Database(t))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func list(t *testing.T, conn *pgx.Conn, sql string) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), sql)
	require.NoError(t, err)
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return out
}

var options = Options{Works: 120, Seed: 42, Lines: Range{0, 30}, Translations: Range{0, 6}}

// fingerprint is a digest of each table of the library and of the read model.
func fingerprint(t *testing.T, conn *pgx.Conn) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, table := range list(t, conn, `SELECT schemaname || '.' || tablename FROM pg_tables
		WHERE schemaname IN ('core', 'social', 'stats', 'view') AND tablename NOT IN ('countries', 'licenses', 'languages') ORDER BY 1`) {
		out[table] = list(t, conn, fmt.Sprintf("SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\")), '') FROM %s t", table))[0]
	}
	return out
}

func TestTheSameSeedMakesTheSameRows(t *testing.T) {
	one, two, three := connect(t), connect(t), connect(t)
	require.NoError(t, Run(t.Context(), one, options, quietly{}))
	// The second run has every foreign key checked.
	_, err := two.Exec(t.Context(), "SET tercul.generate_checked = 'on'")
	require.NoError(t, err)
	require.NoError(t, Run(t.Context(), two, options, quietly{}))
	require.Equal(t, fingerprint(t, one), fingerprint(t, two))

	other := options
	other.Seed = 43
	require.NoError(t, Run(t.Context(), three, other, quietly{}))
	require.NotEqual(t, fingerprint(t, one)["core.works"], fingerprint(t, three)["core.works"])
	require.ErrorIs(t, Run(t.Context(), three, other, quietly{}), ErrThere)
	require.NoError(t, Run(t.Context(), three, options, quietly{}), "another seed beside it")
	for _, conn := range []*pgx.Conn{one, two, three} {
		require.Empty(t, list(t, conn, "SELECT relation || missing || surplus FROM view.verify() WHERE missing + surplus > 0"))
	}
	fresh := connect(t)
	for _, of := range []string{
		"SELECT indexdef FROM pg_indexes WHERE schemaname IN ('core', 'stats', 'view') ORDER BY 1",
		"SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid <> 0 ORDER BY 1",
	} {
		require.Equal(t, list(t, fresh, of), list(t, one, of), "what was taken off for the load is back")
	}
}

func TestAMadeLibraryIsVaried(t *testing.T) {
	conn := connect(t)
	require.NoError(t, Run(t.Context(), conn, options, quietly{}))
	require.Equal(t, []string{"120"}, list(t, conn, "SELECT count(*)::text FROM view.work"))
	require.Equal(t, []string{"true"}, list(t, conn, "SELECT (count(DISTINCT language) > 10)::text FROM view.expression"))
	require.Empty(t, list(t, conn, "SELECT e.slug FROM view.expression e JOIN view.work w ON w.id = e.work_id WHERE e.kind = 'TRANSLATION' AND e.language = w.original_language"))
	require.Equal(t, []string{"true"}, list(t, conn, "SELECT (count(DISTINCT script) > 6)::text FROM view.expression"))
	require.Equal(t, []string{"LTR", "RTL"}, list(t, conn, "SELECT DISTINCT direction FROM view.expression ORDER BY 1"))
	require.Equal(t, []string{"true"}, list(t, conn, "SELECT (count(*) > 5)::text FROM view.alignment"))
	require.Equal(t, []string{"OPEN", "RESTRICTED"}, list(t, conn, "SELECT DISTINCT rights_class FROM view.expression ORDER BY 1"))
	require.Equal(t, []string{"10000000", "5000000", "3333333"}, list(t, conn, "SELECT t.views::text FROM stats.totals t ORDER BY t.views DESC LIMIT 3"), "Zipf")
	require.Equal(t, []string{"true"}, list(t, conn, `SELECT (max(line_count) FILTER (WHERE w.popularity > 6) >= 30)::text FROM view.work w JOIN view.expression e ON e.id = w.original_id`))
}

func TestRunRefusesWhatCannotBe(t *testing.T) {
	for _, o := range []Options{{}, {Works: 1, Lines: Range{5, 1}}, {Works: 1, Translations: Range{0, 100}}, {Works: 1, Lines: Range{-1, 1}}} {
		require.ErrorContains(t, Run(t.Context(), nil, o, quietly{}), "cannot make")
	}
}

func TestRanksAreAPermutation(t *testing.T) {
	for _, n := range []int{1, 2, 3, 10, 97, 100, 1000} {
		g := newGenerator(Options{Works: n})
		seen := map[int]bool{}
		for i := range n {
			rank := g.work(i).rank
			require.True(t, rank >= 1 && rank <= n)
			require.False(t, seen[rank])
			seen[rank] = true
		}
	}
}

// The numbers are part of what a seed means: they must never change.
func TestRandomNumbersStayAsTheyAre(t *testing.T) {
	g := newGenerator(Options{Works: 10, Seed: 1})
	r := g.of(ofWork, 3)
	require.Equal(t, []uint64{0xd0e191655d3af713, 0x849de74a39f6b8db}, []uint64{r.next(), r.next()})
	require.Equal(t, "016f5e66-e818-7da7-9a2f-4dc2afe25a64", g.id(idWork, 3).String())
	require.Equal(t, "نه چش نهمازا", g.work(3).title)
}
