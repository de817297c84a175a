package subject

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Sight is one of the views that say what everybody can see.
type Sight string

// What can be liked, bookmarked and reported; commented on; collected.
const (
	Any         Sight = "view.subject"
	Commentable Sight = "view.commentable"
	Collectable Sight = "view.collectable"
)

// Hold finds what an input names and locks it until the end of the transaction,
// with the work that an expression is of, the first comment of a comment's thread,
// and more that the command is going to change: all at once, in the order of their
// ids.
func Hold(ctx context.Context, tx *command.Tx, field string, sight Sight, id publicid.ID, more ...uuid.UUID) (publicid.ID, error) {
	id, cover, err := Resolve(ctx, tx, id)
	if err != nil {
		return id, err
	}
	lock := append([]uuid.UUID{id.UUID}, more...)
	if cover != nil {
		lock = append(lock, *cover)
	}
	if err := tx.Lock(ctx, lock...); err != nil {
		return id, err
	}
	var seen bool
	err = tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+string(sight)+" WHERE id = $1 AND kind = $2)", id.UUID, id.Kind).Scan(&seen)
	if err != nil {
		return id, err
	}
	if seen {
		return id, nil
	}
	// It may have been merged while this waited for it: then the survivor is meant.
	survivor, _, err := Resolve(ctx, tx, id)
	switch {
	case err != nil:
		return id, err
	case survivor != id:
		return Hold(ctx, tx, field, sight, survivor, more...)
	}
	return id, tx.NotFound(field)
}

// Resolve follows a merge, and finds what is locked with the subject.
func Resolve(ctx context.Context, tx *command.Tx, id publicid.ID) (survivor publicid.ID, cover *uuid.UUID, err error) {
	err = tx.QueryRow(ctx, `SELECT i.id, coalesce((SELECT e.work_id FROM core.expressions e WHERE e.id = i.id), (SELECT c.root_id FROM social.comments c WHERE c.id = i.id))
		FROM (SELECT coalesce((SELECT r.new_id FROM core.id_redirects r WHERE r.old_id = $1), $1) AS id) i`, id.UUID).Scan(&id.UUID, &cover)
	return id, cover, err
}

// Line finds a line of the present text by its ref, among those that everybody may
// read. Only an expression has lines.
func Line(ctx context.Context, tx *command.Tx, field string, id publicid.ID, ref string) (key uuid.UUID, revision int, err error) {
	found, err := tx.One(ctx, []any{&key, &revision}, `SELECT l.line_key, e.text_revision
		FROM view.text_line l JOIN view.expression e ON e.id = l.expression_id WHERE l.expression_id = $1 AND l.ref = $2`, id.UUID, ref)
	if err == nil && !found {
		err = tx.NotFound(field)
	}
	return key, revision, err
}
