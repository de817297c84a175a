package contribution

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Assign makes a review somebody's task.
func (d *Desk) Assign(ctx context.Context, tx *command.Tx, in model.AssignContributionInput) (publicid.ID, error) {
	c, err := hold(ctx, tx, in.ID)
	if err != nil {
		return in.ID, err
	}
	if err := c.standing(tx); err != nil {
		return c.id, err
	}
	reviewer, err := c.assignable(ctx, tx, in.ReviewerID)
	if err != nil {
		return c.id, err
	}
	if _, err := tx.Exec(ctx, "UPDATE core.contributions SET assigned_to = $2 WHERE id = $1", c.id.UUID, reviewer); err != nil {
		return c.id, err
	}
	whose := publicid.Of("USER", reviewer)
	tx.Audit(c.id.UUID, c.version, map[string]publicid.ID{"assignee": whose})
	return c.id, c.move(ctx, tx, inReview, &event{Assignee: &whose})
}

// assignable finds who is to review, and holds that they may.
func (c *held) assignable(ctx context.Context, tx *command.Tx, id *publicid.ID) (uuid.UUID, error) {
	reviewer := tx.Actor
	if id != nil && id.UUID != tx.Actor.UserID {
		if tx.Actor.Role < identity.Editor {
			return id.UUID, tx.Stop(apperr.UserForbidden, "reviewerId", "Editors give tasks to others.")
		}
		var err error
		if reviewer, err = reviewerOf(ctx, tx, id.UUID); err != nil {
			return id.UUID, err
		}
		if reviewer.Role < identity.Reviewer {
			return id.UUID, tx.Stop(apperr.UserNotFound, "reviewerId", "There is no such reviewer.")
		}
	}
	switch taken := c.assignee != nil && *c.assignee != reviewer.UserID; {
	case reviewer.UserID == c.author:
		return c.author, tx.Stop(apperr.UserSelfReview, "reviewerId", "Nobody reviews what they have made.")
	case !decides(reviewer, c.languages):
		return reviewer.UserID, tx.Stop(apperr.UserLanguageNotHeld, "reviewerId", "That reviewer holds none of its languages.", "languages", strings.Join(c.languages, ", "))
	case taken && tx.Actor.Role < identity.Editor:
		return reviewer.UserID, tx.Stop(apperr.UserInvalidState, "id", "Another reviewer has it. An editor can give it to you.")
	}
	return reviewer.UserID, nil
}

// reviewerOf reads what somebody may review. Who is gone, suspended or not there may
// nothing.
func reviewerOf(ctx context.Context, tx *command.Tx, id uuid.UUID) (*identity.Actor, error) {
	a := &identity.Actor{UserID: id}
	rows, err := tx.Query(ctx, `SELECT r.role, ARRAY(SELECT l.language::text FROM auth.reviewer_languages l WHERE l.user_id = u.id)
		FROM auth.users u JOIN auth.user_roles r ON r.user_id = u.id WHERE u.id = $1 AND u.status = 'ACTIVE' AND u.deleted_at IS NULL`, id)
	if err != nil {
		return nil, err
	}
	var name string
	_, err = pgx.ForEachRow(rows, []any{&name, &a.Languages}, func() error {
		role, _ := identity.ParseRole(name)
		a.Role = max(a.Role, role)
		return nil
	})
	return a, err
}
