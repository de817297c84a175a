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

// unknownRef is the fault of refs that a text does not have.
func unknownRef(expression string) string {
	missing := func(arg string) string {
		return "WHEN {$" + arg + "|text} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM view.text_line l WHERE l.expression_id = " +
			expression + " AND l.ref = {$" + arg + "|text}) THEN '" + arg + ": the text has no such line' "
	}
	return "CASE " + missing("from") + missing("to") + "END"
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

// expressionByID is the text that an argument names, merged ones included.
const expressionByID = "{t}.id = coalesce((SELECT d.new_id FROM view.redirect d WHERE d.old_id = {$expressionId|uuid:EXPRESSION}), {$expressionId|uuid:EXPRESSION})"

// text is the root field: the lines of the current revision or of an older one.
var text = nested(page(Rel{
	To: "TextLine",
	Scope: "(SELECT e.id, e.public_id, e.text_revision, coalesce({$revision|int}, e.text_revision) AS revision FROM view.expression e" +
		" WHERE e.id = coalesce((SELECT d.new_id FROM view.redirect d WHERE d.old_id = {$expressionId|uuid:EXPRESSION}), {$expressionId|uuid:EXPRESSION})) {s}",
	ScopeTag: "{s}.public_id",
	From:     "{{!revision view.text_line {t}}}{{?revision LATERAL (SELECT l.* FROM view.revision_lines({p}.id, {p}.revision) l) {t}}}",
	Where: "{{!revision {t}.expression_id = {p}.id}}{{?revision true}}" +
		"{{?from AND {t}.seq >= coalesce((SELECT l.seq FROM " + currentOrPinned + " l WHERE l.ref = {$from|text}), 2147483647)}}" +
		"{{?to AND {t}.seq <= coalesce((SELECT l.seq FROM " + currentOrPinned + " l WHERE l.ref = {$to|text}), 0)}}",
	Sorts: lineSorts, Emit: []string{"'text:' || {p}.public_id"}, Covered: true,
	Extra:  textExtra("{p}.id", "{p}.revision"),
	Absent: "{$expressionId|text}",
	Fault: "CASE {{?revision WHEN NOT EXISTS (SELECT 1 FROM view.revision v WHERE v.subject_id = {s}.id AND v.kind = 'TEXT' AND v.number = {s}.revision) THEN 'revision: the text has no such revision' }}" +
		"{{?from WHEN NOT EXISTS (SELECT 1 FROM " + scopeLines + " l WHERE l.ref = {$from|text}) THEN 'from: the text has no such line' }}" +
		"{{?to WHEN NOT EXISTS (SELECT 1 FROM " + scopeLines + " l WHERE l.ref = {$to|text}) THEN 'to: the text has no such line' }}" +
		"WHEN false THEN '' END",
	Check: []Rule{{Arg: "revision", Min: 1, Max: 1 << 30}, {Arg: "from", Min: 1, Max: 60}, {Arg: "to", Min: 1, Max: 60}},
}, 500))

const currentOrPinned = "{{!revision (SELECT c.seq, c.ref FROM view.text_line c WHERE c.expression_id = {p}.id)}}{{?revision view.revision_lines({p}.id, {p}.revision)}}"

const scopeLines = "{{!revision (SELECT c.seq, c.ref FROM view.text_line c WHERE c.expression_id = {s}.id)}}{{?revision view.revision_lines({s}.id, {s}.revision)}}"

// passageRow is the expression that a citation names, with the citation's parts.
const passageRow = "(SELECT e.id, e.public_id, e.work_slug, e.slug, e.text_revision, {$ref|ref.rev} AS asked, coalesce({$ref|ref.rev}, e.text_revision) AS revision," +
	" {$ref|ref.from} AS first_ref, {$ref|ref.to} AS last_ref FROM view.expression e" +
	" WHERE e.id = (SELECT x.subject_id FROM view.slug x WHERE x.kind = 'EXPRESSION' AND x.slug = {$ref|ref.expr} AND x.scope_id = (SELECT y.subject_id FROM view.slug y WHERE y.kind = 'WORK' AND y.slug = {$ref|ref.work}))) {t}"

var passageField = nested(Rel{
	To: "Passage", From: passageRow,
	Where:   "EXISTS (SELECT 1 FROM view.revision_lines({t}.id, {t}.revision) l WHERE l.ref = {t}.first_ref)",
	Emit:    []string{"{t}.public_id", "'text:' || {t}.public_id"},
	Absent:  "'list:expr list:work'",
	Lasting: "{t}.asked IS NOT NULL",
	Covered: true,
	Check:   []Rule{{Arg: "ref", Min: 1, Max: 200}},
})

var passage = &Object{Fields: map[string]Field{
	"ref":    {SQL: "{t}.work_slug || '/' || {t}.slug || ':' || {t}.first_ref || CASE WHEN {t}.last_ref <> {t}.first_ref THEN '-' || {t}.last_ref ELSE '' END || '@' || {t}.revision"},
	"pinned": {SQL: "{t}.asked IS NOT NULL"}, "revision": column("revision"),
	"translation": nested(Rel{To: "Translation", From: "view.expression {t}", Where: "{t}.id = {p}.id"}),
	"lines": nested(Rel{
		Shape: Many, To: "TextLine", Covered: true,
		From: "LATERAL (SELECT l.* FROM view.revision_lines({p}.id, {p}.revision) l) {t}",
		Where: "{t}.seq >= (SELECT l.seq FROM view.revision_lines({p}.id, {p}.revision) l WHERE l.ref = {p}.first_ref)" +
			" AND {t}.seq <= (SELECT l.seq FROM view.revision_lines({p}.id, {p}.revision) l WHERE l.ref = {p}.last_ref)",
		Order: "{t}.seq", Limit: "200",
	}),
}}

var diffField = nested(Rel{
	To: "TextDiff",
	From: "(SELECT e.id, e.public_id, {$from|int} AS older, {$to|int} AS newer FROM view.expression e WHERE e.id = {$translationId|uuid:EXPRESSION}" +
		" AND 2 = (SELECT count(*) FROM view.revision v WHERE v.subject_id = e.id AND v.kind = 'TEXT' AND v.number IN ({$from|int}, {$to|int}))) {t}",
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
