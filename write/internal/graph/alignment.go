package graph

import (
	"context"

	"github.com/tercul/tercul/write/internal/alignment"
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
