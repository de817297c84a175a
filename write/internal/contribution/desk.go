package contribution

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Config is what an operator says of reviews.
type Config struct {
	Approvals int    `env:"TERCUL_WRITE_APPROVALS" envDefault:"1" validate:"min=1,max=5" desc:"How many reviewers must approve a contribution; it counts for what is submitted from then on."`
	Apply     string `env:"TERCUL_WRITE_APPLY" envDefault:"approved" validate:"oneof=approved editor" desc:"What applies a contribution: approved for its last approval, editor for an editor's applyContribution."`
}

// Automatic tells whether the last approval applies a contribution.
func (c Config) Automatic() bool { return c.Apply != "editor" }

// Desk has the commands of contributions.
type Desk struct{ Config }

// most is how many open contributions a member may have.
const most = 50

// hasRoom locks a member, so that contributions made at the same moment are counted.
func hasRoom(ctx context.Context, tx *command.Tx) error {
	if err := tx.Lock(ctx, tx.Actor.UserID); err != nil {
		return err
	}
	var there int
	err := tx.QueryRow(ctx, "SELECT count(*) FROM core.contributions WHERE author_id = $1 AND status NOT IN ('APPLIED','REJECTED','WITHDRAWN')",
		tx.Actor.UserID).Scan(&there)
	if err == nil && there >= most {
		return tx.Stop(apperr.UserLimitReached, "", "You have 50 open contributions already.", "max", "50")
	}
	return err
}

// Create begins a contribution.
func (d *Desk) Create(ctx context.Context, tx *command.Tx, in model.CreateContributionInput) (publicid.ID, error) {
	p, err := read(tx, &in.Patch)
	if err != nil {
		return publicid.ID{}, err
	}
	c, err := d.begin(ctx, tx, p, in.Title, in.Message)
	return c.id, err
}

// begin writes a new draft.
func (d *Desk) begin(ctx context.Context, tx *command.Tx, p *proposal, title string, message *string) (*held, error) {
	c := &held{author: tx.Actor.UserID, status: draft, version: 1, required: d.Approvals}
	// The trial comes first: it locks what is edited before its author, as applying does.
	o, err := p.try(ctx, tx, command.Cause{Author: c.author})
	if err != nil {
		return c, err
	}
	if err := hasRoom(ctx, tx); err != nil {
		return c, err
	}
	languages, err := languagesOf(ctx, tx, p)
	if err != nil {
		return c, err
	}
	if c.id, err = tx.NewSubject(ctx, "CONTRIBUTION"); err != nil {
		return c, err
	}
	version, revision := p.base()
	_, err = tx.Exec(ctx, `INSERT INTO core.contributions (id, author_id, contribution_type, target_id, languages, title, message, base_version, base_revision,
			patch, base, proposed, required_approvals, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)`,
		c.id.UUID, c.author, string(p.kind), idOrNull(p.target()), languages, title, message, version, revision, p.text, o.base, o.proposed, d.Approvals, tx.Now)
	if err != nil {
		return c, err
	}
	tx.Audit(c.id.UUID, c.version, nil)
	err = c.note(ctx, tx, nil)
	return c, err
}

func idOrNull(id publicid.ID) *uuid.UUID {
	if id.IsZero() {
		return nil
	}
	return &id.UUID
}
