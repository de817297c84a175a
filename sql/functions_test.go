package tsql_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/sql/testdb"
)

// worldTx is a transaction with the test library in it.
func worldTx(t testing.TB) pgx.Tx {
	t.Helper()
	tx := testdb.Tx(t)
	exec(t, tx, world)
	return tx
}

func exec(t testing.TB, tx pgx.Tx, statement string, args ...any) {
	t.Helper()
	_, err := tx.Exec(context.Background(), statement, args...)
	require.NoError(t, err, statement)
}

// ask answers the first column of every row as text; NULL is "<null>".
func ask(t testing.TB, tx pgx.Tx, query string, args ...any) []string {
	t.Helper()
	rows, err := tx.Query(context.Background(), `SELECT coalesce(x::text, '<null>') FROM (`+query+`) q (x)`, args...)
	require.NoError(t, err, query)
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err, query)
	return out
}

func TestLocalizedTakesTheFirstLanguageThereIs(t *testing.T) {
	t.Parallel()
	tx := testdb.Tx(t)
	for langs, want := range map[string]string{
		"{it,en}": "B", "{xx,en,it}": "A", "{xx}": "<null>", "{}": "<null>", "{NULL,en}": "A", "{a,b,c,d,e,f,g,h,i,en}": "A",
	} {
		require.Equal(t, []string{want}, ask(t, tx, `SELECT view.localized('{"en": "A", "it": "B"}', $1::text[])`, langs), langs)
	}
	plan := explain(t, tx, `SELECT view.localized(titles_by_language, ARRAY['it']) FROM view.work`)
	require.NotContains(t, plan, "localized", "is written into the query in place of a call")
}

// explain is the plan of a query, as text.
func explain(t testing.TB, tx pgx.Tx, query string, args ...any) (plan string) {
	t.Helper()
	rows, err := tx.Query(context.Background(), `EXPLAIN (VERBOSE) `+query, args...)
	require.NoError(t, err, query)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err, query)
	for _, line := range lines {
		plan += line + "\n"
	}
	return plan
}

func TestBestTranslation(t *testing.T) {
	t.Parallel()
	tx := worldTx(t)
	// Work 9 has nothing yet. Texts: quality, rights, completeness and popularity decide, in this order.
	for i, e := range []struct {
		language, kind, completeness string
		quality                      int
		open                         bool
		popularity                   float64
	}{
		{"en", "TRANSLATION", "COMPLETE", 2, true, 9}, {"en", "TRANSLATION", "COMPLETE", 3, false, 9}, {"en", "TRANSLATION", "PARTIAL", 3, true, 9},
		{"en", "TRANSLATION", "COMPLETE", 3, true, 1}, {"en", "TRANSLATION", "COMPLETE", 3, true, 2}, {"zh-Hant", "TRANSLATION", "COMPLETE", 1, false, 0},
		{"zh-Hans", "TRANSLATION", "COMPLETE", 4, true, 9}, {"it", "ORIGINAL", "COMPLETE", 4, true, 9},
	} {
		expression := id("EXPRESSION", 50+i)
		exec(t, tx, `INSERT INTO core.subjects (id, kind) VALUES ($1, 'EXPRESSION')`, expression)
		exec(t, tx, `INSERT INTO core.expressions (id, work_id, language, expression_kind, title, completeness, quality, status, published_at) VALUES ($1, $2, $3, $4, 'x', $5, $6, 'PUBLISHED', now())`,
			expression, id("WORK", 9), e.language, e.kind, e.completeness, e.quality)
		exec(t, tx, `INSERT INTO core.rights (id, subject_id, status) VALUES (gen_random_uuid(), $1, $2)`, expression, map[bool]string{true: "PUBLIC_DOMAIN", false: "IN_COPYRIGHT"}[e.open])
		exec(t, tx, `INSERT INTO stats.totals (subject_id, kind, popularity) VALUES ($1, 'EXPRESSION', $2)`, expression, e.popularity)
	}
	for asked, want := range map[string]string{
		"{en}":         id("EXPRESSION", 54), // the most popular of the best
		"{EN-us}":      id("EXPRESSION", 54), // cut to en
		"{fr,en}":      id("EXPRESSION", 54),
		"{zh-Hant-TW}": id("EXPRESSION", 55), // cut to zh-Hant, although zh-Hans is the better text
		"{zh}":         id("EXPRESSION", 56), // no zh: the best of what begins with it
		"{zh,en}":      id("EXPRESSION", 54), // an exact answer to a later range comes first
		"{en-x-a-b}":   id("EXPRESSION", 54), // the single letter goes with what follows
		"{it}":         "<null>",             // the original is not a translation
		"{de}":         "<null>",
		"{}":           "<null>",
	} {
		require.Equal(t, []string{want}, ask(t, tx, `SELECT view.best_translation($1, $2::text[])`, id("WORK", 9), asked), asked)
	}
}

func TestRelatedWorks(t *testing.T) {
	t.Parallel()
	tx := worldTx(t)
	const query = `SELECT row_number() OVER () || ' ' || id || ' ' || score FROM view.related_works($1, $2)`
	all := ask(t, tx, query, id("WORK", 1), 50)
	require.NotEmpty(t, all)
	require.Equal(t, all, ask(t, tx, query, id("WORK", 1), 50), "the same question, the same answer")
	require.Equal(t, all[:2], ask(t, tx, query, id("WORK", 1), 2))
	for _, line := range all {
		require.NotContains(t, line, id("WORK", 1)+" ", "not itself")
		require.NotContains(t, line, id("WORK", 8)+" ", "no draft")
	}
	require.Empty(t, ask(t, tx, query, id("WORK", 8), 50), "of a draft nothing is told")
	// Work 7 has the same author as work 1; published, it becomes the first.
	exec(t, tx, `UPDATE core.works SET status = 'PUBLISHED' WHERE id = $1`, id("WORK", 7))
	require.Contains(t, ask(t, tx, query, id("WORK", 1), 1)[0], id("WORK", 7))
}

const revised = `
UPDATE core.expressions SET line_count = 5 WHERE id = '00000002-0000-7000-8000-000000000003';
INSERT INTO core.text_revisions (expression_id, revision, content_hash, line_count, lines)
SELECT '00000002-0000-7000-8000-000000000003', v.revision, '', 5, (
  SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('k', md5(substr(l.text, 1, 1))::uuid, 'r', '1.' || l.n, 'c', l.text, 't', 'VERSE', 's', CASE WHEN l.n = 1 THEN true END, 'p', CASE WHEN l.n = 2 THEN 'Dante' END)) ORDER BY l.n)
  FROM unnest(v.lines) WITH ORDINALITY l (text, n))
FROM (VALUES (11, '{a,b,c,d,e}'::text[]), (12, '{a,x,c2,e,y}'), (13, '{e,d,c,b,a}')) v (revision, lines);`

func TestTextDiff(t *testing.T) {
	t.Parallel()
	tx := worldTx(t)
	exec(t, tx, revised)
	open(t, tx, id("EXPRESSION", 3))
	diff := func(from, to int) []string {
		return ask(t, tx, `SELECT concat_ws(' ', ord, op, from_ref, to_ref, from_content, to_content) FROM view.text_diff($1, $2, $3)`, id("EXPRESSION", 3), from, to)
	}
	require.Equal(t, []string{
		"1 EQUAL 1.1 1.1 a a", "2 REMOVED 1.2 b", "3 ADDED 1.2 x", "4 CHANGED 1.3 1.3 c c2", "5 REMOVED 1.4 d", "6 EQUAL 1.5 1.4 e e", "7 ADDED 1.5 y",
	}, diff(11, 12))
	require.Equal(t, []string{"1 EQUAL 1.5 1.1 e e", "2 EQUAL 1.4 1.2 d d", "3 EQUAL 1.3 1.3 c c", "4 EQUAL 1.2 1.4 b b", "5 EQUAL 1.1 1.5 a a"}, diff(11, 13), "turned round")
	require.Len(t, diff(11, 99), 5, "against nothing, all is removed")
}

func TestRevisionLines(t *testing.T) {
	t.Parallel()
	tx := worldTx(t)
	exec(t, tx, revised)
	const query = `SELECT concat_ws(' ', seq, ref, unit_ref, kind, speaker, stanza_start, content) FROM view.revision_lines($1, $2)`
	open(t, tx, id("EXPRESSION", 3))
	require.Equal(t, []string{"1 1.1 1 VERSE t a", "2 1.2 1 VERSE Dante f x", "3 1.3 1 VERSE f c2", "4 1.4 1 VERSE f e", "5 1.5 1 VERSE f y"}, ask(t, tx, query, id("EXPRESSION", 3), 12))
	require.Empty(t, ask(t, tx, query, id("EXPRESSION", 3), 99))

	exec(t, tx, `UPDATE core.rights SET status = 'IN_COPYRIGHT' WHERE subject_id = $1`, id("EXPRESSION", 3))
	require.Len(t, ask(t, tx, query, id("EXPRESSION", 3), 12), 1, "an excerpt of the past too")
	exec(t, tx, `UPDATE core.expressions SET status = 'WITHHELD' WHERE id = $1`, id("EXPRESSION", 3))
	require.Empty(t, ask(t, tx, query, id("EXPRESSION", 3), 12))
}

// open gives everybody the right to read a text.
func open(t testing.TB, tx pgx.Tx, subject string) {
	t.Helper()
	exec(t, tx, `INSERT INTO core.rights (id, subject_id, status) VALUES (gen_random_uuid(), $1, 'PUBLIC_DOMAIN')
		ON CONFLICT (subject_id, jurisdiction) DO UPDATE SET status = 'PUBLIC_DOMAIN', license_id = NULL`, subject)
}
