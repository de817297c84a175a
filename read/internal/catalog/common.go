package catalog

// Objects are all object types of the public schema, by name.
var Objects = map[string]*Object{
	"Query": query,

	"Work": work, "WorkContributor": workContributor, "Title": title, "Series": series,
	"Translation": translation, "TranslationContributor": translationContributor,
	"TextLine": textLine, "TextUnit": textUnit, "Passage": passage,
	"Alignment": alignment, "ParallelRow": parallelRow, "ParallelCell": parallelCell,
	"ParallelVersion": parallelVersion, "ParallelAlignment": parallelAlignment,
	"TextDiff": textDiff, "LineChange": lineChange, "Revision": revision,
	"Author": author, "AuthorName": authorName,
	"Tag": tag, "Category": category, "CategoryName": categoryName,
	"Language": language, "Country": country, "License": license, "RightsStatement": rights,
	"ExternalId": externalID, "ApiInfo": apiInfo,
	"PublicUser": user, "Collection": collection, "CollectionItem": collectionItem,
	"Comment": comment, "SubjectStats": stats, "Citation": citation,
	"Change": change, "Operation": operation,
	"TextAnalysis": analysis, "TextMeasure": textMeasure, "Keyword": keyword, "StanzaForm": stanzaForm,
}

func column(name string) Field { return Field{SQL: "{t}." + name} }

// counted is a column that counts works. It moves with every publication and so
// has a tag of its own, which the row's does not stand for.
func counted(column, tag string) Field { return Field{SQL: "{t}." + column, Tags: []string{tag}} }

// timestamp writes a time as RFC 3339 in UTC, to the second.
func timestamp(expr string) Field {
	return Field{SQL: "to_char(" + expr + ` AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`}
}

func nested(rel Rel) Field { return Field{Rel: &rel} }

// byKind makes the relation that finds a node of a kind by {p}.id and {p}.kind.
func byKind(view, kind string) *Rel {
	return &Rel{From: view + " {t}", Where: "{t}.id = {p}.id AND {p}.kind = '" + kind + "'"}
}

// page makes a relation to a page whose size argument is checked.
func page(rel Rel, most int) Rel {
	rel.Shape = Page
	rel.Check = append([]Rule{{Arg: "first", Min: 1, Max: most}}, rel.Check...)
	return rel
}

var (
	byID      = Key{"{t}.id", "uuid"}
	titleSort = Sort{Keys: []Key{{"{t}.sort_title", "text"}, byID}}
	newest    = Sort{Keys: []Key{{"{t}.published_at", "timestamptz"}, byID}, Desc: true}
	popular   = Sort{Keys: []Key{{"{t}.popularity", "float8"}, byID}, Desc: true}
)

// oneOf matches a column whose value is in the list {v}. As arrays that overlap it
// is found by the same index as all other conditions of a filter, together with
// them.
func oneOf(column string) string { return "ARRAY[" + column + "] && {v|text[]}" }

// overlapsLanguages matches an array of language tags; a tag without subtags
// stands for all that begin with it (RFC 4647 basic filtering).
func overlapsLanguages(column string) string {
	return column + " && (SELECT array_agg(l.tag) FROM view.language l WHERE l.tag = ANY ({v|text[]}) OR split_part(l.tag, '-', 1) = ANY ({v|text[]}))::text[]"
}

// survivors are the ids of a list as they are now, whatever was merged.
func survivors(ids string) string { return "(SELECT view.survivors(" + ids + "))::uuid[]" }

// begins matches what begins with a prefix: from it to what comes after all that
// do. Only the database folds. A plan made for any prefix can use an index for
// this, and cannot for LIKE. What folds to nothing, as the stroke that only
// stretches Arabic words does, begins nothing.
func begins(folded string) string {
	const key = "(SELECT view.sort_key({v|prefix}))"
	return folded + " >= " + key + " AND " + folded + " < " + key + " || chr(1114111) AND " + key + " <> ''"
}

// language is the row of view.language for a tag in the parent's row.
func languageOf(column string) Field {
	return nested(Rel{To: "Language", From: "view.language {t}", Where: "{t}.tag = {p}." + column, Tags: []string{"ref"}, Covered: true})
}

// people are the persons of an array of ids in the parent's row, in its order.
func people(column string) Field {
	return nested(Rel{
		Shape: Many, To: "Author",
		From:  "(SELECT a.*, u.n FROM unnest({p}." + column + ") WITH ORDINALITY u(id, n) JOIN view.person a ON a.id = u.id) {t}",
		Order: "{t}.n",
	})
}

// rightsOfText finds the statement for a jurisdiction, else the one at large; of an
// original text what is stated of the text itself, else of its work, as its rights
// class.
var rightsOfText = nested(Rel{
	To: "RightsStatement",
	From: "(SELECT r.* FROM view.rights r WHERE r.subject_id IN ({p}.id, CASE {p}.kind WHEN 'ORIGINAL' THEN {p}.work_id END)" +
		" AND r.jurisdiction IN ('*'{{?jurisdiction , {$jurisdiction|text}}}) ORDER BY r.jurisdiction = '*', r.subject_id <> {p}.id LIMIT 1) {t}",
	Emit:    []string{"'rights:' || {p}.public_id", "CASE {p}.kind WHEN 'ORIGINAL' THEN 'rights:' || {p}.work_public_id END"},
	Covered: true,
})

// rightsOfWork is the same for a work: what is stated of the work itself, else of
// its original text, as its rights class.
var rightsOfWork = nested(Rel{
	To: "RightsStatement",
	From: "(SELECT r.* FROM view.rights r WHERE r.subject_id IN ({p}.id, {p}.original_id) AND r.jurisdiction IN ('*'{{?jurisdiction , {$jurisdiction|text}}})" +
		" ORDER BY r.jurisdiction = '*', r.subject_id <> {p}.id LIMIT 1) {t}",
	Emit:    []string{"'rights:' || {p}.public_id", "(SELECT 'rights:' || e.public_id FROM view.expression e WHERE e.id = {p}.original_id)"},
	Covered: true,
})

// statsOf are the counters of the parent's row; all zero where nothing was counted.
var statsOf = nested(Rel{
	To:      "SubjectStats",
	From:    "(SELECT {p}.public_id AS public_id, s.* FROM (SELECT 1) one LEFT JOIN view.subject_stats s ON s.subject_id = {p}.id) {t}",
	Covered: true,
})

// subjectOf is the node that a column of the parent's row names.
func subjectOf(column string) Field {
	return nested(Rel{To: "Node", From: "(SELECT x.id, x.kind FROM view.subject x WHERE x.id = {p}." + column + ") {t}"})
}

var externalIDs = nested(Rel{
	Shape: Many, To: "ExternalId", Covered: true,
	From: "jsonb_to_recordset({p}.external_ids) AS {t}(scheme text, value text)",
})

var externalID = &Object{Fields: map[string]Field{"scheme": column("scheme"), "value": column("value")}}

// localized is a name in the language asked for, else the column's own.
func localized(names, fallback string) Field {
	return Field{SQL: "{{?language coalesce(view.localized({t}." + names + ", {$language|lookup}), }}{t}." + fallback + "{{?language )}}"}
}

// redirected is the id that was asked for, where it was merged into this one.
var redirected = Field{Redirected: true}
