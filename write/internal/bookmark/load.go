package bookmark

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/page"
	"github.com/tercul/tercul/write/internal/subject"
)

// document is a bookmark by the names of the schema. Its line is told by the ref
// that the line has now.
const document = `jsonb_build_object('id', 'BOOKMARK:' || b.id, 'subject', ` + subject.Link + `, 'ref',
		coalesce((SELECT t.ref FROM core.text_lines t WHERE t.line_key = b.line_key AND t.expression_id = b.subject_id), b.ref),
		'note', b.note, 'labels', to_jsonb(b.labels), 'private', b.private, 'version', b.version, 'createdAt', b.created_at, 'updatedAt', b.updated_at)`

// from joins what the document wants.
const from = ` FROM social.bookmarks b JOIN core.subjects s ON s.id = b.subject_id `

// Load reads a bookmark; nil where there is none.
func Load(ctx context.Context, db command.Reader, id uuid.UUID) (*model.Bookmark, error) {
	return command.Load[model.Bookmark](ctx, db, "SELECT "+document+from+"WHERE b.id = $1", id)
}

// List lists a member's bookmarks, the latest first.
func List(ctx context.Context, db command.Reader, user uuid.UUID, f model.BookmarkFilter, size int, after *string) (page.Page[model.Bookmark], error) {
	const list = "viewerBookmarks"
	last, err := page.After[uuid.UUID](after, list)
	if err != nil {
		return page.Page[model.Bookmark]{}, err
	}
	var about *uuid.UUID
	if f.SubjectID != nil {
		about = &f.SubjectID.UUID
	}
	return page.Load[model.Bookmark](ctx, db, list, size, "SELECT to_jsonb(b.id), "+document+from+`
		WHERE b.user_id = $1 AND ($2::uuid IS NULL OR b.id < $2) AND ($3::uuid IS NULL OR b.subject_id = $3)
			AND ($4::text IS NULL OR s.kind = $4) AND ($5::text IS NULL OR $5 = ANY(b.labels))
		ORDER BY b.id DESC LIMIT $6`, user, last, about, f.Kind, f.Label, size+1)
}
