package importer

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/tercul/tercul/write/internal/ids"
)

// alignment is a record of alignments.jsonl: ranges of line numbers of two
// texts of one work, in order and without overlap.
type alignment struct {
	left, right uuid.UUID
	groups      []group
	status      string
	confidence  *float64
}

// group answers a range of lines with a range of lines; an empty side has from 0.
type group struct {
	left, right lines
	linear      bool
	confidence  float64
}

type lines struct{ from, to int }

func (l lines) empty() bool { return l.from == 0 }
func (l lines) len() int {
	if l.empty() {
		return 0
	}
	return l.to - l.from + 1
}

// int4range is the half-open form in which Postgres keeps a range.
func (l lines) int4range() pgtype.Range[pgtype.Int4] {
	if l.empty() {
		return pgtype.Range[pgtype.Int4]{}
	}
	bound := func(n int) pgtype.Int4 { return pgtype.Int4{Int32: int32(n), Valid: true} } //nolint:gosec // a line number
	return pgtype.Range[pgtype.Int4]{
		Lower: bound(l.from), Upper: bound(l.to + 1), LowerType: pgtype.Inclusive, UpperType: pgtype.Exclusive, Valid: true,
	}
}

func alignmentStage() runner {
	return stage[alignmentRecord, alignment]{
		form: form[alignmentRecord, alignment]{
			kind: "alignments", id: func(r *alignmentRecord) string { return r.Left.ID + " | " + r.Right.ID }, accept: acceptAlignment,
			weigh: func(r *alignmentRecord) int { return 200 + 50*len(r.Groups) },
		},
		subject: true,
		apply:   applyAlignments,
	}
}

func acceptAlignment(c *check, r *alignmentRecord) (alignment, uuid.UUID) {
	left := c.textOf("left", &r.Left)
	right := c.textOf("right", &r.Right)
	if left == right {
		c.fault("right", "is the same text as left")
	}
	c.oneOf("status", &r.Status, "APPROVED", "SUGGESTED", "APPROVED")
	if r.Confidence != nil && (*r.Confidence < 0 || *r.Confidence > 1) {
		c.fault("confidence", "%v is not between 0 and 1", *r.Confidence)
	}
	if len(r.Groups) == 0 {
		c.fault("groups", "is missing")
	}
	a := alignment{left: left, right: right, status: r.Status, confidence: r.Confidence}
	var last group
	for i := range r.Groups {
		field := fmt.Sprintf("groups.%d", i)
		g := group{left: c.lines(field+".left", r.Groups[i].Left), right: c.lines(field+".right", r.Groups[i].Right)}
		if g.left.empty() && g.right.empty() {
			c.fault(field, "is empty on both sides")
		}
		last.left = c.after(field+".left", last.left, g.left)
		last.right = c.after(field+".right", last.right, g.right)
		g.linear = g.left.len() == g.right.len() && !g.left.empty()
		a.groups = append(a.groups, g)
	}
	return a, pairID(left, right)
}

// textOf reads a reference to a text: of a work it is the original.
func (c *check) textOf(field string, r *subjectRef) uuid.UUID {
	c.subject(field, r, "WORK", "TRANSLATION")
	if r.Kind == "WORK" {
		return ids.For(ids.Original, r.ID)
	}
	return ids.For(ids.Translation, r.ID)
}

func (c *check) lines(field string, pair []int) lines {
	if len(pair) == 0 {
		return lines{}
	}
	if len(pair) != 2 || pair[0] < 1 || pair[1] < pair[0] {
		c.fault(field, "%v is not a range of lines [from, to]", pair)
		return lines{}
	}
	return lines{pair[0], pair[1]}
}

// after checks that ranges ascend.
func (c *check) after(field string, last, next lines) lines {
	if next.empty() {
		return last
	}
	if next.from <= last.to {
		c.fault(field, "begins at line %d, not after line %d where the group before it ends", next.from, last.to)
	}
	return next
}

// pairID is the id of the alignment of two texts, whichever is named first.
func pairID(a, b uuid.UUID) uuid.UUID {
	if a.String() > b.String() {
		a, b = b, a
	}
	return ids.For(ids.Alignment, a.String()+" "+b.String())
}
