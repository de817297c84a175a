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

var translationFilter = &Filter{Fields: map[string]string{
	"ids":            "{t}.id = ANY (" + survivors("{v|uuids:EXPRESSION}") + ")",
	"work":           "{t}.work_id = ANY (" + survivors("{v|uuids:WORK}") + ")",
	"language":       "({t}.language = ANY ({v|text[]}) OR {t}.language_base = ANY ({v|text[]}))",
	"sourceLanguage": "{t}.source_language = ANY ({v|text[]})",
	"translator":     "{t}.translator_ids && " + survivors("{v|uuids:PERSON}"),
	"author":         "{t}.author_ids && " + survivors("{v|uuids:PERSON}"),
	"literatureType": "{t}.literature_type = ANY ({v|text[]})",
	"origin":         "{t}.origin = ANY ({v|text[]})",
	"completeness":   "{t}.completeness = ANY ({v|text[]})",
	"form":           "{t}.form = ANY ({v|text[]})",
	"year":           "{t}.year >= coalesce({v.from|int}, -32768) AND {t}.year <= coalesce({v.to|int}, 32767)",
	"rights":         "{t}.rights_class = ANY ({v|text[]})",
	"license":        "{t}.license_id = ANY ({v|text[]})",
	"relay":          "{t}.relay = {v|bool}",
	"aligned":        "({t}.aligned_count > 0) = {v|bool}",
	"minQuality":     "{t}.quality >= {v|int}",
}}

var alignment = &Object{Fields: map[string]Field{
	"id":     column("public_id"),
	"with":   nested(Rel{To: "Translation", From: "view.expression {t}", Where: "{t}.id = {p}.other_id"}),
	"method": column("method"), "status": column("status"), "confidence": column("confidence"),
}}
