package alignment

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/page"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/text"
)

const (
	usualRows = 50
	mostRows  = 100
	mostLines = 50 // shown of one row
)

// Rows reads a page of an alignment with its lines. All pages are of one version.
func Rows(ctx context.Context, db command.Reader, of *model.Alignment, first *int, after *string) (*model.AlignmentRowConnection, error) {
	if first == nil {
		usual := usualRows
		first = &usual
	}
	size, err := page.Size(first, mostRows)
	if err != nil {
		return nil, err
	}
	list, group, pair := fmt.Sprintf("rows %s %d", of.ID, of.Version), 0, 0
	if _, err := page.Decode(after, list, &group, &pair); err != nil {
		return nil, err
	}
	found, err := rows(ctx, db, of, group, pair, size+1)
	if err != nil {
		return nil, err
	}
	nodes, more := page.Cut(found, size)
	out := &model.AlignmentRowConnection{Nodes: make([]model.AlignmentRow, len(nodes)), PageInfo: model.PageInfo{HasNextPage: more}}
	for i := range nodes {
		out.Nodes[i] = nodes[i].AlignmentRow
	}
	if more {
		cursor, err := page.Cursor(list, found[size].Group, found[size].pair)
		if err != nil {
			return nil, err
		}
		out.PageInfo.EndCursor = &cursor
	}
	return out, fill(ctx, db, of, out.Nodes)
}

// numbered is a row that knows which pair of a linear group it is.
type numbered struct {
	model.AlignmentRow
	pair int
}

// rows reads the rows from a pair of a group on.
func rows(ctx context.Context, db command.Reader, of *model.Alignment, group, pair, most int) ([]numbered, error) {
	found, err := db.Query(ctx, `SELECT g.idx, lower(g.left_lines), upper(g.left_lines) - 1, lower(g.right_lines), upper(g.right_lines) - 1,
			g.linear, g.stale, g.confidence, g.note
		FROM core.alignment_groups g WHERE g.alignment_id = $1 AND g.idx >= $2 ORDER BY g.idx LIMIT $3`, of.ID.UUID, group, most)
	if err != nil {
		return nil, err
	}
	var out []numbered
	var row model.AlignmentRow
	var left, right [2]*int
	var linear bool
	_, err = pgx.ForEachRow(found, []any{&row.Group, &left[0], &left[1], &right[0], &right[1], &linear, &row.Stale, &row.Confidence, &row.Note}, func() error {
		row.Left, row.Right = lineRange(left), lineRange(right)
		if !linear {
			out = append(out, numbered{AlignmentRow: row})
			return nil
		}
		first := 0
		if row.Group == group {
			first = pair
		}
		for i := first; row.Left.From+i <= row.Left.To && len(out) < most; i++ {
			one := row
			one.Left = &model.LineRange{From: row.Left.From + i, To: row.Left.From + i}
			one.Right = &model.LineRange{From: row.Right.From + i, To: row.Right.From + i}
			out = append(out, numbered{one, i})
		}
		return nil
	})
	return out, err
}

func lineRange(bounds [2]*int) *model.LineRange {
	if bounds[0] == nil {
		return nil
	}
	return &model.LineRange{From: *bounds[0], To: *bounds[1]}
}

// fill reads the lines of rows, as far as the caller can read the texts.
func fill(ctx context.Context, db command.Reader, of *model.Alignment, rows []model.AlignmentRow) error {
	for _, s := range []struct {
		of       publicid.ID
		revision int
		lines    func(*model.AlignmentRow) *model.LineRange
		into     func(*model.AlignmentRow) *[]model.TextLine
	}{
		{of.LeftID, of.LeftRevision, func(r *model.AlignmentRow) *model.LineRange { return r.Left }, func(r *model.AlignmentRow) *[]model.TextLine { return &r.LeftLines }},
		{of.RightID, of.RightRevision, func(r *model.AlignmentRow) *model.LineRange { return r.Right }, func(r *model.AlignmentRow) *[]model.TextLine { return &r.RightLines }},
	} {
		var wanted []int
		for i := range rows {
			wanted = append(wanted, numbers(s.lines(&rows[i]))...)
		}
		there, err := text.At(ctx, db, &model.Text{ExpressionID: s.of, Revision: s.revision}, wanted)
		if err != nil {
			return err
		}
		for i := range rows {
			into := s.into(&rows[i])
			*into = []model.TextLine{}
			for _, n := range numbers(s.lines(&rows[i])) {
				if line, ok := there[n]; ok {
					*into = append(*into, line)
				}
			}
		}
	}
	return nil
}

// numbers are those of the lines that a row shows.
func numbers(l *model.LineRange) (out []int) {
	if l == nil {
		return nil
	}
	for n := l.From; n <= l.To && len(out) < mostLines; n++ {
		out = append(out, n)
	}
	return out
}
