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
	err := tx.QueryRow(ctx, `UPDATE core.persons SET version = version + 1, updated_at = $2, updated_by = $3 WHERE id = $1 RETURNING version`,
		s.id.UUID, tx.Now, tx.By()).Scan(&s.version)
	if err != nil {
		return s.id, err
	}
	tx.Audit(s.id.UUID, s.version, detail)
	return s.id, tx.Revise(ctx, s.id, s.version, message)
}
