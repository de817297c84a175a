package tag

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
)

// Load reads a tag; nil where there is none.
func Load(ctx context.Context, db command.Reader, id uuid.UUID) (*model.Tag, error) {
	return command.Load[model.Tag](ctx, db, document, id)
}

// document is a tag by the names of the schema.
const document = `SELECT jsonb_build_object('id', s.public_id, 'slug', coalesce(sl.slug, s.public_id), 'name', t.name, 'kind', t.tag_kind,
	'synonymOf', (SELECT jsonb_build_object('id', core.typeid('TAG', o.id), 'name', o.name) FROM core.tags o WHERE o.id = t.synonym_of),
	'synonyms', coalesce((SELECT jsonb_agg(jsonb_build_object('id', core.typeid('TAG', o.id), 'name', o.name) ORDER BY o.name_canonical)
		FROM core.tags o WHERE o.synonym_of = t.id), '[]'),
	'version', t.version, 'createdAt', t.created_at, 'updatedAt', t.updated_at)
FROM core.tags t JOIN core.subjects s ON s.id = t.id LEFT JOIN core.slugs sl ON sl.subject_id = t.id AND sl.is_current
WHERE t.id = $1`
