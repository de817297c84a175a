package catalog

var work = &Object{
	Tag:  "{t}.public_id",
	ByID: byKind("view.work", "WORK"),
	Fields: map[string]Field{
		"id": column("public_id"), "slug": column("slug"), "redirectedFrom": redirected,
		"title": localized("titles_by_language", "title"),
		"titles": nested(Rel{
			Shape: Many, To: "Title", Covered: true,
			From: "jsonb_to_recordset({p}.titles) AS {t}(language text, title text, subtitle text, kind text)",
		}),
		"originalLanguage": languageOf("original_language"), "literatureType": column("literature_type"),
		"created": column("created_edtf"), "yearFrom": column("year_from"), "yearTo": column("year_to"),
		"description": column("description"),
		"contributors": nested(Rel{
			Shape: Many, To: "WorkContributor", Covered: true,
			From: `jsonb_to_recordset({p}.contributors) AS {t}(person uuid, role text, "creditedAs" text, certainty text)`,
		}),
		"authors": people("author_ids"),
		"series": nested(Rel{
			To: "Series", From: "view.series {t}", Where: "{t}.id = {p}.series_id", Tags: []string{"ref"}, Covered: true,
		}),
		"seriesPosition": column("series_position"),
		"original":       nested(Rel{To: "Translation", From: "view.expression {t}", Where: "{t}.id = {p}.original_id", Owned: true}),
		"translations": nested(page(Rel{
			To: "Translation", From: "view.expression {t}",
			Where: "{t}.work_id = {p}.id AND {t}.kind <> 'ORIGINAL'" +
				"{{?languages AND ({t}.language = ANY ({$languages|text[]}) OR {t}.language_base = ANY ({$languages|text[]}))}}",
			Sorts: map[string]Sort{"": {Keys: []Key{{"{t}.language", "text"}, {"-{t}.quality", "int"}, byID}}},
			Owned: true,
			Check: []Rule{{Arg: "languages", Min: 1, Max: 20}},
		}, 100)),
		"translationCount": column("translation_count"), "translationLanguages": column("translation_languages"),
		"tags": nested(Rel{
			Shape: Many, To: "Tag", From: "view.tag {t}", Where: "{t}.id = ANY ({p}.tag_ids)", Order: "{t}.name, {t}.id",
		}),
		"categories": nested(Rel{
			Shape: Many, To: "Category", From: "view.category {t}", Where: "{t}.id = ANY ({p}.category_ids)", Order: "{t}.path",
		}),
		"rightsClass": column("rights_class"), "rights": rightsOfWork, "externalIds": externalIDs,
		"stats": statsOf, "comments": commentsOf,
		"related": nested(Rel{
			Shape: Many, To: "Work",
			From:  "(SELECT w.*, r.score FROM view.related_works({p}.id, {$first|int}) r JOIN view.work w ON w.id = r.id) {t}",
			Order: "{t}.score DESC, {t}.id",
			Check: []Rule{{Arg: "first", Min: 1, Max: 50}},
		}),
		"publishedAt": timestamp("{t}.published_at"), "updatedAt": timestamp("{t}.updated_at"), "version": column("version"),
	},
}

var workContributor = &Object{Fields: map[string]Field{
	"author": nested(Rel{To: "Author", From: "view.person {t}", Where: "{t}.id = {p}.person"}),
	"role":   column("role"), "creditedAs": column(`"creditedAs"`), "certainty": column("certainty"),
}}

var title = &Object{Fields: map[string]Field{
	"language": column("language"), "title": column("title"), "subtitle": column("subtitle"), "kind": column("kind"),
}}

var series = &Object{Fields: map[string]Field{
	"slug": column("slug"), "title": column("title"), "language": column("language"),
	"works": nested(page(Rel{
		To: "Work", From: "view.work {t}", Where: "{t}.series_id = {p}.id",
		Sorts: map[string]Sort{"": {Keys: []Key{{"coalesce({t}.series_position, 2147483647)", "int"}, byID}}},
		Tags:  []string{"list:work"}, Covered: true,
	}, 100)),
}}

var workSorts = map[string]Sort{
	"TITLE": titleSort, "NEWEST": newest, "POPULAR": popular,
	"YEAR":   {Keys: []Key{{"coalesce({t}.year_from, 32767)", "int"}, byID}},
	"SERIES": {Keys: []Key{{"coalesce({t}.series_slug, '~')", "text"}, {"coalesce({t}.series_position, 0)", "int"}, byID}},
}

// workYears are the years that a work may be of.
const workYears = "int4range({t}.year_from, greatest({t}.year_from, {t}.year_to), '[]')"

// workFilter's conditions are found by the index work_facets, or by one of their
// own; what is excluded (not) is not found but looked through.
var workFilter = &Filter{Tags: []string{"list:tag", "list:cat"}, Finds: []string{"ids", "author", "series", "titlePrefix"}, Beginning: "titlePrefix", Alphabet: "TITLE", Lane: &Lane{
	Field: "originalLanguage", SQL: "split_part({t}.original_language, '-', 1)", Sorts: []string{"TITLE", "NEWEST", "YEAR", "POPULAR"},
}, Start: &Start{
	Field: "year", Part: "from", Sort: "YEAR", SQL: "coalesce({t}.year_from, 32767) >= {v.from|int}",
	Before: "coalesce({t}.year_from, 32767) < {v.from|int} AND " + workYears + " @> {v.from|int}",
}, Fields: map[string]string{
	"ids":              "{t}.id = ANY (" + survivors("{v|uuids:WORK}") + ")",
	"originalLanguage": overlapsLanguages("ARRAY[{t}.original_language]"),
	"translatedInto":   overlapsLanguages("{t}.translation_languages"),
	"literatureType":   oneOf("{t}.literature_type"),
	"author":           "{t}.author_ids && " + survivors("{v|uuids:PERSON}"),
	"tag":              "{t}.tag_ids && (SELECT array_agg(s.subject_id) FROM view.slug s WHERE s.kind = 'TAG' AND s.slug = ANY ({v|text[]}))::uuid[]",
	"category":         "{t}.category_path_ids && (SELECT array_agg(k.id) FROM view.category k WHERE k.path = ANY ({v|text[]}))::uuid[]",
	"series":           "{t}.series_id = (SELECT s.id FROM view.series s WHERE s.slug = {v|text})",
	"year": workYears + " && int4range({v.from|int}, {v.to|int}, '[]')" +
		" AND coalesce({t}.year_to, {t}.year_from) >= coalesce({v.from|int}, -32768) AND {t}.year_from <= coalesce({v.to|int}, 32767)",
	"rights":          oneOf("{t}.rights_class"),
	"titlePrefix":     "{t}.id IN (SELECT k.work_id FROM view.work_title_key k WHERE " + begins("k.key") + ")",
	"minTranslations": "ARRAY[least({t}.translation_count, 50)] && (SELECT array_agg(n) FROM generate_series(greatest(least({v|int}, 50), 0), 50) n) AND {t}.translation_count >= {v|int}",
}}
