package importer

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/alignform"
)

// textState is what an alignment needs to know of a text: the revision that the last
// import made of it, whose lines a record numbers. What was edited here since then
// has a later one.
type textState struct {
	work     uuid.UUID
	revision int
	lines    int
	edited   bool
}

func (s *step) textStates(ctx context.Context, list []uuid.UUID) (map[uuid.UUID]textState, error) {
	rows, err := s.tx.Query(ctx, `SELECT e.id, e.work_id, coalesce(i.revision, e.text_revision), coalesce(i.line_count, e.line_count), coalesce(i.revision < e.text_revision, false)
		FROM core.expressions e LEFT JOIN LATERAL (SELECT r.revision, r.line_count FROM core.text_revisions r
			WHERE r.expression_id = e.id AND r.actor_id IS NULL AND r.message LIKE $2 || '%' ORDER BY r.revision DESC LIMIT 1) i ON true
		WHERE e.id = ANY($1) AND e.text_revision > 0`, list, imported)
	if err != nil {
		return nil, err
	}
	out := map[uuid.UUID]textState{}
	var id uuid.UUID
	var t textState
	_, err = pgx.ForEachRow(rows, []any{&id, &t.work, &t.revision, &t.lines, &t.edited}, func() error {
		out[id] = t
		return nil
	})
	return out, err
}

func applyAlignments(ctx context.Context, s *step, batch []entry[alignment]) error {
	var list []uuid.UUID
	for _, e := range batch {
		list = append(list, e.val.left, e.val.right)
	}
	texts, err := s.textStates(ctx, list)
	if err != nil {
		return err
	}
	var pairs []pair
	var edited []uuid.UUID
	for _, e := range batch {
		a := e.val
		left, right := texts[a.left], texts[a.right]
		switch {
		case left.revision == 0:
			s.reject(e.at, "left", "there is no such text")
		case right.revision == 0:
			s.reject(e.at, "right", "there is no such text")
		case left.work != right.work:
			s.reject(e.at, "right", "is a text of another work")
		case !alignform.Fits(a.groups, left.lines, right.lines):
			s.reject(e.at, "groups", "reaches past the end of a text (%d and %d lines)", left.lines, right.lines)
		default:
			pairs = append(pairs, newPair(a, left, right))
			if left.edited || right.edited {
				edited = append(edited, a.left, a.right)
			}
		}
	}
	if err := s.syncPairs(ctx, pairs); err != nil || len(edited) == 0 {
		return err
	}
	return s.carry(ctx, edited)
}

func newPair(a alignment, left, right textState) pair {
	p := pair{
		work: left.work, left: a.left, right: a.right, leftRevision: left.revision, rightRevision: right.revision,
		method: "IMPORTED", status: a.status, confidence: 1, groups: a.groups,
	}
	if a.confidence != nil {
		p.confidence = *a.confidence
	}
	for i := range p.groups {
		p.groups[i].Confidence = p.confidence
	}
	return p
}
