package comment

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/subject"
)

// state is what commands ask of a comment before they change it.
type state struct {
	id      publicid.ID
	about   uuid.UUID
	author  *uuid.UUID
	status  string
	version int
	created time.Time
	seen    bool
}

// hold locks the thread of a comment and reads the comment. Deleted ones are not found.
func hold(ctx context.Context, tx *command.Tx, id publicid.ID) (state, error) {
	s := state{id: id}
	var root uuid.UUID
	found, err := tx.One(ctx, []any{&root}, "SELECT root_id FROM social.comments WHERE id = $1", id.UUID)
	if err != nil {
		return s, err
	}
	if !found {
		return s, tx.NotFound("id")
	}
	if err := tx.Lock(ctx, root); err != nil {
		return s, err
	}
	found, err = tx.One(ctx, []any{&s.about, &s.author, &s.status, &s.version, &s.created, &s.seen}, `SELECT c.subject_id, c.author_id, c.status, c.version, c.created_at,
			EXISTS (SELECT FROM view.comment v WHERE v.id = c.id AND v.status = 'VISIBLE')
		FROM social.comments c WHERE c.id = $1 AND c.deleted_at IS NULL AND c.status <> 'DELETED'`, id.UUID)
	if err == nil && !found {
		err = tx.NotFound("id")
	}
	return s, err
}

// object is the comment as the policy looks at it.
func (s *state) object(tx *command.Tx) policy.Object {
	o := policy.Object{Public: s.seen, Age: tx.Now.Sub(s.created)}
	if s.author != nil {
		o.Owner = *s.author
	}
	return o
}

// put writes the status, counts it, and notes the audit.
func (s *state) put(ctx context.Context, tx *command.Tx, status string, detail any) (publicid.ID, error) {
	_, err := tx.Exec(ctx, `UPDATE social.comments SET status = $2, version = version + 1, deleted_at = CASE WHEN $2 = 'DELETED' THEN $3::timestamptz END WHERE id = $1`,
		s.id.UUID, status, tx.Now)
	if err != nil {
		return s.id, err
	}
	tx.Audit(s.id.UUID, s.version+1, detail)
	return s.id, subject.Count(ctx, tx, subject.Comments, shows(status)-shows(s.status), s.about)
}

// Update changes the text. What an editor has taken out of sight stays there.
func Update(ctx context.Context, tx *command.Tx, in model.UpdateCommentInput) (publicid.ID, error) {
	s, err := hold(ctx, tx, in.ID)
	if err != nil {
		return s.id, err
	}
	if err := tx.Allow("id", s.object(tx)); err != nil {
		return s.id, err
	}
	if err := tx.Current("expectedVersion", in.ExpectedVersion, s.version); err != nil {
		return s.id, err
	}
	links := checkBody(tx, in.Body)
	if tx.Faulty() {
		return s.id, tx.Faults()
	}
	status := s.status
	if status == "VISIBLE" {
		if status, err = standing(ctx, tx, links); err != nil {
			return s.id, err
		}
	}
	if _, err := tx.Exec(ctx, "UPDATE social.comments SET body = $2, edited_at = $3 WHERE id = $1", s.id.UUID, in.Body, tx.Now); err != nil {
		return s.id, err
	}
	return s.put(ctx, tx, status, nil)
}

// Delete takes a comment away.
func Delete(ctx context.Context, tx *command.Tx, in model.DeleteCommentInput) (publicid.ID, error) {
	s, err := hold(ctx, tx, in.ID)
	if err != nil {
		return s.id, err
	}
	if err := tx.Allow("id", s.object(tx)); err != nil {
		return s.id, err
	}
	return s.put(ctx, tx, "DELETED", nil)
}

// Hide takes a comment out of sight, for a reason.
func Hide(ctx context.Context, tx *command.Tx, in model.HideCommentInput) (publicid.ID, error) {
	s, err := hold(ctx, tx, in.ID)
	if err != nil {
		return s.id, err
	}
	if s.status == "HIDDEN" {
		return s.id, tx.Stop(apperr.UserInvalidState, "id", "It is hidden already.")
	}
	return s.put(ctx, tx, "HIDDEN", map[string]string{"reason": in.Reason})
}

// Show lets everybody read a comment.
func Show(ctx context.Context, tx *command.Tx, in model.ShowCommentInput) (publicid.ID, error) {
	s, err := hold(ctx, tx, in.ID)
	if err != nil {
		return s.id, err
	}
	if s.status == "VISIBLE" {
		return s.id, tx.Stop(apperr.UserInvalidState, "id", "Everybody can read it already.")
	}
	return s.put(ctx, tx, "VISIBLE", map[string]string{"was": s.status})
}
