package tsql_test

import (
	"context"
	"fmt"
	"regexp"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/sql/testdb"
)

// crowd puts 100,000 works, as many translations and 20,000 persons straight into the read model. Its indexes are made
// afterwards, which takes a tenth of the time.
const crowd = `
SET LOCAL session_replication_role = replica;
CREATE TEMP TABLE later ON COMMIT DROP AS
  SELECT pg_get_indexdef(i.indexrelid) AS def, i.indexrelid::regclass::text AS name FROM pg_index i
  WHERE i.indrelid IN ('view.work'::regclass, 'view.expression'::regclass, 'view.person'::regclass) AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid);
DO $$ DECLARE r record; BEGIN FOR r IN SELECT name FROM later LOOP EXECUTE 'DROP INDEX ' || r.name; END LOOP; END $$;
CREATE FUNCTION pg_temp.id(kind int, n bigint) RETURNS uuid LANGUAGE sql AS $f$ SELECT md5(kind || ':' || n)::uuid $f$;
INSERT INTO view.person (id, public_id, slug, name, name_language, sort_name, names, names_by_language, person_kind, birth_year, country_code, is_author, is_translator, languages, work_count, translation_count, external_ids, popularity, updated_at, version)
  SELECT pg_temp.id(3, i), 'p' || i, 'p' || i, 'N', 'en', md5(i::text), '[]', '{}', 'INDIVIDUAL', 1000 + i % 1000, (ARRAY['IT','FR','DE'])[1 + i % 3], i % 2 = 0, i % 3 = 0, ARRAY[(ARRAY['en','it','fr'])[1 + i % 3]], i % 50, i % 20, '[]', i % 997, now(), 1
  FROM generate_series(1, 20000) i;
INSERT INTO view.work (id, public_id, slug, title, title_language, sort_title, titles, titles_by_language, original_language, direction, literature_type, year_from, contributors, author_ids, author_public_ids, series_id, series_position,
    translation_count, translation_languages, tag_ids, category_ids, category_path_ids, rights_class, external_ids, popularity, published_at, updated_at, version)
  SELECT pg_temp.id(1, i), 'w' || i, 'w' || i, 'T', 'en', md5(i::text), '[]', '{}', (ARRAY['en','en','it','fr','fa'])[1 + i % 5], 'LTR', (ARRAY['POETRY','PROSE','DRAMA'])[1 + i % 3], 1000 + i % 1000, '[]', ARRAY[pg_temp.id(3, 1 + i * 7 % 20000)], '{}',
    CASE WHEN i % 4 = 0 THEN pg_temp.id(10, i / 400) END, CASE WHEN i % 4 = 0 THEN i % 400 + 1 END, 1, ARRAY[(ARRAY['de','it','fr','ja'])[1 + i % 4]], ARRAY[pg_temp.id(5, i % 2000)], ARRAY[pg_temp.id(6, i % 100)], ARRAY[pg_temp.id(6, i % 100), pg_temp.id(6, i % 10)],
    'OPEN', '[]', i % 9973, '2020-01-01'::timestamptz + i * interval '1 minute', now(), 1 FROM generate_series(1, 100000) i;
INSERT INTO view.expression (id, public_id, work_id, work_public_id, work_slug, slug, kind, title, sort_title, language, language_base, script, direction, translator_ids, translator_public_ids, contributors, author_ids, literature_type, relay, origin,
    completeness, quality, year, rights_class, rights_status, readable_lines, text_revision, line_count, char_count, aligned_count, popularity, published_at, updated_at, version)
  SELECT pg_temp.id(2, i), 'e' || i, pg_temp.id(1, i / 2), 'w', 'w' || i / 2, 'e' || i, CASE i % 2 WHEN 0 THEN 'TRANSLATION' ELSE 'ORIGINAL' END, 'T', md5(i::text), l.tag, l.tag, 'Latn', 'LTR', ARRAY[pg_temp.id(3, 1 + i * 11 % 20000)], '{}', '[]', ARRAY[pg_temp.id(3, 1 + i * 7 % 20000)], 'POETRY', false, 'HUMAN',
    'COMPLETE', i % 5, 1800 + i % 200, 'OPEN', 'PUBLIC_DOMAIN', 10, 1, 10, 100, 0, i % 997, '2020-01-01'::timestamptz + i * interval '1 minute', now(), 1 FROM generate_series(1, 100000) i, LATERAL (SELECT (ARRAY['en','it','fr','de','ja'])[1 + i % 5] AS tag) l;
DO $$ DECLARE r record; BEGIN FOR r IN SELECT def FROM later LOOP EXECUTE r.def; END LOOP; END $$;
ANALYZE view.work, view.expression, view.person;`

// orders and filters of the lists, as a page after a cursor asks for them.
var lists = map[string]struct{ orders, filters []string }{
	"view.work": {
		[]string{"sort_title, id|('m', $1)", "published_at DESC, id DESC|('2020-02-01', $1)", "coalesce(year_from, 32767), id|(1500, $1)", "popularity DESC, id DESC|(50, $1)"},
		[]string{"true", "original_language = 'it'", "literature_type = 'POETRY'", "author_ids && ARRAY[$1::uuid]", "tag_ids && ARRAY[$1::uuid]", "category_path_ids && ARRAY[$1::uuid]", "category_ids && ARRAY[$1::uuid]",
			"translation_languages && '{de}'", "original_language = 'it' AND literature_type = 'POETRY' AND year_from BETWEEN 1300 AND 1400", "series_id = $1"},
	},
	"view.expression": {
		[]string{"sort_title, id|('m', $1)", "published_at DESC, id DESC|('2020-02-01', $1)", "coalesce(year, 32767), id|(1900, $1)", "popularity DESC, id DESC|(50, $1)"},
		[]string{"kind <> 'ORIGINAL'", "kind <> 'ORIGINAL' AND language_base = 'it' AND language = 'it'", "kind <> 'ORIGINAL' AND language_base = 'it'",
			"translator_ids && ARRAY[$1::uuid]", "author_ids && ARRAY[$1::uuid]", "work_id = $1"},
	},
	"view.person": {
		[]string{"sort_name, id|('m', $1)", "popularity DESC, id DESC|(50, $1)", "coalesce(birth_year, 32767), id|(1500, $1)", "work_count DESC, id DESC|(5, $1)"},
		[]string{"is_author", "is_author AND country_code = 'IT'", "is_author AND languages && '{it}'"},
	},
}

var wholeTable = regexp.MustCompile(`Seq Scan on (view|core|social|stats|ops)\.(\w+)`)

func TestNoListReadsAWholeTable(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	tx, err := testdb.Open(t, testdb.Database(t)).Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(ctx) }()
	exec(t, tx, crowd)
	exec(t, tx, `SET LOCAL plan_cache_mode = force_generic_plan`)
	require.Regexp(t, wholeTable, explain(t, tx, `SELECT * FROM view.work WHERE title = 'x'`), "it would be seen")
	some := "'" + id("WORK", 1) + "'::uuid"
	for relation, list := range lists {
		for _, filter := range list.filters {
			for _, order := range list.orders {
				query := page(relation, filter, order, some)
				require.NotRegexp(t, wholeTable, explain(t, tx, query), query)
			}
		}
	}
	require.NotRegexp(t, wholeTable, explain(t, tx, `SELECT * FROM view.work WHERE slug = 'w1'`))
	require.NotRegexp(t, wholeTable, explain(t, tx, `SELECT * FROM view.expression WHERE work_slug = 'w1' AND slug = 'e1'`))
	requireBounded(t, tx, `SELECT count(*) FROM view.related_works(md5('1:77')::uuid, 10)`, 20000)
	requireBounded(t, tx, `SELECT view.best_translation(md5('1:77')::uuid, '{ja,de}')`, 2000)
}

// page is the question for the twenty rows after a cursor.
func page(relation, filter, order, some string) string {
	at := regexp.MustCompile(`^(.*)\|(.*)$`).FindStringSubmatch(order)
	columns, compare := at[1], ">"
	if regexp.MustCompile(` DESC`).MatchString(columns) {
		compare = "<"
	}
	keys := regexp.MustCompile(` DESC`).ReplaceAllString(columns, "")
	query := fmt.Sprintf(`SELECT * FROM %s WHERE %s AND (%s) %s %s ORDER BY %s LIMIT 21`, relation, filter, keys, compare, at[2], columns)
	return regexp.MustCompile(`\$1(::uuid)?`).ReplaceAllString(query, some)
}

// requireBounded runs a query and counts the pages it touches: a bound on them is a bound on what it reads, whatever the
// plans inside the functions are.
func requireBounded(t testing.TB, tx pgx.Tx, query string, pages int) {
	t.Helper()
	exec(t, tx, query) // its plans and catalog pages
	var plan []struct {
		Plan struct {
			Hit  int `json:"Shared Hit Blocks"`
			Read int `json:"Shared Read Blocks"`
		} `json:"Plan"`
	}
	require.NoError(t, tx.QueryRow(context.Background(), `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) `+query).Scan(&plan))
	require.Less(t, plan[0].Plan.Hit+plan[0].Plan.Read, pages, query)
}

// With sequential scans forbidden, one that is left over has no index to take its place: so even the smallest library
// shows which path would read a whole table in a large one.
func TestEveryPathHasAnIndex(t *testing.T) {
	t.Parallel()
	tx := worldTx(t)
	exec(t, tx, `SET LOCAL enable_seqscan = off`)
	exec(t, tx, `SET LOCAL plan_cache_mode = force_generic_plan`)
	require.Regexp(t, wholeTable, explain(t, tx, `SELECT * FROM core.works WHERE description = 'x'`), "it would be seen")
	some := "'" + id("WORK", 1) + "'::uuid"
	queries := []string{
		`SELECT * FROM view.language_source WHERE tag = ANY ('{it,en}')`, `SELECT * FROM view.collection_item_source WHERE collection_id = ANY (ARRAY[$1]) AND subject_id = ANY (ARRAY[$1])`,
		`SELECT * FROM view.text_line WHERE expression_id = $1 AND seq BETWEEN 1 AND 20`, `SELECT * FROM view.text_line WHERE expression_id = $1 AND ref = '1.1'`, `SELECT * FROM view.text_unit WHERE expression_id = $1`,
		`SELECT * FROM view.alignment_pair WHERE expression_id = $1 AND other_id = $1`, `SELECT * FROM view.alignment_group WHERE alignment_id = $1`, `SELECT * FROM view.revision WHERE subject_id = $1`,
		`SELECT * FROM view.rights WHERE subject_id = $1`, `SELECT * FROM view.slug WHERE kind = 'WORK' AND scope_id = $1 AND slug = 'a'`, `SELECT * FROM view.slug WHERE subject_id = $1`, `SELECT * FROM view.redirect WHERE old_id = $1`,
		`SELECT * FROM view.work WHERE id IN (SELECT work_id FROM view.work_title_key WHERE key >= view.sort_key('a') AND key < view.sort_key('a') || 'z')`,
		`SELECT * FROM view.person WHERE id IN (SELECT person_id FROM view.person_name_key WHERE key >= view.sort_key('a') AND key < view.sort_key('a') || 'z')`,
		`SELECT * FROM view.tag WHERE view.sort_key(name) COLLATE "C" >= 'a' AND view.sort_key(name) COLLATE "C" < 'b'`,
		`SELECT * FROM view.subject WHERE id = $1`, `SELECT * FROM view.subject WHERE public_id = 'a'`, `SELECT * FROM view.subject_stats WHERE subject_id = ANY (ARRAY[$1])`, `SELECT * FROM view.trending WHERE period = 'DAY' AND scope = '*' AND kind = 'WORK' ORDER BY rank LIMIT 20`,
		`SELECT * FROM view.change WHERE seq > 5 ORDER BY seq LIMIT 200`, `SELECT * FROM view.announcement WHERE id > 5 ORDER BY id LIMIT 100`, `SELECT * FROM view.document WHERE hash = 'a'`,
		`SELECT * FROM view.collection_item WHERE collection_id = $1 ORDER BY rank, subject_id LIMIT 20`, `SELECT * FROM view.comment WHERE subject_id = $1 AND depth = 0 ORDER BY created_at DESC, id DESC LIMIT 20`,
		`SELECT * FROM view.comment WHERE root_id = $1 ORDER BY path LIMIT 20`, `SELECT * FROM view.users_public WHERE username_canonical = 'a'`, `SELECT * FROM view.collection WHERE owner_username = 'a' AND slug = 'b'`,
		`SELECT * FROM view.tag ORDER BY usage_count DESC, id DESC LIMIT 20`, `SELECT * FROM view.category WHERE path = '/genre/'`, `SELECT * FROM view.category WHERE parent_id = $1 ORDER BY ordinal, id`,
	}
	for _, model := range []string{"work", "expression", "person", "tag", "category", "users_public", "collection", "comment"} {
		queries = append(queries, fmt.Sprintf(`SELECT * FROM view.%s_source WHERE id = ANY (ARRAY[$1])`, model))
	}
	for _, query := range queries {
		plan := explain(t, tx, regexp.MustCompile(`\$1`).ReplaceAllString(query, some))
		require.NotRegexp(t, wholeTable, plan, query)
	}
}
