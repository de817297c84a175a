package contribution

import (
	"bytes"
	"context"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Apply runs the commands of an approved contribution.
func (d *Desk) Apply(ctx context.Context, tx *command.Tx, in model.ApplyContributionInput) (publicid.ID, error) {
	c, err := holdCurrent(ctx, tx, in.ID, "expectedVersion", in.ExpectedVersion)
	if err != nil {
		return in.ID, err
	}
	if err := c.apply(ctx, tx); err != nil || c.status == applied {
		return c.id, err
	}
	return c.id, c.tell(ctx, tx, publicid.ID{})
}

// applyAtOnce applies what has just got its last approval, unless an editor is to:
// always where it states rights, which nobody below may.
func (d *Desk) applyAtOnce(ctx context.Context, tx *command.Tx, c *held) error {
	if !d.Automatic() {
		return nil
	}
	p, err := c.proposal(ctx, tx)
	if err != nil || p.rights && tx.Actor.Role < identity.Editor {
		return err
	}
	return c.apply(ctx, tx)
}

// apply does what a contribution proposes. Where the library has moved on so that
// the commands have faults, these are kept for its author, who rebases it.
func (c *held) apply(ctx context.Context, tx *command.Tx) error {
	o, faults, err := c.perform(ctx, tx)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		tx.Audit(c.id.UUID, c.version, map[string]string{"faults": faults.Error()})
		return c.move(ctx, tx, conflicted, &event{Faults: kept(faults)})
	}
	_, err = tx.Exec(ctx, "UPDATE core.contributions SET status = 'APPLIED', applied_at = $2, applied_id = $3, applied_version = $4 WHERE id = $1",
		c.id.UUID, tx.Now, o.id.UUID, o.version)
	if err != nil {
		return err
	}
	tx.Audit(c.id.UUID, c.version, map[string]publicid.ID{"applied": o.id})
	return c.move(ctx, tx, applied, nil)
}

// perform runs the commands, and runs them again where what they name was merged while
// they waited for it.
func (c *held) perform(ctx context.Context, tx *command.Tx) (outcome, command.Faults, error) {
	p, err := c.proposal(ctx, tx)
	if err != nil {
		return outcome{}, nil, err
	}
	for {
		o, faults, err := p.perform(ctx, tx, c.cause())
		if err != nil || len(faults) == 0 {
			return o, faults, err
		}
		now, err := c.proposal(ctx, tx)
		if err != nil || bytes.Equal(now.text, p.text) {
			return o, faults, err
		}
		p = now
	}
}

// Applied is what came of a contribution; nothing where it is not applied.
func Applied(c *model.Contribution) *model.SubjectLink {
	if c == nil || c.Status != applied {
		return nil
	}
	return c.Applied
}
