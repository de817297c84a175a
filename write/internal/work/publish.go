package work

import (
	"context"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/translation"
)

// Publish lets everybody read a work.
func Publish(ctx context.Context, tx *command.Tx, in model.PublishWorkInput) (publicid.ID, error) {
	s, err := holdCurrent(ctx, tx, in.ID, in.ExpectedVersion)
	if err != nil {
		return s.id, err
	}
	if s.status != "DRAFT" && s.status != "UNPUBLISHED" {
		return s.id, tx.Stop(apperr.UserInvalidState, "id", "A work that is "+s.status+" cannot be published.", "status", s.status)
	}
	if err := publishable(ctx, tx, s, in.Stub); err != nil {
		return s.id, err
	}
	var set command.Set
	set.Add("status", "PUBLISHED")
	set.AddFirst("published_at", tx.Now)
	if _, err := s.change(ctx, tx, &set, "", nil); err != nil {
		return s.id, err
	}
	return s.id, translation.PublishOriginals(ctx, tx, s.id.UUID)
}

// publishable checks what a reader would miss. Rights stated of the original text
// are as good as the work's own.
func publishable(ctx context.Context, tx *command.Tx, s state, stub bool) error {
	var title, contributor, rights, original bool
	err := tx.QueryRow(ctx, `SELECT
		EXISTS (SELECT FROM core.work_titles WHERE work_id = $1 AND title_kind = 'PRIMARY'),
		EXISTS (SELECT FROM core.work_contributors WHERE work_id = $1),
		EXISTS (SELECT FROM core.rights r WHERE r.subject_id = $1 OR r.subject_id IN
			(SELECT e.id FROM core.expressions e WHERE e.work_id = $1 AND e.expression_kind = 'ORIGINAL' AND e.deleted_at IS NULL)),
		EXISTS (SELECT FROM core.expressions e WHERE e.work_id = $1 AND e.expression_kind = 'ORIGINAL' AND e.deleted_at IS NULL)`,
		s.id.UUID).Scan(&title, &contributor, &rights, &original)
	if err != nil {
		return err
	}
	if !title {
		tx.Fault(apperr.UserInvalidState, "id", "It has no primary title.")
	}
	if !contributor {
		tx.Fault(apperr.UserInvalidState, "id", "Nobody is named as its author: name the person of kind ANONYMOUS where nobody is known.")
	}
	if !rights {
		tx.Fault(apperr.UserRightsUnresolved, "id", "Nothing is stated of its rights, nor of its original text's (setRights).")
	}
	if !original && !stub {
		tx.Fault(apperr.UserInvalidState, "stub", "It has no original text. Add one, or publish it as a stub.")
	}
	return tx.Faults()
}

// Unpublish takes a work back.
func Unpublish(ctx context.Context, tx *command.Tx, in model.UnpublishWorkInput) (publicid.ID, error) {
	s, err := holdCurrent(ctx, tx, in.ID, in.ExpectedVersion)
	if err != nil {
		return s.id, err
	}
	if s.status != "PUBLISHED" {
		return s.id, tx.Stop(apperr.UserInvalidState, "id", "Only a published work can be taken back.", "status", s.status)
	}
	var set command.Set
	set.Add("status", "UNPUBLISHED")
	return s.change(ctx, tx, &set, in.Reason, map[string]string{"reason": in.Reason})
}
