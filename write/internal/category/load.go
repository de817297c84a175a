package category

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
)

// Load reads a category that was not deleted; nil where there is none.
func Load(ctx context.Context, db command.Reader, id uuid.UUID) (*model.Category, error) {
	return command.Load[model.Category](ctx, db, document, id)
}

// document is a category by the names of the schema.
const document = `SELECT jsonb_build_object('id', core.typeid('CATEGORY', c.id), 'path', c.path, 'slug', substring(c.path FROM '([a-z0-9-]+)/$'), 'kind', c.category_kind,
	'parent', (SELECT jsonb_build_object('id', core.typeid('CATEGORY', o.id), 'path', o.path) FROM core.categories o WHERE o.id = c.parent_id),
	'names', (SELECT coalesce(jsonb_agg(jsonb_build_object('language', n.key, 'name', n.value) ORDER BY n.key), '[]') FROM jsonb_each_text(c.names) n),
	'ordinal', c.ordinal, 'version', c.version, 'createdAt', c.created_at, 'updatedAt', c.updated_at)
FROM core.categories c WHERE c.id = $1 AND c.deleted_at IS NULL`
