package contribution

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/publicid"
)

// held is a contribution that is locked.
type held struct {
	id        publicid.ID
	author    uuid.UUID
	status    model.ContributionStatus
	version   int
	required  int
	languages []string
	assignee  *uuid.UUID
	patch     []byte
	before    *model.ContributionStatus // where it stood before this step; nil at the beginning
}

// hold locks a contribution, and asks the operation's rule about it.
func hold(ctx context.Context, tx *command.Tx, id publicid.ID) (*held, error) {
	c := &held{id: id}
	if err := tx.Lock(ctx, id.UUID); err != nil {
		return c, err
	}
	var submitted bool
	found, err := tx.One(ctx, []any{&c.author, &c.status, &c.version, &c.required, &c.languages, &c.assignee, &c.patch, &submitted},
		`SELECT author_id, status, version, required_approvals, languages, assigned_to, patch, submitted_at IS NOT NULL
		FROM core.contributions WHERE id = $1`, id.UUID)
	if err != nil {
		return c, err
	}
	if !found {
		return c, tx.NotFound("id")
	}
	before := c.status
	c.before = &before
	return c, tx.Allow("id", policy.Object{Owner: c.author, Public: submitted && tx.Actor.Role >= identity.Reviewer})
}

// proposal is the patch that it holds, with the ids that hold now.
func (c *held) proposal(ctx context.Context, tx *command.Tx) (*proposal, error) {
	var base *int
	if err := tx.QueryRow(ctx, "SELECT base_version FROM core.contributions WHERE id = $1", c.id.UUID).Scan(&base); err != nil {
		return nil, err
	}
	text, err := followed(ctx, tx, c.patch, base)
	if err != nil {
		return nil, err
	}
	var p model.ContributionPatch
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, fmt.Errorf("the patch of %s: %w", c.id, err)
	}
	return read(tx, &p)
}

func (c *held) cause() command.Cause { return command.Cause{Contribution: c.id, Author: c.author} }

// event is what an event keeps besides its columns.
type event struct {
	Operation string       `json:"operation"`
	Version   int          `json:"version"`
	Assignee  *publicid.ID `json:"assignee,omitempty"`
	Review    *publicid.ID `json:"review,omitempty"`
	Faults    []fault      `json:"faults,omitempty"`
}

// fault is a fault as an event keeps it.
type fault struct {
	Code    apperr.UserCode   `json:"code"`
	Field   []string          `json:"field"`
	Message string            `json:"message"`
	Params  map[string]string `json:"params"`
}

func kept(faults command.Faults) []fault {
	out := make([]fault, len(faults))
	for i, f := range faults {
		out[i] = fault(f)
	}
	return out
}

// move brings a contribution into a state, and notes that.
func (c *held) move(ctx context.Context, tx *command.Tx, to model.ContributionStatus, more *event) error {
	c.status = to
	_, err := tx.Exec(ctx, `UPDATE core.contributions SET status = $2, updated_at = $3,
			submitted_at = CASE WHEN $2 = 'SUBMITTED' THEN $3 ELSE submitted_at END,
			decided_at = CASE WHEN $2 IN ('APPROVED', 'REJECTED') THEN $3 ELSE decided_at END
		WHERE id = $1`, c.id.UUID, string(to), tx.Now)
	if err != nil {
		return err
	}
	return c.note(ctx, tx, more)
}

// note writes the event of a step that was done.
func (c *held) note(ctx context.Context, tx *command.Tx, more *event) error {
	e := event{}
	if more != nil {
		e = *more
	}
	e.Operation, e.Version = tx.Operation.Name, c.version
	detail, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO core.contribution_events (contribution_id, actor_id, from_status, to_status, detail, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		c.id.UUID, tx.Caller(), c.before, string(c.status), detail, tx.Now)
	status := c.status
	c.before = &status
	return err
}
