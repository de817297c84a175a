package author

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
)

// Load reads a person as they are now; nil where there is none.
func Load(ctx context.Context, db command.Reader, id uuid.UUID) (*model.Author, error) {
	return command.Load[model.Author](ctx, db, document, id)
}

// document is a person by the names of the schema: the snapshot that the history
// keeps, and what is known around it.
const document = `SELECT core.person_snapshot(p.id) || jsonb_build_object(
	'id', s.public_id, 'slug', coalesce(sl.slug, s.public_id), 'status', p.status, 'version', p.version,
	'name', coalesce((SELECT n.name FROM core.person_names n WHERE n.person_id = p.id ORDER BY n.name_kind <> 'PRIMARY', n.position LIMIT 1), s.public_id),
	'names', coalesce(core.person_snapshot(p.id) -> 'names', '[]'),
	'createdAt', p.created_at, 'updatedAt', p.updated_at, 'deletedAt', p.deleted_at)
FROM core.persons p JOIN core.subjects s ON s.id = p.id LEFT JOIN core.slugs sl ON sl.subject_id = p.id AND sl.is_current
WHERE p.id = $1`
