package contribution

import (
	"context"

	"github.com/tercul/tercul/write/internal/author"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/translation"
	"github.com/tercul/tercul/write/internal/work"
)

// CreateWork makes a work for an editor, and a contribution for anybody else: the id
// tells which.
func (d *Desk) CreateWork(ctx context.Context, tx *command.Tx, in model.CreateWorkInput) (publicid.ID, error) {
	if tx.Actor.Role >= identity.Editor {
		return work.Create(ctx, tx, in)
	}
	return d.propose(ctx, tx, in.Titles[0].Title, model.ContributionPatch{CreateWork: &in})
}

// CreateTranslation makes a translation for an editor, and a contribution for anybody
// else.
func (d *Desk) CreateTranslation(ctx context.Context, tx *command.Tx, in model.CreateTranslationInput) (publicid.ID, error) {
	if tx.Actor.Role >= identity.Editor {
		return translation.Create(ctx, tx, in)
	}
	return d.propose(ctx, tx, in.Title, model.ContributionPatch{CreateTranslation: &in})
}

// CreateAuthor makes an author for an editor, and a contribution for anybody else.
func (d *Desk) CreateAuthor(ctx context.Context, tx *command.Tx, in model.CreateAuthorInput) (publicid.ID, error) {
	if tx.Actor.Role >= identity.Editor {
		return author.Create(ctx, tx, in)
	}
	return d.propose(ctx, tx, in.Names[0].Name, model.ContributionPatch{CreateAuthor: &in})
}

// propose begins and submits a contribution in place of the command itself.
func (d *Desk) propose(ctx context.Context, tx *command.Tx, title string, patch model.ContributionPatch) (publicid.ID, error) {
	p, err := read(tx, &patch)
	if err != nil {
		return publicid.ID{}, err
	}
	p.direct = true
	if runes := []rune(title); len(runes) > 200 {
		title = string(runes[:200])
	}
	c, err := d.begin(ctx, tx, p, title, nil)
	if err != nil {
		return c.id, err
	}
	return c.id, d.submit(ctx, tx, c)
}
