package difftest_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/tercul/tercul/read/internal/libtest"
)

// reply gives what the statement of a document says: its data and the faults it
// found.
func reply(t *testing.T, pool *pgxpool.Pool, text string, vars map[string]any) (data, fault string) {
	t.Helper()
	ctx := context.Background()
	doc, errs := gqlparser.LoadQueryWithRules(schema, text, rules.NewDefaultRules())
	require.Empty(t, errs, text)
	p, err := compiler.Compile(doc.Operations[0])
	require.NoError(t, err, text)
	st, err := p.Bind(vars)
	require.NoError(t, err, text)
	rows, err := pool.Query(ctx, st.SQL, append([]any{pgx.QueryResultFormats{pgx.TextFormatCode}}, st.Args...)...)
	require.NoError(t, err)
	defer rows.Close()
	require.True(t, rows.Next(), "%v\n%s", rows.Err(), st.SQL)
	raw := rows.RawValues()
	return string(raw[0]), string(raw[2])
}

// one is the only text of a query.
func one(t *testing.T, pool *pgxpool.Pool, query string) (text string) {
	t.Helper()
	require.NoError(t, pool.QueryRow(context.Background(), query).Scan(&text), query)
	return text
}

// TestPartsThatDoNotExist: a part that a text does not have is a fault of the
// caller, named by its path; a text that is not there is null.
func TestPartsThatDoNotExist(t *testing.T) {
	url := libtest.URL(t)
	analyse(t, url)
	pool := libtest.Reader(t, url)
	id := one(t, pool, `SELECT public_id FROM view.expression WHERE work_slug = 'dante-inferno-01' AND slug = 'en.verse'`)
	work := one(t, pool, `SELECT work_public_id FROM view.expression WHERE work_slug = 'dante-inferno-01' AND slug = 'en.verse'`)
	first := one(t, pool, `SELECT original.public_id FROM view.expression original JOIN view.work w ON w.original_id = original.id WHERE w.slug = 'dante-inferno-01'`)
	textless := one(t, pool, `SELECT public_id FROM view.work w WHERE NOT EXISTS (SELECT FROM view.expression e WHERE e.work_id = w.id AND e.readable_lines > 0 AND e.completeness <> 'SYNOPSIS') ORDER BY id LIMIT 1`)
	const none = "expr_01h455vb4pex5vsknk084sn02q"
	const line, revision, backward = ": must name a line that the text has and that is open", ": must name a revision that the text has", ": must not name a line before the one where the passage begins"
	for _, tc := range []struct{ doc, fault string }{
		{`{ p: passage(ref: "dante-inferno-01/en.verse:1.1-1.3") { ref } }`, ""},
		{`{ p: passage(ref: "dante-inferno-01/en.verse:1.1-99.9") { ref } }`, "p.ref" + line},
		{`{ p: passage(ref: "dante-inferno-01/en.verse:99.9") { ref } }`, "p.ref" + line},
		{`{ p: passage(ref: "dante-inferno-01/en.verse:1.3-1.1") { ref } }`, "p.ref" + backward},
		{`{ p: passage(ref: "dante-inferno-01/en.verse:1.1@99") { ref } }`, "p.ref" + revision},
		{`{ p: passage(ref: "dante-inferno-01/xx.nobody:1.1") { ref } }`, "null"},
		{`{ p: passage(ref: "no-such-work/en.verse:1.1") { ref } }`, "null"},
		{`{ t: text(expressionId: "` + id + `", from: "1.1", to: "1.3") { nodes { ref } } }`, ""},
		{`{ t: text(expressionId: "` + id + `", from: "99.9") { nodes { ref } } }`, "t.from" + line},
		{`{ t: text(expressionId: "` + id + `", to: "99.9") { nodes { ref } } }`, "t.to" + line},
		{`{ t: text(expressionId: "` + id + `", from: "1.3", to: "1.1") { nodes { ref } } }`, "t.to" + backward},
		{`{ t: text(expressionId: "` + id + `", revision: 99) { nodes { ref } } }`, "t.revision" + revision},
		{`{ t: text(expressionId: "` + none + `", from: "99.9") { nodes { ref } } }`, "null"},
		{`{ a: analysis(expressionId: "` + id + `", revision: 99) { revision } }`, "a.revision" + revision},
		{`{ a: analysis(expressionId: "` + id + `", revision: 1) { revision } }`, ""},
		{`{ a: analysis(expressionId: "` + none + `", revision: 99) { revision } }`, "null"},
		{`{ d: translationDiff(translationId: "` + id + `", from: 1, to: 99) { to } }`, "d.to" + revision},
		{`{ d: translationDiff(translationId: "` + id + `", from: 99, to: 1) { to } }`, "d.from" + revision},
		{`{ d: translationDiff(translationId: "` + none + `", from: 1, to: 99) { to } }`, "null"},
		{`{ x: parallelText(workId: "` + work + `", expressionIds: ["` + id + `", "` + first + `"], from: "1.1", to: "1.3") { nodes { ref } } }`, ""},
		{`{ x: parallelText(workId: "` + work + `", expressionIds: ["` + id + `", "` + none + `"]) { nodes { ref } } }`,
			"x.expressionIds: must name different versions of this work: one of these is not, or two were merged"},
		{`{ x: parallelText(workId: "` + work + `", expressionIds: ["` + id + `", "` + first + `"], from: "99.9") { nodes { ref } } }`,
			"x.from: must name a line that the version which the rows follow has and that is open"},
		{`{ x: parallelText(workId: "` + work + `", expressionIds: ["` + id + `", "` + first + `"], from: "1.3", to: "1.1") { nodes { ref } } }`, "x.to" + backward},
		{`{ x: parallelText(workId: "work_01h455vb4pex5vsknk084sn02q", expressionIds: ["` + id + `", "` + first + `"]) { nodes { ref } } }`, "null"},
		{`{ c: citation(subjectId: "` + id + `", format: APA, ref: "1.1") { text } }`, ""},
		{`{ c: citation(subjectId: "` + id + `", format: APA, ref: "1.1-1.3") { text } }`, ""},
		{`{ c: citation(subjectId: "` + id + `", format: APA, ref: "99.9") { text } }`, "c.ref" + line},
		{`{ c: citation(subjectId: "` + id + `", format: APA, ref: "1.1-banana") { text } }`, "c.ref" + line},
		{`{ c: citation(subjectId: "` + id + `", format: APA, ref: "1.3-1.1") { text } }`, "c.ref" + backward},
		{`{ c: citation(subjectId: "` + work + `", format: RIS, ref: "1.1-1.3") { text } }`, ""},
		{`{ c: citation(subjectId: "` + work + `", format: RIS, ref: "99.9") { text } }`, "c.ref" + line},
		{`{ c: citation(subjectId: "` + textless + `", format: RIS, ref: "1.1") { text } }`, "c.ref" + line},
		{`{ c: citation(subjectId: "` + none + `", format: APA, ref: "99.9") { text } }`, "null"},
	} {
		data, fault := reply(t, pool, tc.doc, nil)
		if tc.fault == "null" {
			require.Empty(t, fault, tc.doc)
			require.Regexp(t, `^{"\w":null}$`, data, tc.doc)
			continue
		}
		require.Equal(t, tc.fault, fault, tc.doc)
	}
	_, fault := reply(t, pool, `query Q($r: String!) { p: passage(ref: $r) { ref } }`, map[string]any{"r": "dante-inferno-01/en.verse:99.9"})
	require.Equal(t, "variables.r"+line, fault)
}

var redirectedFrom = regexp.MustCompile(`,"redirectedFrom":"[^"]*"`)

// TestMergedIdsAnswerAsTheirSurvivors asks every root field and filter that takes
// an id by one that was merged away, twice over.
func TestMergedIdsAnswerAsTheirSurvivors(t *testing.T) {
	url := libtest.URL(t)
	merge(t, url)
	analyse(t, url)
	pool := libtest.Reader(t, url)
	ids := map[string]string{
		"$work":       one(t, pool, `SELECT public_id FROM view.work WHERE slug = 'dante-inferno-01'`),
		"$text":       one(t, pool, `SELECT public_id FROM view.expression WHERE work_slug = 'dante-inferno-01' AND slug = 'en.verse'`),
		"$original":   one(t, pool, `SELECT e.public_id FROM view.expression e JOIN view.work w ON w.original_id = e.id WHERE w.slug = 'dante-inferno-01'`),
		"$person":     one(t, pool, `SELECT author_public_ids[1] FROM view.work WHERE slug = 'dante-inferno-01'`),
		"$translator": one(t, pool, `SELECT translator_public_ids[1] FROM view.expression WHERE cardinality(translator_ids) > 0 ORDER BY id LIMIT 1`),
		"$category":   one(t, pool, `SELECT k.public_id FROM view.category k WHERE EXISTS (SELECT FROM view.category c WHERE c.parent_id = k.id) ORDER BY path LIMIT 1`),
		"$collection": one(t, pool, `SELECT c.public_id FROM view.collection c ORDER BY id LIMIT 1`),
		"$item":       one(t, pool, `SELECT s.public_id FROM view.collection_item i JOIN view.subject s ON s.id = i.subject_id JOIN view.collection c ON c.id = i.collection_id AND c.visibility = 'PUBLIC' ORDER BY s.id LIMIT 1`),
		"$commented":  one(t, pool, `SELECT s.public_id FROM view.comment c JOIN view.subject s ON s.id = c.subject_id AND s.kind <> 'COMMENT' ORDER BY s.id LIMIT 1`),
	}
	for _, doc := range []string{
		`{ node(id: "$work") { id ... on Work { slug redirectedFrom } } }`, `{ nodes(ids: ["$work", "$person"]) { id ... on Author { name redirectedFrom } } }`,
		`{ work(id: "$work") { id redirectedFrom } }`, `{ translation(id: "$text") { id redirectedFrom } }`, `{ author(id: "$person") { id redirectedFrom } }`,
		`{ relatedWorks(workId: "$work") { nodes { id } } }`, `{ workHistory(workId: "$work") { nodes { number } } }`,
		`{ bestTranslation(workId: "$work", languages: ["en"]) { id } }`, `{ translationHistory(translationId: "$text") { nodes { number kind } } }`,
		`{ translationDiff(translationId: "$text", from: 1, to: 2) { from to changes { operation } } }`,
		`{ text(expressionId: "$text", first: 3) { nodes { ref content } } }`,
		`{ parallelText(workId: "$work", expressionIds: ["$text", "$original"], first: 3) { nodes { ref cells { aligned translationId } } } }`,
		`{ analysis(expressionId: "$text", revision: 1) { revision measures { name value } } }`,
		`{ rights(subjectId: "$text") { status jurisdiction } }`, `{ citation(subjectId: "$text", format: APA) { text } }`,
		`{ stats(subjectIds: ["$work", "$text"]) { subjectId views } }`, `{ collection(id: "$collection") { id slug } }`,
		`{ comments(subjectId: "$commented") { nodes { id body } } }`, `{ categories(parent: "$category") { path } }`,
		`{ works(filter: {ids: ["$work"]}) { nodes { id } } }`, `{ works(filter: {author: ["$person"]}) { nodes { id } } }`,
		`{ works(filter: {or: [{not: {author: ["$person"]}}, {ids: ["$work"]}]}) { totalCount } }`, `{ randomWork(seed: 7, filter: {author: ["$person"]}) { id } }`,
		`{ translationGaps(language: "eo", filter: {author: ["$person"]}) { nodes { id } } }`,
		`{ translations(filter: {ids: ["$text"]}) { nodes { id } } }`, `{ translations(filter: {work: ["$work"]}) { nodes { id } } }`,
		`{ translations(filter: {translator: ["$translator"]}) { nodes { id } } }`, `{ translations(filter: {author: ["$person"]}) { nodes { id } } }`,
		`{ authors(filter: {ids: ["$person"]}) { nodes { id } } }`, `{ translators(filter: {ids: ["$translator"]}) { nodes { id } } }`,
		`{ collections(filter: {containing: "$item"}) { nodes { id } } }`,
	} {
		now, then := doc, doc
		for name, id := range ids {
			old := one(t, pool, `SELECT old_public_id FROM view.redirect WHERE new_public_id = '`+id+`' AND old_id = (SELECT md5('first' || s.id)::uuid FROM view.subject s WHERE s.public_id = '`+id+`')`)
			now, then = strings.ReplaceAll(now, name+`"`, id+`"`), strings.ReplaceAll(then, name+`"`, old+`"`)
		}
		want, _ := reply(t, pool, now, nil)
		got, fault := reply(t, pool, then, nil)
		require.Empty(t, fault, doc)
		require.NotRegexp(t, `^{"\w+":(null|\[\]|{"nodes":\[\]})}$`, want, "the question has an answer: %s", doc)
		if strings.Contains(doc, "redirectedFrom") {
			require.Contains(t, want, `"redirectedFrom":null`, doc)
			require.Regexp(t, redirectedFrom, got, doc)
			want, got = strings.ReplaceAll(want, `,"redirectedFrom":null`, ""), redirectedFrom.ReplaceAllString(got, "")
		}
		require.Equal(t, want, got, doc)
	}
}

// TestPrefixesFindEveryTitle asks by titles and names that lists are not sorted
// by, in the case and with the marks of whoever asks.
func TestPrefixesFindEveryTitle(t *testing.T) {
	url := libtest.URL(t)
	owner, err := pgx.Connect(context.Background(), url)
	require.NoError(t, err)
	defer func() { _ = owner.Close(context.Background()) }()
	_, err = owner.Exec(context.Background(), `
		INSERT INTO core.work_titles (id, work_id, language, title, sort_title, title_kind)
			SELECT gen_random_uuid(), w.id, t.language, t.title, t.title, 'ALTERNATIVE'
			FROM view.work w, (VALUES ('hi', 'गीताञ्जलि'), ('he', 'שִׁיר'), ('da', 'Øen'), ('de', 'Straße')) t (language, title) WHERE w.slug = 'dante-inferno-01';
		INSERT INTO core.person_names (id, person_id, language, name, sort_name, name_kind)
			SELECT gen_random_uuid(), w.author_ids[1], 'ja', 'ダンテ', 'だんて', 'ALIAS' FROM view.work w WHERE w.slug = 'dante-inferno-01'`)
	require.NoError(t, err)
	pool := libtest.Reader(t, url)
	for prefix, found := range map[string]bool{"गीता": true, "गत": false, "שיר": true, "oen": true, "Øe": true, "STRASS": true, "straß": true, "stras": true, "strax": false, "\u0640": false, "\u0640oen": true} {
		data, _ := reply(t, pool, `query Q($p: String) { works(filter: {titlePrefix: $p}) { nodes { slug } } }`, map[string]any{"p": prefix})
		require.Equal(t, found, strings.Contains(data, `"dante-inferno-01"`), "%s: %s", prefix, data)
	}
	data, _ := reply(t, pool, `{ a: authors(filter: {namePrefix: "ダン"}) { totalCount } b: authors(filter: {namePrefix: "だん"}) { totalCount } }`, nil)
	require.JSONEq(t, `{"a":{"totalCount":1},"b":{"totalCount":1}}`, data)
}

// TestALineThatAnswersNothingIsNotAligned: the prose of Der Panther begins with a
// line that no line of the poem has, beside which stands the first stanza.
func TestALineThatAnswersNothingIsNotAligned(t *testing.T) {
	pool := libtest.Pool(t)
	const panther = ` FROM view.alignment_pair p JOIN view.expression o ON o.id = p.other_id JOIN view.work w ON w.original_id = p.expression_id WHERE w.slug = 'rilke-der-panther' AND o.slug = 'en.prose'`
	work, prose, original := one(t, pool, `SELECT w.public_id`+panther), one(t, pool, `SELECT o.public_id`+panther), one(t, pool, `SELECT (SELECT e.public_id FROM view.expression e WHERE e.id = w.original_id)`+panther)
	data, fault := reply(t, pool, `{ parallelText(workId: "`+work+`", expressionIds: ["`+original+`", "`+prose+`"], first: 2) { nodes { cells { aligned lines { position } unaligned { position } } } } }`, nil)
	require.Empty(t, fault)
	require.JSONEq(t, `{"parallelText":{"nodes":[
		{"cells":[{"aligned":true,"lines":[{"position":1},{"position":2},{"position":3},{"position":4}],"unaligned":[]},{"aligned":true,"lines":[{"position":1},{"position":2}],"unaligned":[{"position":1}]}]},
		{"cells":[{"aligned":true,"lines":[{"position":5},{"position":6},{"position":7},{"position":8}],"unaligned":[]},{"aligned":true,"lines":[{"position":3}],"unaligned":[]}]}]}}`, data)
}

// TestWhatIsStaleIsShownSo: a line that was edited stands where it was, and says that
// it may not answer the row any more.
func TestWhatIsStaleIsShownSo(t *testing.T) {
	url := libtest.URL(t)
	owner, err := pgx.Connect(context.Background(), url)
	require.NoError(t, err)
	defer func() { _ = owner.Close(context.Background()) }()
	const panther = ` FROM view.alignment_pair p JOIN view.expression o ON o.id = p.other_id JOIN view.work w ON w.original_id = p.expression_id WHERE w.slug = 'rilke-der-panther' AND o.slug = 'en.prose'`
	_, err = owner.Exec(context.Background(), `UPDATE core.alignment_groups SET stale = true WHERE alignment_id = (SELECT p.alignment_id`+panther+`)
		AND 5 <@ (SELECT CASE WHEN p.flipped THEN right_lines ELSE left_lines END`+panther+`)`)
	require.NoError(t, err)
	pool := libtest.Reader(t, url)
	work, prose, original := one(t, pool, `SELECT w.public_id`+panther), one(t, pool, `SELECT o.public_id`+panther), one(t, pool, `SELECT (SELECT e.public_id FROM view.expression e WHERE e.id = w.original_id)`+panther)
	data, fault := reply(t, pool, `{ parallelText(workId: "`+work+`", expressionIds: ["`+original+`", "`+prose+`"], first: 2) { nodes { cells { aligned stale } } } }`, nil)
	require.Empty(t, fault)
	require.JSONEq(t, `{"parallelText":{"nodes":[{"cells":[{"aligned":true,"stale":false},{"aligned":true,"stale":false}]},
		{"cells":[{"aligned":true,"stale":false},{"aligned":true,"stale":true}]}]}}`, data)
}
