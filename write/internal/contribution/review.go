package contribution

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/account"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// shortest is how many characters say why something is not approved.
const shortest = 10

// Review decides about a contribution.
func (d *Desk) Review(ctx context.Context, tx *command.Tx, in model.ReviewContributionInput) (publicid.ID, error) {
	c, err := holdCurrent(ctx, tx, in.ID, "contributionVersion", in.ContributionVersion)
	if err != nil {
		return in.ID, err
	}
	if err := c.reviewable(tx, in); err != nil {
		return c.id, err
	}
	review, err := c.keep(ctx, tx, in)
	if err != nil {
		return c.id, err
	}
	to, err := c.decided(ctx, tx, in.Decision)
	if err != nil {
		return c.id, err
	}
	tx.Audit(c.id.UUID, c.version, map[string]string{"decision": string(in.Decision)})
	if err := c.move(ctx, tx, to, &event{Review: &review}); err != nil {
		return c.id, err
	}
	if to == approved {
		err = d.applyAtOnce(ctx, tx, c)
	}
	if err != nil || c.status == inReview {
		return c.id, err
	}
	return c.id, c.tell(ctx, tx, review)
}

// reviewable holds who may say what.
func (c *held) reviewable(tx *command.Tx, in model.ReviewContributionInput) error {
	if c.author == tx.Actor.UserID {
		tx.Fault(apperr.UserSelfReview, "id", "Somebody else reviews what you have made.")
	} else if !decides(tx.Actor, c.languages) {
		tx.Fault(apperr.UserLanguageNotHeld, "id", "You review none of its languages.", "languages", strings.Join(c.languages, ", "))
	}
	if in.Decision != model.ReviewDecisionApprove && utf8.RuneCountInString(strings.TrimSpace(deref(in.Comment))) < shortest {
		tx.Fault(apperr.UserTooShort, "comment", "Say why, in at least 10 characters.", "min", "10")
	}
	return tx.Faults()
}

// keep stores a review in the place of the same reviewer's former one.
func (c *held) keep(ctx context.Context, tx *command.Tx, in model.ReviewContributionInput) (publicid.ID, error) {
	id, err := publicid.New(publicid.Review)
	if err != nil {
		return id, err
	}
	_, err = tx.Exec(ctx, "UPDATE core.contribution_reviews SET superseded = true WHERE contribution_id = $1 AND reviewer_id = $2 AND NOT superseded",
		c.id.UUID, tx.Actor.UserID)
	if err != nil {
		return id, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO core.contribution_reviews (id, contribution_id, reviewer_id, decision, comment, contribution_version, created_at)
		VALUES ($1, $2, $3, $4, nullif($5, ''), $6, $7)`,
		id.UUID, c.id.UUID, tx.Actor.UserID, string(in.Decision), strings.TrimSpace(deref(in.Comment)), c.version, tx.Now)
	return id, err
}

// decided is the state that a review brings a contribution into.
func (c *held) decided(ctx context.Context, tx *command.Tx, d model.ReviewDecision) (model.ContributionStatus, error) {
	switch d {
	case model.ReviewDecisionReject:
		return rejected, nil
	case model.ReviewDecisionRequestChanges:
		return changes, nil
	}
	var approvals int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM core.contribution_reviews
		WHERE contribution_id = $1 AND contribution_version = $2 AND decision = 'APPROVE' AND NOT superseded`, c.id.UUID, c.version).Scan(&approvals)
	if approvals >= c.required {
		return approved, err
	}
	return inReview, err
}

// tell has the author told how it stands now, by mail.
func (c *held) tell(ctx context.Context, tx *command.Tx, review publicid.ID) error {
	return tx.Enqueue(ctx, account.MailArgs{Occasion: account.Decided, User: c.author, Contribution: c.id.UUID, Review: review.UUID, Status: string(c.status)})
}

func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
