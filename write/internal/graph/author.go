package graph

import (
	"context"

	"github.com/tercul/tercul/write/internal/author"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

func changeAuthor[In any](ctx context.Context, r *Resolver, name string, in In, body changes[In]) (*model.AuthorPayload, error) {
	a, faults, err := run(ctx, r, name, in, body, r.author)
	if err != nil {
		return nil, err
	}
	return &model.AuthorPayload{Author: a, UserErrors: faults}, nil
}

func (r *Resolver) author(ctx context.Context, id publicid.ID) (*model.Author, error) {
	return author.Load(ctx, r.DB, id.UUID)
}

// CreateAuthor makes an author.
func (m mutations) CreateAuthor(ctx context.Context, in model.CreateAuthorInput) (*model.AuthorPayload, error) {
	a, proposed, faults, err := made(ctx, m.Resolver, "createAuthor", in, m.Contributions.CreateAuthor, m.author)
	if err != nil {
		return nil, err
	}
	return &model.AuthorPayload{Author: a, Contribution: proposed, UserErrors: faults}, nil
}

// UpdateAuthor changes an author's description.
func (m mutations) UpdateAuthor(ctx context.Context, in model.UpdateAuthorInput) (*model.AuthorPayload, error) {
	return changeAuthor(ctx, m.Resolver, "updateAuthor", in, author.Update)
}

// SetAuthorNames gives an author new names.
func (m mutations) SetAuthorNames(ctx context.Context, in model.SetAuthorNamesInput) (*model.AuthorPayload, error) {
	return changeAuthor(ctx, m.Resolver, "setAuthorNames", in, author.SetNames)
}

// DeleteAuthor deletes an author.
func (m mutations) DeleteAuthor(ctx context.Context, in model.DeleteAuthorInput) (*model.DeletedPayload, error) {
	return deleted(ctx, m.Resolver, "deleteAuthor", in, author.Delete)
}
