package alignment

import (
	"context"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/alignform"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Upsert says which lines of two texts answer each other.
func Upsert(ctx context.Context, tx *command.Tx, in model.UpsertAlignmentInput) (publicid.ID, error) {
	if in.LeftID == in.RightID {
		return publicid.ID{}, tx.Stop(apperr.UserInvalid, "rightId", "A text is not aligned with itself.")
	}
	texts, err := hold(ctx, tx, in.LeftID.UUID, in.RightID.UUID)
	if err != nil {
		return publicid.ID{}, err
	}
	if err := see(tx, "leftId", texts, in.LeftID.UUID); err != nil {
		return publicid.ID{}, err
	}
	if err := see(tx, "rightId", texts, in.RightID.UUID); err != nil {
		return publicid.ID{}, err
	}
	a, err := read(tx, in, texts[in.LeftID.UUID], texts[in.RightID.UUID])
	if err != nil {
		return publicid.ID{}, err
	}
	return a.store(ctx, tx)
}

// aligned is an alignment to be stored.
type aligned struct {
	work, left, right           uuid.UUID
	leftRevision, rightRevision int
	groups                      []alignform.Group
}

// read checks the input against the texts, and puts the smaller id on the left.
func read(tx *command.Tx, in model.UpsertAlignmentInput, left, right state) (*aligned, error) {
	if left.work != right.work {
		return nil, tx.Stop(apperr.UserInvalid, "rightId", "It is a text of another work.")
	}
	current(tx, "leftRevision", in.LeftRevision, left.revision)
	current(tx, "rightRevision", in.RightRevision, right.revision)
	if tx.Faulty() {
		return nil, tx.Faults()
	}
	a := &aligned{left.work, in.LeftID.UUID, in.RightID.UUID, left.revision, right.revision, groups(tx, in.Groups, left.lines, right.lines)}
	if !alignform.Before(a.left, a.right) {
		a.left, a.right, a.leftRevision, a.rightRevision = a.right, a.left, a.rightRevision, a.leftRevision
		a.groups = alignform.Turned(a.groups)
	}
	return a, tx.Faults()
}

func current(tx *command.Tx, field string, expected, revision int) {
	if expected != revision {
		tx.Fault(apperr.UserStaleRevision, field, "The text was changed since you read it. Read it again and repeat your change.",
			"current", strconv.Itoa(revision))
	}
}

// store puts the alignment in the place of the caller's last one of these texts: of
// an editor, also of the approved one.
func (a *aligned) store(ctx context.Context, tx *command.Tx) (publicid.ID, error) {
	r := row{id: publicid.ID{Kind: "ALIGNMENT"}}
	found, err := tx.One(ctx, []any{&r.id.UUID}, `SELECT id FROM core.alignments WHERE left_id = $1 AND right_id = $2
		AND (created_by = $3 AND status IN ('SUGGESTED', 'STALE') OR $4 AND status = 'APPROVED')
		ORDER BY status = 'APPROVED' DESC, updated_at DESC, id LIMIT 1`, a.left, a.right, tx.By(), approves(tx.Actor))
	if err != nil {
		return r.id, err
	}
	if !found {
		if r.id, err = tx.NewSubject(ctx, "ALIGNMENT"); err != nil {
			return r.id, err
		}
	}
	if err := a.write(ctx, tx, &r); err != nil {
		return r.id, err
	}
	tx.Audit(r.id.UUID, r.version, map[string]int{"groups": len(a.groups)})
	if err := said(ctx, tx, r.id.UUID, approves(tx.Actor), a.left, a.right); err != nil {
		return r.id, err
	}
	return r.id, a.writeGroups(ctx, tx, r.id.UUID)
}

func (a *aligned) write(ctx context.Context, tx *command.Tx, r *row) error {
	status, approver := "SUGGESTED", (*uuid.UUID)(nil)
	if approves(tx.Actor) {
		status, approver = "APPROVED", tx.Caller()
	}
	return tx.QueryRow(ctx, `INSERT INTO core.alignments AS a (id, work_id, left_id, right_id, left_revision, right_revision, method, status, confidence,
			approved_by, created_by, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, 'MANUAL', $7, 1, $8, $9, $10, $10)
		ON CONFLICT (id) DO UPDATE SET (work_id, left_revision, right_revision, method, status, confidence, approved_by, created_by, updated_at, version) =
			(excluded.work_id, excluded.left_revision, excluded.right_revision, excluded.method, excluded.status, excluded.confidence,
				excluded.approved_by, excluded.created_by, excluded.updated_at, a.version + 1)
		RETURNING version`,
		r.id.UUID, a.work, a.left, a.right, a.leftRevision, a.rightRevision, status, approver, tx.By(), tx.Now).Scan(&r.version)
}

func (a *aligned) writeGroups(ctx context.Context, tx *command.Tx, id uuid.UUID) error {
	if _, err := tx.Exec(ctx, "DELETE FROM core.alignment_groups WHERE alignment_id = $1", id); err != nil {
		return err
	}
	rows := make([][]any, len(a.groups))
	for i, g := range a.groups {
		rows[i] = []any{id, i, g.Left.Range(), g.Right.Range(), g.Linear, float32(g.Confidence), note(g.Note)}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"core", "alignment_groups"},
		[]string{"alignment_id", "idx", "left_lines", "right_lines", "linear", "confidence", "note"}, pgx.CopyFromRows(rows))
	return err
}

func note(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
