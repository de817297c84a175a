package tsql_test

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// column says how to make up a value for a column, or for several that belong together, as SQL.
type column struct {
	name  string
	value *rapid.Generator[string]
}

// table says how to make up rows of a base table. A row whose key is a subject brings the subject along.
type table struct {
	name    string
	subject string
	columns []column
}

func one(values ...string) *rapid.Generator[string] { return rapid.SampledFrom(values) }

func quoted(values ...string) *rapid.Generator[string] {
	return rapid.Map(rapid.SampledFrom(values), func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" })
}

func ref(kind string, count int) *rapid.Generator[string] {
	return rapid.Map(rapid.IntRange(1, count), func(n int) string { return "'" + id(kind, n) + "'" })
}

func orNull(g *rapid.Generator[string]) *rapid.Generator[string] {
	return rapid.OneOf(g, g, rapid.Just("NULL"))
}

func number(from, to int) *rapid.Generator[string] {
	return rapid.Map(rapid.IntRange(from, to), func(n int) string { return fmt.Sprint(n) })
}

func word(stem string, count int) *rapid.Generator[string] {
	return rapid.Map(rapid.IntRange(1, count), func(n int) string { return fmt.Sprintf("'%s-%d'", stem, n) })
}

var (
	language = quoted("it", "en", "fr", "grc", "zh-Hans", "ar")
	status   = quoted("DRAFT", "PUBLISHED", "PUBLISHED", "PUBLISHED", "UNPUBLISHED", "WITHHELD")
	when     = orNull(quoted("2025-02-03", "2026-03-04"))
	deleted  = rapid.OneOf(rapid.Just("NULL"), rapid.Just("NULL"), quoted("2026-01-01"))
	subject  = rapid.OneOf(ref("WORK", 9), ref("EXPRESSION", 18), ref("PERSON", 7), ref("COLLECTION", 5), ref("USER", 5), ref("TAG", 6), ref("CATEGORY", 7))
	anyKind  = quoted("WORK", "EXPRESSION", "PERSON", "TAG", "COLLECTION")
	sides    = rapid.Map(rapid.IntRange(1, 8), func(n int) string {
		return fmt.Sprintf("'%s', '%s', '%s'", id("WORK", n), id("EXPRESSION", 2*n-1), id("EXPRESSION", 2*n))
	})
	lines = rapid.Custom(func(t *rapid.T) string {
		from := rapid.IntRange(1, 20).Draw(t, "from")
		return fmt.Sprintf("int4range(%d, %d)", from, from+rapid.IntRange(1, 3).Draw(t, "length"))
	})
)

// tables are all base tables, with values that meet their constraints often enough; an edit that is refused is no edit.
var tables = []table{
	{"auth.users", "USER", []column{{"id", ref("USER", 7)}, {"username", quoted("ann", "Ann", "bob", "eve")}, {"username_canonical", quoted("ann", "bob", "eve")}, {"status", quoted("ACTIVE", "SUSPENDED", "PENDING", "DELETED")}, {"deleted_at", deleted}, {"version", number(1, 5)}}},
	{"social.profiles", "", []column{{"user_id", ref("USER", 6)}, {"display_name", orNull(word("Name", 9))}, {"visibility", quoted("PUBLIC", "MEMBERS", "PRIVATE")}, {"bio", orNull(word("bio", 3))}}},
	{"core.languages", "", []column{{"tag", quoted("it", "en", "xx", "yy")}, {"iso639_3", quoted("ita", "eng", "xxx")}, {"script", quoted("Latn", "Arab")}, {"direction", quoted("LTR", "RTL")}, {"name_en", word("Language", 3)}}},
	{"core.countries", "", []column{{"code", quoted("IT", "QQ")}, {"iso3", quoted("ITA", "QQQ")}, {"name", word("Country", 3)}}},
	{"core.licenses", "", []column{{"id", quoted("CC-BY-4.0", "X-1", "All-Rights-Reserved")}, {"name", word("Licence", 3)}, {"url", word("url", 3)}, {"open", one("true", "false")},
		{"allows_derivatives", one("true", "false")}, {"allows_commercial", one("true")}, {"requires_attribution", one("true")}, {"share_alike", one("true")}}},
	{"core.series", "", []column{{"id", ref("series", 4)}, {"slug", word("series", 4)}, {"title", word("Series", 5)}}},
	{"core.slugs", "", []column{{"kind", anyKind}, {"scope_id", one("DEFAULT", "'00000001-0000-7000-8000-000000000001'", "'00000004-0000-7000-8000-000000000001'")}, {"slug", word("slug", 12)}, {"subject_id", subject}, {"is_current", one("true", "false")}}},
	{"core.id_redirects", "", []column{{"old_id", subject}, {"new_id", subject}, {"reason", quoted("MERGE")}}},
	{"core.external_ids", "", []column{{"scheme", quoted("VIAF", "OCLC")}, {"value", number(1, 9)}, {"subject_id", subject}, {"kind", anyKind}}},
	{"core.persons", "PERSON", []column{{"id", ref("PERSON", 8)}, {"birth_year", orNull(number(1700, 1710))}, {"status", quoted("PUBLISHED", "PUBLISHED", "DRAFT", "WITHHELD")}, {"deleted_at", deleted}, {"claimed_by", orNull(ref("USER", 5))}, {"bio", orNull(word("bio", 3))}}},
	{"core.person_names", "", []column{{"id", rapid.Just("gen_random_uuid()")}, {"person_id", ref("PERSON", 8)}, {"language", language}, {"name", word("Name", 20)}, {"sort_name", word("Sort", 20)}, {"name_kind", quoted("PRIMARY", "ALIAS", "SEARCH_HINT")}, {"position", number(0, 3)}}},
	{"core.works", "WORK", []column{{"id", ref("WORK", 10)}, {"original_language", language}, {"literature_type", quoted("POETRY", "PROSE", "DRAMA")}, {"status", status}, {"published_at", when}, {"deleted_at", deleted}, {"year_from", orNull(number(1300, 1310))},
		{"series_id", orNull(ref("series", 2))}, {"description", orNull(word("about", 5))}, {"version", number(1, 9)}}},
	{"core.work_titles", "", []column{{"id", rapid.Just("gen_random_uuid()")}, {"work_id", ref("WORK", 9)}, {"language", language}, {"title", word("Title", 30)}, {"sort_title", word("Sort", 30)}, {"title_kind", quoted("PRIMARY", "ALTERNATIVE")}, {"position", number(0, 3)}}},
	{"core.work_contributors", "", []column{{"work_id", ref("WORK", 9)}, {"person_id", ref("PERSON", 8)}, {"role", quoted("AUTHOR", "ATTRIBUTED", "COLLECTOR", "EDITOR")}, {"certainty", quoted("CERTAIN", "DISPUTED", "SPURIOUS")}, {"position", number(0, 3)}, {"credited_as", orNull(word("as", 3))}}},
	{"core.expressions", "EXPRESSION", []column{{"id", ref("EXPRESSION", 18)}, {"work_id", ref("WORK", 9)}, {"expression_kind", quoted("ORIGINAL", "TRANSLATION", "ADAPTATION")}, {"language", language}, {"title", word("Text", 30)}, {"status", status}, {"published_at", when},
		{"deleted_at", deleted}, {"source_expression_id", orNull(ref("EXPRESSION", 18))}, {"quality", number(0, 4)}, {"text_revision", number(1, 2)}, {"line_count", number(0, 30)}, {"version", number(1, 9)}}},
	{"core.expression_contributors", "", []column{{"expression_id", ref("EXPRESSION", 18)}, {"person_id", ref("PERSON", 8)}, {"role", quoted("TRANSLATOR", "EDITOR")}, {"position", number(0, 3)}}},
	{"core.text_units", "", []column{{"id", rapid.Just("gen_random_uuid()")}, {"expression_id", ref("EXPRESSION", 18)}, {"ordinal", number(1, 5)}, {"unit_kind", quoted("CANTO", "POEM")}, {"ref", number(1, 5)}, {"label", orNull(word("label", 3))}}},
	{"core.text_lines", "", []column{{"expression_id", ref("EXPRESSION", 18)}, {"seq", number(1, 15)}, {"line_key", rapid.Just("gen_random_uuid()")}, {"ref", number(1, 30)}, {"content", word("line", 30)}, {"stanza_start", one("true", "false")}}},
	{"core.text_revisions", "", []column{{"expression_id", ref("EXPRESSION", 18)}, {"revision", number(1, 4)}, {"content_hash", one(`'\x01'`)}, {"lines", one("'[]'")}, {"line_count", number(0, 9)}, {"actor_id", orNull(ref("USER", 5))}, {"message", orNull(word("why", 3))}}},
	{"core.text_analyses", "", []column{{"expression_id", ref("EXPRESSION", 18)}, {"revision", number(1, 3)}, {"analyzer", number(1, 3)}, {"language", language}, {"detected_language", orNull(language)}, {"coverage", one("1", "0.5")},
		{"types", orNull(number(0, 90))}, {"measures", one("'[]'")}, {"keywords", one("'[]'", `'[{"term": "c", "score": 1, "frequency": 2}]'`)}, {"stanzas", one("'[]'", `'[{"lines": 2, "scheme": "AA"}]'`)}}},
	{"core.alignments", "ALIGNMENT", []column{{"id", ref("ALIGNMENT", 8)}, {"work_id, left_id, right_id", sides}, {"left_revision", one("1", "2", "2")}, {"right_revision", one("1", "2", "2")}, {"method", quoted("MANUAL")},
		{"status", quoted("APPROVED", "SUGGESTED", "STALE")}, {"confidence", orNull(one("0.5", "0.9"))}}},
	{"core.alignment_groups", "", []column{{"alignment_id", ref("ALIGNMENT", 8)}, {"idx", number(0, 9)}, {"left_lines", orNull(lines)}, {"right_lines", orNull(lines)}, {"confidence", orNull(one("0.5", "0.9"))}, {"stale", one("true", "false")}}},
	{"core.tags", "TAG", []column{{"id", ref("TAG", 8)}, {"name", word("Tag", 20)}, {"name_canonical", word("tag", 20)}, {"synonym_of", orNull(ref("TAG", 6))}, {"status", quoted("ACTIVE", "ACTIVE", "PENDING", "BANNED")}, {"version", number(1, 5)}}},
	{"core.subject_tags", "", []column{{"subject_id", subject}, {"tag_id", ref("TAG", 7)}}},
	{"core.categories", "CATEGORY", []column{{"id", ref("CATEGORY", 9)}, {"parent_id", orNull(ref("CATEGORY", 7))}, {"category_kind", quoted("GENRE", "FORM")}, {"names", one(`'{"en": "A"}'`, `'{"it": "B", "de": "C"}'`)}, {"path", one("'/a/'", "'/b/'", "'/a/c/'", "'/d/e/f/'")}, {"ordinal", number(0, 3)}, {"deleted_at", deleted}}},
	{"core.subject_categories", "", []column{{"subject_id", subject}, {"category_id", ref("CATEGORY", 8)}}},
	{"core.rights", "", []column{{"id", rapid.Just("gen_random_uuid()")}, {"subject_id", subject}, {"jurisdiction", quoted("*", "*", "IT")}, {"status", quoted("PUBLIC_DOMAIN", "LICENSED", "IN_COPYRIGHT", "UNKNOWN")}, {"license_id", orNull(quoted("CC-BY-4.0", "All-Rights-Reserved"))}, {"holder", orNull(word("holder", 3))}}},
	{"core.revisions", "", []column{{"subject_id", subject}, {"version", number(1, 4)}, {"snapshot", one("'{}'")}, {"actor_id", orNull(ref("USER", 5))}, {"message", orNull(word("why", 3))}}},
	{"social.collections", "COLLECTION", []column{{"id", ref("COLLECTION", 6)}, {"owner_id", ref("USER", 5)}, {"title", word("Shelf", 9)}, {"visibility", quoted("PUBLIC", "UNLISTED", "PRIVATE")}, {"deleted_at", deleted}}},
	{"social.collection_items", "", []column{{"collection_id", ref("COLLECTION", 5)}, {"subject_id", subject}, {"rank", number(100, 150)}, {"note", orNull(word("note", 3))}, {"approval", quoted("APPROVED", "APPROVED", "PENDING")}}},
	{"social.comments", "COMMENT", []column{{"id", ref("COMMENT", 11)}, {"subject_id", subject}, {"author_id", orNull(ref("USER", 5))}, {"root_id", ref("COMMENT", 11)}, {"depth", one("0")}, {"path", one("'001'", "'002'")}, {"body", word("body", 9)}, {"status", quoted("VISIBLE", "VISIBLE", "HIDDEN", "DELETED")}, {"version", number(1, 5)}}},
	{"social.likes", "", []column{{"user_id", ref("USER", 5)}, {"subject_id", subject}}},
	{"stats.totals", "", []column{{"subject_id", subject}, {"kind", anyKind}, {"views", number(0, 9)}, {"likes", number(0, 9)}, {"popularity", number(0, 9)}}},
	{"stats.trending", "", []column{{"period", quoted("DAY", "WEEK", "MONTH")}, {"kind", quoted("WORK")}, {"rank", number(1, 9)}, {"subject_id", ref("WORK", 8)}, {"score", number(1, 9)}, {"z_score", number(1, 9)}}},
	{"ops.documents", "", []column{{"hash", one("repeat('a', 64)", "repeat('b', 64)")}, {"name", word("Doc", 3)}, {"source", quoted("{ __typename }")}, {"status", quoted("ACTIVE", "BLOCKED")}, {"cost", number(0, 9)}}},
}

// edit makes up one statement: a row in, some columns of some rows changed, or some rows out.
func (tb table) edit(t *rapid.T) string {
	switch rapid.SampledFrom([]string{"INSERT", "UPDATE", "UPDATE", "UPDATE", "DELETE"}).Draw(t, "what") {
	case "INSERT":
		return tb.insert(t)
	case "DELETE":
		return tb.remove(t)
	default:
		return tb.update(t)
	}
}

func (tb table) insert(t *rapid.T) string {
	var names, values []string
	for _, c := range tb.columns {
		names, values = append(names, c.name), append(values, c.value.Draw(t, c.name))
	}
	with := ""
	if tb.subject != "" {
		with = fmt.Sprintf("WITH s AS (INSERT INTO core.subjects (id, kind) VALUES (%s, '%s') ON CONFLICT DO NOTHING) ", values[0], tb.subject)
	}
	return fmt.Sprintf("%sINSERT INTO %s (%s) VALUES (%s)", with, tb.name, strings.Join(names, ", "), strings.Join(values, ", "))
}

func (tb table) update(t *rapid.T) string {
	var sets []string
	for _, c := range rapid.Permutation(tb.columns).Draw(t, "columns")[:rapid.IntRange(1, 2).Draw(t, "count")] {
		sets = append(sets, "("+c.name+") = ROW ("+c.value.Draw(t, c.name)+")")
	}
	return fmt.Sprintf("UPDATE %s SET %s %s", tb.name, strings.Join(sets, ", "), tb.some(t))
}

func (tb table) remove(t *rapid.T) string {
	return fmt.Sprintf("DELETE FROM %s %s", tb.name, tb.some(t))
}

// some picks rows: mostly one, now and then several in one statement.
func (tb table) some(t *rapid.T) string {
	return fmt.Sprintf("WHERE ctid IN (SELECT ctid FROM %s ORDER BY md5(ctid::text || '%d') LIMIT %d)",
		tb.name, rapid.IntRange(0, 99).Draw(t, "seed"), rapid.SampledFrom([]int{1, 1, 1, 3}).Draw(t, "rows"))
}
