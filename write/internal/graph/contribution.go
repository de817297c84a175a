package graph

import (
	"context"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/contribution"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/page"
	"github.com/tercul/tercul/write/internal/publicid"
)

func changeContribution[In any](ctx context.Context, r *Resolver, name string, in In, body changes[In]) (*model.ContributionPayload, error) {
	c, faults, err := run(ctx, r, name, in, body, r.contribution)
	if err != nil {
		return nil, err
	}
	return &model.ContributionPayload{Contribution: c, UserErrors: faults}, nil
}

func (r *Resolver) contribution(ctx context.Context, id publicid.ID) (*model.Contribution, error) {
	return contribution.Load(ctx, r.DB, id.UUID)
}

// made runs a command that makes something for editors and a contribution for others:
// the id tells which of the two is loaded.
func made[In, Object any](ctx context.Context, r *Resolver, name string, in In, body changes[In],
	load func(context.Context, publicid.ID) (*Object, error),
) (object *Object, proposed *model.Contribution, faults []model.UserError, err error) {
	id, found, err := command.Run(ctx, r.Runner, name, in, body)
	if err != nil || len(found) > 0 {
		return nil, nil, userErrors(found), err
	}
	if id.Kind == "CONTRIBUTION" {
		proposed, err = r.contribution(ctx, id)
	} else {
		object, err = load(ctx, id)
	}
	return object, proposed, userErrors(nil), err
}

// CreateContribution begins a contribution.
func (m mutations) CreateContribution(ctx context.Context, in model.CreateContributionInput) (*model.ContributionPayload, error) {
	return changeContribution(ctx, m.Resolver, "createContribution", in, m.Contributions.Create)
}

// UpdateContribution gives a contribution another content.
func (m mutations) UpdateContribution(ctx context.Context, in model.UpdateContributionInput) (*model.ContributionPayload, error) {
	return changeContribution(ctx, m.Resolver, "updateContribution", in, m.Contributions.Update)
}

// SubmitContribution gives a contribution into review.
func (m mutations) SubmitContribution(ctx context.Context, in model.SubmitContributionInput) (*model.ContributionPayload, error) {
	return changeContribution(ctx, m.Resolver, "submitContribution", in, m.Contributions.Submit)
}

// WithdrawContribution takes a contribution back.
func (m mutations) WithdrawContribution(ctx context.Context, in model.WithdrawContributionInput) (*model.ContributionPayload, error) {
	return changeContribution(ctx, m.Resolver, "withdrawContribution", in, m.Contributions.Withdraw)
}

// AssignContribution makes a review somebody's task.
func (m mutations) AssignContribution(ctx context.Context, in model.AssignContributionInput) (*model.ContributionPayload, error) {
	return changeContribution(ctx, m.Resolver, "assignContribution", in, m.Contributions.Assign)
}

// ReviewContribution decides about a contribution.
func (m mutations) ReviewContribution(ctx context.Context, in model.ReviewContributionInput) (*model.ContributionPayload, error) {
	return changeContribution(ctx, m.Resolver, "reviewContribution", in, m.Contributions.Review)
}

// ApplyContribution applies an approved contribution.
func (m mutations) ApplyContribution(ctx context.Context, in model.ApplyContributionInput) (*model.ApplyContributionPayload, error) {
	c, faults, err := run(ctx, m.Resolver, "applyContribution", in, m.Contributions.Apply, m.contribution)
	if err != nil {
		return nil, err
	}
	return &model.ApplyContributionPayload{Contribution: c, Subject: contribution.Applied(c), UserErrors: faults}, nil
}

// Contribution has the fields of a contribution that are read by themselves.
func (r *Resolver) Contribution() ContributionResolver { return patches{r} }

type patches struct{ *Resolver }

// Patch reads what a contribution proposes.
func (p patches) Patch(ctx context.Context, of *model.Contribution) (map[string]any, error) {
	return contribution.Patch(ctx, p.DB, of.ID.UUID)
}

// Contribution answers a contribution that the caller sees.
func (q queries) Contribution(ctx context.Context, id publicid.ID) (*model.Contribution, error) {
	seen, err := contribution.Seen(ctx, q.DB, id.UUID)
	if err != nil || !seen {
		return nil, err
	}
	return q.contribution(ctx, id)
}

// ContributionDiff compares a contribution with the library.
func (q queries) ContributionDiff(ctx context.Context, id publicid.ID) (*model.ContributionDiff, error) {
	seen, err := contribution.Seen(ctx, q.DB, id.UUID)
	if err != nil || !seen {
		return nil, err
	}
	return contribution.Diff(ctx, q.DB, id.UUID)
}

// Contributions lists what was submitted, or the caller's own.
func (q queries) Contributions(ctx context.Context, filter *model.ContributionFilter, sort model.ContributionSort, first *int, after *string) (*model.ContributionConnection, error) {
	if filter == nil {
		filter = &model.ContributionFilter{}
	}
	return listContributions(ctx, first, func(a *identity.Actor, size int) (contribution.Page, error) {
		return contribution.List(ctx, q.DB, a, *filter, sort, size, after)
	})
}

// ReviewQueue lists what waits for the caller's review.
func (q queries) ReviewQueue(ctx context.Context, language *string, kind *model.ContributionType, first *int, after *string) (*model.ContributionConnection, error) {
	return listContributions(ctx, first, func(a *identity.Actor, size int) (contribution.Page, error) {
		return contribution.Queue(ctx, q.DB, a, language, kind, size, after)
	})
}

// ViewerContributions lists the caller's contributions.
func (q queries) ViewerContributions(ctx context.Context, status []model.ContributionStatus, first *int, after *string) (*model.ContributionConnection, error) {
	return listContributions(ctx, first, func(a *identity.Actor, size int) (contribution.Page, error) {
		return contribution.Of(ctx, q.DB, a.UserID, status, size, after)
	})
}

func listContributions(ctx context.Context, first *int, read func(*identity.Actor, int) (contribution.Page, error)) (*model.ContributionConnection, error) {
	p, err := listed(ctx, first, read)
	if err != nil {
		return nil, err
	}
	edges := edgesOf(p, func(c string, n model.Contribution) model.ContributionEdge {
		return model.ContributionEdge{Cursor: c, Node: n}
	})
	return &model.ContributionConnection{Nodes: p.Nodes, Edges: edges, PageInfo: infoOf(p)}, nil
}

// Drafts lists what is being prepared.
func (q queries) Drafts(ctx context.Context, kind model.SubjectKind, filter *model.DraftFilter, first *int, after *string) (*model.SubjectConnection, error) {
	if filter == nil {
		filter = &model.DraftFilter{}
	}
	p, err := listed(ctx, first, func(a *identity.Actor, size int) (page.Page[model.SubjectLink], error) {
		return contribution.Drafts(ctx, q.DB, a, kind, *filter, size, after)
	})
	if err != nil {
		return nil, err
	}
	edges := edgesOf(p, func(c string, n model.SubjectLink) model.SubjectEdge {
		return model.SubjectEdge{Cursor: c, Node: n}
	})
	return &model.SubjectConnection{Nodes: p.Nodes, Edges: edges, PageInfo: infoOf(p)}, nil
}
