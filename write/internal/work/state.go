package work

import (
	"context"
	"time"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/publicid"
)

// state is what commands ask of a work before they change it.
type state struct {
	id       publicid.ID
	version  int
	status   string
	language string
	deleted  *time.Time
}

// hold locks a work and reads its state. Deleted works are not found, but by who
// restores them.
func hold(ctx context.Context, tx *command.Tx, field string, id publicid.ID, deletedToo bool) (state, error) {
	s := state{id: id}
	if err := tx.Lock(ctx, id.UUID); err != nil {
		return s, err
	}
	found, err := tx.One(ctx, []any{&s.version, &s.status, &s.language, &s.deleted},
		"SELECT version, status, original_language, deleted_at FROM core.works WHERE id = $1", id.UUID)
	if err != nil {
		return s, err
	}
	if !found || s.deleted != nil && !deletedToo {
		return s, tx.NotFound(field)
	}
	return s, nil
}

// holdCurrent is hold for an edit of the version that the caller has read.
func holdCurrent(ctx context.Context, tx *command.Tx, id publicid.ID, expected int) (state, error) {
	s, err := hold(ctx, tx, "id", id, false)
	if err != nil {
		return s, err
	}
	return s, tx.Current("expectedVersion", expected, s.version)
}

// changed raises the version, writes the history and notes the audit.
func (s *state) changed(ctx context.Context, tx *command.Tx, message string, detail any) (publicid.ID, error) {
	return s.change(ctx, tx, &command.Set{}, message, detail)
}

// change is changed with what changes in the row.
func (s *state) change(ctx context.Context, tx *command.Tx, set *command.Set, message string, detail any) (publicid.ID, error) {
	var err error
	if s.version, err = set.Raise(ctx, tx, "core.works", s.id.UUID); err != nil {
		return s.id, err
	}
	tx.Audit(s.id.UUID, s.version, detail)
	return s.id, tx.Revise(ctx, s.id, s.version, message)
}

func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
