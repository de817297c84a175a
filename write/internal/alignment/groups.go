package alignment

import (
	"fmt"
	"strconv"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/alignform"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
)

// groups reads groups and notes what is wrong with them: both sides ascend, no line
// is in two groups, and none is outside its text. The lengths are those of the texts
// as the caller named them.
func groups(tx *command.Tx, in []model.AlignmentGroupInput, left, right int) []alignform.Group {
	out := make([]alignform.Group, len(in))
	sides := [2]side{{name: "left", lines: left}, {name: "right", lines: right}}
	for i, g := range in {
		field := "groups." + strconv.Itoa(i)
		if g.Left == nil && g.Right == nil {
			tx.Fault(apperr.UserBlank, field, "A group has lines on one side at least.")
			continue
		}
		out[i] = alignform.Paired(sides[0].next(tx, field, g.Left), sides[1].next(tx, field, g.Right))
		out[i].Confidence = 1
		if g.Note != nil {
			out[i].Note = *g.Note
		}
	}
	return out
}

// side walks down one text.
type side struct {
	name  string
	lines int
	last  int
}

func (s *side) next(tx *command.Tx, field string, r *model.LineRangeInput) alignform.Lines {
	if r == nil {
		return alignform.Lines{}
	}
	field += "." + s.name
	if r.To > s.lines {
		tx.Fault(apperr.UserInvalid, field, fmt.Sprintf("The text has %d lines.", s.lines), "lines", strconv.Itoa(s.lines))
	}
	if r.From <= s.last {
		tx.Fault(apperr.UserInvalid, field, fmt.Sprintf("It begins at line %d, not after line %d where the group before it ends.", r.From, s.last),
			"after", strconv.Itoa(s.last))
	}
	s.last = max(s.last, r.To)
	return alignform.Lines{From: r.From, To: r.To}
}
