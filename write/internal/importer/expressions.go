package importer

import (
	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/ids"
	"github.com/tercul/tercul/write/internal/textform"
)

// expression is one text of a work: the original or a translation.
type expression struct {
	at             position
	id, workID     uuid.UUID
	kind           string
	language       string
	title          string
	subtitle       string
	origin         string
	completeness   string
	form           string
	year           *int
	notes          string
	provenance     string
	source         string
	credit         string
	quality        int
	license        string
	slug           string
	slugFrom       []string
	translators    []credit
	literatureType string
	unit           *unit
	lines          []textform.Line
}

// credit is one translator as the source names them.
type credit struct {
	person   uuid.UUID
	credited string
}

// publishedNow publishes what is new in the order of the files, a microsecond apart: of what came in together, the last
// is the newest.
const publishedNow = "'PUBLISHED', statement_timestamp() + row_number() OVER (ORDER BY s.ctid) * interval '1 microsecond'"

var expressionsTable = table{
	name: "core.expressions", key: []string{"id"},
	columns: []string{
		"id", "work_id", "expression_kind", "language", "title", "subtitle", "origin", "completeness", "form",
		"year", "notes", "provenance", "source_url", "credit", "quality",
	},
	insert: "status, published_at", values: publishedNow,
}

var expressionContributorsTable = table{
	name: "core.expression_contributors", key: []string{"expression_id", "person_id", "role"}, owner: "expression_id",
	columns: []string{"expression_id", "person_id", "role", "position", "credited_as"},
}

// byLicense marks the rights that follow from a record's licence: only these
// does an import replace; what rights.jsonl or an editor determined stays.
const byLicense = "The licence named by the source."

var rightsTable = table{
	name: "core.rights", key: []string{"subject_id", "jurisdiction"}, owner: "subject_id",
	columns: []string{
		"id", "subject_id", "jurisdiction", "status", "license_id", "holder", "statement_uri", "public_domain_from", "basis", "evidence_url",
	},
	keep: "t.basis IS DISTINCT FROM '" + byLicense + "'",
}

// acceptText checks the fields that works and translations share.
func acceptText(c *check, r *textFields) *expression {
	c.text("text", &r.Text, textform.MaxText)
	c.oneOf("text_extent", &r.TextExtent, "COMPLETE", "COMPLETE", "PARTIAL", "EXCERPT", "SYNOPSIS")
	if r.Form != "" {
		c.oneOf("form", &r.Form, "", "VERSE", "PROSE", "MIXED")
	}
	c.line("credit", &r.Credit, 1000)
	c.line("source", &r.Source, 500)
	lines, err := textform.Split(r.Text)
	if err != nil {
		c.fault("text", "%v", err)
	}
	quality := min(1, len(lines)) // 0 stands for "no text", 1 for "not proofread"
	if r.Quality != nil {
		quality = *r.Quality
	}
	if quality < 0 || quality > 4 {
		c.fault("quality", "%d is not between 0 and 4", quality)
	}
	return &expression{
		origin: "HUMAN", completeness: r.TextExtent, form: r.Form, source: r.Source, credit: r.Credit,
		quality: quality, license: deref(r.License), lines: lines,
	}
}

func (e *expression) row() []any {
	return []any{
		e.id, e.workID, e.kind, e.language, e.title, null(e.subtitle), e.origin, e.completeness, null(e.form),
		e.year, null(e.notes), null(e.provenance), null(e.source), null(e.credit), e.quality,
	}
}

func (e *expression) rightsRow() []any {
	id := ids.For(ids.Row, "rights "+e.id.String()+" *")
	status := "LICENSED"
	switch e.license {
	case "":
		status = "UNKNOWN"
	case "Public-Domain":
		status = "PUBLIC_DOMAIN"
	case "All-Rights-Reserved":
		status = "IN_COPYRIGHT"
	}
	return []any{id, e.id, "*", status, null(e.license), nil, nil, nil, byLicense, nil}
}
