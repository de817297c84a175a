package alignment

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Approve puts a suggested alignment in the place of the approved one, or confirms
// what has become stale of that.
func Approve(ctx context.Context, tx *command.Tx, in model.ApproveAlignmentInput) (publicid.ID, error) {
	var left, right uuid.UUID
	found, err := tx.One(ctx, []any{&left, &right}, "SELECT left_id, right_id FROM core.alignments WHERE id = $1", in.ID.UUID)
	if err != nil {
		return in.ID, err
	}
	if !found {
		return in.ID, tx.NotFound("id")
	}
	texts, err := hold(ctx, tx, left, right)
	if err != nil {
		return in.ID, err
	}
	for _, id := range []uuid.UUID{left, right} {
		if err := see(tx, "id", texts, id); err != nil {
			return in.ID, err
		}
	}
	if err := approvable(ctx, tx, in, texts[left], texts[right]); err != nil {
		return in.ID, err
	}
	return in.ID, approve(ctx, tx, in.ID, left, right)
}

func approvable(ctx context.Context, tx *command.Tx, in model.ApproveAlignmentInput, left, right state) error {
	r := row{id: in.ID}
	var ofLeft, ofRight int
	var partly bool // stale
	err := tx.QueryRow(ctx, `SELECT version, status, created_by, left_revision, right_revision,
			EXISTS (SELECT FROM core.alignment_groups g WHERE g.alignment_id = a.id AND g.stale) FROM core.alignments a WHERE id = $1`, in.ID.UUID).
		Scan(&r.version, &r.status, &r.maker, &ofLeft, &ofRight, &partly)
	if err != nil {
		return err
	}
	if err := tx.Current("expectedVersion", in.ExpectedVersion, r.version); err != nil {
		return err
	}
	switch {
	case r.maker != nil && *r.maker == tx.Actor.UserID:
		return tx.Stop(apperr.UserSelfReview, "id", "Somebody else approves what you have made.")
	case !tx.Actor.Holds(left.language) && !tx.Actor.Holds(right.language):
		return tx.Stop(apperr.UserLanguageNotHeld, "id", "You review neither of its languages.")
	case r.status == "SUGGESTED" || r.status == "APPROVED" && partly:
		if ofLeft == left.revision && ofRight == right.revision {
			return nil
		}
	}
	return tx.Stop(apperr.UserInvalidState, "id", "Only what is suggested or in part stale, and is of the present texts, can be approved.", "status", r.status)
}

func approve(ctx context.Context, tx *command.Tx, id publicid.ID, left, right uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE core.alignments SET status = 'REJECTED', version = version + 1, updated_at = $3
		WHERE left_id = $1 AND right_id = $2 AND status = 'APPROVED' AND id <> $4`, left, right, tx.Now, id.UUID)
	if err != nil {
		return err
	}
	var version int
	err = tx.QueryRow(ctx, `UPDATE core.alignments SET status = 'APPROVED', approved_by = $2, version = version + 1, updated_at = $3
		WHERE id = $1 RETURNING version`, id.UUID, tx.By(), tx.Now).Scan(&version)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE core.alignment_groups SET stale = false WHERE alignment_id = $1 AND stale", id.UUID); err != nil {
		return err
	}
	tx.Audit(id.UUID, version, nil)
	return said(ctx, tx, id.UUID, true, left, right)
}

// said notes that the groups of an alignment are of the present texts: it follows
// these from now on. An approved one leaves nothing behind that an edit could bring
// back in its place.
func said(ctx context.Context, tx *command.Tx, id uuid.UUID, approved bool, left, right uuid.UUID) error {
	_, err := tx.Exec(ctx, `DELETE FROM core.alignment_origins o USING core.alignments a WHERE a.id = o.alignment_id
		AND (a.id = $1 OR $2 AND a.left_id = $3 AND a.right_id = $4 AND o.status = 'APPROVED')`, id, approved, left, right)
	return err
}
