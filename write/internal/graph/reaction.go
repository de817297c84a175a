package graph

import (
	"context"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/page"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/reaction"
	"github.com/tercul/tercul/write/internal/subject"
)

func changeLike[In any](ctx context.Context, r *Resolver, name string, in In, body changes[In]) (*model.LikePayload, error) {
	stats, faults, err := run(ctx, r, name, in, body, r.stats)
	if err != nil {
		return nil, err
	}
	return &model.LikePayload{Stats: stats, UserErrors: faults}, nil
}

func (r *Resolver) stats(ctx context.Context, id publicid.ID) (*model.SubjectStats, error) {
	return subject.Stats(ctx, r.DB, id.UUID)
}

// Like likes something.
func (m mutations) Like(ctx context.Context, in model.LikeInput) (*model.LikePayload, error) {
	return changeLike(ctx, m.Resolver, "like", in, reaction.Like)
}

// Unlike takes a like back.
func (m mutations) Unlike(ctx context.Context, in model.UnlikeInput) (*model.LikePayload, error) {
	return changeLike(ctx, m.Resolver, "unlike", in, reaction.Unlike)
}

// ViewerState tells what the caller has to do with objects.
func (q queries) ViewerState(ctx context.Context, ids []publicid.ID) ([]model.ViewerSubjectState, error) {
	return reaction.State(ctx, q.DB, identity.From(ctx).UserID, ids)
}

// ViewerLikes lists what the caller likes.
func (q queries) ViewerLikes(ctx context.Context, first *int, after *string) (*model.SubjectConnection, error) {
	p, err := listed(ctx, first, func(a *identity.Actor, size int) (page.Page[model.SubjectLink], error) {
		return reaction.Liked(ctx, q.DB, a.UserID, size, after)
	})
	if err != nil {
		return nil, err
	}
	edges := edgesOf(p, func(c string, n model.SubjectLink) model.SubjectEdge { return model.SubjectEdge{Cursor: c, Node: n} })
	return &model.SubjectConnection{Nodes: p.Nodes, Edges: edges, PageInfo: infoOf(p)}, nil
}
