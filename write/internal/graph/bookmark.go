package graph

import (
	"context"

	"github.com/tercul/tercul/write/internal/bookmark"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/page"
	"github.com/tercul/tercul/write/internal/publicid"
)

func changeBookmark[In any](ctx context.Context, r *Resolver, name string, in In, body changes[In]) (*model.BookmarkPayload, error) {
	b, faults, err := run(ctx, r, name, in, body, r.bookmark)
	if err != nil {
		return nil, err
	}
	return &model.BookmarkPayload{Bookmark: b, UserErrors: faults}, nil
}

func (r *Resolver) bookmark(ctx context.Context, id publicid.ID) (*model.Bookmark, error) {
	return bookmark.Load(ctx, r.DB, id.UUID)
}

// CreateBookmark bookmarks something.
func (m mutations) CreateBookmark(ctx context.Context, in model.CreateBookmarkInput) (*model.BookmarkPayload, error) {
	return changeBookmark(ctx, m.Resolver, "createBookmark", in, bookmark.Create)
}

// UpdateBookmark changes a bookmark.
func (m mutations) UpdateBookmark(ctx context.Context, in model.UpdateBookmarkInput) (*model.BookmarkPayload, error) {
	return changeBookmark(ctx, m.Resolver, "updateBookmark", in, bookmark.Update)
}

// DeleteBookmark takes a bookmark away.
func (m mutations) DeleteBookmark(ctx context.Context, in model.DeleteBookmarkInput) (*model.DeletedPayload, error) {
	return deleted(ctx, m.Resolver, "deleteBookmark", in, bookmark.Delete)
}

// ViewerBookmarks lists the caller's bookmarks.
func (q queries) ViewerBookmarks(ctx context.Context, filter *model.BookmarkFilter, first *int, after *string) (*model.BookmarkConnection, error) {
	if filter == nil {
		filter = &model.BookmarkFilter{}
	}
	p, err := listed(ctx, first, func(a *identity.Actor, size int) (page.Page[model.Bookmark], error) {
		return bookmark.List(ctx, q.DB, a.UserID, *filter, size, after)
	})
	if err != nil {
		return nil, err
	}
	edges := edgesOf(p, func(c string, n model.Bookmark) model.BookmarkEdge { return model.BookmarkEdge{Cursor: c, Node: n} })
	return &model.BookmarkConnection{Nodes: p.Nodes, Edges: edges, PageInfo: infoOf(p)}, nil
}
