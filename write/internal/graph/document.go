package graph

import (
	"context"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/documents"
	"github.com/tercul/tercul/write/internal/model"
)

func (r *Resolver) changedDocument(ctx context.Context, hash string, faults command.Faults, err error) (*model.DocumentPayload, error) {
	if err != nil || len(faults) > 0 {
		return &model.DocumentPayload{UserErrors: userErrors(faults)}, err
	}
	d, err := documents.Load(ctx, r.DB, hash)
	return &model.DocumentPayload{Document: d, UserErrors: userErrors(nil)}, err
}

// RegisterDocument registers a document of the public API.
func (m mutations) RegisterDocument(ctx context.Context, in model.RegisterDocumentInput) (*model.DocumentPayload, error) {
	hash, faults, err := documents.Register(ctx, m.Runner, in)
	return m.changedDocument(ctx, hash, faults, err)
}

// RetireDocument sets the end of a document, or stops it.
func (m mutations) RetireDocument(ctx context.Context, in model.RetireDocumentInput) (*model.DocumentPayload, error) {
	hash, faults, err := command.Run(ctx, m.Runner, "retireDocument", in, documents.Retire)
	return m.changedDocument(ctx, hash, faults, err)
}
