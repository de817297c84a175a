// Package alignform holds the form of alignments: which lines of one text answer
// which lines of another. Importer and API make and store them by it.
package alignform

import (
	"bytes"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// Lines are the lines From to To of a text, counted from 1; none where From is 0.
type Lines struct{ From, To int }

// Empty tells whether there are none.
func (l Lines) Empty() bool { return l.From == 0 }

// Len counts them.
func (l Lines) Len() int {
	if l.Empty() {
		return 0
	}
	return l.To - l.From + 1
}

// Range is the half-open form in which Postgres keeps them.
func (l Lines) Range() pgtype.Range[pgtype.Int4] {
	if l.Empty() {
		return pgtype.Range[pgtype.Int4]{}
	}
	bound := func(n int) pgtype.Int4 { return pgtype.Int4{Int32: int32(n), Valid: true} } //nolint:gosec // a line number
	return pgtype.Range[pgtype.Int4]{
		Lower: bound(l.From), Upper: bound(l.To + 1), LowerType: pgtype.Inclusive, UpperType: pgtype.Exclusive, Valid: true,
	}
}

// Group answers lines with lines. It is linear where both sides are of one length
// and answer line by line, and stale where a text has changed there since somebody
// said so. A confidence of 0 is none that is known.
type Group struct {
	Left, Right Lines
	Linear      bool
	Stale       bool
	Confidence  float64
	Note        string
}

// Paired is a group of lines, linear where it can be.
func Paired(left, right Lines) Group {
	return Group{Left: left, Right: right, Linear: left.Len() == right.Len() && !left.Empty()}
}

// Turned are groups with their sides exchanged.
func Turned(groups []Group) []Group {
	out := make([]Group, len(groups))
	for i, g := range groups {
		g.Left, g.Right = g.Right, g.Left
		out[i] = g
	}
	return out
}

// Fits tells whether no group reaches past the end of its text.
func Fits(groups []Group, left, right int) bool {
	for _, g := range groups {
		if g.Left.To > left || g.Right.To > right {
			return false
		}
	}
	return true
}

// Before tells which of two texts is the left one: core.alignments keeps the
// smaller id there.
func Before(a, b uuid.UUID) bool { return bytes.Compare(a[:], b[:]) < 0 }
