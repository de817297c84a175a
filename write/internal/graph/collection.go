package graph

import (
	"context"

	"github.com/tercul/tercul/write/internal/collection"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/page"
	"github.com/tercul/tercul/write/internal/publicid"
)

func changeCollection[In any](ctx context.Context, r *Resolver, name string, in In, body changes[In]) (*model.CollectionPayload, error) {
	c, faults, err := run(ctx, r, name, in, body, r.collection)
	if err != nil {
		return nil, err
	}
	return &model.CollectionPayload{Collection: c, UserErrors: faults}, nil
}

func (r *Resolver) collection(ctx context.Context, id publicid.ID) (*model.Collection, error) {
	return collection.Load(ctx, r.DB, id.UUID)
}

func changeItem[In any](ctx context.Context, r *Resolver, name string, in In, body command.Body[In, collection.Item]) (*model.CollectionItemPayload, error) {
	of, faults, err := command.Run(ctx, r.Runner, name, in, body)
	if err != nil || len(faults) > 0 {
		return &model.CollectionItemPayload{UserErrors: userErrors(faults)}, err
	}
	item, err := collection.LoadItem(ctx, r.DB, of)
	return &model.CollectionItemPayload{Item: item, UserErrors: userErrors(nil)}, err
}

// CreateCollection makes a collection.
func (m mutations) CreateCollection(ctx context.Context, in model.CreateCollectionInput) (*model.CollectionPayload, error) {
	return changeCollection(ctx, m.Resolver, "createCollection", in, collection.Create)
}

// UpdateCollection changes a collection's description.
func (m mutations) UpdateCollection(ctx context.Context, in model.UpdateCollectionInput) (*model.CollectionPayload, error) {
	return changeCollection(ctx, m.Resolver, "updateCollection", in, collection.Update)
}

// DeleteCollection deletes a collection.
func (m mutations) DeleteCollection(ctx context.Context, in model.DeleteCollectionInput) (*model.DeletedPayload, error) {
	return deleted(ctx, m.Resolver, "deleteCollection", in, collection.Delete)
}

// AddCollectionItem puts something into a collection.
func (m mutations) AddCollectionItem(ctx context.Context, in model.AddCollectionItemInput) (*model.CollectionItemPayload, error) {
	return changeItem(ctx, m.Resolver, "addCollectionItem", in, collection.Add)
}

// ApproveCollectionItem lets an item into a collection.
func (m mutations) ApproveCollectionItem(ctx context.Context, in model.ApproveCollectionItemInput) (*model.CollectionItemPayload, error) {
	return changeItem(ctx, m.Resolver, "approveCollectionItem", in, collection.Approve)
}

// MoveCollectionItem puts an item elsewhere.
func (m mutations) MoveCollectionItem(ctx context.Context, in model.MoveCollectionItemInput) (*model.CollectionItemPayload, error) {
	return changeItem(ctx, m.Resolver, "moveCollectionItem", in, collection.Move)
}

// RemoveCollectionItem takes an item out.
func (m mutations) RemoveCollectionItem(ctx context.Context, in model.RemoveCollectionItemInput) (*model.CollectionPayload, error) {
	return changeCollection(ctx, m.Resolver, "removeCollectionItem", in, collection.Remove)
}

// ViewerCollections lists the caller's collections.
func (q queries) ViewerCollections(ctx context.Context, first *int, after *string) (*model.CollectionConnection, error) {
	p, err := listed(ctx, first, func(a *identity.Actor, size int) (page.Page[model.Collection], error) {
		return collection.Of(ctx, q.DB, a.UserID, size, after)
	})
	if err != nil {
		return nil, err
	}
	edges := edgesOf(p, func(c string, n model.Collection) model.CollectionEdge {
		return model.CollectionEdge{Cursor: c, Node: n}
	})
	return &model.CollectionConnection{Nodes: p.Nodes, Edges: edges, PageInfo: infoOf(p)}, nil
}

// ViewerCollectionItems lists what is in a collection and what waits.
func (q queries) ViewerCollectionItems(ctx context.Context, id publicid.ID, first *int, after *string) (*model.CollectionItemConnection, error) {
	size, err := page.Size(first, largest)
	if err != nil {
		return nil, err
	}
	p, err := collection.Items(ctx, q.DB, identity.From(ctx), id, size, after)
	if err != nil || p == nil {
		return nil, err
	}
	edges := edgesOf(*p, func(c string, n model.CollectionItem) model.CollectionItemEdge {
		return model.CollectionItemEdge{Cursor: c, Node: n}
	})
	return &model.CollectionItemConnection{Nodes: p.Nodes, Edges: edges, PageInfo: infoOf(*p)}, nil
}
