package alignment

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/subject"
)

// Load reads an alignment, whoever may see it; nil where there is none.
func Load(ctx context.Context, db command.Reader, id uuid.UUID) (*model.Alignment, error) {
	return command.Load[model.Alignment](ctx, db, "SELECT "+document+"WHERE a.id = $1", id)
}

// document is an alignment by the names of the schema, but its groups.
var document = `jsonb_build_object('id', core.typeid('ALIGNMENT', a.id), 'status', a.status, 'version', a.version,
	'workId', core.typeid('WORK', a.work_id), 'leftId', core.typeid('EXPRESSION', a.left_id), 'rightId', core.typeid('EXPRESSION', a.right_id),
	'leftRevision', a.left_revision, 'rightRevision', a.right_revision, 'left', ` + textOf("l") + `, 'right', ` + textOf("r") + `,
	'method', a.method, 'confidence', a.confidence, 'author', ` + subject.User("a.created_by") + `, 'approvedBy', ` + subject.User("a.approved_by") + `,
	'groupCount', (SELECT count(*) FROM core.alignment_groups g WHERE g.alignment_id = a.id),
	'staleCount', (SELECT count(*) FROM core.alignment_groups g WHERE g.alignment_id = a.id AND g.stale),
	'createdAt', a.created_at, 'updatedAt', a.updated_at)
FROM core.alignments a JOIN core.expressions l ON l.id = a.left_id JOIN core.expressions r ON r.id = a.right_id `

func textOf(e string) string {
	return `jsonb_build_object('id', core.typeid('EXPRESSION', ` + e + `.id), 'title', ` + e + `.title, 'language', ` + e + `.language,
		'kind', ` + e + `.expression_kind, 'revision', ` + e + `.text_revision, 'lineCount', ` + e + `.line_count)`
}

// Groups reads which lines an alignment says answer each other.
func Groups(ctx context.Context, db command.Reader, id uuid.UUID) ([]model.AlignmentGroup, error) {
	return command.LoadAll[model.AlignmentGroup](ctx, db, `SELECT jsonb_build_object(
		'left', CASE WHEN g.left_lines IS NOT NULL THEN jsonb_build_object('from', lower(g.left_lines), 'to', upper(g.left_lines) - 1) END,
		'right', CASE WHEN g.right_lines IS NOT NULL THEN jsonb_build_object('from', lower(g.right_lines), 'to', upper(g.right_lines) - 1) END,
		'linear', g.linear, 'stale', g.stale, 'confidence', g.confidence, 'note', g.note)
		FROM core.alignment_groups g WHERE g.alignment_id = $1 ORDER BY g.idx`, id)
}
