package tag

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// state is what commands ask of a tag before they change it.
type state struct {
	id      uuid.UUID
	version int
}

// hold locks a tag, and the one that it is to stand for: that one must not become a
// synonym meanwhile.
func hold(ctx context.Context, tx *command.Tx, in model.UpdateTagInput) (state, error) {
	s := state{id: in.ID.UUID}
	lock := []uuid.UUID{s.id}
	if of := in.Patch.SynonymOf.Value(); of != nil {
		lock = append(lock, of.UUID)
	}
	if err := tx.Lock(ctx, lock...); err != nil {
		return s, err
	}
	found, err := tx.One(ctx, []any{&s.version}, "SELECT version FROM core.tags WHERE id = $1", s.id)
	if err == nil && !found {
		err = tx.NotFound("id")
	}
	return s, err
}

// standFor makes the tag a synonym, or no synonym any more. Its own synonyms go with
// it: they stand for a canonical tag.
func (s state) standFor(ctx context.Context, tx *command.Tx, set *command.Set, of *publicid.ID) error {
	if of == nil {
		set.Add("synonym_of", nil)
		return nil
	}
	if err := s.checkCanonical(ctx, tx, *of); err != nil || tx.Faulty() {
		return err
	}
	set.Add("synonym_of", of.UUID)
	_, err := tx.Exec(ctx, "UPDATE core.tags SET synonym_of = $2, version = version + 1, updated_at = $3 WHERE synonym_of = $1", s.id, of.UUID, tx.Now)
	return err
}

func (s state) checkCanonical(ctx context.Context, tx *command.Tx, of publicid.ID) error {
	const field = "patch.synonymOf"
	if of.UUID == s.id {
		tx.Fault(apperr.UserCycle, field, "A tag is no synonym of itself.")
		return nil
	}
	var status string
	var above *uuid.UUID
	found, err := tx.One(ctx, []any{&status, &above}, "SELECT status, synonym_of FROM core.tags WHERE id = $1", of.UUID)
	switch {
	case err != nil:
		return err
	case !found:
		tx.Fault(apperr.UserNotFound, field, "There is no such thing, or you may not see it.")
	case status != "ACTIVE":
		tx.Fault(apperr.UserInvalidState, field, "That tag cannot be used.", "status", status)
	case above != nil && *above == s.id:
		tx.Fault(apperr.UserCycle, field, "That tag is a synonym of this one. Let it stand for itself first.")
	case above != nil:
		tx.Fault(apperr.UserInvalid, field, "That tag is a synonym itself. Name the one that it stands for.", "canonical", publicid.Of("TAG", *above).String())
	}
	return nil
}
