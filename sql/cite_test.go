package tsql_test

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/sql/testdb"
)

// Work 1 is Dante's, expression 2 Longfellow's translation of it; work 2 is Homer's, with a title full of what the
// formats hold special; work 3 has three authors and no year; work 4 has nothing.
const citable = `
INSERT INTO core.subjects (id, kind)
  SELECT ('00000001-0000-7000-8000-00000000000' || i)::uuid, 'WORK' FROM generate_series(1, 4) i UNION ALL SELECT '00000002-0000-7000-8000-000000000002', 'EXPRESSION'
  UNION ALL SELECT ('00000003-0000-7000-8000-00000000000' || i)::uuid, 'PERSON' FROM generate_series(1, 5) i;
INSERT INTO core.persons (id) SELECT ('00000003-0000-7000-8000-00000000000' || i)::uuid FROM generate_series(1, 5) i;
INSERT INTO core.person_names (id, person_id, language, name, sort_name, position)
  SELECT gen_random_uuid(), ('00000003-0000-7000-8000-00000000000' || n.i)::uuid, n.language, n.name, n.sort, n.position
  FROM (VALUES (1, 'it', 'Dante Alighieri', 'Alighieri, Dante', 0), (2, 'en', 'Henry Wadsworth Longfellow', 'Longfellow, Henry Wadsworth', 0),
               (3, 'grc', 'Ὅμηρος', 'Ὅμηρος', 0), (3, 'en', 'Homer', 'Homer', 1), (4, 'fr', 'Jean-Paul Ôtre', 'Ôtre, Jean-Paul', 0), (5, 'en', 'A & B', 'A & B', 0)) n (i, language, name, sort, position);
INSERT INTO core.works (id, original_language, literature_type, year_from, year_to, status, published_at) VALUES
  ('00000001-0000-7000-8000-000000000001', 'it', 'POETRY', 1308, 1321, 'PUBLISHED', now()), ('00000001-0000-7000-8000-000000000002', 'grc', 'POETRY', -750, -700, 'PUBLISHED', now()),
  ('00000001-0000-7000-8000-000000000003', 'fr', 'PROSE', NULL, NULL, 'PUBLISHED', now()), ('00000001-0000-7000-8000-000000000004', 'en', 'PROSE', -5, 5, 'PUBLISHED', now());
INSERT INTO core.work_titles (id, work_id, language, title, sort_title) VALUES
  (gen_random_uuid(), '00000001-0000-7000-8000-000000000001', 'it', 'Commedia', 'Commedia'),
  (gen_random_uuid(), '00000001-0000-7000-8000-000000000002', 'grc', E'100% {Sure} & $5 #1_a~b^c\\d "e"\nf?', 'x'),
  (gen_random_uuid(), '00000001-0000-7000-8000-000000000003', 'fr', 'Trois', 'Trois'), (gen_random_uuid(), '00000001-0000-7000-8000-000000000003', 'en', 'Three', 'Three'),
  (gen_random_uuid(), '00000001-0000-7000-8000-000000000004', 'en', 'Nameless', 'Nameless');
INSERT INTO core.work_contributors (work_id, person_id, role, position) VALUES
  ('00000001-0000-7000-8000-000000000001', '00000003-0000-7000-8000-000000000001', 'AUTHOR', 0), ('00000001-0000-7000-8000-000000000002', '00000003-0000-7000-8000-000000000003', 'AUTHOR', 0),
  ('00000001-0000-7000-8000-000000000003', '00000003-0000-7000-8000-000000000004', 'AUTHOR', 0), ('00000001-0000-7000-8000-000000000003', '00000003-0000-7000-8000-000000000001', 'AUTHOR', 1),
  ('00000001-0000-7000-8000-000000000003', '00000003-0000-7000-8000-000000000005', 'AUTHOR', 2);
INSERT INTO core.expressions (id, work_id, expression_kind, language, title, subtitle, year, credit, status, published_at) VALUES
  ('00000002-0000-7000-8000-000000000002', '00000001-0000-7000-8000-000000000001', 'TRANSLATION', 'en', 'The Divine Comedy', 'Inferno', 1867, 'Public domain', 'PUBLISHED', now());
INSERT INTO core.expression_contributors (expression_id, person_id, role) VALUES ('00000002-0000-7000-8000-000000000002', '00000003-0000-7000-8000-000000000002', 'TRANSLATOR');
`

func cite(t testing.TB, tx pgx.Tx, subject, format string, ref any, locale string) string {
	t.Helper()
	var text *string
	require.NoError(t, tx.QueryRow(context.Background(), `SELECT view.cite($1, $2, $3, $4)`, subject, format, ref, locale).Scan(&text))
	require.NotNil(t, text)
	return *text
}

func publicID(t testing.TB, tx pgx.Tx, id string) (public string) {
	t.Helper()
	require.NoError(t, tx.QueryRow(context.Background(), `SELECT public_id FROM core.subjects WHERE id = $1`, id).Scan(&public))
	return public
}

func TestCitationsInEveryFormat(t *testing.T) {
	t.Parallel()
	tx := testdb.Tx(t)
	_, err := tx.Exec(context.Background(), citable)
	require.NoError(t, err)
	work, expression := id("WORK", 1), id("EXPRESSION", 2)
	w, e := publicID(t, tx, work), publicID(t, tx, expression)

	for _, c := range []struct{ name, subject, format, ref, locale, want string }{
		{"APA of a work", work, "APA", "", "en", "Alighieri, D. (1308–1321). Commedia. tercul:" + w},
		{"APA of a passage of a translation", expression, "APA", "1.10-12", "en", "Alighieri, D. (1867). The Divine Comedy: Inferno (H. W. Longfellow, Trans.; 1.10-12). tercul:" + e + " (Original work published 1308–1321)"},
		{"MLA of a translation", expression, "MLA", "1.10", "en", "Alighieri, Dante. The Divine Comedy: Inferno. Translated by Henry Wadsworth Longfellow, 1867, 1.10, tercul:" + e + "."},
		{"Chicago of a translation", expression, "CHICAGO", "", "en", "Alighieri, Dante. The Divine Comedy: Inferno. Translated by Henry Wadsworth Longfellow. 1867. tercul:" + e + "."},
		{"Chicago in Italian", expression, "CHICAGO", "", "it", "Alighieri, Dante. The Divine Comedy: Inferno. Traduzione di Henry Wadsworth Longfellow. 1867. tercul:" + e + "."},
		{"before the common era, in the reader's form of the name", id("WORK", 2), "MLA", "", "en-GB", "Homer. 100% {Sure} & $5 #1_a~b^c\\d \"e\"\nf? 750–700 BCE, tercul:" + publicID(t, tx, id("WORK", 2)) + "."},
		{"three authors, no year", id("WORK", 3), "APA", "", "en", "Ôtre, J.-P., Alighieri, D., & A & B. (n.d.). Three. tercul:" + publicID(t, tx, id("WORK", 3))},
		{"three authors of MLA", id("WORK", 3), "MLA", "", "fr", "Ôtre, Jean-Paul, et al. Trois. tercul:" + publicID(t, tx, id("WORK", 3)) + "."},
		{"nobody", id("WORK", 4), "APA", "", "de", "Nameless (5 v. Chr.–5). tercul:" + publicID(t, tx, id("WORK", 4))},
		{"RIS", expression, "RIS", "1.1", "en", strings.Join([]string{"TY  - BOOK", "AU  - Alighieri, Dante", "A4  - Longfellow, Henry Wadsworth", "TI  - The Divine Comedy: Inferno", "OP  - Commedia", "PY  - 1867",
			"LA  - en", "SE  - 1.1", "N1  - Public domain", "UR  - tercul:" + e, "ID  - " + e, "ER  - ", ""}, "\r\n")},
		{"BibTeX", id("WORK", 2), "BIBTEX", "", "en", "@book{" + publicID(t, tx, id("WORK", 2)) + ",\n  author = {{Homer}},\n  title = {{100\\% \\{Sure\\} \\& \\$5 \\#1\\_a\\textasciitilde{}b\\textasciicircum{}c\\textbackslash{}d \"e\" f?}}," +
			"\n  year = {750–700 BCE},\n  language = {grc},\n  url = {tercul:" + publicID(t, tx, id("WORK", 2)) + "}\n}"},
		{"BibTeX of a translation", expression, "BIBTEX", "", "en", "@book{" + e + ",\n  author = {Alighieri, Dante},\n  translator = {Longfellow, Henry Wadsworth},\n  title = {{The Divine Comedy}},\n  subtitle = {{Inferno}}," +
			"\n  origtitle = {{Commedia}},\n  year = {1867},\n  origdate = {1308–1321},\n  language = {en},\n  note = {Public domain},\n  url = {tercul:" + e + "}\n}"},
	} {
		require.Equal(t, c.want, cite(t, tx, c.subject, c.format, c.ref, c.locale), c.name)
	}
}

// What is cited links to the site, where the connection says where that is.
func TestCitationsLinkToThePublicURL(t *testing.T) {
	t.Parallel()
	tx := testdb.Tx(t)
	exec(t, tx, citable)
	work := id("WORK", 1)
	w := publicID(t, tx, work)
	exec(t, tx, `SET LOCAL tercul.public_url = 'https://example.org/id'`)
	for _, format := range []string{"CSL_JSON", "BIBTEX", "RIS", "APA", "MLA", "CHICAGO"} {
		require.Contains(t, cite(t, tx, work, format, "", "en"), "https://example.org/id/"+w, format)
	}
	exec(t, tx, `SET LOCAL tercul.public_url = ''`)
	require.Equal(t, "Alighieri, D. (1308–1321). Commedia. tercul:"+w, cite(t, tx, work, "APA", "", "en"))
}

func TestCitationsInCSL(t *testing.T) {
	t.Parallel()
	tx := testdb.Tx(t)
	_, err := tx.Exec(context.Background(), citable)
	require.NoError(t, err)
	e := publicID(t, tx, id("EXPRESSION", 2))
	var got any
	require.NoError(t, json.Unmarshal([]byte(cite(t, tx, id("EXPRESSION", 2), "CSL_JSON", "1.1", "en")), &got))
	require.Equal(t, map[string]any{
		"id": e, "type": "book", "title": "The Divine Comedy: Inferno", "URL": "tercul:" + e, "locator": "1.1", "language": "en", "note": "Public domain", "original-title": "Commedia",
		"author":     []any{map[string]any{"family": "Alighieri", "given": "Dante"}},
		"translator": []any{map[string]any{"family": "Longfellow", "given": "Henry Wadsworth"}},
		"issued":     map[string]any{"date-parts": []any{[]any{1867.0}}}, "original-date": map[string]any{"date-parts": []any{[]any{1308.0}, []any{1321.0}}},
	}, got)

	require.NoError(t, json.Unmarshal([]byte(cite(t, tx, id("WORK", 2), "CSL_JSON", nil, "en")), &got))
	require.Equal(t, "100% {Sure} & $5 #1_a~b^c\\d \"e\"\nf?", got.(map[string]any)["title"])
	require.Equal(t, map[string]any{"date-parts": []any{[]any{-750.0}, []any{-700.0}}}, got.(map[string]any)["issued"])
}

func TestWhatCannotBeCited(t *testing.T) {
	t.Parallel()
	tx := testdb.Tx(t)
	ctx := context.Background()
	_, err := tx.Exec(ctx, citable)
	require.NoError(t, err)
	_, err = tx.Exec(ctx, `UPDATE core.works SET status = 'UNPUBLISHED' WHERE id = $1`, id("WORK", 4))
	require.NoError(t, err)
	for _, subject := range []string{id("PERSON", 1), id("WORK", 4), id("WORK", 999)} {
		var text *string
		require.NoError(t, tx.QueryRow(ctx, `SELECT view.cite($1, 'APA', NULL, NULL)`, subject).Scan(&text))
		require.Nil(t, text, subject)
	}
}

func TestDatesOfCitationsAreWordsAndNotEDTF(t *testing.T) {
	t.Parallel()
	tx := testdb.Tx(t)
	for _, c := range []struct {
		edtf     any
		from, to any
		locale   string
		want     string
	}{
		{"1140~", 1140, 1140, "en", "ca. 1140"},
		{"1140~", 1140, 1140, "de", "um 1140"},
		{"1823?", 1823, 1823, "en", "1823?"},
		{"1823%", 1823, 1823, "fr", "vers 1823?"},
		{"19XX", 1900, 1999, "en", "ca. 1900–1999"},
		{"-0749~/-0699~", -750, -700, "en", "ca. 750–700 BCE"},
		{"1070~/1131", 1070, 1131, "en", "ca. 1070–1131"},
		{"1070/1131~", 1070, 1131, "en", "1070–ca. 1131"},
		{"1308/..", 1308, nil, "en", "1308–"},
		{"../1321", nil, 1321, "en", "–1321"},
		{"1308/1321", 1308, 1321, "en", "1308–1321"},
		{nil, 1308, nil, "en", "1308"},
		{nil, nil, nil, "en", "<null>"},
	} {
		require.Equal(t, []string{c.want}, ask(t, tx, `SELECT view.cite_date($1, $2, $3, $4)`, c.from, c.to, c.edtf, c.locale), "%v", c.edtf)
	}
	exec(t, tx, citable)
	exec(t, tx, `UPDATE core.works SET created_edtf = '1308~/1321~' WHERE id = $1`, id("WORK", 1))
	require.Contains(t, cite(t, tx, id("WORK", 1), "APA", "", "en"), "(ca. 1308–1321)")
	require.Contains(t, cite(t, tx, id("EXPRESSION", 2), "APA", "", "en"), "(1867)")
	require.Contains(t, cite(t, tx, id("EXPRESSION", 2), "APA", "", "en"), "(Original work published ca. 1308–1321)")
	require.Contains(t, cite(t, tx, id("WORK", 1), "RIS", "", "en"), "PY  - 1308–1321\r\n")
	require.Contains(t, cite(t, tx, id("WORK", 1), "BIBTEX", "", "en"), "year = {1308–1321}")
	var csl map[string]any
	require.NoError(t, json.Unmarshal([]byte(cite(t, tx, id("EXPRESSION", 2), "CSL_JSON", "", "en")), &csl))
	require.Equal(t, map[string]any{"date-parts": []any{[]any{1867.0}}}, csl["issued"])
	require.Equal(t, map[string]any{"date-parts": []any{[]any{1308.0}, []any{1321.0}}, "circa": true}, csl["original-date"])
}

// Cao Xueqin is a Cao, and is not turned around where a name is written out.
func TestANameThatBeginsWithTheFamilyNameStays(t *testing.T) {
	t.Parallel()
	tx := testdb.Tx(t)
	exec(t, tx, citable)
	exec(t, tx, `UPDATE core.person_names SET name = 'Cao Xueqin', sort_name = 'Cao, Xueqin' WHERE person_id IN ($1, $2)`, id("PERSON", 1), id("PERSON", 2))
	require.Contains(t, cite(t, tx, id("EXPRESSION", 2), "MLA", "", "en"), "Cao Xueqin. The Divine Comedy: Inferno. Translated by Cao Xueqin, 1867")
	require.Contains(t, cite(t, tx, id("EXPRESSION", 2), "APA", "", "en"), "Cao, X. (1867). The Divine Comedy: Inferno (X. Cao, Trans.)")
	require.Contains(t, cite(t, tx, id("EXPRESSION", 2), "RIS", "", "en"), "AU  - Cao, Xueqin\r\nA4  - Cao, Xueqin\r\n")
	require.Contains(t, cite(t, tx, id("EXPRESSION", 2), "BIBTEX", "", "en"), "author = {Cao, Xueqin}")
	require.Contains(t, cite(t, tx, id("EXPRESSION", 2), "CSL_JSON", "", "en"), `"author": [{"given": "Xueqin", "family": "Cao"}]`)
}

// A synopsis is not the work, and neither is a part of it.
func TestCitationsSayWhatATextIsNot(t *testing.T) {
	t.Parallel()
	tx := testdb.Tx(t)
	exec(t, tx, citable)
	exec(t, tx, `INSERT INTO core.rights (id, subject_id, status) VALUES (gen_random_uuid(), $1, 'PUBLIC_DOMAIN')`, id("EXPRESSION", 2))
	for extent, want := range map[string]string{"PARTIAL": "Incomplete", "EXCERPT": "Excerpt", "SYNOPSIS": "Synopsis", "COMPLETE": ""} {
		exec(t, tx, `UPDATE core.expressions SET completeness = $2, line_count = 3, text_revision = 1 WHERE id = $1`, id("EXPRESSION", 2), extent)
		text, work := id("EXPRESSION", 2), id("WORK", 1)
		title, note, held := "The Divine Comedy: Inferno", "Public domain", ""
		if want != "" {
			title, note, held = title+" ["+want+"]", want+"; "+note, "Text in the library: "+want
		}
		require.Contains(t, cite(t, tx, text, "APA", "1.1", "en"), " (1867). "+title+" (H. W. Longfellow, Trans.; 1.1)")
		require.Contains(t, cite(t, tx, text, "MLA", "", "en"), ". "+title+". Translated by")
		require.Contains(t, cite(t, tx, text, "CHICAGO", "", "en"), ". "+title+". Translated by")
		require.Contains(t, cite(t, tx, text, "RIS", "", "en"), "N1  - "+note+"\r\n")
		require.Contains(t, cite(t, tx, text, "BIBTEX", "", "en"), "note = {"+note+"}")
		require.Contains(t, cite(t, tx, text, "CSL_JSON", "", "en"), `"note": "`+note+`"`)
		require.NotContains(t, cite(t, tx, work, "APA", "", "en"), "[")
		for _, format := range []string{"RIS", "BIBTEX", "CSL_JSON"} {
			cited := cite(t, tx, work, format, "", "en")
			require.Equal(t, held != "", strings.Contains(cited, "Text in the library"), cited)
			require.Contains(t, cited, held)
		}
	}
}

func TestNamesAreTurnedAroundByWhatIsFamily(t *testing.T) {
	t.Parallel()
	tx := testdb.Tx(t)
	for _, c := range []struct{ family, given, name, full, initials string }{
		{"Jerome", "Jerome K.", "Jerome K. Jerome", "Jerome, Jerome K.", "Jerome, J. K."},
		{"Ford", "Ford Madox", "Ford Madox Ford", "Ford, Ford Madox", "Ford, F. M."},
		{"Cao", "Xueqin", "Cao Xueqin", "Cao Xueqin", "Cao, X."},
		{"曹", "雪芹", "曹雪芹", "曹雪芹", "曹, 雪."},
		{"Goethe", "Johann Wolfgang von", "Johann Wolfgang von Goethe", "Goethe, Johann Wolfgang von", "Goethe, J. W. von"},
		{"hooks", "bell", "bell hooks", "hooks, bell", "hooks, b."},
	} {
		person, err := json.Marshal(map[string]string{"family": c.family, "given": c.given, "name": c.name})
		require.NoError(t, err)
		require.Equal(t, []string{c.full + "|" + c.initials}, ask(t, tx, `SELECT view.cite_name($1, true, false) || '|' || view.cite_name($1, true, true)`, string(person)))
	}
}

// Authors are who wrote it or is held to have; a false attribution and whoever collected it are contributors.
func TestWhoIsAnAuthor(t *testing.T) {
	t.Parallel()
	tx := testdb.Tx(t)
	exec(t, tx, citable)
	for _, c := range []struct {
		role, certainty string
		author          bool
	}{
		{"AUTHOR", "CERTAIN", true}, {"ATTRIBUTED", "DISPUTED", true}, {"ATTRIBUTED", "SPURIOUS", false}, {"AUTHOR", "SPURIOUS", false},
		{"COLLECTOR", "CERTAIN", false}, {"EDITOR", "CERTAIN", false},
	} {
		exec(t, tx, `UPDATE core.work_contributors SET role = $1, certainty = $2 WHERE work_id = $3`, c.role, c.certainty, id("WORK", 2))
		want := []string{strconv.FormatBool(c.author) + " " + strconv.FormatBool(c.author) + " 1 " + c.role}
		require.Equal(t, want, ask(t, tx, `
			SELECT (cardinality(w.author_ids) = 1)::text || ' ' || (p.work_count = 1)::text || ' ' || jsonb_array_length(w.contributors) || ' ' || (w.contributors #>> '{0,role}')
			FROM view.work w, view.person p WHERE w.id = $1 AND p.id = $2`, id("WORK", 2), id("PERSON", 3)), "%s %s", c.role, c.certainty)
	}
	require.Empty(t, verified(t, tx))
}
