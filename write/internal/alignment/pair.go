package alignment

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/publicid"
)

// state is what an alignment asks of one of its texts.
type state struct {
	work     uuid.UUID
	revision int
	lines    int
	language string
	visible  bool
}

// hold locks two texts with their work and reads what they are; a text that there
// is not is left out.
func hold(ctx context.Context, tx *command.Tx, ids ...uuid.UUID) (map[uuid.UUID]state, error) {
	_, err := tx.Exec(ctx, `SELECT FROM core.subjects WHERE id IN (SELECT unnest($1::uuid[]) UNION SELECT work_id FROM core.expressions WHERE id = ANY($1))
		ORDER BY id FOR NO KEY UPDATE`, ids)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT e.id, e.work_id, e.text_revision, e.line_count, e.language,
			EXISTS (SELECT FROM view.expression v WHERE v.id = e.id) OR e.created_by = $2 OR EXISTS (SELECT FROM core.expression_contributors c
				JOIN core.persons p ON p.id = c.person_id WHERE c.expression_id = e.id AND c.role = 'TRANSLATOR' AND p.claimed_by = $2 AND p.deleted_at IS NULL)
		FROM core.expressions e WHERE e.id = ANY($1) AND e.deleted_at IS NULL`, ids, tx.By())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[uuid.UUID]state{}
	for rows.Next() {
		var id uuid.UUID
		var t state
		var visible *bool // null where nobody is known to have made it
		if err := rows.Scan(&id, &t.work, &t.revision, &t.lines, &t.language, &visible); err != nil {
			return nil, err
		}
		t.visible = visible != nil && *visible
		out[id] = t
	}
	return out, rows.Err()
}

// see asks whether the caller can see a text.
func see(tx *command.Tx, field string, texts map[uuid.UUID]state, id uuid.UUID) error {
	t, there := texts[id]
	if !there {
		return tx.NotFound(field)
	}
	return tx.Allow(field, policy.Object{Public: t.visible})
}

// row is what is known of an alignment.
type row struct {
	id      publicid.ID
	version int
	status  string
	maker   *uuid.UUID
}

// approves tells whether the actor's word is enough.
func approves(a *identity.Actor) bool { return a.Role >= identity.Editor }
