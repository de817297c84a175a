package graph

import (
	"context"

	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/work"
)

func changeWork[In any](ctx context.Context, r *Resolver, name string, in In, body changes[In]) (*model.WorkPayload, error) {
	w, faults, err := run(ctx, r, name, in, body, r.work)
	if err != nil {
		return nil, err
	}
	return &model.WorkPayload{Work: w, UserErrors: faults}, nil
}

func (r *Resolver) work(ctx context.Context, id publicid.ID) (*model.Work, error) {
	return work.Load(ctx, r.DB, id.UUID)
}

// CreateWork makes a work.
func (m mutations) CreateWork(ctx context.Context, in model.CreateWorkInput) (*model.WorkPayload, error) {
	w, proposed, faults, err := made(ctx, m.Resolver, "createWork", in, m.Contributions.CreateWork, m.work)
	if err != nil {
		return nil, err
	}
	return &model.WorkPayload{Work: w, Contribution: proposed, UserErrors: faults}, nil
}

// UpdateWork changes a work's description.
func (m mutations) UpdateWork(ctx context.Context, in model.UpdateWorkInput) (*model.WorkPayload, error) {
	return changeWork(ctx, m.Resolver, "updateWork", in, work.Update)
}

// SetWorkTitles gives a work new titles.
func (m mutations) SetWorkTitles(ctx context.Context, in model.SetWorkTitlesInput) (*model.WorkPayload, error) {
	return changeWork(ctx, m.Resolver, "setWorkTitles", in, work.SetTitles)
}

// SetWorkContributors names a work's contributors anew.
func (m mutations) SetWorkContributors(ctx context.Context, in model.SetWorkContributorsInput) (*model.WorkPayload, error) {
	return changeWork(ctx, m.Resolver, "setWorkContributors", in, work.SetContributors)
}

// PublishWork lets everybody read a work.
func (m mutations) PublishWork(ctx context.Context, in model.PublishWorkInput) (*model.WorkPayload, error) {
	return changeWork(ctx, m.Resolver, "publishWork", in, work.Publish)
}

// UnpublishWork takes a work back.
func (m mutations) UnpublishWork(ctx context.Context, in model.UnpublishWorkInput) (*model.WorkPayload, error) {
	return changeWork(ctx, m.Resolver, "unpublishWork", in, work.Unpublish)
}

// DeleteWork deletes a work.
func (m mutations) DeleteWork(ctx context.Context, in model.DeleteWorkInput) (*model.DeletedPayload, error) {
	return deleted(ctx, m.Resolver, "deleteWork", in, work.Delete)
}

// RestoreWork brings a deleted work back.
func (m mutations) RestoreWork(ctx context.Context, in model.RestoreWorkInput) (*model.WorkPayload, error) {
	return changeWork(ctx, m.Resolver, "restoreWork", in, work.Restore)
}

// RevertWork sets a work back to an earlier version.
func (m mutations) RevertWork(ctx context.Context, in model.RevertWorkInput) (*model.WorkPayload, error) {
	return changeWork(ctx, m.Resolver, "revertWork", in, work.Revert)
}
