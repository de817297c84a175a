package graph

import (
	"context"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/preset"
	"github.com/tercul/tercul/write/internal/publicid"
)

func changePreset[In any](ctx context.Context, r *Resolver, name string, in In, body changes[In]) (*model.SearchPresetPayload, error) {
	p, faults, err := run(ctx, r, name, in, body, r.preset)
	if err != nil {
		return nil, err
	}
	return &model.SearchPresetPayload{Preset: p, UserErrors: faults}, nil
}

func (r *Resolver) preset(ctx context.Context, id publicid.ID) (*model.SearchPreset, error) {
	return preset.Load(ctx, r.DB, id.UUID)
}

// CreateSearchPreset keeps a search.
func (m mutations) CreateSearchPreset(ctx context.Context, in model.CreateSearchPresetInput) (*model.SearchPresetPayload, error) {
	return changePreset(ctx, m.Resolver, "createSearchPreset", in, preset.Create)
}

// UpdateSearchPreset changes a kept search.
func (m mutations) UpdateSearchPreset(ctx context.Context, in model.UpdateSearchPresetInput) (*model.SearchPresetPayload, error) {
	return changePreset(ctx, m.Resolver, "updateSearchPreset", in, preset.Update)
}

// DeleteSearchPreset forgets a kept search.
func (m mutations) DeleteSearchPreset(ctx context.Context, in model.DeleteSearchPresetInput) (*model.DeletedPayload, error) {
	return deleted(ctx, m.Resolver, "deleteSearchPreset", in, preset.Delete)
}

// ViewerSearchPresets lists the searches that the caller keeps.
func (q queries) ViewerSearchPresets(ctx context.Context) ([]model.SearchPreset, error) {
	return preset.Of(ctx, q.DB, identity.From(ctx).UserID)
}
