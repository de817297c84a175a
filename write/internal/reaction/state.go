package reaction

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/page"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/subject"
)

// State tells what a member has to do with each of some subjects, in their order.
func State(ctx context.Context, db command.Reader, user uuid.UUID, ids []publicid.ID) ([]model.ViewerSubjectState, error) {
	if len(ids) < 1 || len(ids) > 100 {
		return nil, apperr.New(apperr.BadRequest, "Ask for 1 to 100 objects at once.").WithField("subjectIds")
	}
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = id.String()
	}
	return command.LoadAll[model.ViewerSubjectState](ctx, db, states, user, command.UUIDs(ids), names)
}

const states = `SELECT jsonb_build_object('subjectId', i.name,
	'liked', EXISTS (SELECT FROM social.likes l WHERE l.user_id = $1 AND l.subject_id = i.id),
	'bookmarked', EXISTS (SELECT FROM social.bookmarks b WHERE b.user_id = $1 AND b.subject_id = i.id),
	'collectionIds', (SELECT coalesce(jsonb_agg(core.typeid('COLLECTION', c.id) ORDER BY c.id), '[]') FROM social.collection_items ci
		JOIN social.collections c ON c.id = ci.collection_id AND c.owner_id = $1 AND c.deleted_at IS NULL WHERE ci.subject_id = i.id AND ci.approval = 'APPROVED'),
	'progress', (SELECT coalesce(t.ref, b.ref) FROM social.bookmarks b LEFT JOIN core.text_lines t ON t.line_key = b.line_key AND t.expression_id = b.subject_id
		WHERE b.user_id = $1 AND b.subject_id = i.id AND b.line_key IS NOT NULL ORDER BY b.id DESC LIMIT 1))
FROM (SELECT a.name, a.n, coalesce((SELECT r.new_id FROM core.id_redirects r WHERE r.old_id = a.id), a.id) AS id
	FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY a (id, name, n)) i ORDER BY i.n`

// liked is the place of a like in the list of them.
type liked struct {
	At time.Time
	ID uuid.UUID
}

// Liked lists what a member likes and can still be seen, the latest first.
func Liked(ctx context.Context, db command.Reader, user uuid.UUID, size int, after *string) (page.Page[model.SubjectLink], error) {
	const list = "viewerLikes"
	key, err := page.After[liked](after, list)
	if err != nil {
		return page.Page[model.SubjectLink]{}, err
	}
	var at *time.Time
	var id *uuid.UUID
	if key != nil {
		at, id = &key.At, &key.ID
	}
	return page.Load[model.SubjectLink](ctx, db, list, size, `SELECT jsonb_build_object('At', l.created_at, 'ID', l.subject_id), `+subject.Link+`
		FROM social.likes l JOIN core.subjects s ON s.id = l.subject_id
		WHERE l.user_id = $1 AND ($2::timestamptz IS NULL OR (l.created_at, l.subject_id) < ($2, $3::uuid))
			AND EXISTS (SELECT FROM view.subject v WHERE v.id = l.subject_id)
		ORDER BY l.created_at DESC, l.subject_id DESC LIMIT $4`, user, at, id, size+1)
}
