package work

import (
	"context"
	"time"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Restorable is how long a deleted work can be brought back.
const Restorable = 30 * 24 * time.Hour

// Delete hides a work for good; what hangs on it goes out of sight with it.
func Delete(ctx context.Context, tx *command.Tx, in model.DeleteWorkInput) (publicid.ID, error) {
	s, err := holdCurrent(ctx, tx, in.ID, in.ExpectedVersion)
	if err != nil {
		return s.id, err
	}
	var translated bool
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM core.expressions
		WHERE work_id = $1 AND expression_kind <> 'ORIGINAL' AND deleted_at IS NULL)`, s.id.UUID).Scan(&translated)
	if err != nil {
		return s.id, err
	}
	if err := tx.Allow("id", policy.Object{Public: true, Children: translated}); err != nil {
		return s.id, err
	}
	status := s.status
	if status == "PUBLISHED" {
		status = "UNPUBLISHED"
	}
	var set command.Set
	set.Add("deleted_at", tx.Now)
	set.Add("deleted_by", tx.By())
	set.Add("status", status)
	return s.change(ctx, tx, &set, in.Reason, map[string]string{"reason": in.Reason})
}

// Restore brings a deleted work back, as a draft. Its name is still its own: slugs
// are never given to another subject.
func Restore(ctx context.Context, tx *command.Tx, in model.RestoreWorkInput) (publicid.ID, error) {
	s, err := hold(ctx, tx, "id", in.ID, true)
	if err != nil {
		return s.id, err
	}
	switch merged, err := redirected(ctx, tx, s.id); {
	case err != nil:
		return s.id, err
	case merged:
		return s.id, tx.Stop(apperr.UserInvalidState, "id", "It was merged into another work.")
	case s.deleted == nil:
		return s.id, tx.Stop(apperr.UserInvalidState, "id", "It is not deleted.")
	case tx.Now.Sub(*s.deleted) > Restorable:
		return s.id, tx.Stop(apperr.UserInvalidState, "id", "It was deleted more than 30 days ago.")
	}
	var set command.Set
	set.Add("deleted_at", nil)
	set.Add("deleted_by", nil)
	set.Add("status", "DRAFT")
	return s.change(ctx, tx, &set, "restored", nil)
}

func redirected(ctx context.Context, tx *command.Tx, id publicid.ID) (there bool, err error) {
	err = tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM core.id_redirects WHERE old_id = $1)", id.UUID).Scan(&there)
	return there, err
}
