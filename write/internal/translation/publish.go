package translation

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/analysis"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/expression"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Publish lets everybody read a translation.
func Publish(ctx context.Context, tx *command.Tx, in model.PublishTranslationInput) (publicid.ID, error) {
	s, err := holdCurrent(ctx, tx, in.ID, in.ExpectedVersion)
	if err != nil {
		return s.ID, err
	}
	if s.Status == "PUBLISHED" || s.Status == "WITHHELD" {
		return s.ID, tx.Stop(apperr.UserInvalidState, "id", "A text that is "+s.Status+" cannot be published.", "status", s.Status)
	}
	if err := publishable(ctx, tx, s); err != nil {
		return s.ID, err
	}
	return publish(ctx, tx, s)
}

func publish(ctx context.Context, tx *command.Tx, s *expression.State) (publicid.ID, error) {
	if err := analysis.Enqueue(ctx, tx, s.ID.UUID, s.Revision, s.Language); err != nil {
		return s.ID, err
	}
	var set command.Set
	set.Add("status", "PUBLISHED")
	set.AddFirst("published_at", tx.Now)
	return s.Change(ctx, tx, &set, "", nil)
}

// publishable checks what a reader would miss.
func publishable(ctx context.Context, tx *command.Tx, s *expression.State) error {
	var translator bool
	err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM core.expression_contributors WHERE expression_id = $1 AND role = 'TRANSLATOR')", s.ID.UUID).Scan(&translator)
	if err != nil {
		return err
	}
	stated, known, err := rightsOf(ctx, tx, s)
	if err != nil {
		return err
	}
	if s.Lines == 0 {
		tx.Fault(apperr.UserInvalidState, "id", "It has no text (setText).")
	}
	if s.Kind != "ORIGINAL" && !translator {
		tx.Fault(apperr.UserInvalidState, "id", "Nobody is named as its translator: name the person of kind ANONYMOUS where nobody is known.")
	}
	switch full := s.Completeness == "COMPLETE" || s.Completeness == "PARTIAL"; {
	case !stated:
		tx.Fault(apperr.UserRightsUnresolved, "id", "Nothing is stated of its rights (setRights).")
	case full && !known:
		tx.Fault(apperr.UserRightsUnresolved, "id", "Its rights are not known: only an excerpt or a synopsis can be published.")
	}
	return tx.Faults()
}

// rightsOf tells what is stated of a text, by what readers are shown it: its own
// row for everywhere; of an original text, else its work's.
func rightsOf(ctx context.Context, tx *command.Tx, s *expression.State) (stated, known bool, err error) {
	var status string
	stated, err = tx.One(ctx, []any{&status}, `SELECT status FROM core.rights
		WHERE jurisdiction = '*' AND subject_id IN ($1, CASE WHEN $3 = 'ORIGINAL' THEN $2::uuid END) ORDER BY subject_id <> $1 LIMIT 1`,
		s.ID.UUID, s.Work, s.Kind)
	return stated, stated && status != "UNKNOWN", err
}

// PublishOriginals lets the drafts of a work's original text go with the work. One
// whose rights are not known waits.
func PublishOriginals(ctx context.Context, tx *command.Tx, work uuid.UUID) error {
	rows, err := tx.Query(ctx, `SELECT id FROM core.expressions WHERE work_id = $1 AND expression_kind = 'ORIGINAL' AND status = 'DRAFT'
		AND line_count > 0 AND deleted_at IS NULL ORDER BY id`, work)
	if err != nil {
		return err
	}
	drafts, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return err
	}
	for _, id := range drafts {
		s, err := expression.HoldDeleted(ctx, tx, "id", publicid.Of("EXPRESSION", id))
		if err != nil {
			return err
		}
		_, known, err := rightsOf(ctx, tx, s)
		if err != nil {
			return err
		}
		if !known {
			continue
		}
		if _, err := publish(ctx, tx, s); err != nil {
			return err
		}
	}
	return nil
}

// Unpublish takes a translation back.
func Unpublish(ctx context.Context, tx *command.Tx, in model.UnpublishTranslationInput) (publicid.ID, error) {
	s, err := holdCurrent(ctx, tx, in.ID, in.ExpectedVersion)
	if err != nil {
		return s.ID, err
	}
	if s.Status != "PUBLISHED" {
		return s.ID, tx.Stop(apperr.UserInvalidState, "id", "Only a published text can be taken back.", "status", s.Status)
	}
	var set command.Set
	set.Add("status", "UNPUBLISHED")
	return s.Change(ctx, tx, &set, in.Reason, map[string]string{"reason": in.Reason})
}
