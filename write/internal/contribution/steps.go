package contribution

import (
	"context"

	"github.com/tercul/tercul/write/internal/alignment"
	"github.com/tercul/tercul/write/internal/author"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/text"
	"github.com/tercul/tercul/write/internal/translation"
	"github.com/tercul/tercul/write/internal/work"
)

// runs are steps as they are run: how far the version was raised comes in.
type runs = func(context.Context, *command.Tx, int) (publicid.ID, error)

// stepsOf lists the commands that a patch asks for, in the order of its fields.
func stepsOf(p *model.ContributionPatch) (steps []step) {
	steps = append(steps, stepsOfWork(p)...)
	steps = append(steps, stepsOfText(p)...)
	return append(steps, stepsOfAuthor(p)...)
}

func stepsOfWork(p *model.ContributionPatch) (steps []step) {
	edit := func(operation string, id publicid.ID, version int, run runs) {
		steps = append(steps, step{operation, model.ContributionTypeEditWork, []named{{"id", id}}, version, nil, run})
	}
	if in := p.CreateWork; in != nil {
		steps = append(steps, step{"createWork", model.ContributionTypeCreateWork, nil, 0, nil, once(*in, work.Create)})
	}
	if in := p.UpdateWork; in != nil {
		edit("updateWork", in.ID, in.ExpectedVersion, versioned(*in, work.Update, func(in *model.UpdateWorkInput) *int { return &in.ExpectedVersion }))
	}
	if in := p.SetWorkTitles; in != nil {
		edit("setWorkTitles", in.ID, in.ExpectedVersion, versioned(*in, work.SetTitles, func(in *model.SetWorkTitlesInput) *int { return &in.ExpectedVersion }))
	}
	if in := p.SetWorkContributors; in != nil {
		edit("setWorkContributors", in.ID, in.ExpectedVersion,
			versioned(*in, work.SetContributors, func(in *model.SetWorkContributorsInput) *int { return &in.ExpectedVersion }))
	}
	return steps
}

func stepsOfText(p *model.ContributionPatch) (steps []step) {
	if in := p.CreateTranslation; in != nil {
		sees := []named{{"workId", in.WorkID}}
		if in.SourceExpressionID != nil {
			sees = append(sees, named{"sourceExpressionId", *in.SourceExpressionID})
		}
		steps = append(steps, step{"createTranslation", model.ContributionTypeCreateTranslation, sees, 0, nil, once(*in, translation.Create)})
	}
	if in := p.UpdateTranslation; in != nil {
		steps = append(steps, step{"updateTranslation", model.ContributionTypeEditTranslation, []named{{"id", in.ID}}, in.ExpectedVersion, nil,
			versioned(*in, translation.Update, func(in *model.UpdateTranslationInput) *int { return &in.ExpectedVersion })})
	}
	if in := p.SetText; in != nil {
		steps = append(steps, step{"setText", model.ContributionTypeEditText, []named{{"expressionId", in.ExpressionID}}, 0, &in.ExpectedRevision, once(*in, text.Set)})
	}
	if in := p.UpsertAlignment; in != nil {
		steps = append(steps, step{"upsertAlignment", model.ContributionTypeAlignment, []named{{"leftId", in.LeftID}, {"rightId", in.RightID}},
			0, &in.LeftRevision, once(*in, alignment.Upsert)})
	}
	return steps
}

func stepsOfAuthor(p *model.ContributionPatch) (steps []step) {
	edit := func(operation string, id publicid.ID, version int, run runs) {
		steps = append(steps, step{operation, model.ContributionTypeEditAuthor, []named{{"id", id}}, version, nil, run})
	}
	if in := p.CreateAuthor; in != nil {
		steps = append(steps, step{"createAuthor", model.ContributionTypeCreateAuthor, nil, 0, nil, once(*in, author.Create)})
	}
	if in := p.UpdateAuthor; in != nil {
		edit("updateAuthor", in.ID, in.ExpectedVersion, versioned(*in, author.Update, func(in *model.UpdateAuthorInput) *int { return &in.ExpectedVersion }))
	}
	if in := p.SetAuthorNames; in != nil {
		edit("setAuthorNames", in.ID, in.ExpectedVersion, versioned(*in, author.SetNames, func(in *model.SetAuthorNamesInput) *int { return &in.ExpectedVersion }))
	}
	return steps
}

// once is a command that has no version to expect.
func once[In any](in In, body command.Body[In, publicid.ID]) runs {
	return func(ctx context.Context, tx *command.Tx, _ int) (publicid.ID, error) { return body(ctx, tx, in) }
}

// versioned is a command that expects a version, of which the steps before it have
// raised it.
func versioned[In any](in In, body command.Body[In, publicid.ID], expected func(*In) *int) runs {
	return func(ctx context.Context, tx *command.Tx, raised int) (publicid.ID, error) {
		in := in
		*expected(&in) += raised
		return body(ctx, tx, in)
	}
}
