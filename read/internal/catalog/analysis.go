package catalog

// analysisRow is the expression, with the analysis of the revision asked for where
// there is one, and whether there is that revision.
const analysisRow = "(SELECT a.*, e.id AS text_id, e.text_tag, EXISTS (SELECT 1 FROM view.revision v WHERE v.subject_id = e.id AND v.kind = 'TEXT' AND v.number = e.asked) AS known" +
	" FROM (SELECT x.id, x.public_id AS text_tag, coalesce({$revision|int}, x.text_revision) AS asked FROM view.expression x WHERE x.id = "

// analysisField has a row for a revision that there is not, to tell of the fault.
var analysisField = nested(Rel{
	To:    "TextAnalysis",
	From:  analysisRow + unmerged("{$expressionId|uuid:EXPRESSION}") + ") e LEFT JOIN view.text_analysis a ON a.expression_id = e.id AND a.revision = e.asked) {t}",
	Where: "({t}.analyzer IS NOT NULL{{?revision  OR NOT {t}.known}})",
	Fault: "CASE {{?revision WHEN NOT {t}.known THEN {@revision} || '" + noRevision + "' }}WHEN false THEN '' END",
	Emit:  []string{"{t}.text_tag", "'analysis:' || {t}.text_tag"}, Covered: true,
	Absent: "concat_ws(' ', {$expressionId|text}, (SELECT e.public_id || ' analysis:' || e.public_id FROM view.expression e WHERE e.id = " +
		unmerged("{$expressionId|uuid:EXPRESSION}") + "))",
	Check: []Rule{{Arg: "revision", Min: 1, Max: 1 << 30}},
})

var analysis = &Object{Fields: map[string]Field{
	"translation": nested(Rel{To: "Translation", From: "view.expression {t}", Where: "{t}.id = {p}.text_id"}),
	"revision":    column("revision"), "analyzer": column("analyzer"), "analyzedAt": timestamp("{t}.analyzed_at"),
	"language": column("language"), "detectedLanguage": column("detected_language"), "coverage": column("coverage"),
	"measures": recorded("TextMeasure", "measures", "name text, value float8, method text, reason text"),
	"keywords": recorded("Keyword", "keywords", "term text, score float8, frequency int"),
	"stanzas":  recorded("StanzaForm", "stanzas", "lines int, scheme text"),
}}

// recorded are the objects that a JSON column of the parent's row holds.
func recorded(to, column, columns string) Field {
	return nested(Rel{Shape: Many, To: to, Covered: true, From: "jsonb_to_recordset({p}." + column + ") AS {t}(" + columns + ")"})
}

var textMeasure = &Object{Fields: map[string]Field{
	"name": column("name"), "status": {SQL: "CASE WHEN {t}.value IS NULL THEN 'UNSUPPORTED' ELSE 'MEASURED' END"},
	"value": column("value"), "method": column("method"), "reason": column("reason"),
}}

var keyword = &Object{Fields: map[string]Field{"term": column("term"), "score": column("score"), "frequency": column("frequency")}}

var stanzaForm = &Object{Fields: map[string]Field{"lines": column("lines"), "scheme": column("scheme")}}
