package catalog

// lineSorts is the order of lines: their place.
var lineSorts = map[string]Sort{"": {Keys: []Key{{"{t}.seq", "int"}}}}

// between keeps the lines from one ref to another. A ref that does not exist
// keeps none; at the root it is a fault.
func between(expression string) string {
	return "{{?from AND {t}.seq >= coalesce((SELECT l.seq FROM view.text_line l WHERE l.expression_id = " + expression +
		" AND l.ref = {$from|text}), 2147483647)}}" +
		"{{?to AND {t}.seq <= coalesce((SELECT l.seq FROM view.text_line l WHERE l.expression_id = " + expression +
		" AND l.ref = {$to|text}), 0)}}"
}

func textExtra(expression, revision string) map[string]Field {
	return map[string]Field{
		"translation": nested(Rel{To: "Translation", From: "view.expression {t}", Where: "{t}.id = " + expression}),
		"revision":    {SQL: revision},
	}
}

var textLine = &Object{Fields: map[string]Field{
	"key": column("line_key"), "ref": column("ref"), "position": column("seq"), "kind": column("kind"),
	"unit": column("unit_ref"), "speaker": column("speaker"), "stanzaStart": column("stanza_start"), "content": column("content"),
}}

var textUnit = &Object{Fields: map[string]Field{
	"ref": column("ref"), "kind": column("kind"), "label": column("label"), "position": column("ordinal"),
}}

// text is the root field: the lines of the current revision or of an older one.
var text = nested(page(Rel{
	To: "TextLine",
	Scope: "(SELECT e.id, e.public_id, e.text_revision, coalesce({$revision|int}, e.text_revision) AS revision FROM view.expression e" +
		" WHERE e.id = " + unmerged("{$expressionId|uuid:EXPRESSION}") + ") {s}",
	ScopeTag: "{s}.public_id",
	From:     linesOf("{p}") + " {t}",
	Where: "true{{?from AND {t}.seq >= coalesce((SELECT l.seq FROM " + linesOf("{p}") + " l WHERE l.ref = {$from|text}), 2147483647)}}" +
		"{{?to AND {t}.seq <= coalesce((SELECT l.seq FROM " + linesOf("{p}") + " l WHERE l.ref = {$to|text}), 0)}}",
	Sorts: lineSorts, Emit: []string{"'text:' || {p}.public_id"}, Covered: true,
	Extra:  textExtra("{p}.id", "{p}.revision"),
	Absent: "{$expressionId|text}",
	Fault: "CASE {{?revision WHEN NOT EXISTS (SELECT 1 FROM view.revision v WHERE v.subject_id = {s}.id AND v.kind = 'TEXT' AND v.number = {s}.revision) THEN {@revision} || '" + noRevision + "' }}" +
		"{{?from WHEN NOT EXISTS (SELECT 1 FROM " + linesOf("{s}") + " l WHERE l.ref = {$from|text}) THEN {@from} || '" + noLine + "' }}" +
		"{{?to WHEN NOT EXISTS (SELECT 1 FROM " + linesOf("{s}") + " l WHERE l.ref = {$to|text}) THEN {@to} || '" + noLine + "' }}" +
		"{{?from {{?to WHEN (SELECT l.seq FROM " + linesOf("{s}") + " l WHERE l.ref = {$from|text}) > (SELECT l.seq FROM " + linesOf("{s}") + " l WHERE l.ref = {$to|text}) THEN {@to} || '" + backward + "' }}}}" +
		"WHEN false THEN '' END",
	Check: []Rule{{Arg: "revision", Min: 1, Max: 1 << 30}, {Arg: "from", Min: 1, Max: 60}, {Arg: "to", Min: 1, Max: 60}},
}, 500))

// What is wrong with a line or a revision that a caller names. Where the text is
// not there at all, the answer is null and nothing is wrong.
const (
	noLine     = ": must name a line that the text has and that is open"
	noRevision = ": must name a revision that the text has"
	backward   = ": must not name a line before the one where the passage begins"
)

// linesOf are the lines of a text at a revision: those of the current one from
// where they are read every day, those of an older one from the history.
func linesOf(row string) string {
	const columns = "l.seq, l.line_key, l.ref, l.unit_ref, l.kind, l.speaker, l.stanza_start, l.content"
	return "(SELECT " + columns + " FROM view.text_line l WHERE l.expression_id = " + row + ".id AND " + row + ".revision = " + row + ".text_revision" +
		" UNION ALL SELECT " + columns + " FROM view.revision_lines(" + row + ".id, " + row + ".revision) l WHERE " + row + ".revision <> " + row + ".text_revision)"
}

// passageRow is the expression that a citation names, with the citation's parts.
var passageRow = "(SELECT e.*, (SELECT l.seq FROM " + linesOf("e") + " l WHERE l.ref = e.first_ref) AS first_seq, (SELECT l.seq FROM " + linesOf("e") + " l WHERE l.ref = e.last_ref) AS last_seq" +
	" FROM (SELECT e.id, e.public_id, e.work_public_id, e.work_slug, e.slug, e.text_revision, {$ref|ref.rev} AS asked, coalesce({$ref|ref.rev}, e.text_revision) AS revision," +
	" {$ref|ref.from} AS first_ref, {$ref|ref.to} AS last_ref FROM view.expression e" +
	" WHERE e.id = (SELECT x.subject_id FROM view.slug x WHERE x.kind = 'EXPRESSION' AND x.slug = {$ref|ref.expr}" +
	" AND x.scope_id = (SELECT y.subject_id FROM view.slug y WHERE y.kind = 'WORK' AND y.slug = {$ref|ref.work}))) e) {t}"

var passageField = nested(Rel{
	To: "Passage", From: passageRow,
	Fault: "CASE WHEN {t}.asked IS NOT NULL AND NOT EXISTS (SELECT 1 FROM view.revision v WHERE v.subject_id = {t}.id AND v.kind = 'TEXT' AND v.number = {t}.asked) THEN {@ref} || '" + noRevision + "'" +
		" WHEN {t}.first_seq IS NULL OR {t}.last_seq IS NULL THEN {@ref} || '" + noLine + "'" +
		" WHEN {t}.first_seq > {t}.last_seq THEN {@ref} || '" + backward + "' END",
	Emit:   []string{"{t}.public_id", "'text:' || {t}.public_id", "{t}.work_public_id"},
	Absent: "'list:expr list:work'", Lasting: "{t}.asked IS NOT NULL", Covered: true,
	Check: []Rule{{Arg: "ref", Min: 1, Max: 200}},
})

var passage = &Object{Fields: map[string]Field{
	"ref":    {SQL: "{t}.work_slug || '/' || {t}.slug || ':' || {t}.first_ref || CASE WHEN {t}.last_ref <> {t}.first_ref THEN '-' || {t}.last_ref ELSE '' END || '@' || {t}.revision"},
	"pinned": {SQL: "{t}.asked IS NOT NULL"}, "revision": column("revision"),
	"translation": nested(Rel{To: "Translation", From: "view.expression {t}", Where: "{t}.id = {p}.id"}),
	"lines": nested(Rel{
		Shape: Many, To: "TextLine", Covered: true, From: linesOf("{p}") + " {t}",
		Where: "{t}.seq BETWEEN {p}.first_seq AND {p}.last_seq", Order: "{t}.seq", Limit: "200",
	}),
}}

var diffField = nested(Rel{
	To:   "TextDiff",
	From: "(SELECT e.id, e.public_id, {$from|int} AS older, {$to|int} AS newer FROM view.expression e WHERE e.id = " + unmerged("{$translationId|uuid:EXPRESSION}") + ") {t}",
	Fault: "CASE WHEN NOT EXISTS (SELECT 1 FROM view.revision v WHERE v.subject_id = {t}.id AND v.kind = 'TEXT' AND v.number = {t}.older) THEN {@from} || '" + noRevision + "'" +
		" WHEN NOT EXISTS (SELECT 1 FROM view.revision v WHERE v.subject_id = {t}.id AND v.kind = 'TEXT' AND v.number = {t}.newer) THEN {@to} || '" + noRevision + "' END",
	Emit: []string{"{t}.public_id", "'text:' || {t}.public_id"}, Covered: true,
	Absent: "{$translationId|text}", Lasting: "true",
	Check: []Rule{{Arg: "from", Min: 1, Max: 1 << 30, Differ: "to"}, {Arg: "to", Min: 1, Max: 1 << 30}},
})

var textDiff = &Object{Fields: map[string]Field{
	"translation": nested(Rel{To: "Translation", From: "view.expression {t}", Where: "{t}.id = {p}.id"}),
	"from":        column("older"), "to": column("newer"),
	"changes": nested(Rel{
		Shape: Many, To: "LineChange", Covered: true,
		From: "view.text_diff({p}.id, {p}.older, {p}.newer) {t}", Order: "{t}.ord",
	}),
}}

var lineChange = &Object{Fields: map[string]Field{
	"operation": column("op"), "fromRef": column("from_ref"), "toRef": column("to_ref"),
	"before": column("from_content"), "after": column("to_content"),
}}
