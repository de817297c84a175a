package catalog

var translation = &Object{
	Tag:  "{t}.public_id",
	ByID: byKind("view.expression", "EXPRESSION"),
	Fields: map[string]Field{
		"id": column("public_id"), "slug": column("slug"), "ref": {SQL: "{t}.work_slug || '/' || {t}.slug"},
		"redirectedFrom": redirected, "kind": column("kind"), "title": column("title"), "subtitle": column("subtitle"),
		"work":        nested(Rel{To: "Work", From: "view.work {t}", Where: "{t}.id = {p}.work_id"}),
		"language":    languageOf("language"),
		"translators": people("translator_ids"),
		"contributors": nested(Rel{
			Shape: Many, To: "TranslationContributor", Covered: true,
			From: `jsonb_to_recordset({p}.contributors) AS {t}(person uuid, role text, "creditedAs" text)`,
		}),
		"source":         nested(Rel{To: "Translation", From: "view.expression {t}", Where: "{t}.id = {p}.source_id"}),
		"sourceLanguage": column("source_language"), "relay": column("relay"), "origin": column("origin"),
		"completeness": column("completeness"), "form": column("form"), "quality": column("quality"), "year": column("year"),
		"notes": column("notes"), "provenance": column("provenance"), "sourceUrl": column("source_url"), "credit": column("credit"),
		"license": nested(Rel{
			To: "License", From: "view.license {t}", Where: "{t}.id = {p}.license_id", Tags: []string{"ref"}, Covered: true,
		}),
		"rightsClass": column("rights_class"), "rights": rightsOfText,
		"lineCount": column("line_count"), "readableLines": column("readable_lines"), "charCount": column("char_count"),
		"textRevision": column("text_revision"),
		"text": nested(page(Rel{
			To: "TextLine", From: "view.text_line {t}",
			Where: "{t}.expression_id = {p}.id" + between("{p}.id"),
			Sorts: lineSorts, Emit: []string{"'text:' || {p}.public_id"}, Covered: true, Extra: textExtra("{p}.id", "{p}.text_revision"),
		}, 500)),
		"units": nested(Rel{
			Shape: Many, To: "TextUnit", From: "view.text_unit {t}", Where: "{t}.expression_id = {p}.id",
			Order: "{t}.ordinal, {t}.id", Emit: []string{"'text:' || {p}.public_id"}, Covered: true,
		}),
		"alignments": nested(Rel{
			Shape: Many, To: "Alignment",
			From:  "(SELECT a.*, q.other_id FROM view.alignment_pair q JOIN view.alignment a ON a.id = q.alignment_id WHERE q.expression_id = {p}.id) {t}",
			Order: "{t}.id", Limit: "100", Emit: []string{"'align:' || {p}.public_id"}, Covered: true,
		}),
		"stats": statsOf, "comments": commentsOf,
		"publishedAt": timestamp("{t}.published_at"), "updatedAt": timestamp("{t}.updated_at"), "version": column("version"),
	},
}

var translationContributor = &Object{Fields: map[string]Field{
	"author": nested(Rel{To: "Author", From: "view.person {t}", Where: "{t}.id = {p}.person"}),
	"role":   column("role"), "creditedAs": column(`"creditedAs"`),
}}

var translationSorts = map[string]Sort{
	"NEWEST": newest, "TITLE": titleSort, "POPULAR": popular,
	"YEAR": {Keys: []Key{{"coalesce({t}.year, 32767)", "int"}, byID}},
}

// translationFilter's conditions are found as those of works are, by the index
// expression_facets.
var translationFilter = &Filter{Finds: []string{"ids", "work", "translator", "author"}, Lane: &Lane{
	Field: "language", SQL: "{t}.language_base", Sorts: []string{"TITLE", "NEWEST", "POPULAR"},
}, Start: &Start{
	Field: "year", Part: "from", Sort: "YEAR", SQL: "coalesce({t}.year, 32767) >= {v.from|int}",
}, Fields: map[string]string{
	"ids":            "{t}.id = ANY (" + survivors("{v|uuids:EXPRESSION}") + ")",
	"work":           "{t}.work_id = ANY (" + survivors("{v|uuids:WORK}") + ")",
	"language":       oneOf("{t}.language, {t}.language_base"),
	"sourceLanguage": oneOf("{t}.source_language"),
	"translator":     "{t}.translator_ids && " + survivors("{v|uuids:PERSON}"),
	"author":         "{t}.author_ids && " + survivors("{v|uuids:PERSON}"),
	"literatureType": oneOf("{t}.literature_type"),
	"origin":         oneOf("{t}.origin"),
	"completeness":   oneOf("{t}.completeness"),
	"form":           oneOf("{t}.form"),
	"year":           "coalesce({t}.year, 32767) >= coalesce({v.from|int}, -32768) AND coalesce({t}.year, 32767) <= coalesce({v.to|int}, 32766)",
	"rights":         oneOf("{t}.rights_class"),
	"license":        oneOf("{t}.license_id"),
	"relay":          "ARRAY[{t}.relay] && ARRAY[{v|bool}]",
	"aligned":        "ARRAY[{t}.aligned_count > 0] && ARRAY[{v|bool}]",
	"minQuality":     "ARRAY[{t}.quality] && (SELECT array_agg(n::smallint) FROM generate_series(greatest({v|int}, 0), 4) n)",
}}

var alignment = &Object{Fields: map[string]Field{
	"id":     column("public_id"),
	"with":   nested(Rel{To: "Translation", From: "view.expression {t}", Where: "{t}.id = {p}.other_id"}),
	"method": column("method"), "status": column("status"), "confidence": column("confidence"),
}}
