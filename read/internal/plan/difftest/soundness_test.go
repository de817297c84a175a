package difftest_test

import (
	"context"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/tercul/tercul/read/internal/libtest"
	"github.com/tercul/tercul/read/internal/plan/difftest"
	"github.com/tercul/tercul/shared/pgtest"
)

// edits are what editors, readers and librarians do, each to something drawn by
// chance. The first parameter is the seed of the draw.
var edits = []string{
	`UPDATE core.works SET description = 'New ' || $1 WHERE id = (SELECT id FROM core.works ORDER BY md5(id::text || $1) LIMIT 1)`,
	`UPDATE core.works SET year_from = -900, year_to = -800 WHERE id = (SELECT id FROM core.works ORDER BY md5(id::text || $1) LIMIT 1)`,
	`UPDATE core.works SET status = 'UNPUBLISHED' WHERE id = (SELECT id FROM core.works ORDER BY md5(id::text || $1) LIMIT 1)`,
	`UPDATE core.works SET deleted_at = now() WHERE id = (SELECT id FROM core.works ORDER BY md5(id::text || $1) LIMIT 1)`,
	`UPDATE core.work_titles SET title = 'Aaa ' || $1, sort_title = 'Aaa' WHERE id = (SELECT id FROM core.work_titles ORDER BY md5(id::text || $1) LIMIT 1)`,
	`DELETE FROM core.work_contributors WHERE work_id = (SELECT work_id FROM core.work_contributors ORDER BY md5(work_id::text || $1) LIMIT 1)`,
	`UPDATE core.expressions SET title = 'Bbb ' || $1, year = 1999 WHERE id = (SELECT id FROM core.expressions ORDER BY md5(id::text || $1) LIMIT 1)`,
	`UPDATE core.expressions SET status = 'UNPUBLISHED' WHERE id = (SELECT id FROM core.expressions ORDER BY md5(id::text || $1) LIMIT 1)`,
	`DELETE FROM core.expression_contributors WHERE expression_id = (SELECT expression_id FROM core.expression_contributors ORDER BY md5(expression_id::text || $1) LIMIT 1)`,
	`UPDATE core.text_lines SET content = 'Changed ' || $1 WHERE line_key = (SELECT line_key FROM core.text_lines ORDER BY md5(line_key::text || $1) LIMIT 1)`,
	`UPDATE core.person_names SET name = 'Ccc ' || $1, sort_name = 'Ccc' WHERE id = (SELECT id FROM core.person_names ORDER BY md5(id::text || $1) LIMIT 1)`,
	`UPDATE core.persons SET birth_year = -500, death_year = -450 WHERE id = (SELECT id FROM core.persons ORDER BY md5(id::text || $1) LIMIT 1)`,
	`UPDATE core.persons SET status = 'DRAFT' WHERE id = (SELECT id FROM core.persons ORDER BY md5(id::text || $1) LIMIT 1)`,
	`DELETE FROM core.subject_tags WHERE tag_id = (SELECT id FROM core.tags ORDER BY md5(id::text || $1) LIMIT 1)`,
	`UPDATE core.tags SET name = 'Ddd ' || $1 WHERE id = (SELECT id FROM core.tags ORDER BY md5(id::text || $1) LIMIT 1)`,
	`UPDATE core.tags SET status = 'BANNED' WHERE id = (SELECT id FROM core.tags ORDER BY md5(id::text || $1) LIMIT 1)`,
	`DELETE FROM core.subject_categories WHERE category_id = (SELECT category_id FROM core.subject_categories ORDER BY md5(category_id::text || $1) LIMIT 1)`,
	`UPDATE core.rights SET status = 'IN_COPYRIGHT', license_id = NULL WHERE id = (SELECT id FROM core.rights ORDER BY md5(id::text || $1) LIMIT 1)`,
	`INSERT INTO core.rights (id, subject_id, jurisdiction, status) SELECT gen_random_uuid(), id, 'GB', 'ORPHAN' FROM core.expressions ORDER BY md5(id::text || $1) LIMIT 20 ON CONFLICT DO NOTHING`,
	`DELETE FROM core.rights WHERE id = (SELECT id FROM core.rights ORDER BY md5(id::text || $1) LIMIT 1)`,
	`UPDATE core.languages SET name_en = 'Eee ' || $1 WHERE tag = (SELECT tag FROM core.languages ORDER BY md5(tag || $1) LIMIT 1)`,
	`UPDATE core.licenses SET name = 'Fff ' || $1 WHERE id = (SELECT id FROM core.licenses ORDER BY md5(id || $1) LIMIT 1)`,
	`UPDATE core.series SET title = 'Ggg ' || $1 WHERE id = (SELECT id FROM core.series ORDER BY md5(id::text || $1) LIMIT 1)`,
	`UPDATE core.external_ids SET value = 'Q' || 1 + abs(hashtext($1) % 100000) WHERE scheme = 'WIKIDATA' AND subject_id = (SELECT subject_id FROM core.external_ids WHERE scheme = 'WIKIDATA' ORDER BY md5(subject_id::text || $1) LIMIT 1)`,
	`UPDATE social.profiles SET display_name = 'Hhh ' || $1 WHERE user_id = (SELECT user_id FROM social.profiles ORDER BY md5(user_id::text || $1) LIMIT 1)`,
	`UPDATE social.profiles SET visibility = 'PRIVATE' WHERE user_id = (SELECT user_id FROM social.profiles ORDER BY md5(user_id::text || $1) LIMIT 1)`,
	`UPDATE social.collections SET title = 'Iii ' || $1 WHERE id = (SELECT id FROM social.collections ORDER BY md5(id::text || $1) LIMIT 1)`,
	`UPDATE social.collections SET visibility = 'PRIVATE' WHERE id = (SELECT id FROM social.collections ORDER BY md5(id::text || $1) LIMIT 1)`,
	`DELETE FROM social.collection_items WHERE subject_id = (SELECT subject_id FROM social.collection_items ORDER BY md5(subject_id::text || $1) LIMIT 1)`,
	`UPDATE social.comments SET body = 'Jjj ' || $1 WHERE id = (SELECT id FROM social.comments ORDER BY md5(id::text || $1) LIMIT 1)`,
	`UPDATE social.comments SET status = 'HIDDEN' WHERE id = (SELECT id FROM social.comments ORDER BY md5(id::text || $1) LIMIT 1)`,
	`UPDATE core.text_analyses SET coverage = 0.5 WHERE expression_id = (SELECT expression_id FROM core.text_analyses ORDER BY md5(expression_id::text || $1) LIMIT 1)`,
	`DELETE FROM core.text_analyses WHERE expression_id = (SELECT expression_id FROM core.text_analyses ORDER BY md5(expression_id::text || $1) LIMIT 1)`,
	`UPDATE core.alignments SET status = 'STALE' WHERE id = (SELECT id FROM core.alignments ORDER BY md5(id::text || $1) LIMIT 1)`,
}

// unpurged are fields whose answers expire and are not purged.
var unpurged = map[string]bool{
	"Query.stats": true, "Query.trending": true, "Query.popular": true, "Work.stats": true, "Translation.stats": true,
	"Author.stats": true, "Collection.stats": true,
}

type answered struct {
	text string
	doc  *ast.QueryDocument
	vars map[string]any
	data string
	tags []string
}

// TestEveryChangedAnswerIsAnnounced is the rule that freshness rests on: when an
// edit changes what a document answers, one of the tags that the answer bore is
// among those the edit announced.
func TestEveryChangedAnswerIsAnnounced(t *testing.T) {
	ctx := context.Background()
	url := libtest.URL(t)
	analyse(t, url)
	pool := pgtest.Open(t, url)
	lib, err := difftest.Load(ctx, pool)
	require.NoError(t, err)
	seed, rounds := rand.Uint64(), len(edits)
	if s := os.Getenv("TERCUL_TEST_SEED"); s != "" {
		seed, err = strconv.ParseUint(s, 10, 64)
		require.NoError(t, err)
	}
	if os.Getenv("TERCUL_TEST_LONG") != "" {
		rounds *= 30
	}
	rnd := rand.New(rand.NewPCG(seed, 2))
	g := &difftest.Generator{Lib: lib, Schema: schema, Rand: rnd, Skip: unpurged}
	documents := make([]answered, 30)
	changed := 0
	for round := range rounds {
		if round%len(edits) == 0 {
			ask(ctx, t, g, pool, documents)
		}
		changed += edit(ctx, t, pool, documents, edits[round%len(edits)], strconv.FormatUint(rnd.Uint64(), 36), seed)
	}
	require.Positive(t, changed, "no edit changed any answer: the test says nothing")
}

// querier runs statements: a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func ask(ctx context.Context, t *testing.T, g *difftest.Generator, db querier, documents []answered) {
	t.Helper()
	for i := range documents {
		text, vars := g.Document()
		doc, errs := gqlparser.LoadQueryWithRules(schema, text, rules.NewDefaultRules())
		require.Empty(t, errs, text)
		a := answered{text: text, doc: doc, vars: vars}
		a.data, a.tags = run(ctx, t, db, &a)
		documents[i] = a
	}
}

func run(ctx context.Context, t *testing.T, db querier, a *answered) (string, []string) {
	t.Helper()
	p, err := compiler.Compile(a.doc.Operations[0])
	require.NoError(t, err)
	st, err := p.Bind(coerced(a.vars).(map[string]any))
	require.NoError(t, err)
	rows, err := db.Query(ctx, st.SQL, append([]any{pgx.QueryResultFormats{pgx.TextFormatCode}}, st.Args...)...)
	require.NoError(t, err)
	defer rows.Close()
	require.True(t, rows.Next(), rows.Err())
	raw := rows.RawValues()
	return string(raw[0]), append(strings.Fields(string(raw[1])), p.Tags...)
}

// edit makes one edit in a transaction that is rolled back, and counts the
// answers it changed.
func edit(ctx context.Context, t *testing.T, db interface {
	Begin(ctx context.Context) (pgx.Tx, error)
}, documents []answered, sql, draw string, seed uint64) (changed int) {
	t.Helper()
	tx, err := db.Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(ctx) }()
	_, err = tx.Exec(ctx, sql, draw)
	require.NoError(t, err, sql)
	rows, err := tx.Query(ctx, `SELECT unnest(tags) FROM ops.outbox WHERE xid = pg_current_xact_id()`)
	require.NoError(t, err)
	announced, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	for i := range documents {
		a := &documents[i]
		data, _ := run(ctx, t, tx, a)
		if data == a.data {
			continue
		}
		changed++
		covered := slices.Contains(announced, "*") || slices.ContainsFunc(a.tags, func(tag string) bool { return slices.Contains(announced, tag) })
		if !covered {
			t.Fatalf("seed %d\n%s\n%s %v\nwas %s\nis  %s\ntags %v\nannounced %v", seed, sql, a.text, a.vars, a.data, data, a.tags, announced)
		}
	}
	return changed
}
