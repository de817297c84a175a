package preset

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
)

// document is a kept search by the names of the schema.
const document = `SELECT jsonb_build_object('id', 'SEARCH_PRESET:' || p.id, 'name', p.name, 'query', p.query, 'filter', p.filter, 'filterSchema', p.filter_schema,
	'mode', p.mode, 'shared', p.shared, 'notify', p.notify, 'version', p.version, 'createdAt', p.created_at, 'updatedAt', p.updated_at)
FROM social.search_presets p `

// Load reads a kept search; nil where there is none.
func Load(ctx context.Context, db command.Reader, id uuid.UUID) (*model.SearchPreset, error) {
	return command.Load[model.SearchPreset](ctx, db, document+"WHERE p.id = $1", id)
}

// Of lists the searches that a member keeps, by name.
func Of(ctx context.Context, db command.Reader, user uuid.UUID) ([]model.SearchPreset, error) {
	return command.LoadAll[model.SearchPreset](ctx, db, document+"WHERE p.user_id = $1 ORDER BY lower(p.name), p.id", user)
}
