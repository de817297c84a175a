package contribution

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Update gives a contribution another content. One that was in conflict is a draft
// again.
func (d *Desk) Update(ctx context.Context, tx *command.Tx, in model.UpdateContributionInput) (publicid.ID, error) {
	c, err := holdCurrent(ctx, tx, in.ID, "expectedVersion", in.ExpectedVersion)
	if err != nil {
		return in.ID, err
	}
	var set command.Set
	if in.Title != nil {
		set.Add("title", *in.Title)
	}
	command.Give(&set, "message", in.Message)
	if in.Patch != nil {
		if err := c.replace(ctx, tx, in.Patch, &set); err != nil {
			return c.id, err
		}
	} else if c.status == conflicted {
		return c.id, tx.Stop(apperr.UserBlank, "patch", "Give the change anew, made of what there is now.")
	}
	c.version++
	set.Add("version", c.version)
	if err := set.Update(ctx, tx, "core.contributions", c.id.UUID); err != nil {
		return c.id, err
	}
	if err := c.leaveReviews(ctx, tx); err != nil {
		return c.id, err
	}
	to := c.status
	if to == conflicted {
		to = draft
	}
	tx.Audit(c.id.UUID, c.version, nil)
	return c.id, c.move(ctx, tx, to, nil)
}

// replace takes another patch of the same type about the same object.
func (c *held) replace(ctx context.Context, tx *command.Tx, patch *model.ContributionPatch, set *command.Set) error {
	p, err := read(tx, patch)
	if err != nil {
		return err
	}
	var kind model.ContributionType
	var target *uuid.UUID
	if err := tx.QueryRow(ctx, "SELECT contribution_type, target_id FROM core.contributions WHERE id = $1", c.id.UUID).Scan(&kind, &target); err != nil {
		return err
	}
	if now := idOrNull(p.target()); kind != p.kind || (now == nil) != (target == nil) || now != nil && *now != *target {
		return tx.Stop(apperr.UserInvalid, "patch", "It must be of the same type and about the same object as before.", "type", string(kind))
	}
	o, err := p.try(ctx, tx, c.cause())
	if err != nil {
		return err
	}
	languages, err := languagesOf(ctx, tx, p)
	if err != nil {
		return err
	}
	version, revision := p.base()
	for column, value := range map[string]any{
		"patch": p.text, "base": o.base, "proposed": o.proposed, "languages": languages, "base_version": version, "base_revision": revision,
	} {
		set.Add(column, value)
	}
	return nil
}

// leaveReviews makes the reviews so far count no more.
func (c *held) leaveReviews(ctx context.Context, tx *command.Tx) error {
	_, err := tx.Exec(ctx, "UPDATE core.contribution_reviews SET superseded = true WHERE contribution_id = $1 AND NOT superseded", c.id.UUID)
	return err
}

// Submit gives a contribution into review.
func (d *Desk) Submit(ctx context.Context, tx *command.Tx, in model.SubmitContributionInput) (publicid.ID, error) {
	c, err := holdCurrent(ctx, tx, in.ID, "expectedVersion", in.ExpectedVersion)
	if err != nil {
		return in.ID, err
	}
	p, err := c.proposal(ctx, tx)
	if err != nil {
		return c.id, err
	}
	if _, err := p.try(ctx, tx, c.cause()); err != nil {
		return c.id, err
	}
	return c.id, d.submit(ctx, tx, c)
}

func (d *Desk) submit(ctx context.Context, tx *command.Tx, c *held) error {
	if err := c.leaveReviews(ctx, tx); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE core.contributions SET assigned_to = NULL, required_approvals = $2 WHERE id = $1", c.id.UUID, d.Approvals)
	if err != nil {
		return err
	}
	tx.Audit(c.id.UUID, c.version, nil)
	return c.move(ctx, tx, submitted, nil)
}

// Withdraw takes a contribution back.
func (d *Desk) Withdraw(ctx context.Context, tx *command.Tx, in model.WithdrawContributionInput) (publicid.ID, error) {
	c, err := hold(ctx, tx, in.ID)
	if err != nil {
		return in.ID, err
	}
	if err := c.standing(tx); err != nil {
		return c.id, err
	}
	tx.Audit(c.id.UUID, c.version, nil)
	return c.id, c.move(ctx, tx, withdrawn, nil)
}

// holdCurrent locks a contribution of the version that the caller has read, in a
// state that allows the operation.
func holdCurrent(ctx context.Context, tx *command.Tx, id publicid.ID, field string, version int) (*held, error) {
	c, err := hold(ctx, tx, id)
	if err != nil {
		return c, err
	}
	if err := tx.Current(field, version, c.version); err != nil {
		return c, err
	}
	err = c.standing(tx)
	return c, err
}
