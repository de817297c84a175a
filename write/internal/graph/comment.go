package graph

import (
	"context"

	"github.com/tercul/tercul/write/internal/comment"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/page"
	"github.com/tercul/tercul/write/internal/publicid"
)

func changeComment[In any](ctx context.Context, r *Resolver, name string, in In, body changes[In]) (*model.CommentPayload, error) {
	c, faults, err := run(ctx, r, name, in, body, r.comment)
	if err != nil {
		return nil, err
	}
	return &model.CommentPayload{Comment: c, UserErrors: faults}, nil
}

func (r *Resolver) comment(ctx context.Context, id publicid.ID) (*model.Comment, error) {
	return comment.Load(ctx, r.DB, id.UUID)
}

// CreateComment writes a comment.
func (m mutations) CreateComment(ctx context.Context, in model.CreateCommentInput) (*model.CommentPayload, error) {
	return changeComment(ctx, m.Resolver, "createComment", in, comment.Create)
}

// UpdateComment changes the text of a comment.
func (m mutations) UpdateComment(ctx context.Context, in model.UpdateCommentInput) (*model.CommentPayload, error) {
	return changeComment(ctx, m.Resolver, "updateComment", in, comment.Update)
}

// DeleteComment deletes a comment.
func (m mutations) DeleteComment(ctx context.Context, in model.DeleteCommentInput) (*model.DeletedPayload, error) {
	return deleted(ctx, m.Resolver, "deleteComment", in, comment.Delete)
}

// HideComment takes a comment out of sight.
func (m mutations) HideComment(ctx context.Context, in model.HideCommentInput) (*model.CommentPayload, error) {
	return changeComment(ctx, m.Resolver, "hideComment", in, comment.Hide)
}

// ShowComment lets everybody read a comment.
func (m mutations) ShowComment(ctx context.Context, in model.ShowCommentInput) (*model.CommentPayload, error) {
	return changeComment(ctx, m.Resolver, "showComment", in, comment.Show)
}

// ViewerComments lists the caller's comments.
func (q queries) ViewerComments(ctx context.Context, first *int, after *string) (*model.CommentConnection, error) {
	return commentPage(listed(ctx, first, func(a *identity.Actor, size int) (page.Page[model.Comment], error) {
		return comment.Of(ctx, q.DB, a.UserID, size, after)
	}))
}

// HeldComments lists the comments that wait for an editor.
func (q queries) HeldComments(ctx context.Context, first *int, after *string) (*model.CommentConnection, error) {
	return commentPage(listed(ctx, first, func(_ *identity.Actor, size int) (page.Page[model.Comment], error) {
		return comment.Held(ctx, q.DB, size, after)
	}))
}

func commentPage(p page.Page[model.Comment], err error) (*model.CommentConnection, error) {
	if err != nil {
		return nil, err
	}
	edges := edgesOf(p, func(c string, n model.Comment) model.CommentEdge { return model.CommentEdge{Cursor: c, Node: n} })
	return &model.CommentConnection{Nodes: p.Nodes, Edges: edges, PageInfo: infoOf(p)}, nil
}
