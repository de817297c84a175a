package collection

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/page"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/subject"
)

// document is a collection by the names of the schema.
var document = `jsonb_build_object('id', core.typeid('COLLECTION', c.id),
	'slug', coalesce((SELECT l.slug FROM core.slugs l WHERE l.subject_id = c.id AND l.is_current), core.typeid('COLLECTION', c.id)),
	'owner', ` + subject.User("c.owner_id") + `,
	'title', c.title, 'description', c.description, 'visibility', c.visibility, 'curation', c.curation,
	'members', coalesce((SELECT jsonb_agg(jsonb_build_object('user', jsonb_build_object('id', core.typeid('USER', u.id), 'username', u.username), 'role', m.role) ORDER BY u.username_canonical)
		FROM social.collection_members m JOIN auth.users u ON u.id = m.user_id WHERE m.collection_id = c.id), '[]'),
	'itemCount', (SELECT count(*) FROM social.collection_items i WHERE i.collection_id = c.id AND i.approval = 'APPROVED'),
	'pendingCount', (SELECT count(*) FROM social.collection_items i WHERE i.collection_id = c.id AND i.approval = 'PENDING'),
	'version', c.version, 'createdAt', c.created_at, 'updatedAt', c.updated_at)
FROM social.collections c `

// Load reads a collection, whoever may see it; nil where there is none.
func Load(ctx context.Context, db command.Reader, id uuid.UUID) (*model.Collection, error) {
	return command.Load[model.Collection](ctx, db, "SELECT "+document+"WHERE c.id = $1", id)
}

// Of lists a member's collections, the latest first.
func Of(ctx context.Context, db command.Reader, owner uuid.UUID, size int, after *string) (page.Page[model.Collection], error) {
	const list = "viewerCollections"
	last, err := page.After[uuid.UUID](after, list)
	if err != nil {
		return page.Page[model.Collection]{}, err
	}
	return page.Load[model.Collection](ctx, db, list, size, "SELECT to_jsonb(c.id), "+document+`
		WHERE c.owner_id = $1 AND c.deleted_at IS NULL AND ($2::uuid IS NULL OR c.id < $2) ORDER BY c.id DESC LIMIT $3`, owner, last, size+1)
}

// item is an item by the names of the schema.
var item = `jsonb_build_object('subject', ` + subject.Link + `, 'note', i.note, 'addedBy', ` + subject.User("i.added_by") + `, 'approval', i.approval, 'addedAt', i.created_at)
FROM social.collection_items i JOIN core.subjects s ON s.id = i.subject_id `

// LoadItem reads an item; nil where there is none.
func LoadItem(ctx context.Context, db command.Reader, of Item) (*model.CollectionItem, error) {
	return command.Load[model.CollectionItem](ctx, db, "SELECT "+item+"WHERE i.collection_id = $1 AND i.subject_id = $2", of.Collection.UUID, of.Subject.UUID)
}

// Items lists what is in a collection, and what waits; nil for who may not see that.
func Items(ctx context.Context, db command.Reader, actor *identity.Actor, id publicid.ID, size int, after *string) (*page.Page[model.CollectionItem], error) {
	const list = "viewerCollectionItems"
	s := state{id: id}
	err := db.QueryRow(ctx, stateOf, id.UUID, actor.UserID).Scan(&s.owner, &s.visibility, &s.curation, &s.version, &s.seen, &s.role)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && policy.Curators.Judge(actor, s.object(actor.UserID, "EDITOR", "MODERATOR")) != policy.Allow {
		return nil, nil //nolint:nilnil // nothing is what a query answers for what is not there
	}
	if err != nil {
		return nil, err
	}
	last, err := page.After[string](after, list)
	if err != nil {
		return nil, err
	}
	p, err := page.Load[model.CollectionItem](ctx, db, list, size, "SELECT to_jsonb(i.rank), "+item+`
		WHERE i.collection_id = $1 AND ($2::text IS NULL OR i.rank > $2) ORDER BY i.rank LIMIT $3`, id.UUID, last, size+1)
	return &p, err
}
