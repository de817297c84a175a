package alignment

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
)

// Load reads an alignment; nil where there is none.
func Load(ctx context.Context, db command.Reader, id uuid.UUID) (*model.Alignment, error) {
	return command.Load[model.Alignment](ctx, db, document, id)
}

const document = `SELECT jsonb_build_object('id', core.typeid('ALIGNMENT', a.id), 'status', a.status, 'version', a.version,
	'workId', core.typeid('WORK', a.work_id), 'leftId', core.typeid('EXPRESSION', a.left_id), 'rightId', core.typeid('EXPRESSION', a.right_id),
	'leftRevision', a.left_revision, 'rightRevision', a.right_revision, 'method', a.method,
	'groups', coalesce((SELECT jsonb_agg(jsonb_build_object(
		'left', CASE WHEN g.left_lines IS NOT NULL THEN jsonb_build_object('from', lower(g.left_lines), 'to', upper(g.left_lines) - 1) END,
		'right', CASE WHEN g.right_lines IS NOT NULL THEN jsonb_build_object('from', lower(g.right_lines), 'to', upper(g.right_lines) - 1) END,
		'linear', g.linear, 'confidence', g.confidence, 'note', g.note) ORDER BY g.idx)
		FROM core.alignment_groups g WHERE g.alignment_id = a.id), '[]'),
	'createdAt', a.created_at, 'updatedAt', a.updated_at)
FROM core.alignments a WHERE a.id = $1`
