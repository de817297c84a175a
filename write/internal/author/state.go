package author

import (
	"context"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/publicid"
)

// state is what commands ask of a person before they change them.
type state struct {
	id      publicid.ID
	version int
}

// hold locks a person of the version that the caller has read.
func hold(ctx context.Context, tx *command.Tx, id publicid.ID, expected int) (state, error) {
	s := state{id: id}
	if err := tx.Lock(ctx, id.UUID); err != nil {
		return s, err
	}
	found, err := tx.One(ctx, []any{&s.version}, "SELECT version FROM core.persons WHERE id = $1 AND deleted_at IS NULL", id.UUID)
	if err != nil {
		return s, err
	}
	if !found {
		return s, tx.NotFound("id")
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
	if s.version, err = set.Raise(ctx, tx, "core.persons", s.id.UUID); err != nil {
		return s.id, err
	}
	tx.Audit(s.id.UUID, s.version, detail)
	return s.id, tx.Revise(ctx, s.id, s.version, message)
}
