package tsql_test

import "fmt"

// Ids of the test library are readable: the first digits name the kind, the last ones count.
var kindDigits = map[string]int{
	"WORK": 1, "EXPRESSION": 2, "PERSON": 3, "USER": 4, "TAG": 5, "CATEGORY": 6, "COLLECTION": 7, "COMMENT": 8, "ALIGNMENT": 9,
	"series": 10, "row": 11,
}

func id(kind string, n int) string {
	return fmt.Sprintf("%08d-0000-7000-8000-%012d", kindDigits[kind], n)
}

// world is a small library with something in every base table: every path from a base row to what the reader sees,
// and few enough rows to compare them all after each edit.
const world = `
CREATE FUNCTION pg_temp.id(kind int, n bigint) RETURNS uuid LANGUAGE sql AS
  $f$ SELECT (lpad(kind::text, 8, '0') || '-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid $f$;
INSERT INTO core.subjects (id, kind)
  SELECT pg_temp.id(k.n, i), k.kind FROM (VALUES (1, 'WORK', 9), (2, 'EXPRESSION', 17), (3, 'PERSON', 7), (4, 'USER', 6), (5, 'TAG', 7),
    (6, 'CATEGORY', 8), (7, 'COLLECTION', 5), (8, 'COMMENT', 10), (9, 'ALIGNMENT', 6)) k (n, kind, count), generate_series(1, k.count) i;
INSERT INTO auth.users (id, username, username_canonical, status, created_at)
  SELECT pg_temp.id(4, i), 'user_' || i, 'user_' || i, (ARRAY['ACTIVE','ACTIVE','ACTIVE','PENDING','SUSPENDED'])[i], '2024-01-02' FROM generate_series(1, 5) i;
INSERT INTO social.profiles (user_id, display_name, visibility)
  SELECT pg_temp.id(4, i), 'User ' || i, (ARRAY['PUBLIC','MEMBERS','PRIVATE'])[i] FROM generate_series(1, 3) i;
INSERT INTO core.series (id, slug, title) SELECT pg_temp.id(10, i), 'series-' || i, 'Series ' || i FROM generate_series(1, 2) i;
INSERT INTO core.persons (id, birth_year, status, claimed_by)
  SELECT pg_temp.id(3, i), 1800 + i, CASE i WHEN 6 THEN 'DRAFT' ELSE 'PUBLISHED' END, CASE WHEN i < 3 THEN pg_temp.id(4, i) END FROM generate_series(1, 6) i;
INSERT INTO core.person_names (id, person_id, language, name, sort_name)
  SELECT pg_temp.id(11, i * 10 + l.n), pg_temp.id(3, i), l.tag, 'Given ' || l.tag || ' Family' || i, 'Family' || i || ', Given ' || l.tag
  FROM generate_series(1, 6) i, (VALUES (1, 'it'), (2, 'en')) l (n, tag);
INSERT INTO core.tags (id, name, name_canonical, synonym_of, status)
  SELECT pg_temp.id(5, i), 'Tag ' || i, 'tag ' || i, CASE i WHEN 5 THEN pg_temp.id(5, 1) END, CASE i WHEN 6 THEN 'BANNED' ELSE 'ACTIVE' END FROM generate_series(1, 6) i;
INSERT INTO core.categories (id, parent_id, category_kind, names, path) VALUES
  (pg_temp.id(6, 1), NULL, 'GENRE', '{"en": "Genre", "it": "Genere"}', '/genre/'), (pg_temp.id(6, 2), NULL, 'FORM', '{"en": "Form"}', '/form/'),
  (pg_temp.id(6, 3), pg_temp.id(6, 1), 'GENRE', '{"en": "Epic"}', '/genre/epic/'), (pg_temp.id(6, 4), pg_temp.id(6, 3), 'GENRE', '{"it": "Cavalleresco"}', '/genre/epic/chivalric/'),
  (pg_temp.id(6, 5), pg_temp.id(6, 2), 'FORM', '{"en": "Sonnet"}', '/form/sonnet/'), (pg_temp.id(6, 6), pg_temp.id(6, 4), 'GENRE', '{}', '/genre/epic/chivalric/late/'),
  (pg_temp.id(6, 7), pg_temp.id(6, 1), 'GENRE', '{"en": "Lyric"}', '/genre/lyric/');
INSERT INTO core.works (id, original_language, literature_type, year_from, series_id, series_position, status, published_at)
  SELECT pg_temp.id(1, i), (ARRAY['it','fr','grc'])[1 + i % 3], (ARRAY['POETRY','PROSE'])[1 + i % 2], 1300 + i, CASE WHEN i < 5 THEN pg_temp.id(10, 1 + i % 2) END, CASE WHEN i < 5 THEN i END,
         CASE i WHEN 8 THEN 'DRAFT' WHEN 7 THEN 'UNPUBLISHED' ELSE 'PUBLISHED' END, '2025-01-01' FROM generate_series(1, 8) i;
INSERT INTO core.work_titles (id, work_id, language, title, sort_title)
  SELECT pg_temp.id(11, i * 10 + l.n), pg_temp.id(1, i), l.tag, 'Titlé ' || i || ' ' || l.tag, 'Titlé ' || i FROM generate_series(1, 8) i, (VALUES (1, 'it'), (2, 'en')) l (n, tag);
INSERT INTO core.work_contributors (work_id, person_id, role, position)
  SELECT pg_temp.id(1, i), pg_temp.id(3, 1 + (i * k) % 6), CASE k WHEN 1 THEN 'AUTHOR' ELSE 'EDITOR' END, k FROM generate_series(1, 8) i, generate_series(1, 2) k;
INSERT INTO core.expressions (id, work_id, expression_kind, language, title, status, published_at, text_revision, line_count, source_expression_id)
  SELECT pg_temp.id(2, i), pg_temp.id(1, 1 + (i - 1) / 2), CASE i % 2 WHEN 1 THEN 'ORIGINAL' ELSE 'TRANSLATION' END, (ARRAY['it','en','fr','de'])[1 + i % 4], 'Text ' || i,
         CASE i WHEN 4 THEN 'DRAFT' ELSE 'PUBLISHED' END, '2025-01-01', 2, 20, CASE WHEN i IN (2, 4, 6) THEN pg_temp.id(2, i - 1) END FROM generate_series(1, 16) i;
INSERT INTO core.expression_contributors (expression_id, person_id, role, position)
  SELECT pg_temp.id(2, i), pg_temp.id(3, 1 + i % 6), 'TRANSLATOR', 0 FROM generate_series(2, 16, 2) i;
INSERT INTO core.text_units (id, expression_id, ordinal, unit_kind, ref) SELECT pg_temp.id(11, i), pg_temp.id(2, i), 1, 'CANTO', '1' FROM generate_series(1, 16) i;
INSERT INTO core.text_lines (expression_id, seq, line_key, ref, unit_id, content)
  SELECT pg_temp.id(2, i), n, pg_temp.id(11, i * 100 + n), '1.' || n, pg_temp.id(11, i), 'line ' || n FROM generate_series(1, 16) i, generate_series(1, 12) n;
INSERT INTO core.text_revisions (expression_id, revision, content_hash, lines, line_count, actor_id)
  SELECT pg_temp.id(2, i), r, '\x00', '[]', 12, CASE r WHEN 2 THEN pg_temp.id(4, 1 + i % 5) END FROM generate_series(1, 16) i, generate_series(1, 2) r;
INSERT INTO core.text_analyses (expression_id, revision, analyzer, language, coverage, types, measures, keywords, stanzas)
  SELECT pg_temp.id(2, i), r, v, 'it', 1, 40, '[]', '[{"term": "a", "score": 2, "frequency": 3}, {"term": "b", "score": 1, "frequency": 1}]', '[{"lines": 4, "scheme": "ABAB"}]'
  FROM generate_series(1, 4) i, generate_series(1, 2) r, generate_series(1, 2) v;
INSERT INTO core.alignments (id, work_id, left_id, right_id, left_revision, right_revision, method, status, confidence)
  SELECT pg_temp.id(9, i), pg_temp.id(1, i), pg_temp.id(2, 2 * i - 1), pg_temp.id(2, 2 * i), CASE i WHEN 6 THEN 1 ELSE 2 END, 2, 'LINE_COUNT', (ARRAY['APPROVED','SUGGESTED','STALE'])[1 + i % 3], 0.5 FROM generate_series(1, 6) i;
INSERT INTO core.alignment_groups (alignment_id, idx, left_lines, right_lines, linear)
  SELECT pg_temp.id(9, i), n, int4range(n * 6 + 1, n * 6 + 7), int4range(n * 6 + 1, n * 6 + 7), n = 0 FROM generate_series(1, 6) i, generate_series(0, 1) n;
INSERT INTO core.subject_tags (subject_id, tag_id) SELECT pg_temp.id(1, i), pg_temp.id(5, 1 + (i * k) % 6) FROM generate_series(1, 8) i, generate_series(1, 3) k ON CONFLICT DO NOTHING;
INSERT INTO core.subject_categories (subject_id, category_id) SELECT pg_temp.id(1, i), pg_temp.id(6, 1 + (i * k) % 7) FROM generate_series(1, 8) i, generate_series(1, 2) k ON CONFLICT DO NOTHING;
INSERT INTO core.slugs (kind, scope_id, slug, subject_id)
  SELECT 'WORK', '00000000-0000-0000-0000-000000000000'::uuid, 'work-' || i, pg_temp.id(1, i) FROM generate_series(1, 6) i
  UNION ALL SELECT 'EXPRESSION', pg_temp.id(1, 1 + (i - 1) / 2), 'text-' || i, pg_temp.id(2, i) FROM generate_series(1, 12) i
  UNION ALL SELECT 'PERSON', '00000000-0000-0000-0000-000000000000', 'person-' || i, pg_temp.id(3, i) FROM generate_series(1, 6) i
  UNION ALL SELECT 'TAG', '00000000-0000-0000-0000-000000000000', 'tag-' || i, pg_temp.id(5, i) FROM generate_series(1, 6) i
  UNION ALL SELECT 'COLLECTION', pg_temp.id(4, i), 'shelf', pg_temp.id(7, i) FROM generate_series(1, 3) i;
INSERT INTO core.external_ids (scheme, value, subject_id, kind)
  SELECT 'WIKIDATA', 'Q' || i, pg_temp.id(1, i), 'WORK' FROM generate_series(1, 3) i UNION ALL SELECT 'VIAF', i::text, pg_temp.id(3, i), 'PERSON' FROM generate_series(1, 3) i;
INSERT INTO core.rights (id, subject_id, status, license_id)
  SELECT pg_temp.id(11, i), pg_temp.id(2, i), (ARRAY['PUBLIC_DOMAIN','LICENSED','IN_COPYRIGHT'])[1 + i % 3], CASE i % 3 WHEN 1 THEN (ARRAY['CC-BY-4.0','All-Rights-Reserved'])[1 + i % 2] END FROM generate_series(1, 10) i
  UNION ALL SELECT pg_temp.id(11, 20 + i), pg_temp.id(1, i), 'PUBLIC_DOMAIN', NULL FROM generate_series(6, 7) i;
INSERT INTO core.revisions (subject_id, version, snapshot, actor_id)
  SELECT pg_temp.id(1, i), 1, '{}'::jsonb, pg_temp.id(4, 1 + i % 5) FROM generate_series(1, 8) i UNION ALL SELECT pg_temp.id(3, i), 1, '{}', NULL FROM generate_series(1, 3) i;
INSERT INTO social.collections (id, owner_id, title, visibility)
  SELECT pg_temp.id(7, i), pg_temp.id(4, i), 'Shelf ' || i, (ARRAY['PUBLIC','UNLISTED','PRIVATE','PUBLIC'])[i] FROM generate_series(1, 4) i;
INSERT INTO social.collection_items (collection_id, subject_id, rank)
  SELECT pg_temp.id(7, i), s.id, lpad((i * 100 + row_number() OVER (ORDER BY s.id))::text, 6, '0') FROM generate_series(1, 4) i, (
    SELECT id FROM core.subjects WHERE kind IN ('WORK','PERSON','EXPRESSION') AND right(id::text, 1) IN ('1','2','7','8')) s;
INSERT INTO social.comments (id, subject_id, author_id, parent_id, root_id, depth, path, body, status) VALUES
  (pg_temp.id(8, 1), pg_temp.id(1, 1), pg_temp.id(4, 1), NULL, pg_temp.id(8, 1), 0, '001', 'a', 'VISIBLE'), (pg_temp.id(8, 2), pg_temp.id(1, 1), pg_temp.id(4, 2), pg_temp.id(8, 1), pg_temp.id(8, 1), 1, '001.001', 'b', 'DELETED'),
  (pg_temp.id(8, 3), pg_temp.id(1, 1), pg_temp.id(4, 3), pg_temp.id(8, 2), pg_temp.id(8, 1), 2, '001.001.001', 'c', 'VISIBLE'), (pg_temp.id(8, 4), pg_temp.id(1, 7), pg_temp.id(4, 1), NULL, pg_temp.id(8, 4), 0, '001', 'd', 'VISIBLE'),
  (pg_temp.id(8, 5), pg_temp.id(7, 1), pg_temp.id(4, 5), NULL, pg_temp.id(8, 5), 0, '001', 'e', 'VISIBLE'), (pg_temp.id(8, 6), pg_temp.id(7, 3), pg_temp.id(4, 1), NULL, pg_temp.id(8, 6), 0, '001', 'f', 'VISIBLE'),
  (pg_temp.id(8, 7), pg_temp.id(2, 2), pg_temp.id(4, 4), NULL, pg_temp.id(8, 7), 0, '001', 'g', 'HIDDEN'), (pg_temp.id(8, 8), pg_temp.id(2, 2), pg_temp.id(4, 1), pg_temp.id(8, 7), pg_temp.id(8, 7), 1, '001.001', 'h', 'VISIBLE'),
  (pg_temp.id(8, 9), pg_temp.id(3, 1), NULL, NULL, pg_temp.id(8, 9), 0, '001', 'i', 'VISIBLE');
INSERT INTO stats.totals (subject_id, kind, views, likes, popularity) SELECT id, kind, 10, 3, 1.5 FROM core.subjects WHERE right(id::text, 1) IN ('1', '3');
INSERT INTO stats.trending (period, kind, rank, subject_id, score, z_score) SELECT p, 'WORK', i, pg_temp.id(1, i), 1, 1 FROM unnest('{DAY,WEEK}'::text[]) p, generate_series(5, 8) i;
INSERT INTO core.id_redirects (old_id, new_id, reason) VALUES (pg_temp.id(1, 8), pg_temp.id(1, 1), 'MERGE'), (pg_temp.id(3, 6), pg_temp.id(3, 5), 'MERGE');
INSERT INTO ops.documents (hash, name, source) VALUES (repeat('a', 64), 'Work', 'query Work { __typename }');
-- One of each kind that nothing refers to, so that it can be deleted.
INSERT INTO auth.users (id, username, username_canonical, status) VALUES (pg_temp.id(4, 6), 'alone', 'alone', 'ACTIVE');
INSERT INTO core.series (id, slug, title) VALUES (pg_temp.id(10, 3), 'empty', 'Empty');
INSERT INTO core.persons (id) VALUES (pg_temp.id(3, 7));
INSERT INTO core.works (id, original_language, literature_type, status, published_at) VALUES (pg_temp.id(1, 9), 'it', 'DRAMA', 'PUBLISHED', '2025-01-01');
INSERT INTO core.expressions (id, work_id, expression_kind, language, title, status, published_at, line_count)
  VALUES (pg_temp.id(2, 17), pg_temp.id(1, 1), 'TRANSLATION', 'ar', 'Bare', 'PUBLISHED', '2025-01-01', 20);
INSERT INTO core.text_units (id, expression_id, ordinal, unit_kind, ref) VALUES (pg_temp.id(11, 99), pg_temp.id(2, 2), 2, 'CANTO', '2');
INSERT INTO core.tags (id, name, name_canonical) VALUES (pg_temp.id(5, 7), 'Unused', 'unused');
INSERT INTO core.categories (id, category_kind, names, path) VALUES (pg_temp.id(6, 8), 'PERIOD', '{"en": "Empty"}', '/empty/');
INSERT INTO social.collections (id, owner_id, title, visibility) VALUES (pg_temp.id(7, 5), pg_temp.id(4, 1), 'Empty', 'PUBLIC');
INSERT INTO social.comments (id, subject_id, author_id, root_id, depth, path, body) VALUES (pg_temp.id(8, 10), pg_temp.id(1, 2), pg_temp.id(4, 1), pg_temp.id(8, 10), 0, '001', 'alone');
`
