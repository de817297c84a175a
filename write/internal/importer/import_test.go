package importer

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

func TestImportBringsEverythingIn(t *testing.T) {
	b := newBase(t)
	r := b.load(small())
	require.True(t, r.Changed)
	require.False(t, r.Resumed)
	b.verified()

	require.Equal(t, "dante|Dante Alighieri|1265|1321|IT", b.one(`SELECT concat_ws('|', slug, name, birth_year, death_year, country_code) FROM view.person WHERE slug = 'dante'`))
	require.Equal(t, "t|t|1|0", b.one(`SELECT concat_ws('|', is_author, NOT is_translator, (SELECT count(*) FROM view.person WHERE slug = 'henry-wadsworth-longfellow') + 1, 0) FROM view.person WHERE slug = 'dante'`),
		"a translator who is an author is that author")
	require.Equal(t, "Longfellow, Henry Wadsworth", b.one(`SELECT sort_name FROM core.person_names WHERE name LIKE 'Henry%'`))
	require.Equal(t, "Dante Alighieri", b.one(`SELECT sort_name FROM core.person_names WHERE name = 'Dante Alighieri'`), "before family names")

	require.Equal(t, []string{"inferno-01|Inferno, Canto I|divina-commedia|1|1308|1321|900", "vita-nuova|Vita nova|1292|1295"},
		b.list(`SELECT concat_ws('|', w.slug, title, series_slug, series_position, year_from, year_to, t.views) FROM view.work w LEFT JOIN stats.totals t ON t.subject_id = w.id ORDER BY w.slug`))
	require.Equal(t, []string{"/genre/cantica/", "/genre/epic/"}, b.list(`SELECT path::text FROM view.category WHERE work_count > 0 AND depth = 1 ORDER BY 1`))
	require.Equal(t, []string{"Exile", "guide"}, b.list(`SELECT g.name FROM view.tag g WHERE usage_count = 1 ORDER BY 1`), "a synonym leads to its tag")

	require.Equal(t, []string{
		"de.anonymous|UNKNOWN|2", "en.longfellow|OPEN|1", "en.longfellow-1900|UNKNOWN|1", "fr.bianchi|RESTRICTED|1", "it.original|OPEN|1", "it.original|OPEN|1",
	}, b.list(`SELECT concat_ws('|', slug, rights_class, text_revision) FROM view.expression ORDER BY slug`))
	require.Equal(t, "fr|t", b.one(`SELECT concat_ws('|', source_language, relay) FROM view.expression WHERE slug = 'en.longfellow'`), "its source stands later in the file")
	require.Equal(t, []string{"Anna Bianchi", "Carl Brun"}, b.list(`SELECT credited_as FROM core.expression_contributors c JOIN core.expressions e ON e.id = c.expression_id WHERE e.language = 'fr' ORDER BY position`))

	require.Equal(t, []string{"1|1.1|1|VERSE|f", "2|1.2|1|VERSE|f", "3|1.3|1|VERSE|t", "4|1.4|1|VERSE|f"},
		b.list(`SELECT concat_ws('|', l.seq, l.ref, l.unit_ref, l.kind, l.stanza_start) FROM view.text_line l JOIN view.expression e ON e.id = l.expression_id WHERE e.slug = 'en.longfellow' ORDER BY seq`))
	require.Equal(t, []string{"IMPORTED|APPROVED|0.9|f|2", "LINE_COUNT|APPROVED|0.95|t|1", "LINE_COUNT|SUGGESTED|0.6|t|1", "LINE_COUNT|SUGGESTED|0.6|t|1", "LINE_COUNT|SUGGESTED|0.8|t|1"},
		b.list(`SELECT concat_ws('|', method, status, a.confidence, bool_or(linear), count(*)) FROM core.alignments a JOIN core.alignment_groups g ON g.alignment_id = a.id GROUP BY a.id ORDER BY 1`))

	require.Equal(t, []string{"1|First try|In jenem Theile des Buches", "2|Imported|In jenem Teile des Buches"},
		b.list(`SELECT concat_ws('|', r.revision, r.message, r.lines->0->>'c') FROM core.text_revisions r JOIN core.expressions e ON e.id = r.expression_id WHERE e.language = 'de' ORDER BY 1`))
	require.Equal(t, []string{"000001|0|VISIBLE", "000001|0|VISIBLE", "000001.000001|1|VISIBLE", "000001.000001.000001|2|DELETED"},
		b.list(`SELECT concat_ws('|', path, depth, status) FROM social.comments ORDER BY path COLLATE "C", depth`))
	require.Equal(t, "3|beginnings|ada", b.one(`SELECT concat_ws('|', item_count, slug, owner_username) FROM view.collection`))
	require.Equal(t, "1|12.5", b.one(`SELECT concat_ws('|', rank, score) FROM view.trending`))
	require.Equal(t, "1|2", b.one(`SELECT concat_ws('|', (SELECT comments FROM stats.totals WHERE kind = 'WORK' AND comments > 0), (SELECT comments FROM stats.totals WHERE kind = 'EXPRESSION' AND comments > 0))`))
	require.Equal(t, "DONE", b.one(`SELECT status FROM ops.import_runs`))
	require.Equal(t, "2", b.one(`SELECT count(*) FROM core.revisions r JOIN core.works w ON w.id = r.subject_id WHERE r.version = 1`))
	b.numbered()
	require.Equal(t, "true", b.one(`SELECT max(seq) = count(*) AND count(*) > 5 FROM ops.changes`), "without a gap")
}

func TestASecondImportChangesNothing(t *testing.T) {
	b := newBase(t)
	b.load(small())
	before, announced, changes := b.fingerprint(), b.one("SELECT count(*) FROM ops.outbox"), b.one("SELECT count(*) FROM ops.changes")
	r := b.load(small())
	require.False(t, r.Changed)
	for _, s := range r.Stages {
		require.Zero(t, s.Count.Rows, s.Name)
	}
	require.Equal(t, before, b.fingerprint())
	require.Equal(t, announced, b.one("SELECT count(*) FROM ops.outbox"))
	require.Equal(t, changes, b.one("SELECT count(*) FROM ops.changes"))
}

func TestAChangedRecordUpdatesJustItself(t *testing.T) {
	b := newBase(t)
	b.load(small())
	versions := func() map[string]string {
		out := map[string]string{}
		for _, line := range b.list(`SELECT slug || ' ' || version FROM view.work UNION ALL SELECT work_slug || '/' || slug || ' ' || version FROM view.expression UNION ALL SELECT slug || ' ' || version FROM view.person`) {
			slug, version, _ := strings.Cut(line, " ")
			out[slug] = version
		}
		return out
	}
	before, keys := versions(), b.list(`SELECT l.line_key::text FROM core.text_lines l JOIN core.expressions e ON e.id = l.expression_id WHERE e.language = 'fr' ORDER BY seq`)
	last := b.one("SELECT max(id) FROM ops.outbox")

	changed := small().replaced("translations.jsonl", `je me retrouvai\n`, `par une selve obscure\nje me retrouvai\n`).
		replaced("works.jsonl", `"title":"Vita nova"`, `"title":"La vita nova"`)
	r := b.load(changed)
	require.True(t, r.Changed)
	b.verified()

	after := versions()
	moved := map[string]string{}
	for slug, version := range after {
		if before[slug] != version {
			moved[slug] = before[slug] + "→" + version
		}
	}
	require.Equal(t, map[string]string{"inferno-01/fr.bianchi": "1→2", "vita-nuova": "1→2", "vita-nuova/it.original": "1→2"}, moved)

	now := b.list(`SELECT l.line_key::text FROM core.text_lines l JOIN core.expressions e ON e.id = l.expression_id WHERE e.language = 'fr' ORDER BY seq`)
	require.Equal(t, keys, append([]string{now[0]}, now[2:]...), "unchanged lines keep their keys")
	require.Equal(t, []string{"1|4|Imported", "2|5|Imported again with changes"},
		b.list(`SELECT concat_ws('|', r.revision, r.line_count, r.message) FROM core.text_revisions r JOIN core.expressions e ON e.id = r.expression_id WHERE e.language = 'fr' ORDER BY 1`))
	require.Equal(t, "4", b.one(`SELECT jsonb_array_length(lines) FROM core.text_revisions r JOIN core.expressions e ON e.id = r.expression_id WHERE e.language = 'fr' AND revision = 1`))
	require.Equal(t, []string{"3|1", "3|1"}, b.list(`SELECT concat_ws('|', count(*), count(*) FILTER (WHERE g.stale)) FROM view.alignment_group g
		JOIN view.alignment_pair p USING (alignment_id) JOIN view.expression e ON e.id = p.expression_id WHERE e.slug = 'fr.bianchi' GROUP BY p.alignment_id`),
		"five lines answer no four, but four of them do as they did")
	require.Equal(t, "0", b.one(`SELECT count(*) FROM core.alignments WHERE status = 'STALE'`))

	tags := b.list(`SELECT DISTINCT unnest(tags) FROM ops.outbox WHERE id > $1::bigint`, last)
	french := b.one(`SELECT public_id FROM view.expression WHERE slug = 'fr.bianchi'`)
	require.Contains(t, tags, "text:"+french)
	require.NotContains(t, tags, "*", "a small import tells precisely what changed")
	require.NotContains(t, tags, "text:"+b.one(`SELECT public_id FROM view.expression WHERE slug = 'en.longfellow'`))
	require.Equal(t, "2", b.one(`SELECT count(*) FROM core.revisions r JOIN core.works w ON w.id = r.subject_id JOIN view.work v USING (id) WHERE v.slug = 'vita-nuova'`))
}

func TestABulkImportAnnouncesEverythingOnce(t *testing.T) {
	b := newBase(t)
	l := small()
	for i := range 150 {
		l = l.with("works.jsonl", record(t, map[string]any{
			"id": "poem-" + string(rune('a'+i%26)) + string(rune('a'+i/26)), "author_ids": []string{"dante"}, "title": "Poem",
			"original_language": "it", "literature_type": "poetry", "text": "one\ntwo", "tags": []string{"many"},
		}))
	}
	b.load(l)
	b.verified()
	require.Equal(t, "1", b.one(`SELECT count(*) FROM ops.outbox WHERE tags = '{*}'`))
	require.Equal(t, "true", b.one(`SELECT usage_count = 150 FROM view.tag WHERE name = 'many'`))
}

func TestImportFollowsMovesOfAPart(t *testing.T) {
	b := newBase(t)
	b.load(small())
	canto := func(id string) string {
		return record(t, map[string]any{
			"id": id, "author_ids": []string{"dante"}, "title": "Inferno " + id, "original_language": "it", "literature_type": "poetry",
			"collection": "Divina Commedia", "text": "riga",
		})
	}
	b.load(library{"works.jsonl": {canto("inferno-03"), canto("inferno-02")}})
	b.verified()
	require.Equal(t, []string{"inferno-01 1", "inferno-02 2", "inferno-03 3"},
		b.list(`SELECT slug || ' ' || series_position FROM view.work WHERE series_id IS NOT NULL ORDER BY 1`))
	require.Equal(t, "2.1", b.one(`SELECT l.ref FROM view.text_line l JOIN view.expression e ON e.id = l.expression_id WHERE e.work_slug = 'inferno-02'`))

	moved := small().replaced("works.jsonl", `"slug":"vita-nuova"`, `"slug":"new-life"`)
	b.load(moved)
	require.Equal(t, "new-life", b.one(`SELECT slug FROM view.work WHERE title = 'Vita nova'`))
	require.Equal(t, "false", b.one(`SELECT is_current FROM view.slug WHERE slug = 'vita-nuova'`), "the former address stays")
	b.load(small())
	require.Equal(t, "vita-nuova", b.one(`SELECT slug FROM view.work WHERE title = 'Vita nova'`))
	b.verified()
}

// The role of the write service may import, though it may not touch the read model.
func TestTheWritersRoleMayImport(t *testing.T) {
	b := newBase(t)
	config, err := pgx.ParseConfig(b.url)
	require.NoError(t, err)
	config.RuntimeParams["role"] = "tercul_writer"
	b.conn, err = pgx.ConnectConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(func() { _ = b.conn.Close(context.Background()) })
	l := small()
	for i := range 120 {
		l = l.with("authors.jsonl", record(t, map[string]any{"id": "p" + strings.Repeat("i", i), "names": []any{map[string]any{"name": "Nobody"}}}))
	}
	b.load(l)
	b.verified()
	require.False(t, b.load(l).Changed)
}

func TestOnlyOneImportAtATime(t *testing.T) {
	b := newBase(t)
	other := b.connect()
	_, err := other.Exec(t.Context(), "SELECT pg_advisory_lock($1)", int64(lockKey))
	require.NoError(t, err)
	_, err = b.try(small())
	require.ErrorIs(t, err, ErrBusy)
	_, err = other.Exec(t.Context(), "SELECT pg_advisory_unlock($1)", int64(lockKey))
	require.NoError(t, err)
	b.load(small())
}

func TestImportNeedsFiles(t *testing.T) {
	_, err := Run(context.Background(), nil, Options{Files: library{"readme.txt": {"x"}}.fs(), Name: "nowhere"})
	require.ErrorIs(t, err, ErrNothing)
	require.ErrorContains(t, err, "nowhere")
}

// What came in together is ordered by its place in the files, and a second import
// leaves that as it is.
func TestTheLastOfAnImportIsTheNewest(t *testing.T) {
	b := newBase(t)
	l := small()
	var want []string
	for i := range 8 {
		name := "w" + strconv.Itoa(i*7%8)
		l = l.with("works.jsonl", record(t, map[string]any{
			"id": name, "author_ids": []string{"dante"}, "title": name, "original_language": "it", "literature_type": "prose",
		}))
		want = append([]string{name}, want...)
	}
	for range 2 {
		b.load(l)
		require.Equal(t, want, b.list("SELECT slug FROM view.work WHERE slug ~ '^w' ORDER BY published_at DESC, id DESC"))
	}
}

// What was counted here stays when the numbers that were brought are brought again.
func TestAnImportAddsToWhatIsCounted(t *testing.T) {
	b := newBase(t)
	b.load(small())
	of := func() string {
		return b.one(`SELECT concat_ws('|', views, likes, bookmarks, round(t.popularity::numeric, 4)) FROM stats.totals t JOIN view.work w ON w.id = t.subject_id WHERE w.slug = 'inferno-01'`)
	}
	require.Equal(t, "900|20|1|3.0048", of())
	for _, statement := range []string{
		"INSERT INTO stats.daily (day, subject_id, views) SELECT '2026-03-10', id, 100 FROM view.work WHERE slug = 'inferno-01'",
		"INSERT INTO social.likes (user_id, subject_id) SELECT u.id, w.id FROM view.work w, auth.users u WHERE w.slug = 'inferno-01' AND u.username = 'ada'",
		"UPDATE stats.totals SET views = views + 100, likes = likes + 1 FROM view.work w WHERE w.id = subject_id AND w.slug = 'inferno-01'",
	} {
		_, err := b.conn.Exec(t.Context(), statement)
		require.NoError(t, err)
	}
	again := small()
	again["stats.jsonl"] = []string{`{"subject":{"kind":"work","id":"inferno-01"},"views":950,"likes":19,"bookmarks":1}`}
	b.load(again)
	require.Equal(t, "1050|20|1|3.0648", of())
	b.verified()
}
