package documents

import (
	"context"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/subject"
)

// row is a document by the names of the schema.
var row = `jsonb_build_object('id', CASE WHEN length(d.hash) = 64 THEN 'sha256:' ELSE '' END || d.hash, 'name', d.name, 'source', d.source, 'cost', d.cost, 'maxAge', d.ttl_s,
	'status', d.status, 'deprecatedAt', d.deprecated_at, 'sunsetAt', d.sunset_at, 'owner', ` + subject.User("d.owner_id") + `, 'createdAt', d.created_at)
FROM ops.documents d `

// Load reads a document; nil where there is none.
func Load(ctx context.Context, db command.Reader, hash string) (*model.RegisteredDocument, error) {
	return command.Load[model.RegisteredDocument](ctx, db, "SELECT "+row+"WHERE d.hash = $1", hash)
}
