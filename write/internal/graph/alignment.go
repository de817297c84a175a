package graph

import (
	"context"

	"github.com/tercul/tercul/write/internal/alignment"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

func changeAlignment[In any](ctx context.Context, r *Resolver, name string, in In, body changes[In]) (*model.AlignmentPayload, error) {
	load := func(ctx context.Context, id publicid.ID) (*model.Alignment, error) {
		return alignment.Load(ctx, r.DB, id.UUID)
	}
	a, faults, err := run(ctx, r, name, in, body, load)
	if err != nil {
		return nil, err
	}
	return &model.AlignmentPayload{Alignment: a, UserErrors: faults}, nil
}

// UpsertAlignment aligns two texts.
func (m mutations) UpsertAlignment(ctx context.Context, in model.UpsertAlignmentInput) (*model.AlignmentPayload, error) {
	return changeAlignment(ctx, m.Resolver, "upsertAlignment", in, alignment.Upsert)
}

// ApproveAlignment approves a suggested alignment.
func (m mutations) ApproveAlignment(ctx context.Context, in model.ApproveAlignmentInput) (*model.AlignmentPayload, error) {
	return changeAlignment(ctx, m.Resolver, "approveAlignment", in, alignment.Approve)
}

// Alignment has the fields of an alignment that are read by themselves.
func (r *Resolver) Alignment() AlignmentResolver { return alignments{r} }

type alignments struct{ *Resolver }

// Groups reads which lines answer each other.
func (a alignments) Groups(ctx context.Context, of *model.Alignment) ([]model.AlignmentGroup, error) {
	return alignment.Groups(ctx, a.DB, of.ID.UUID)
}

// Rows reads a page of the lines themselves.
func (a alignments) Rows(ctx context.Context, of *model.Alignment, first *int, after *string) (*model.AlignmentRowConnection, error) {
	return alignment.Rows(ctx, a.DB, of, first, after)
}

// Alignment answers an alignment that the caller sees.
func (q queries) Alignment(ctx context.Context, id publicid.ID) (*model.Alignment, error) {
	return alignment.Seen(ctx, q.DB, id.UUID)
}

// Alignments lists the alignments that the caller sees.
func (q queries) Alignments(ctx context.Context, filter *model.AlignmentFilter, sort model.AlignmentSort, first *int, after *string) (*model.AlignmentConnection, error) {
	p, err := listed(ctx, first, func(a *identity.Actor, size int) (alignment.Page, error) {
		return alignment.List(ctx, q.DB, a, filter, sort, size, after)
	})
	if err != nil {
		return nil, err
	}
	edges := edgesOf(p, func(c string, n model.Alignment) model.AlignmentEdge { return model.AlignmentEdge{Cursor: c, Node: n} })
	return &model.AlignmentConnection{Nodes: p.Nodes, Edges: edges, PageInfo: infoOf(p)}, nil
}
