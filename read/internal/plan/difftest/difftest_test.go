package difftest_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/tercul/tercul/read"
	"github.com/tercul/tercul/read/internal/libtest"
	"github.com/tercul/tercul/read/internal/plan"
	"github.com/tercul/tercul/read/internal/plan/difftest"
	"github.com/tercul/tercul/shared/pgtest"
)

var schema = gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphql", Input: read.Schema})

var compiler = func() *plan.Compiler {
	c, err := plan.NewCompiler(schema)
	if err != nil {
		panic(err)
	}
	return c
}()

// compilers read lists along their order: as the service does, which is further
// than the sample library goes, and so shortly that most rows lie behind.
var compilers = []*plan.Compiler{compiler, compiler.WithStretch(2)}

// TestCompiledEqualsInterpreted answers generated documents twice: by the
// compiled statement and by the interpreter, from the sample library.
// TERCUL_TEST_SEED repeats a run, TERCUL_TEST_LONG makes it long.
func TestCompiledEqualsInterpreted(t *testing.T) {
	ctx := context.Background()
	url := libtest.URL(t)
	merge(t, url)
	analyse(t, url)
	pool := libtest.Reader(t, url)
	lib, err := difftest.Load(ctx, pool)
	require.NoError(t, err)
	seed, documents := rand.Uint64(), 150
	if s := os.Getenv("TERCUL_TEST_SEED"); s != "" {
		seed, err = strconv.ParseUint(s, 10, 64)
		require.NoError(t, err)
	}
	if os.Getenv("TERCUL_TEST_LONG") != "" {
		documents = 20000
	}
	g := &difftest.Generator{Lib: lib, Schema: schema, Rand: rand.New(rand.NewPCG(seed, 1))}
	for range documents {
		text, vars := g.Document()
		doc, errs := gqlparser.LoadQueryWithRules(schema, text, rules.NewDefaultRules())
		require.Empty(t, errs, text)
		in := &difftest.Interpreter{Lib: lib, Schema: schema, Vars: vars}
		want := normal(t, in.Answer(doc.Operations[0]))
		for _, c := range compilers {
			if got := compiled(ctx, t, pool, c, doc, vars); got != want {
				shown, _ := json.Marshal(vars)
				t.Fatalf("seed %d\n%s\nvariables %s\ncompiled    %s\ninterpreted %s", seed, text, shown, got, want)
			}
		}
	}
}

// analyse gives texts analyses that differ, some of an older revision and some by two
// versions of the analyzer; one text has none of its current revision.
func analyse(t *testing.T, url string) {
	t.Helper()
	_, err := pgtest.Open(t, url).Exec(context.Background(), `
		INSERT INTO core.text_analyses (expression_id, revision, analyzer, language, detected_language, coverage, types, measures, keywords, stanzas)
		SELECT r.expression_id, r.revision, v, e.language, CASE WHEN r.line_count % 2 = 0 THEN e.language END, 1, 10 * r.line_count,
			jsonb_build_array(jsonb_build_object('name', 'LINES', 'value', r.line_count, 'method', 'count', 'reason', NULL),
				jsonb_build_object('name', 'MATTR', 'value', 0.25::float8 * v, 'method', 'm', 'reason', NULL),
				jsonb_build_object('name', 'SENTIMENT', 'value', NULL, 'method', 'none', 'reason', 'No.')),
			jsonb_build_array(jsonb_build_object('term', 'a' || r.line_count, 'score', 0.5, 'frequency', 3), jsonb_build_object('term', 'b', 'score', 0.125, 'frequency', 1)),
			jsonb_build_array(jsonb_build_object('lines', r.line_count, 'scheme', NULL), jsonb_build_object('lines', 4, 'scheme', 'ABAB'))
		FROM core.text_revisions r JOIN core.expressions e ON e.id = r.expression_id CROSS JOIN generate_series(1, 2) v
		WHERE (r.revision = 1 OR r.line_count % 3 > 0) AND (v = 1 OR r.line_count % 5 = 0)`)
	require.NoError(t, err)
}

// merge gives every subject two ids that were merged into it, one by way of the
// other.
func merge(t *testing.T, url string) {
	t.Helper()
	_, err := pgtest.Open(t, url).Exec(context.Background(), `
		CREATE TEMP TABLE merged AS SELECT id, kind, md5('first' || id)::uuid AS first, md5('second' || id)::uuid AS second FROM core.subjects WHERE kind IN ('WORK','EXPRESSION','PERSON','TAG','CATEGORY','COLLECTION');
		INSERT INTO core.subjects (id, kind) SELECT first, kind FROM merged UNION ALL SELECT second, kind FROM merged;
		INSERT INTO core.id_redirects (old_id, new_id, reason) SELECT first, second, 'MERGE' FROM merged;
		INSERT INTO core.id_redirects (old_id, new_id, reason) SELECT second, id, 'MERGE' FROM merged`)
	require.NoError(t, err)
}

func compiled(ctx context.Context, t *testing.T, pool *pgxpool.Pool, c *plan.Compiler, doc *ast.QueryDocument, vars map[string]any) string {
	t.Helper()
	p, err := c.Compile(doc.Operations[0])
	require.NoError(t, err)
	st, err := p.Bind(coerced(vars).(map[string]any))
	require.NoError(t, err)
	rows, err := pool.Query(ctx, st.SQL, append([]any{pgx.QueryResultFormats{pgx.TextFormatCode}}, st.Args...)...)
	require.NoError(t, err)
	defer rows.Close()
	require.True(t, rows.Next(), "%v\n%s", rows.Err(), st.SQL)
	raw := rows.RawValues()
	require.Empty(t, string(raw[2]), "fault")
	var data any
	dec := json.NewDecoder(strings.NewReader(string(raw[0])))
	dec.UseNumber()
	require.NoError(t, dec.Decode(&data))
	return normal(t, data)
}

// normal writes a value with sorted keys.
func normal(t *testing.T, v any) string {
	t.Helper()
	out, err := json.Marshal(v)
	require.NoError(t, err)
	return string(out)
}

// coerced makes of the generator's values what the service's variables are.
func coerced(v any) any {
	switch val := v.(type) {
	case int:
		return int64(val)
	case []any:
		out := make([]any, len(val))
		for i := range val {
			out[i] = coerced(val[i])
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k := range val {
			out[k] = coerced(val[k])
		}
		return out
	}
	return v
}

// TestPagesAddUpToTheList walks lists page by page and holds what comes together
// against the whole list.
func TestPagesAddUpToTheList(t *testing.T) {
	ctx := context.Background()
	pool := libtest.Pool(t)
	for _, tc := range []struct{ field, sorts string }{
		{"works", "WorkSort"}, {"translations", "TranslationSort"}, {"authors", "AuthorSort"}, {"translators", "AuthorSort"},
		{"tags", "TagSort"}, {"collections", "CollectionSort"},
	} {
		for _, s := range schema.Types[tc.sorts].EnumValues {
			t.Run(tc.field+" "+s.Name, func(t *testing.T) {
				text := `query W($after: String) { list: ` + tc.field + `(sort: ` + s.Name + `, first: 7, after: $after) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } }`
				doc, errs := gqlparser.LoadQueryWithRules(schema, text, rules.NewDefaultRules())
				require.Empty(t, errs)
				seen := map[string]bool{}
				vars := map[string]any{}
				for {
					var page struct {
						List struct {
							TotalCount int
							Nodes      []struct{ ID string }
							PageInfo   struct {
								HasNextPage bool
								EndCursor   *string
							}
						}
					}
					require.NoError(t, json.Unmarshal([]byte(compiled(ctx, t, pool, compiler, doc, vars)), &page))
					for _, n := range page.List.Nodes {
						require.False(t, seen[n.ID], "%s came twice", n.ID)
						seen[n.ID] = true
					}
					if !page.List.PageInfo.HasNextPage {
						require.Len(t, seen, page.List.TotalCount)
						return
					}
					vars["after"] = *page.List.PageInfo.EndCursor
				}
			})
		}
	}
}

// TestNoResponseNameIsTakenForARow asks under names that the statement itself
// might use.
func TestNoResponseNameIsTakenForARow(t *testing.T) {
	ctx := context.Background()
	pool := libtest.Pool(t)
	text := `{ o: works(first: 1) { o: nodes { o: id x: slug pg: title t1: version } pg: pageInfo { o: hasNextPage } total: totalCount } x: apiInfo { o: name } one: languages { o: tag } }`
	doc, errs := gqlparser.LoadQueryWithRules(schema, text, rules.NewDefaultRules())
	require.Empty(t, errs)
	var got struct {
		O struct {
			O []struct{ O, X, Pg string }
		}
		X   struct{ O string }
		One []struct{ O string }
	}
	require.NoError(t, json.Unmarshal([]byte(compiled(ctx, t, pool, compiler, doc, nil)), &got))
	require.Equal(t, "Tercul", got.X.O)
	require.NotEmpty(t, got.O.O[0].O)
	require.NotEmpty(t, got.One[0].O)
}

// TestAnOriginalHasTheRightsStatedOfItsWork: what its rights class follows from is
// also what is told of it.
func TestAnOriginalHasTheRightsStatedOfItsWork(t *testing.T) {
	ctx := context.Background()
	url := libtest.URL(t)
	owner := pgtest.Open(t, url)
	var text string
	require.NoError(t, owner.QueryRow(ctx, `SELECT e.public_id FROM view.expression e JOIN view.work w ON w.original_id = e.id WHERE w.slug = 'dante-inferno-01'`).Scan(&text))
	_, err := owner.Exec(ctx, `
		DELETE FROM core.rights r USING view.work w WHERE w.slug = 'dante-inferno-01' AND r.subject_id IN (w.id, w.original_id);
		INSERT INTO core.rights (id, subject_id, status) SELECT gen_random_uuid(), id, 'PUBLIC_DOMAIN' FROM view.work WHERE slug = 'dante-inferno-01'`)
	require.NoError(t, err)
	doc, errs := gqlparser.LoadQueryWithRules(schema, `{ work(slug: "dante-inferno-01") { original { rightsClass rights { status } } } rights(subjectId: "`+text+`") { status } }`, rules.NewDefaultRules())
	require.Empty(t, errs)
	require.JSONEq(t, `{"work": {"original": {"rightsClass": "OPEN", "rights": {"status": "PUBLIC_DOMAIN"}}}, "rights": {"status": "PUBLIC_DOMAIN"}}`,
		compiled(ctx, t, owner, compiler, doc, nil))
}

// TestClosedTextsStayClosedInTheirHistory asks for an old revision of a text of
// which only an excerpt may be served.
func TestClosedTextsStayClosedInTheirHistory(t *testing.T) {
	ctx := context.Background()
	url := libtest.URL(t)
	owner := pgtest.Open(t, url)
	_, err := owner.Exec(ctx, `
		UPDATE core.rights SET status = 'IN_COPYRIGHT', license_id = NULL WHERE jurisdiction = '*' AND subject_id =
			(SELECT e.id FROM view.expression e WHERE e.work_slug = 'dante-inferno-01' AND e.slug = 'en.verse')`)
	require.NoError(t, err)
	var readable, most int
	require.NoError(t, owner.QueryRow(ctx, `SELECT e.readable_lines, max(n) FROM view.expression e,
		LATERAL (SELECT count(l.seq)::int AS n FROM generate_series(1, e.text_revision) r LEFT JOIN LATERAL view.revision_lines(e.id, r) l ON true GROUP BY r) c
		WHERE e.work_slug = 'dante-inferno-01' AND e.slug = 'en.verse' GROUP BY 1`).Scan(&readable, &most))
	require.Positive(t, readable)
	require.Less(t, readable, 27)
	require.LessOrEqual(t, most, readable)
}
