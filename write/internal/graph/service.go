package graph

import (
	"context"

	"github.com/tercul/tercul/write/internal/cachepurge"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/job"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/page"
	"github.com/tercul/tercul/write/internal/readmodel"
)

// Jobs lists jobs.
func (q queries) Jobs(ctx context.Context, filter *model.JobFilter, first *int, after *string) (*model.JobConnection, error) {
	if filter == nil {
		filter = &model.JobFilter{}
	}
	p, err := listed(ctx, first, func(_ *identity.Actor, size int) (page.Page[model.Job], error) {
		return job.List(ctx, q.DB, *filter, size, after)
	})
	if err != nil {
		return nil, err
	}
	edges := edgesOf(p, func(c string, n model.Job) model.JobEdge { return model.JobEdge{Cursor: c, Node: n} })
	return &model.JobConnection{Nodes: p.Nodes, Edges: edges, PageInfo: infoOf(p)}, nil
}

// RebuildReadModels has tables made anew.
func (m mutations) RebuildReadModels(ctx context.Context, in model.RebuildReadModelsInput) (*model.JobPayload, error) {
	id, faults, err := command.Run(ctx, m.Runner, "rebuildReadModels", in, readmodel.Request)
	if err != nil || len(faults) > 0 {
		return &model.JobPayload{UserErrors: userErrors(faults)}, err
	}
	j, err := job.Load(ctx, m.DB, id)
	return &model.JobPayload{Job: j, UserErrors: userErrors(nil)}, err
}

// PurgeCache has caches forget.
func (m mutations) PurgeCache(ctx context.Context, in model.PurgeCacheInput) (*model.PurgeCachePayload, error) {
	p, faults, err := command.Run(ctx, m.Runner, "purgeCache", in, cachepurge.Cache)
	if err != nil || len(faults) > 0 {
		return &model.PurgeCachePayload{UserErrors: userErrors(faults)}, err
	}
	return &model.PurgeCachePayload{Purge: &p, UserErrors: userErrors(nil)}, nil
}
