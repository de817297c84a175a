package text

import (
	"context"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/expression"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/page"
	"github.com/tercul/tercul/write/internal/textform"
)

const maxPage = 500

// Plain reads a text line by line.
func Plain(ctx context.Context, db command.Reader, of *model.Text) (string, error) {
	lines, err := read(ctx, db, of, 0, nil)
	return textform.Join(lines), err
}

// Page reads a page of lines. All pages are of one revision, whatever was written
// meanwhile.
func Page(ctx context.Context, db command.Reader, of *model.Text, first *int, after *string) (*model.TextLineConnection, error) {
	size, err := page.Size(first, maxPage)
	if err != nil {
		return nil, err
	}
	list, from := "lines "+of.ExpressionID.String()+" "+strconv.Itoa(of.Revision), 0
	if _, err := page.Decode(after, list, &from); err != nil {
		return nil, err
	}
	one := size + 1
	found, err := read(ctx, db, of, from, &one)
	if err != nil {
		return nil, err
	}
	lines, more := page.Cut(found, size)
	out := &model.TextLineConnection{Nodes: make([]model.TextLine, len(lines)), PageInfo: model.PageInfo{HasNextPage: more}}
	for i := range lines {
		out.Nodes[i] = shown(&lines[i], from+i+1)
	}
	if more {
		cursor, err := page.Cursor(list, from+size)
		if err != nil {
			return nil, err
		}
		out.PageInfo.EndCursor = &cursor
	}
	return out, nil
}

func shown(l *textform.Line, position int) model.TextLine {
	out := model.TextLine{
		Key: l.Key.String(), Position: position, Ref: l.Ref, Kind: model.LineKind(l.Kind), StanzaStart: l.StanzaStart, Content: l.Content,
	}
	if l.Speaker != "" {
		out.Speaker = &l.Speaker
	}
	return out
}

// At reads lines by their numbers, those that the caller can read.
func At(ctx context.Context, db command.Reader, of *model.Text, numbers []int) (map[int]model.TextLine, error) {
	if len(numbers) == 0 {
		return map[int]model.TextLine{}, nil
	}
	from := slices.Min(numbers) - 1
	most := slices.Max(numbers) - from
	lines, err := read(ctx, db, of, from, &most)
	if err != nil {
		return nil, err
	}
	out := make(map[int]model.TextLine, len(numbers))
	for _, n := range numbers {
		if i := n - from - 1; i < len(lines) {
			out[n] = shown(&lines[i], n)
		}
	}
	return out, nil
}

// read reads the lines behind a place. Who sees no more of a text than everybody
// reads what its rights let everybody read.
func read(ctx context.Context, db command.Reader, of *model.Text, from int, most *int) ([]textform.Line, error) {
	trusted, err := expression.Trusted(ctx, db, of.ExpressionID.UUID)
	if err != nil {
		return nil, err
	}
	query := allowed
	if trusted {
		query = whole
	}
	rows, err := db.Query(ctx, query, of.ExpressionID.UUID, of.Revision, from, most)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

func scan(row pgx.CollectableRow) (l textform.Line, err error) {
	err = row.Scan(&l.Key, &l.Ref, &l.Kind, &l.Speaker, &l.StanzaStart, &l.Content)
	return l, err
}

const (
	whole = `SELECT (l.line ->> 'k')::uuid, l.line ->> 'r', l.line ->> 't', coalesce(l.line ->> 'p', ''), coalesce((l.line ->> 's')::boolean, false), l.line ->> 'c'
		FROM core.text_revisions r CROSS JOIN LATERAL jsonb_array_elements(r.lines) WITH ORDINALITY l (line, n)
		WHERE r.expression_id = $1 AND r.revision = $2 AND l.n > $3 ORDER BY l.n LIMIT $4`
	allowed = `SELECT l.line_key, l.ref, l.kind, coalesce(l.speaker, ''), l.stanza_start, l.content
		FROM view.revision_lines($1, $2) l WHERE l.seq > $3 ORDER BY l.seq LIMIT $4`
)
