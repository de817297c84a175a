package plan_test

import (
	"crypto/md5" //nolint:gosec // the checksum of cursors; see cursor.go
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tercul/tercul/shared/apperr"
)

const (
	someWork   = "work_01h455vb4pex5vsknk084sn02q"
	someText   = "expr_01h455vb4pex5vsknk084sn02q"
	someAuthor = "prsn_01h455vb4pex5vsknk084sn02q"
)

func TestBindBindsAndNeverWritesValues(t *testing.T) {
	p := compile(t, `query Q($f: WorkFilter, $l: LanguageTag) { works(filter: $f) { nodes { title(language: $l) } } }`)
	evil := `'; DROP TABLE view.work; --`
	st, err := p.Bind(map[string]any{
		"l": evil,
		"f": map[string]any{"series": evil, "or": []any{map[string]any{"titlePrefix": evil}, map[string]any{"tag": []any{evil}}}},
	})
	require.NoError(t, err)
	require.NotContains(t, st.SQL, "DROP")
	require.Contains(t, st.Args, evil)
}

func TestBindLeavesOutWhatIsSkipped(t *testing.T) {
	p := compile(t, `query Q($x: Boolean!) { work(id: "`+someWork+`") { id ... @include(if: $x) { authors { name } } slug @skip(if: $x) } }`)
	with, err := p.Bind(map[string]any{"x": true})
	require.NoError(t, err)
	without, err := p.Bind(map[string]any{"x": false})
	require.NoError(t, err)
	require.Contains(t, with.SQL, "view.person")
	require.NotContains(t, with.SQL, `"slug"`)
	require.NotContains(t, without.SQL, "view.person")
	require.Contains(t, without.SQL, `"slug"`)
}

func TestBindRefusesBadArguments(t *testing.T) {
	for name, tc := range map[string]struct {
		doc   string
		vars  map[string]any
		code  apperr.Code
		field string
	}{
		"page too large": {`query Q($n: Int!) { works(first: $n) { nodes { id } } }`,
			map[string]any{"n": int64(1000)}, apperr.BadRequest, "variables.n"},
		"page negative": {`query Q($n: Int!) { works(first: $n) { nodes { id } } }`,
			map[string]any{"n": int64(-1)}, apperr.BadRequest, "variables.n"},
		"null for a size": {`query Q($n: Int = 5) { works(first: $n) { nodes { id } } }`,
			map[string]any{"n": nil}, apperr.BadRequest, "variables.n"},
		"null for an order": {`query Q($s: WorkSort = TITLE) { works(sort: $s) { nodes { id } } }`,
			map[string]any{"s": nil}, apperr.BadRequest, "variables.s"},
		"forged cursor": {`query Q($a: String) { works(after: $a) { nodes { id } } }`,
			map[string]any{"a": "bm90IGEgY3Vyc29y"}, apperr.BadRequest, "variables.a"},
		"cursor not base64": {`query Q($a: String) { works(after: $a) { nodes { id } } }`,
			map[string]any{"a": "%%%"}, apperr.BadRequest, "variables.a"},
		"id of another kind": {`query Q($id: ID!) { work(id: $id) { id } }`,
			map[string]any{"id": "prsn_01h455vb4pex5vsknk084sn02q"}, apperr.BadRequest, "variables.id"},
		"id of nothing": {`query Q($id: ID!) { node(id: $id) { id } }`,
			map[string]any{"id": "12"}, apperr.BadRequest, "variables.id"},
		"both id and slug": {`query Q($id: ID, $slug: String) { work(id: $id, slug: $slug) { id } }`,
			map[string]any{"id": someWork, "slug": "x"}, apperr.BadRequest, "work"},
		"neither id nor slug": {`query Q($id: ID, $slug: String) { work(id: $id, slug: $slug) { id } }`,
			map[string]any{}, apperr.BadRequest, "work"},
		"citation": {`query Q($r: String!) { passage(ref: $r) { ref } }`,
			map[string]any{"r": "inferno"}, apperr.BadRequest, "variables.r"},
		"cited lines": {`query Q($id: ID!, $r: String) { citation(subjectId: $id, format: APA, ref: $r) { text } }`,
			map[string]any{"id": someWork, "r": "<b>"}, apperr.BadRequest, "variables.r"},
		"range backwards": {`query Q($f: WorkFilter) { works(filter: $f) { nodes { id } } }`,
			map[string]any{"f": map[string]any{"year": map[string]any{"from": int64(1400), "to": int64(1300)}}}, apperr.BadRequest, "variables.f.year"},
		"year before writing": {`query Q($f: WorkFilter) { works(filter: $f) { nodes { id } } }`,
			map[string]any{"f": map[string]any{"year": map[string]any{"from": int64(-3001)}}}, apperr.BadRequest, "variables.f.year.from"},
		"year to come": {`query Q($f: AuthorFilter) { authors(filter: $f) { nodes { id } } }`,
			map[string]any{"f": map[string]any{"lived": map[string]any{"to": int64(2101)}}}, apperr.BadRequest, "variables.f.lived.to"},
		"path of a category": {`query Q($p: String!) { category(path: $p) { id } }`,
			map[string]any{"p": "genre/epic"}, apperr.BadRequest, "variables.p"},
		"cursor of another list": {`query Q($a: String) { works(after: $a) { nodes { id } } }`,
			map[string]any{"a": cursorOf("1:Query.authors:NAME", "a", "01890a5d-ac96-774b-bcce-b302099a8057")}, apperr.BadRequest, "variables.a"},
		"cursor of another order": {`query Q($a: String) { works(after: $a, sort: YEAR) { nodes { id } } }`,
			map[string]any{"a": cursorOf("1:Query.works:TITLE", "a", "01890a5d-ac96-774b-bcce-b302099a8057")}, apperr.BadRequest, "variables.a"},
		"cursor of another version": {`query Q($a: String) { works(after: $a) { nodes { id } } }`,
			map[string]any{"a": cursorOf("0:Query.works:TITLE", "a", "01890a5d-ac96-774b-bcce-b302099a8057")}, apperr.BadRequest, "variables.a"},
		"cursor with a key of another type": {`query Q($a: String) { works(after: $a) { nodes { id } } }`,
			map[string]any{"a": cursorOf("1:Query.works:TITLE", "a", "no uuid")}, apperr.BadRequest, "variables.a"},
		"seed":                          {`query Q($n: Int!) { randomWork(seed: $n) { id } }`, map[string]any{"n": int64(-1)}, apperr.BadRequest, "variables.n"},
		"changes from before the first": {`query Q($n: Int!) { changes(since: $n) { next } }`, map[string]any{"n": int64(-1)}, apperr.BadRequest, "variables.n"},
		"a diff of nothing": {`query Q($n: Int!) { translationDiff(translationId: "expr_01h455vb4pex5vsknk084sn02q", from: 2, to: $n) { to } }`,
			map[string]any{"n": int64(2)}, apperr.BadRequest, "translationDiff.from"},
		"same id twice": {`query Q($ids: [ID!]!) { nodes(ids: $ids) { id } }`,
			map[string]any{"ids": []any{someWork, someWork}}, apperr.BadRequest, "variables.ids"},
		"filter too deep": {`query Q($f: WorkFilter) { works(filter: $f) { nodes { id } } }`,
			map[string]any{"f": nest(6)}, apperr.InputLimit, "variables.f.not.not.not.not"},
		"filter too wide": {`query Q($f: WorkFilter) { works(filter: $f) { nodes { id } } }`,
			map[string]any{"f": wide(31)}, apperr.InputLimit, "variables.f.or[30].minTranslations"},
		"bad id in filter": {`query Q($f: WorkFilter) { works(filter: $f) { nodes { id } } }`,
			map[string]any{"f": map[string]any{"author": []any{someAuthor, "x"}}}, apperr.BadRequest, "variables.f.author[1]"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := compile(t, tc.doc).Bind(tc.vars)
			require.Error(t, err)
			require.Equal(t, tc.code, apperr.From(err).Code, err)
			require.Equal(t, tc.field, apperr.From(err).Field)
			requireSentence(t, apperr.From(err))
		})
	}
}

// requireSentence holds a message against the grammar of all faults of inputs.
func requireSentence(t *testing.T, e *apperr.Error) {
	t.Helper()
	require.Regexp(t, `^`+regexp.QuoteMeta(e.Field)+` (must|is|lies) .*[^.]\.$`, e.Message)
}

// TestPathsOfLiterals: what the document itself gives is named by its place among
// the response names.
func TestPathsOfLiterals(t *testing.T) {
	for doc, want := range map[string]string{
		`{ all: works(first: 1000) { nodes { id } } }`:                                                   "all.first",
		`{ works { list: nodes { authors { mine: works(first: 0) { nodes { id } } } } } }`:               "works.list.authors.mine.first",
		`{ works { edges { node { translations(first: 101) { nodes { id } } } } } }`:                     "works.edges.node.translations.first",
		`{ works(filter: {and: [{author: ["` + someAuthor + `", "x"]}]}) { nodes { id } } }`:             "works.filter.and[0].author[1]",
		`{ works(filter: {titlePrefix: "\u0301"}) { nodes { id } } }`:                                    "works.filter.titlePrefix",
		`{ nodes(ids: ["` + someWork + `", "` + someWork + `"]) { id } }`:                                "nodes.ids",
		`{ a: passage(ref: "x") { ref } }`:                                                               "a.ref",
		`{ works(after: "x") { nodes { id } } }`:                                                         "works.after",
		`{ translationDiff(translationId: "expr_01h455vb4pex5vsknk084sn02q", from: 1, to: 1) { from } }`: "translationDiff.from",
		`{ bestTranslation(workId: "` + someWork + `", languages: []) { id } }`:                          "bestTranslation.languages",
		`{ work(slug: "a") { title(language: "not a tag") } }`:                                           "work.title.language",
		`{ randomWork(seed: 10000) { id } }`:                                                             "randomWork.seed",
		`{ translation(slug: "a") { id } }`:                                                              "translation",
	} {
		p, err := tryCompile(t, doc)
		if err == nil {
			_, err = p.Bind(nil)
		}
		require.Error(t, err, doc)
		require.Equal(t, want, apperr.From(err).Field, err)
		requireSentence(t, apperr.From(err))
	}
}

// cursorOf forges a cursor whose checksum is right.
func cursorOf(parts ...string) string {
	text, _ := json.Marshal(parts)
	sum := md5.Sum(text) //nolint:gosec // see above
	return base64.RawURLEncoding.EncodeToString(append([]byte(hex.EncodeToString(sum[:])[:8]), text...))
}

func nest(depth int) map[string]any {
	f := map[string]any{"minTranslations": int64(1)}
	for range depth {
		f = map[string]any{"not": f}
	}
	return f
}

func wide(n int) map[string]any {
	var list []any
	for range n {
		list = append(list, map[string]any{"minTranslations": int64(1)})
	}
	return map[string]any{"or": list}
}

func TestCompileRefusesWhatTheDocumentSettles(t *testing.T) {
	for _, doc := range []string{
		`{ works(first: 1000) { nodes { id } } }`,
		`{ works(first: 0) { nodes { id } } }`,
		`{ work { id } }`,
		`{ nodes(ids: []) { id } }`,
		`{ works(filter: {author: ["nobody"]}) { nodes { id } } }`,
		`{ works { nodes { ` + strings.Repeat("a", 64) + `: id } } }`,
	} {
		_, err := tryCompile(t, doc)
		require.Error(t, err, doc)
	}
}

func TestFieldsMergeAcrossFragments(t *testing.T) {
	p := compile(t, `{ work(slug: "a") { ...A ...B authors { slug } } } fragment A on Work { authors { id } } fragment B on Work { authors { name } }`)
	st, err := p.Bind(nil)
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(st.SQL, "view.person"), "one join for one key")
	for _, key := range []string{`"id"`, `"name"`, `"slug"`} {
		require.Contains(t, st.SQL, key)
	}
}

func TestPolicyIsTheShortest(t *testing.T) {
	long := compile(t, `{ work(slug: "a") { id } }`)
	short := compile(t, `{ work(slug: "a") { id comments { nodes { id } } } }`)
	require.Equal(t, "5m0s", long.MaxAge.String())
	require.Equal(t, "30s", short.MaxAge.String())
}

func TestCountersDoNotLast(t *testing.T) {
	for text, want := range map[string]string{
		`{ passage(ref: "a/b:1@1") { lines { content } translation { title } } }`:                      "24h0m0s",
		`{ passage(ref: "a/b:1@1") { translation { stats { views } } } }`:                              "5m0s",
		`{ changes(since: 0) { nodes { number subject { ... on Work { stats { views } } } } } }`:       "5m0s",
		`{ translationDiff(translationId: "` + someText + `", from: 1, to: 2) { changes { after } } }`: "24h0m0s",
	} {
		require.Equal(t, want, compile(t, text).Lasting.String(), text)
	}
}

// TestTextsAreUsedAgain holds statements written for one request and used again
// for another against statements written for it alone.
func TestTextsAreUsedAgain(t *testing.T) {
	const doc = `query Q($s: WorkSort = TITLE, $n: Int = 5, $a: String, $l: LanguageTag, $x: Boolean = false, $f: WorkFilter) {
		works(sort: $s, first: $n, after: $a, filter: $f) { nodes { id title(language: $l) description @include(if: $x) } pageInfo { endCursor } } }`
	shared := compile(t, doc)
	rapid.Check(t, func(r *rapid.T) {
		vars := map[string]any{
			"s": rapid.SampledFrom([]string{"TITLE", "YEAR", "POPULAR"}).Draw(r, "s"), "n": rapid.Int64Range(1, 100).Draw(r, "n"),
			"x": rapid.Bool().Draw(r, "x"),
		}
		if rapid.Bool().Draw(r, "l given") {
			vars["l"] = rapid.SampledFrom([]string{"en", "zh-Hant"}).Draw(r, "l")
		}
		if rapid.Bool().Draw(r, "f given") {
			vars["f"] = map[string]any{"minTranslations": rapid.Int64Range(0, 5).Draw(r, "f")}
		}
		want, err := compile(t, doc).Bind(vars)
		require.NoError(t, err)
		got, err := shared.Bind(vars)
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
}

func TestLiteralsAreMadeCanonical(t *testing.T) {
	st, err := compile(t, `{ work(slug: "a") { title(language: "ZH-hans-cn") } works(filter: {originalLanguage: "IW"}) { nodes { id } } }`).Bind(nil)
	require.NoError(t, err)
	require.Contains(t, st.Args, []string{"zh-Hans-CN", "zh-Hans", "zh"})
	require.Contains(t, st.Args, []string{"he"})
	for _, doc := range []string{`{ work(slug: "a") { title(language: "not a tag") } }`, `{ rights(subjectId: "x", jurisdiction: "Italy") { status } }`} {
		_, err := tryCompile(t, doc)
		require.Equal(t, apperr.ValidationFailed, apperr.From(err).Code, doc)
	}
}

func TestAnObjectStandsForAListOfIt(t *testing.T) {
	one := compile(t, `query Q($p: String) { works(filter: {and: {titlePrefix: $p}}) { nodes { id } } }`)
	list := compile(t, `query Q($p: String) { works(filter: {and: [{titlePrefix: $p}]}) { nodes { id } } }`)
	vars := map[string]any{"p": "di"}
	got, err := one.Bind(vars)
	require.NoError(t, err)
	want, err := list.Bind(vars)
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.Contains(t, got.SQL, "view.sort_key(")
}

// TestSizesShareStatements holds the number of statements down that the sizes of a
// page can make of a document.
func TestSizesShareStatements(t *testing.T) {
	p := compile(t, `query($n: Int!) { works(first: $n) { nodes { id } pageInfo { hasNextPage } } }`)
	texts := map[string][]int{}
	for size := 1; size <= 100; size++ {
		st, err := p.Bind(map[string]any{"n": int64(size)})
		require.NoError(t, err)
		require.Contains(t, st.Args, size)
		texts[st.SQL] = append(texts[st.SQL], size)
	}
	require.Len(t, texts, 4)
	for text, sizes := range texts {
		require.Contains(t, text, fmt.Sprintf("LIMIT %d + 1", slices.Max(sizes)), "planned for the largest of them")
	}
}
