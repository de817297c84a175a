package textstore

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/alignform"
)

// places are those of the lines of earlier texts.
type places map[edition]state

type (
	edition struct {
		expression uuid.UUID
		revision   int
	}
	state struct {
		at   []int32
		same []bool
	}
)

func (p places) text(expression uuid.UUID, said, now, lines int) alignform.Text {
	if said == now {
		return alignform.Text{Lines: lines}
	}
	s := p[edition{expression, said}]
	return alignform.Moved(lines, s.at, s.same)
}

// placesOf finds the lines of the earlier texts among those there are now: by their
// keys, which they keep, and by whether their words are the same.
func placesOf(ctx context.Context, db DB, list []moving) (places, error) {
	wanted := places{}
	for _, m := range list {
		if m.leftSaid != m.leftNow {
			wanted[edition{m.left, m.leftSaid}] = state{}
		}
		if m.rightSaid != m.rightNow {
			wanted[edition{m.right, m.rightSaid}] = state{}
		}
	}
	var expressions []uuid.UUID
	var revisions []int32
	for e := range wanted {
		expressions, revisions = append(expressions, e.expression), append(revisions, int32(e.revision)) //nolint:gosec // bounded by the schema
	}
	rows, err := db.Query(ctx, `WITH earlier AS MATERIALIZED (
			SELECT r.expression_id, r.revision, e.n, (e.line ->> 'k')::uuid AS key, e.line ->> 'c' AS content
			FROM unnest($1::uuid[], $2::int[]) w (expression, revision)
			JOIN core.text_revisions r ON r.expression_id = w.expression AND r.revision = w.revision
			CROSS JOIN LATERAL jsonb_array_elements(r.lines) WITH ORDINALITY e (line, n))
		SELECT e.expression_id, e.revision, array_agg(coalesce(l.seq, 0) ORDER BY e.n), array_agg(coalesce(l.content = e.content, false) ORDER BY e.n)
		FROM earlier e LEFT JOIN core.text_lines l ON l.expression_id = e.expression_id AND l.line_key = e.key
		GROUP BY e.expression_id, e.revision`, expressions, revisions)
	if err != nil {
		return nil, err
	}
	var e edition
	var s state
	_, err = pgx.ForEachRow(rows, []any{&e.expression, &e.revision, &s.at, &s.same}, func() error {
		wanted[e], s = s, state{}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("where the lines of earlier texts stand: %w", err)
	}
	return wanted, nil
}
