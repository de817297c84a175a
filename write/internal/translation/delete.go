package translation

import (
	"context"
	"time"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/expression"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Restorable is how long a deleted translation can be brought back.
const Restorable = 30 * 24 * time.Hour

// Delete hides a translation for good; what hangs on it goes out of sight with it.
func Delete(ctx context.Context, tx *command.Tx, in model.DeleteTranslationInput) (publicid.ID, error) {
	s, err := holdCurrent(ctx, tx, in.ID, in.ExpectedVersion)
	if err != nil {
		return s.ID, err
	}
	var set command.Set
	set.Add("deleted_at", tx.Now)
	set.Add("deleted_by", tx.By())
	if s.Status == "PUBLISHED" {
		set.Add("status", "UNPUBLISHED")
	}
	return s.Change(ctx, tx, &set, in.Reason, map[string]string{"reason": in.Reason})
}

// Restore brings a deleted translation back, as a draft. Its name is still its own.
func Restore(ctx context.Context, tx *command.Tx, in model.RestoreTranslationInput) (publicid.ID, error) {
	s, err := expression.HoldDeleted(ctx, tx, "id", in.ID)
	if err != nil {
		return s.ID, err
	}
	switch {
	case s.Deleted == nil:
		return s.ID, tx.Stop(apperr.UserInvalidState, "id", "It is not deleted.")
	case tx.Now.Sub(*s.Deleted) > Restorable:
		return s.ID, tx.Stop(apperr.UserInvalidState, "id", "It was deleted more than 30 days ago.")
	case s.Status == "WITHHELD":
		return s.ID, tx.Stop(apperr.UserInvalidState, "id", "It is withheld for a legal reason.")
	}
	if err := restorable(ctx, tx, s); err != nil || tx.Faulty() {
		return s.ID, orFaults(tx, err)
	}
	var set command.Set
	set.Add("deleted_at", nil)
	set.Add("deleted_by", nil)
	set.Add("status", "DRAFT")
	return s.Change(ctx, tx, &set, "restored", nil)
}

// restorable checks what may have come in its place meanwhile.
func restorable(ctx context.Context, tx *command.Tx, s *expression.State) error {
	var merged, gone bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM core.id_redirects WHERE old_id = $1), EXISTS (SELECT FROM core.works WHERE id = $2 AND deleted_at IS NOT NULL)`,
		s.ID.UUID, s.Work).Scan(&merged, &gone)
	if err != nil {
		return err
	}
	if merged {
		tx.Fault(apperr.UserInvalidState, "id", "It was merged into another text.")
	}
	if gone {
		tx.Fault(apperr.UserInvalidState, "id", "Its work is deleted. Restore that first.")
	}
	if s.Kind != "ORIGINAL" {
		return nil
	}
	c := claims{id: s.ID.UUID, work: s.Work, language: s.Language}
	return c.onlyOriginal(ctx, tx, "id")
}
