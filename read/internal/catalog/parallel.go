package catalog

// expressionIDs are the versions asked for as they are now.
const expressionIDs = "view.survivors({$expressionIds|uuids:EXPRESSION})"

// parallelScope is the work with the versions asked for: the rows follow the
// original, whether or not it is among them, since translations are aligned with
// it and not with each other; where it has no lines, the first.
var parallelScope = "(SELECT w.id, w.public_id, v.ids, v.pivot, array_remove(v.ids, v.pivot) AS others, cardinality(v.ids) AS known" +
	" FROM view.work w CROSS JOIN LATERAL (SELECT array_agg(e.id ORDER BY array_position(a.ids, e.id)) AS ids," +
	" coalesce((SELECT o.id FROM view.expression o WHERE o.id = w.original_id AND o.readable_lines > 0), (array_agg(e.id ORDER BY array_position(a.ids, e.id)))[1]) AS pivot" +
	" FROM (SELECT " + expressionIDs + " AS ids) a JOIN view.expression e ON e.id = ANY (a.ids) AND e.work_id = w.id) v" +
	" WHERE w.id = " + unmerged("{$workId|uuid:WORK}") + ") {s}"

const noPivotLine = ": must name a line that the version which the rows follow has and that is open"

// parallelRows are the rows after the cursor, one more than the page holds.
const parallelRows = "(SELECT x.*, {p}.ids, {p}.pivot, {p}.others FROM view.parallel_rows({p}.pivot, {p}.others," +
	" {{?from coalesce((SELECT l.seq FROM view.text_line l WHERE l.expression_id = {p}.pivot AND l.ref = {$from|text}), 1000000000)}}{{!from 1}}," +
	" {{?to coalesce((SELECT l.seq FROM view.text_line l WHERE l.expression_id = {p}.pivot AND l.ref = {$to|text}), 0)}}{{!to 1000000000}}," +
	" {after.0|int}, {limit}) x) {t}"

var parallelText = nested(page(Rel{
	To: "ParallelRow", Scope: parallelScope, ScopeTag: "{s}.public_id",
	From: parallelRows, SeekInside: true,
	Sorts: map[string]Sort{"": {Keys: []Key{{"{t}.row_key", "int"}}}},
	Emit: []string{
		"(SELECT string_agg('text:' || e.public_id || ' align:' || e.public_id || ' ' || e.public_id, ' ') FROM view.expression e WHERE e.id = ANY ({p}.ids || {p}.pivot))",
	},
	Covered: true, Absent: "{$workId|text}",
	Fault: "CASE WHEN {s}.known IS DISTINCT FROM cardinality({$expressionIds|uuids:EXPRESSION}) THEN {@expressionIds} || ': must name different versions of this work: one of these is not, or two were merged' " +
		"{{?from WHEN NOT EXISTS (SELECT 1 FROM view.text_line l WHERE l.expression_id = {s}.pivot AND l.ref = {$from|text}) THEN {@from} || '" + noPivotLine + "' }}" +
		"{{?to WHEN NOT EXISTS (SELECT 1 FROM view.text_line l WHERE l.expression_id = {s}.pivot AND l.ref = {$to|text}) THEN {@to} || '" + noPivotLine + "' }}" +
		"{{?from {{?to WHEN (SELECT l.seq FROM view.text_line l WHERE l.expression_id = {s}.pivot AND l.ref = {$from|text}) > (SELECT l.seq FROM view.text_line l WHERE l.expression_id = {s}.pivot AND l.ref = {$to|text}) THEN {@to} || '" + backward + "' }}}}END",
	Check: []Rule{{Arg: "expressionIds", Min: 2, Max: 6, Unique: true}, {Arg: "from", Min: 1, Max: 60}, {Arg: "to", Min: 1, Max: 60}},
	Extra: map[string]Field{
		"versions": nested(Rel{
			Shape: Many, To: "ParallelVersion", Covered: true,
			From:  "(SELECT u.id, u.n, {p}.pivot AS pivot_id, u.id = {p}.pivot AS pivot FROM unnest({p}.ids) WITH ORDINALITY u(id, n)) {t}",
			Order: "{t}.n",
		}),
	},
}, 200))

var parallelRow = &Object{Fields: map[string]Field{
	"ref": {SQL: "(SELECT l.ref FROM view.text_line l WHERE l.expression_id = {t}.pivot AND l.seq = {t}.row_key)"},
	"cells": nested(Rel{
		Shape: Many, To: "ParallelCell", Covered: true,
		From: "(SELECT u.n, e.id, e.public_id," +
			" CASE WHEN u.id = {p}.pivot THEN {p}.pivot_from ELSE {p}.other_from[o.i] END AS from_seq," +
			" CASE WHEN u.id = {p}.pivot THEN {p}.pivot_to ELSE {p}.other_to[o.i] END AS to_seq," +
			" CASE WHEN u.id = {p}.pivot THEN {p}.pivot_from ELSE {p}.aligned_from[o.i] END AS aligned_from," +
			" CASE WHEN u.id = {p}.pivot THEN {p}.pivot_to ELSE {p}.aligned_to[o.i] END AS aligned_to," +
			" u.id <> {p}.pivot AND {p}.stale[o.i] AS stale," +
			" CASE WHEN u.id = {p}.pivot THEN NULL ELSE {p}.confidence[o.i] END AS confidence" +
			" FROM unnest({p}.ids) WITH ORDINALITY u(id, n) JOIN view.expression e ON e.id = u.id" +
			" CROSS JOIN LATERAL (SELECT array_position({p}.others, u.id) AS i) o) {t}",
		Order: "{t}.n",
	}),
}}

// cellLines are the lines of a cell, or some of them.
func cellLines(which string) Field {
	return nested(Rel{
		Shape: Many, To: "TextLine", Covered: true, From: "view.text_line {t}",
		Where: "{t}.expression_id = {p}.id AND {t}.seq BETWEEN {p}.from_seq AND {p}.to_seq AND " + which, Order: "{t}.seq", Limit: "500",
	})
}

var parallelCell = &Object{Fields: map[string]Field{
	"translationId": column("public_id"), "aligned": {SQL: "{t}.aligned_from IS NOT NULL"}, "stale": column("stale"), "confidence": column("confidence"),
	"lines":     cellLines("true"),
	"unaligned": cellLines("({t}.seq BETWEEN {p}.aligned_from AND {p}.aligned_to) IS NOT TRUE"),
}}

var parallelVersion = &Object{Fields: map[string]Field{
	"translation": nested(Rel{To: "Translation", From: "view.expression {t}", Where: "{t}.id = {p}.id"}),
	"pivot":       column("pivot"),
	"alignment": nested(Rel{
		To: "ParallelAlignment", Covered: true,
		From: "(SELECT a.method, a.status, a.confidence FROM view.alignment_pair q JOIN view.alignment a ON a.id = q.alignment_id" +
			" WHERE q.expression_id = {p}.pivot_id AND q.other_id = {p}.id ORDER BY a.status, a.confidence DESC, a.id LIMIT 1) {t}",
	}),
}}

var parallelAlignment = &Object{Fields: map[string]Field{
	"method": column("method"), "status": column("status"), "confidence": column("confidence"),
}}
