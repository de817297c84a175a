package purge

import (
	"strings"

	"github.com/tercul/tercul/write/internal/contribution/closing"
)

// rows are those of a table that belong to the subject $1.
type rows struct {
	table, where string
	order        string // in which they must go, if in any
}

// onIt are the subject and the comments on it.
const onIt = "subject_id IN (SELECT $1::uuid UNION ALL SELECT c.id FROM social.comments c WHERE c.subject_id = $1)"

// common is what any subject can have.
var common = []rows{
	{table: "social.likes", where: onIt},
	{table: "social.bookmarks", where: onIt},
	{table: "stats.totals", where: onIt},
	{table: "stats.trending", where: onIt},
	{table: "stats.popularity", where: onIt},
	{table: "stats.brought", where: onIt},
	{table: "stats.hourly", where: onIt},
	{table: "stats.daily", where: onIt},
	{table: "social.comments", where: "subject_id = $1", order: "depth DESC"},
	{table: "social.collection_items", where: "subject_id = $1"},
	{table: "core.subject_tags", where: "subject_id = $1"},
	{table: "core.subject_categories", where: "subject_id = $1"},
	{table: "core.external_ids", where: "subject_id = $1"},
	{table: "core.rights", where: "subject_id = $1"},
}

// about are the open contributions that would change the subject $1, or add to it.
var about = proposals("c.target_id = $1")

func proposals(condition string) []string {
	return closing.Statements("purge", "What it was about was deleted, and has been removed for good.", condition)
}

// kind is a table whose rows are deleted softly.
type kind struct {
	table   string
	due     string // besides being deleted for long enough
	parts   string // a query of the texts of $1, which go before it
	before  []string
	own     []rows
	history bool
	closes  []string // the contributions that are about $1
}

// kinds are in the order in which they go: what holds others back comes first.
var kinds = []kind{
	{table: "social.comments", due: "NOT EXISTS (SELECT FROM social.comments r WHERE r.parent_id = t.id)"},
	texts,
	{
		table: "core.works", parts: "SELECT id FROM core.expressions WHERE work_id = $1 ORDER BY id", history: true, closes: about,
		own: []rows{{table: "core.work_titles", where: "work_id = $1"}, {table: "core.work_contributors", where: "work_id = $1"}},
	},
	{
		table: "core.persons", history: true, closes: about, own: []rows{{table: "core.person_names", where: "person_id = $1"}},
		due: "NOT EXISTS (SELECT FROM core.work_contributors c WHERE c.person_id = t.id) AND NOT EXISTS (SELECT FROM core.expression_contributors c WHERE c.person_id = t.id)",
	},
	{
		table: "social.collections",
		own:   []rows{{table: "social.collection_items", where: "collection_id = $1"}, {table: "social.collection_members", where: "collection_id = $1"}},
	},
	{
		table: "core.categories", due: "NOT EXISTS (SELECT FROM core.categories b WHERE b.parent_id = t.id)",
		own: []rows{{table: "core.subject_categories", where: "category_id = $1"}},
	},
}

// texts go when they were deleted, or with their work. What was made from one keeps
// the language that it was made from; and its words are counted out of those that
// keywords are weighed by, for which the corpus is locked as package analysis does.
var texts = kind{
	table: "core.expressions", history: true,
	closes: proposals("c.target_id = $1 OR c.contribution_type = 'ALIGNMENT' AND c.patch #>> '{upsertAlignment,rightId}' = (SELECT s.public_id FROM core.subjects s WHERE s.id = $1)"),
	before: []string{
		"SELECT pg_advisory_xact_lock(hashtextextended('tercul.corpus', 0))",
		"SELECT core.set_vocabulary(expression_id, revision, language, '{}') FROM core.text_vocabularies WHERE expression_id = $1::uuid",
		"DELETE FROM core.text_vocabularies WHERE expression_id = $1",
		`UPDATE core.expressions e SET source_expression_id = NULL, source_language = coalesce(e.source_language, o.language)
		FROM core.expressions o WHERE o.id = $1 AND e.source_expression_id = o.id`,
	},
	own: []rows{
		{table: "core.text_analyses", where: "expression_id = $1"},
		{table: "core.alignments", where: "left_id = $1 OR right_id = $1"},
		{table: "core.text_lines", where: "expression_id = $1"},
		{table: "core.expression_contributors", where: "expression_id = $1"},
	},
}

// delete is the statement that removes some of the rows, or all.
func (r rows) delete(some string) string {
	if some == "" {
		return "DELETE FROM " + r.table + " WHERE " + r.where
	}
	order := ""
	if r.order != "" {
		order = " ORDER BY " + r.order
	}
	return strings.NewReplacer("{table}", r.table, "{where}", r.where+order, "{some}", some).
		Replace("DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE {where} LIMIT {some}))")
}
