package collection

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/subject"
)

// state is what commands ask of a collection before they change it.
type state struct {
	id         publicid.ID
	owner      uuid.UUID
	visibility string
	curation   string
	version    int
	seen       bool
	role       string // that the actor has in it
}

const stateOf = `SELECT c.owner_id, c.visibility, c.curation, c.version, EXISTS (SELECT FROM view.collection v WHERE v.id = c.id),
	coalesce((SELECT m.role FROM social.collection_members m WHERE m.collection_id = c.id AND m.user_id = $2), '')
FROM social.collections c WHERE c.id = $1 AND c.deleted_at IS NULL`

// read reads a collection that is locked.
func read(ctx context.Context, tx *command.Tx, field string, id publicid.ID) (state, error) {
	s := state{id: id}
	found, err := tx.One(ctx, []any{&s.owner, &s.visibility, &s.curation, &s.version, &s.seen, &s.role}, stateOf, id.UUID, tx.Actor.UserID)
	if err == nil && !found {
		err = tx.NotFound(field)
	}
	return s, err
}

// hold locks a collection, and more with it, and reads it.
func hold(ctx context.Context, tx *command.Tx, field string, id publicid.ID, more ...uuid.UUID) (state, error) {
	if err := tx.Lock(ctx, append(more, id.UUID)...); err != nil {
		return state{id: id}, err
	}
	return read(ctx, tx, field, id)
}

// object is the collection as the policy looks at it. Of its members those of the
// given roles may do what the operation does.
func (s *state) object(actor uuid.UUID, roles ...string) policy.Object {
	o := policy.Object{Owner: s.owner, Public: s.seen || s.role != "", Open: s.seen && s.curation != "CLOSED"}
	for _, role := range roles {
		if s.role == role {
			o.Helpers = append(o.Helpers, actor)
		}
	}
	return o
}

// counts is what an item of it adds to the counter of its subject.
func (s *state) counts() int {
	if s.visibility == "PUBLIC" {
		return 1
	}
	return 0
}

// recount moves the counters of everything in it.
func (s *state) recount(ctx context.Context, tx *command.Tx, by int) error {
	if by == 0 {
		return nil
	}
	var items []uuid.UUID
	err := tx.QueryRow(ctx, "SELECT coalesce(array_agg(subject_id), '{}') FROM social.collection_items WHERE collection_id = $1 AND approval = 'APPROVED'", s.id.UUID).Scan(&items)
	if err != nil {
		return err
	}
	return subject.Count(ctx, tx, subject.Collections, by, items...)
}

// touch says that its items have changed. The version is that of its description.
func (s *state) touch(ctx context.Context, tx *command.Tx) error {
	_, err := tx.Exec(ctx, "UPDATE social.collections SET updated_at = $2 WHERE id = $1", s.id.UUID, tx.Now)
	return err
}
