package store_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/read"
	"github.com/tercul/tercul/read/internal/libtest"
	"github.com/tercul/tercul/shared/pgtest"
)

// small is how many rows a relation may have that a plan reads whole: it costs
// less than an index would.
const small = 3000

var seqScan = regexp.MustCompile(`Seq Scan on (\w+)`)

// conditions are one filter for each field, and some that sites combine.
var conditions = map[string][]string{
	"works": {
		`ids: ["work_01h455vb4pex5vsknk084sn02q"]`, `originalLanguage: ["it"]`, `translatedInto: ["de"]`, `literatureType: [POETRY]`,
		`author: ["prsn_01h455vb4pex5vsknk084sn02q"]`, `tag: ["love"]`, `category: ["/genre/"]`, `series: "a"`, `year: {from: 1300, to: 1400}`,
		`rights: [OPEN]`, `titlePrefix: "di"`, `minTranslations: 3`, `originalLanguage: ["it"], literatureType: [POETRY], year: {from: 1300}`,
		`not: {translatedInto: ["en"]}`, `or: [{tag: ["love"]}, {literatureType: [DRAMA]}]`,
	},
	"translations": {
		`work: ["work_01h455vb4pex5vsknk084sn02q"]`, `language: ["en"]`, `translator: ["prsn_01h455vb4pex5vsknk084sn02q"]`, `form: [VERSE]`,
		`author: ["prsn_01h455vb4pex5vsknk084sn02q"]`, `year: {from: 1900}`, `rights: [OPEN]`, `aligned: true`, `language: ["en"], form: [VERSE]`, `sourceLanguage: ["it"]`, `literatureType: [POETRY]`,
		`origin: [MACHINE]`, `completeness: [EXCERPT]`, `license: ["CC0-1.0"]`, `relay: true`, `minQuality: 3`,
	},
	"authors":     {`country: ["IT"]`, `language: ["it"]`, `lived: {from: 1200, to: 1400}`, `namePrefix: "da"`, `minWorks: 2`},
	"translators": {`language: ["en"]`, `namePrefix: "da"`, `minTranslations: 2`},
}

// finders are the indexes by which what lies behind a stretch of a list is found.
var finders = []struct{ field, filter, index string }{
	{"works", `originalLanguage: ["it"]`, "work_facets"},
	{"works", `translatedInto: ["de"]`, "work_facets"},
	{"works", `literatureType: [POETRY]`, "work_facets"},
	{"works", `author: ["prsn_01h455vb4pex5vsknk084sn02q"]`, "work_facets"},
	{"works", `tag: ["love"]`, "work_facets"},
	{"works", `category: ["/genre/"]`, "work_facets"},
	{"works", `rights: [OPEN]`, "work_facets"},
	{"works", `minTranslations: 3`, "work_facets"},
	{"works", `year: {from: 1300, to: 1310}`, "work_years"},
	{"works", `originalLanguage: ["sw"], year: {from: 1300, to: 1310}`, "work_facets"},
	{"works", `tag: ["love"], not: {literatureType: [POETRY]}`, "work_facets"},
	{"works", `or: [{tag: ["love"]}, {year: {to: 800}}]`, "work_years"},
	{"works", `titlePrefix: "di"`, "work_titles_prefix"},
	{"translations", `language: ["en"]`, "expression_facets"},
	{"translations", `translator: ["prsn_01h455vb4pex5vsknk084sn02q"]`, "expression_facets"},
	{"translations", `sourceLanguage: ["it"]`, "expression_facets"},
	{"translations", `literatureType: [POETRY]`, "expression_facets"},
	{"translations", `origin: [MACHINE]`, "expression_facets"},
	{"translations", `completeness: [EXCERPT]`, "expression_facets"},
	{"translations", `form: [VERSE]`, "expression_facets"},
	{"translations", `rights: [OPEN]`, "expression_facets"},
	{"translations", `license: ["CC0-1.0"]`, "expression_facets"},
	{"translations", `relay: true`, "expression_facets"},
	{"translations", `aligned: true`, "expression_facets"},
	{"translations", `minQuality: 3`, "expression_facets"},
	{"translations", `year: {from: 1900, to: 1910}`, "expression_year"},
	{"authors", `language: ["it"]`, "person_languages"},
	{"authors", `namePrefix: "da"`, "person_names_prefix"},
}

var sorts = map[string]string{"works": "WorkSort", "translations": "TranslationSort", "authors": "AuthorSort", "translators": "AuthorSort"}

// TestNoPlanReadsALargeTableWhole has PostgreSQL plan every shipped document, and
// every order of the lists with every filter, over 20,000 works (100,000 with
// TERCUL_TEST_LONG, as make test-full has it), and holds what
// filters find against the indexes that are there for it.
func TestNoPlanReadsALargeTableWhole(t *testing.T) {
	ctx := context.Background()
	url := os.Getenv("TERCUL_TEST_LARGE_DATABASE_URL") // a generated library kept between runs
	if url == "" {
		url = pgtest.Database(t)
		libtest.Tercul(t, url, "generate", "--works", works(), "--lines", "0")
	}
	pool := libtest.Reader(t, url)
	conn, err := pool.Acquire(ctx)
	require.NoError(t, err)
	defer conn.Release()
	large := largeRelations(ctx, t, conn.Conn())
	require.True(t, large["work"] && large["expression"] && large["person"], large)
	check := func(name, sql string) {
		t.Helper()
		plan := explain(ctx, t, conn.Conn(), sql)
		for _, m := range seqScan.FindAllStringSubmatch(plan, -1) {
			if large[m[1]] {
				t.Errorf("%s reads %s whole\n%s\n%s", name, m[1], sql, plan)
			}
		}
	}
	entries, err := read.Operations.ReadDir("operations")
	require.NoError(t, err)
	for _, e := range entries {
		text, err := read.Operations.ReadFile("operations/" + e.Name())
		require.NoError(t, err)
		p, _ := compile(t, string(text))
		samples, err := p.Samples()
		require.NoError(t, err)
		check(e.Name(), samples[1])
	}
	for field, filters := range conditions {
		for _, sort := range schema.Types[sorts[field]].EnumValues {
			for _, filter := range append(filters, "") {
				doc := fmt.Sprintf(`{ %s(sort: %s, first: 20, filter: {%s}) { nodes { id } pageInfo { hasNextPage endCursor } } }`, field, sort.Name, filter)
				p, _ := compile(t, doc)
				st, err := p.Bind(nil)
				require.NoError(t, err)
				check(doc, st.SQL)
			}
		}
	}
	for _, f := range finders {
		p, _ := compile(t, fmt.Sprintf(`{ %s(first: 20, filter: {%s}) { nodes { id } } }`, f.field, f.filter))
		st, err := p.Bind(nil)
		require.NoError(t, err)
		require.Contains(t, explain(ctx, t, conn.Conn(), st.SQL), f.index, f.filter)
	}
}

func works() string {
	if os.Getenv("TERCUL_TEST_LONG") != "" {
		return "100000"
	}
	return "20000"
}

// largeRelations are the tables that hold more than a few rows.
func largeRelations(ctx context.Context, t *testing.T, conn *pgx.Conn) map[string]bool {
	t.Helper()
	rows, err := conn.Query(ctx, "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND reltuples > $1", small)
	require.NoError(t, err)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	out := map[string]bool{}
	for _, n := range names {
		out[n] = true
	}
	return out
}

func explain(ctx context.Context, t *testing.T, conn *pgx.Conn, sql string) string {
	t.Helper()
	results, err := conn.PgConn().Exec(ctx, "EXPLAIN (GENERIC_PLAN) "+sql).ReadAll()
	require.NoError(t, err, sql)
	var lines []string
	for _, row := range results[0].Rows {
		lines = append(lines, string(row[0]))
	}
	return strings.Join(lines, "\n")
}
