package importer

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/alignform"
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

type (
	group = alignform.Group
	lines = alignform.Lines
)

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
		g := alignform.Paired(c.lines(field+".left", r.Groups[i].Left), c.lines(field+".right", r.Groups[i].Right))
		if g.Left.Empty() && g.Right.Empty() {
			c.fault(field, "is empty on both sides")
		}
		last.Left = c.after(field+".left", last.Left, g.Left)
		last.Right = c.after(field+".right", last.Right, g.Right)
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
	return lines{From: pair[0], To: pair[1]}
}

// after checks that ranges ascend.
func (c *check) after(field string, last, next lines) lines {
	if next.Empty() {
		return last
	}
	if next.From <= last.To {
		c.fault(field, "begins at line %d, not after line %d where the group before it ends", next.From, last.To)
	}
	return next
}

// pairID is the id of the alignment of two texts, whichever is named first.
func pairID(a, b uuid.UUID) uuid.UUID {
	if !alignform.Before(a, b) {
		a, b = b, a
	}
	return ids.For(ids.Alignment, a.String()+" "+b.String())
}
