package catalog

// SchemaVersion names the public schema; it is part of every cache key.
const SchemaVersion = "2026-11-23"

// The limits that apiInfo tells; package document enforces them.
const limits = "1000 AS max_cost, 10 AS max_depth"

var apiInfo = &Object{Fields: map[string]Field{
	"name": {SQL: "'Tercul'::text"}, "schemaVersion": {SQL: "'" + SchemaVersion + "'::text"},
	"workCount":        {SQL: "(SELECT coalesce(sum(l.work_count), 0)::int FROM view.language l)"},
	"translationCount": {SQL: "(SELECT coalesce(sum(l.translation_count), 0)::int FROM view.language l)"},
	"authorCount":      {SQL: "(SELECT count(*)::int FROM view.person a WHERE a.is_author)"},
	"languageCount":    {SQL: "(SELECT count(*)::int FROM view.language l WHERE l.work_count + l.translation_count > 0)"},
	"maxCost":          column("max_cost"), "maxDepth": column("max_depth"),
}}

var apiInfoField = nested(Rel{
	To: "ApiInfo", From: "(SELECT " + limits + ") {t}", Covered: true,
	Tags: []string{"api", "list:work", "list:expr", "list:author", "ref"},
})

// listed leaves out the collections that only those who know their address may find.
const listed = "(x.kind <> 'COLLECTION' OR EXISTS (SELECT 1 FROM view.collection c WHERE c.id = x.id AND c.visibility = 'PUBLIC'))"

var trending = nested(page(Rel{
	To: "Node", Scope: "(SELECT {$period|text} AS period, {$kind|kindname} AS kind, {{?language {$language|text}}}{{!language '*'}} AS scope) {s}",
	From: "(SELECT x.id, x.kind, r.rank, r.score, r.z_score FROM view.trending r JOIN view.subject x ON x.id = r.subject_id" +
		" WHERE " + listed + " AND r.period = {p}.period AND r.scope = {p}.scope AND r.kind = {p}.kind) {t}",
	Sorts: map[string]Sort{"": {Keys: []Key{{"{t}.rank", "int"}}}},
	Emit:  []string{"'trending:' || lower({p}.period)"},
	Extra: map[string]Field{
		"computedAt": timestamp("(SELECT max(r.computed_at) FROM view.trending r WHERE r.period = {p}.period AND r.scope = {p}.scope AND r.kind = {p}.kind)"),
	},
	Edge: map[string]Field{"rank": column("rank"), "score": column("score"), "zScore": column("z_score")},
}, 100))

var popularSubjects = nested(page(Rel{
	To: "Node",
	From: "(SELECT x.id, x.kind, s.popularity FROM view.popularity s JOIN view.subject x ON x.id = s.subject_id" +
		" WHERE " + listed + " AND s.stretch = {$window|text} AND s.kind = {$kind|kindname}) {t}",
	Sorts: map[string]Sort{"": popular}, Tags: []string{"popular"},
}, 100))

var statsByID = nested(Rel{
	Shape: Many, To: "SubjectStats", Tags: []string{"stats"}, Covered: true,
	From: "(SELECT u.n, coalesce(d.new_public_id, u.tag) AS public_id, s.* FROM unnest({$subjectIds|uuids}, {$subjectIds|text[]}, {$subjectIds|kinds}) WITH ORDINALITY u(id, tag, kind, n)" +
		" LEFT JOIN view.redirect d ON d.old_id = u.id AND d.kind = u.kind LEFT JOIN view.subject_stats s ON s.subject_id = coalesce(d.new_id, u.id) AND s.kind = u.kind) {t}",
	Order: "{t}.n",
	Check: []Rule{{Arg: "subjectIds", Min: 1, Max: 50, Unique: true}},
})

// citedTexts are the texts in which a passage is looked for: that of the subject,
// or those of the work but for synopses, which are not its text. citedLines are its first and last line in them.
const (
	citedTexts = "(SELECT e.id, e.public_id FROM view.expression e WHERE e.id = {t}.id UNION ALL SELECT e.id, e.public_id FROM view.expression e WHERE e.work_id = {t}.id AND e.completeness <> 'SYNOPSIS')"
	citedLines = "SELECT 1 FROM " + citedTexts + " e JOIN view.text_line a ON a.expression_id = e.id JOIN view.text_line b ON b.expression_id = e.id" +
		" WHERE a.ref = split_part({$ref|lines}, '-', 1) AND b.ref = split_part({$ref|lines}, '-', -1)"
)

var citationField = nested(Rel{
	To: "Citation", Covered: true, Absent: "{$subjectId|text}",
	Emit: []string{
		"{t}.public_id", "coalesce({t}.parent_id, '')", "'rights:' || {t}.public_id",
		"(SELECT string_agg('text:' || e.public_id || ' ' || e.public_id, ' ') FROM view.expression e WHERE e.id = {t}.id OR e.work_id = {t}.id)",
		"(SELECT string_agg(a.public_id, ' ') FROM view.person a WHERE a.id IN (SELECT unnest(e.author_ids || e.translator_ids) FROM view.expression e WHERE e.id = {t}.id" +
			" UNION SELECT unnest(w.author_ids) FROM view.work w WHERE w.id = {t}.id))",
	},
	From: "(SELECT x.id, x.public_id, (SELECT e.work_public_id FROM view.expression e WHERE e.id = x.id) AS parent_id, {$format|text} AS format," +
		" view.cite(x.id, {$format|text}, {$ref|lines}, {$locale|text}) AS text FROM view.subject x WHERE x.kind = {$subjectId|kind} AND x.id = " + unmerged("{$subjectId|uuid}") + ") {t}",
	Where: "{t}.text IS NOT NULL",
	Fault: "CASE {{?ref WHEN NOT EXISTS (" + citedLines + ") THEN {@ref} || '" + noLine + "'" +
		" WHEN NOT EXISTS (" + citedLines + " AND a.seq <= b.seq) THEN {@ref} || '" + backward + "' }}WHEN false THEN '' END",
	Check: []Rule{{Arg: "ref", Min: 1, Max: 130}},
})

var citation = &Object{Fields: map[string]Field{
	"format": column("format"), "text": column("text"),
	"mediaType": {SQL: "CASE {t}.format WHEN 'CSL_JSON' THEN 'application/vnd.citationstyles.csl+json' WHEN 'BIBTEX' THEN 'application/x-bibtex'" +
		" WHEN 'RIS' THEN 'application/x-research-info-systems' ELSE 'text/plain' END"},
}}

// publicKind names a kind of the database as the public schema does.
func publicKind(expr string) string {
	return "CASE " + expr + " WHEN 'EXPRESSION' THEN 'TRANSLATION' WHEN 'PERSON' THEN 'AUTHOR' ELSE " + expr + " END"
}

// moreChanges asks for the last change and not whether there is one: of an index
// that is one step, while a planner takes EXISTS for an excuse to read a table.
func moreChanges(row string) string {
	return "coalesce((SELECT max(c.seq) FROM view.change c WHERE " + row + ".kinds IS NULL OR c.kind = ANY (" + row + ".kinds)) > " + row + ".last, false)"
}

// changes is a page without cursors: numbers are cursors enough. A page with
// more after it can never change.
var changes = nested(page(Rel{
	To: "Change",
	Scope: "(SELECT b.*, coalesce((SELECT max(z.seq) FROM (SELECT c.seq FROM view.change c WHERE c.seq > b.since AND (b.kinds IS NULL OR c.kind = ANY (b.kinds))" +
		" ORDER BY c.seq LIMIT {$first|int}) z), b.since) AS last FROM (SELECT {$since|bigint} AS since, {$kinds|kindnames} AS kinds) b) {s}",
	From: "view.change {t}", Where: "{t}.seq > {p}.since AND {t}.seq <= {p}.last AND ({p}.kinds IS NULL OR {t}.kind = ANY ({p}.kinds))",
	Sorts: map[string]Sort{"": {Keys: []Key{{"{t}.seq", "bigint"}}}}, Tags: []string{"changes"}, Covered: true,
	Extra:   map[string]Field{"next": {SQL: "{p}.last"}, "hasMore": {SQL: moreChanges("{p}")}},
	Lasting: moreChanges("{s}"),
	Check:   []Rule{{Arg: "since", Min: 0, Max: 1<<31 - 1}},
}, 1000))

var change = &Object{Fields: map[string]Field{
	"number": column("seq"), "subjectId": column("public_id"), "kind": {SQL: publicKind("{t}.kind")}, "change": column("change"),
	"version": column("version"), "at": timestamp("{t}.at"), "subject": subjectOf("subject_id"),
}}

var operations = nested(page(Rel{
	To: "Operation", From: "view.document {t}", Where: "{t}.status IN ('ACTIVE', 'DEPRECATED')",
	Sorts: map[string]Sort{"": {Keys: []Key{{"{t}.name", "text"}, {"{t}.hash", "text"}}}}, Tags: []string{"api"}, Covered: true,
}, 100))

var operation = &Object{Fields: map[string]Field{
	"id": {SQL: "'sha256:' || {t}.hash"}, "name": column("name"), "document": column("source"), "cost": column("cost"),
	"maxAge": column("ttl_s"), "deprecated": {SQL: "{t}.status = 'DEPRECATED'"}, "sunsetAt": timestamp("{t}.sunset_at"), "example": {SQL: "{t}.example::text"},
}}
