package comment

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/page"
	"github.com/tercul/tercul/write/internal/subject"
)

// document is a comment by the names of the schema.
var document = `jsonb_build_object('id', core.typeid('COMMENT', c.id), 'subject', ` + subject.Link + `, 'author', ` + subject.User("c.author_id") + `,
	'body', c.body, 'status', c.status, 'parentId', core.typeid('COMMENT', c.parent_id), 'rootId', core.typeid('COMMENT', c.root_id), 'depth', c.depth,
	'anchorRef', c.anchor_ref, 'anchorRevision', c.anchor_revision, 'version', c.version, 'createdAt', c.created_at, 'editedAt', c.edited_at)
FROM social.comments c JOIN core.subjects s ON s.id = c.subject_id `

// Load reads a comment as it is, whoever may see it; nil where there is none.
func Load(ctx context.Context, db command.Reader, id uuid.UUID) (*model.Comment, error) {
	return command.Load[model.Comment](ctx, db, "SELECT "+document+"WHERE c.id = $1", id)
}

// Of lists a member's comments that were not deleted, the latest first.
func Of(ctx context.Context, db command.Reader, user uuid.UUID, size int, after *string) (page.Page[model.Comment], error) {
	const list = "viewerComments"
	last, err := page.After[uuid.UUID](after, list)
	if err != nil {
		return page.Page[model.Comment]{}, err
	}
	return page.Load[model.Comment](ctx, db, list, size, "SELECT to_jsonb(c.id), "+document+`
		WHERE c.author_id = $1 AND c.status <> 'DELETED' AND c.deleted_at IS NULL AND ($2::uuid IS NULL OR c.id < $2) ORDER BY c.id DESC LIMIT $3`, user, last, size+1)
}

// Held lists the comments that wait for an editor, the oldest first.
func Held(ctx context.Context, db command.Reader, size int, after *string) (page.Page[model.Comment], error) {
	const list = "heldComments"
	last, err := page.After[uuid.UUID](after, list)
	if err != nil {
		return page.Page[model.Comment]{}, err
	}
	return page.Load[model.Comment](ctx, db, list, size, "SELECT to_jsonb(c.id), "+document+`
		WHERE c.status = 'PENDING' AND c.deleted_at IS NULL AND ($1::uuid IS NULL OR c.id > $1) ORDER BY c.id LIMIT $2`, last, size+1)
}
