package catalog

// unmerged is the id that an argument names, or the survivor's where it was merged away.
func unmerged(arg string) string {
	return "coalesce((SELECT d.new_id FROM view.redirect d WHERE d.old_id = " + arg + "), " + arg + ")"
}

// lookup finds one row of a view by id or by slug, and tells what it was merged from.
func lookup(to, view, kind, list string) Field {
	id := "{$id|uuid:" + kind + "}"
	return nested(Rel{
		To: to, Redirects: true,
		From: "(SELECT v.*, {{?id (SELECT d.old_public_id FROM view.redirect d WHERE d.old_id = " + id + ")}}{{!id NULL::text}} AS redirected_from FROM " + view + " v" +
			" WHERE true{{?id AND v.id = " + unmerged(id) + "}}" +
			"{{?slug AND v.id = (SELECT x.subject_id FROM view.slug x WHERE x.kind = '" + kind + "' AND x.slug = {$slug|text})}}) {t}",
		Absent: "{{?id {$id|text}}}{{!id '" + list + "'}}",
		Check:  []Rule{{OneOf: [][]string{{"id"}, {"slug"}}}, {Arg: "slug", Min: 1, Max: 200}},
	})
}

// drawn is what comes at or after the point where a draw begins.
const drawn = "md5({t}.public_id) >= md5({$seed|int}::text)"

var query = &Object{Fields: map[string]Field{
	"node": nested(Rel{
		To: "Node", Redirects: true,
		From: "(SELECT x.id, x.kind, (SELECT d.old_public_id FROM view.redirect d WHERE d.old_id = {$id|uuid}) AS redirected_from" +
			" FROM view.subject x WHERE x.kind = {$id|kind} AND x.id = " + unmerged("{$id|uuid}") + ") {t}",
		Absent: "{$id|text}",
	}),
	"nodes": nested(Rel{
		Shape: Many, To: "Node", Redirects: true,
		From: "(SELECT u.n, x.id, x.kind, d.old_public_id AS redirected_from FROM unnest({$ids|uuids}, {$ids|kinds}) WITH ORDINALITY u(asked, kind, n)" +
			" LEFT JOIN view.redirect d ON d.old_id = u.asked LEFT JOIN view.subject x ON x.kind = u.kind AND x.id = coalesce(d.new_id, u.asked)) {t}",
		Order: "{t}.n",
		Emit:  []string{"array_to_string({$ids|text[]}, ' ')"},
		Check: []Rule{{Arg: "ids", Min: 1, Max: 50, Unique: true}},
	}),
	"apiInfo": apiInfoField,

	"work": lookup("Work", "view.work", "WORK", "list:work"),
	"works": nested(page(Rel{
		To: "Work", From: "view.work {t}", Sorts: workSorts, SortArg: "sort", Filter: workFilter, Tags: workTags, Covered: true,
	}, 100)),
	"relatedWorks": nested(page(Rel{
		To: "Work", Scope: "view.work {s}", ScopeWhere: "{s}.id = " + unmerged("{$workId|uuid:WORK}"), ScopeTag: "{s}.public_id",
		From:   "(SELECT w.*, row_number() OVER (ORDER BY r.score DESC, r.id) AS place FROM view.related_works({p}.id, 50) r JOIN view.work w ON w.id = r.id) {t}",
		Sorts:  map[string]Sort{"": {Keys: []Key{{"{t}.place", "bigint"}}}},
		Absent: "{$workId|text}",
	}, 50)),
	"randomWork": nested(Rel{
		To: "Work", Tags: workTags, Covered: true, Filter: workFilter,
		// Within a stretch from where the draw begins, else among all that match, as a sifted page is read.
		From: "(SELECT u.* FROM ((SELECT {t}.* FROM (SELECT {t}.* FROM view.work {t} WHERE " + drawn + " ORDER BY md5({t}.public_id) LIMIT {stretch}) {t} WHERE ({filter}) IS TRUE LIMIT 1)" +
			" UNION ALL (SELECT {t}.* FROM (SELECT {t}.* FROM view.work {t} WHERE {filter} OFFSET 0) {t} ORDER BY " + drawn + " DESC, md5({t}.public_id) LIMIT 1)) u LIMIT 1) {t}",
		Check: []Rule{{Arg: "seed", Min: 0, Max: 9999}},
	}),
	"workHistory": history("Work", "view.work", "workId", "WORK"),

	"translation": nested(Rel{
		To: "Translation", Redirects: true,
		From: "(SELECT v.*, {{?id (SELECT d.old_public_id FROM view.redirect d WHERE d.old_id = {$id|uuid:EXPRESSION})}}{{!id NULL::text}} AS redirected_from FROM view.expression v WHERE true" +
			"{{?id AND v.id = " + unmerged("{$id|uuid:EXPRESSION}") + "}}" +
			"{{?slug AND v.id = (SELECT x.subject_id FROM view.slug x WHERE x.kind = 'EXPRESSION' AND x.slug = {$slug|text} AND x.scope_id = (SELECT y.subject_id FROM view.slug y WHERE y.kind = 'WORK' AND y.slug = {$workSlug|text}))}}) {t}",
		Emit:   []string{"{t}.work_public_id"}, // whose slug it may have been found by
		Absent: "{{?id {$id|text}}}{{!id 'list:expr list:work'}}",
		Check:  []Rule{{OneOf: [][]string{{"id"}, {"workSlug", "slug"}}}, {Arg: "slug", Min: 1, Max: 200}, {Arg: "workSlug", Min: 1, Max: 200}},
	}),
	"translations": nested(page(Rel{
		To: "Translation", From: "view.expression {t}", Where: "{t}.kind <> 'ORIGINAL'", Sorts: translationSorts, SortArg: "sort",
		Filter: translationFilter, Tags: []string{"list:expr"}, Covered: true,
	}, 100)),
	"bestTranslation": nested(Rel{
		To: "Translation", From: "view.expression {t}", Where: "{t}.id = view.best_translation(" + unmerged("{$workId|uuid:WORK}") + ", {$languages|text[]})",
		Emit: []string{"{t}.work_public_id"}, Absent: "concat_ws(' ', {$workId|text}, (SELECT w.public_id FROM view.work w WHERE w.id = " + unmerged("{$workId|uuid:WORK}") + "))",
		Check: []Rule{{Arg: "languages", Min: 1, Max: 10}},
	}),
	"translationHistory": history("Translation", "view.expression", "translationId", "EXPRESSION"),
	"translationDiff":    diffField,
	"text":               text,
	"passage":            passageField,
	"parallelText":       parallelText,
	"translationGaps": nested(page(Rel{
		To: "Work", From: "view.work {t}",
		Except: "NOT {t}.translation_languages && coalesce((SELECT array_agg(l.tag) FROM view.language l WHERE l.tag = {$language|text} OR split_part(l.tag, '-', 1) = {$language|text})::text[], ARRAY[]::text[])" +
			" AND NOT ({t}.original_language = {$language|text} OR split_part({t}.original_language, '-', 1) = {$language|text})",
		Sorts: map[string]Sort{"": popular}, Filter: workFilter, Tags: []string{"list:work", "list:expr"}, Covered: true,
	}, 100)),

	"author":      lookup("Author", "view.person", "PERSON", "list:author"),
	"authors":     peoplePage("{t}.is_author"),
	"translators": peoplePage("{t}.is_translator"),

	"tag": nested(Rel{
		To: "Tag", From: "view.tag {t}", Where: "{t}.id = (SELECT x.subject_id FROM view.slug x WHERE x.kind = 'TAG' AND x.slug = {$slug|text})",
		Absent: "'list:tag'", Check: []Rule{{Arg: "slug", Min: 1, Max: 200}},
	}),
	"tags": nested(page(Rel{
		To: "Tag", From: "view.tag {t}", SortArg: "sort", Tags: []string{"list:tag", "count:tag"}, Covered: true, // the order follows the counts
		Sorts: map[string]Sort{
			"USAGE": {Keys: []Key{{"{t}.usage_count", "int"}, byID}, Desc: true},
			"NAME":  {Keys: []Key{{"lower({t}.name)", "text"}, byID}},
		},
		Filter: &Filter{Finds: []string{"prefix"}, Fields: map[string]string{"kind": "{t}.kind = ANY ({v|text[]})", "prefix": begins("view.sort_key({t}.name) COLLATE \"C\"")}},
	}, 100)),
	"category": nested(Rel{
		To: "Category", From: "view.category {t}", Where: "{t}.path = {$path|path}", Absent: "'list:cat'",
		Check: []Rule{{Arg: "path", Min: 2, Max: 600}},
	}),
	"categories": nested(Rel{
		Shape: Many, To: "Category", From: "view.category {t}", Order: "{t}.path", Limit: "1000", Tags: []string{"list:cat"}, Covered: true,
		Where: "{t}.depth < {$depth|int} + {{?parent (SELECT k.depth + 1 FROM view.category k WHERE k.id = " + unmerged("{$parent|uuid:CATEGORY}") + ")}}{{!parent 0}}" +
			"{{?parent AND {t}.ancestor_ids @> ARRAY[" + unmerged("{$parent|uuid:CATEGORY}") + "]}}{{?kind AND {t}.kind = {$kind|text}}}",
		Check: []Rule{{Arg: "depth", Min: 1, Max: 4}},
	}),

	"languages": nested(Rel{
		Shape: Many, To: "Language", From: "view.language {t}", Where: "(NOT {$used|bool} OR {t}.work_count + {t}.translation_count > 0)",
		Order: "{t}.tag", Tags: []string{"ref", "count:language"}, Covered: true, // who is used follows from the counts
	}),
	"countries": nested(Rel{Shape: Many, To: "Country", From: "view.country {t}", Order: "{t}.name, {t}.code", Tags: []string{"ref"}, Covered: true}),
	"licenses":  nested(Rel{Shape: Many, To: "License", From: "view.license {t}", Order: "{t}.id", Tags: []string{"ref"}, Covered: true}),
	"rights": nested(Rel{
		To: "RightsStatement", Covered: true, Absent: "{$subjectId|text}",
		Emit: []string{"'rights:' || {t}.public_id", "{t}.public_id", "'rights:' || {t}.work_public_id", "(SELECT 'rights:' || e.public_id FROM view.expression e WHERE e.id = {t}.original_id)"},
		From: "(SELECT x.public_id, w.original_id, e.work_public_id, coalesce(r.jurisdiction, '*') AS jurisdiction, coalesce(r.status, 'UNKNOWN') AS status, r.license_id, r.holder, r.statement_uri," +
			" r.public_domain_from, r.basis, r.evidence_url, r.determined_at FROM view.subject x LEFT JOIN view.work w ON w.id = x.id" +
			" LEFT JOIN view.expression e ON e.id = x.id AND e.kind = 'ORIGINAL' LEFT JOIN view.rights r ON r.subject_id IN (x.id, w.original_id, e.work_id)" +
			" AND r.jurisdiction IN ('*'{{?jurisdiction , {$jurisdiction|text}}})" +
			" WHERE x.id = " + unmerged("{$subjectId|uuid}") + " AND x.kind IN ('WORK', 'EXPRESSION') AND x.kind = {$subjectId|kind} ORDER BY r.jurisdiction = '*', r.subject_id <> x.id LIMIT 1) {t}",
	}),

	"collection": nested(Rel{
		To: "Collection", From: "view.collection {t}",
		Where:  "true{{?id AND {t}.id = " + unmerged("{$id|uuid:COLLECTION}") + "}}{{?slug AND {t}.slug = {$slug|text} AND {t}.owner_id = (SELECT u.id FROM view.users_public u WHERE u.username_canonical = lower({$owner|text}))}}",
		Absent: "{{?id {$id|text}}}{{!id 'list:coll list:user'}}",
		Check:  []Rule{{OneOf: [][]string{{"id"}, {"owner", "slug"}}}},
	}),
	"collections": nested(page(Rel{
		To: "Collection", From: "view.collection {t}", Where: "{t}.visibility = 'PUBLIC'", Sorts: collectionSorts, SortArg: "sort",
		Filter: collectionFilter, Tags: []string{"list:coll", "list:user"}, Covered: true,
	}, 100)),
	"user": nested(Rel{
		To: "PublicUser", From: "view.users_public {t}", Where: "{t}.username_canonical = lower({$username|text})", Absent: "'list:user'",
		Check: []Rule{{Arg: "username", Min: 3, Max: 30}},
	}),
	"comments": nested(page(Rel{
		To: "Comment", Scope: "view.subject {s}", ScopeWhere: "{s}.kind = {$subjectId|kind} AND {s}.id = " + unmerged("{$subjectId|uuid}"), ScopeTag: "{s}.public_id",
		From: "view.comment {t}", Where: "{t}.subject_id = {p}.id AND {t}.depth = 0", Sorts: commentSorts, SortArg: "sort",
		Emit: []string{"'comments:' || {p}.public_id"}, Covered: true, Absent: "{$subjectId|text}",
	}, 50)),
	"commentThread": nested(page(Rel{
		To: "Comment", Scope: "view.comment {s}", ScopeWhere: "{s}.id = " + unmerged("{$rootId|uuid:COMMENT}") + " AND {s}.depth = 0", ScopeTag: "{s}.public_id",
		From: "view.comment {t}", Where: "{t}.root_id = {p}.id", Sorts: map[string]Sort{"": {Keys: []Key{{"{t}.path", "text"}}}},
		Emit: []string{"'comments:' || {p}.public_id"}, Covered: true, Absent: "{$rootId|text}",
	}, 100)),

	"trending":   trending,
	"popular":    popularSubjects,
	"stats":      statsByID,
	"analysis":   analysisField,
	"citation":   citationField,
	"changes":    changes,
	"operations": operations,
}}

// workTags cover lists of works; a filter by language or category reads those too.
var workTags = []string{"list:work"}

func peoplePage(where string) Field {
	return nested(page(Rel{
		To: "Author", From: "view.person {t}", Where: where, Sorts: authorSorts, SortArg: "sort", Filter: authorFilter,
		Tags: []string{"list:author"}, Covered: true,
	}, 100))
}

// history is the page of revisions of a subject, newest first.
func history(_, view, arg, kind string) Field {
	return nested(page(Rel{
		To: "Revision", Scope: view + " {s}", ScopeWhere: "{s}.id = " + unmerged("{$"+arg+"|uuid:"+kind+"}"), ScopeTag: "{s}.public_id",
		From: "view.revision {t}", Where: "{t}.subject_id = {p}.id",
		Sorts:   map[string]Sort{"": {Keys: []Key{{"{t}.created_at", "timestamptz"}, {"{t}.kind", "text"}, {"{t}.number", "int"}}, Desc: true}},
		Covered: true, Absent: "{$" + arg + "|text}",
	}, 50))
}
