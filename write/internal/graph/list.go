package graph

import (
	"context"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/page"
)

// largest is the most items of a page.
const largest = 100

// listed reads a page for the actor of the context.
func listed[T any](ctx context.Context, first *int, read func(*identity.Actor, int) (page.Page[T], error)) (page.Page[T], error) {
	size, err := page.Size(first, largest)
	if err != nil {
		return page.Page[T]{}, err
	}
	return read(identity.From(ctx), size)
}

func infoOf[T any](p page.Page[T]) model.PageInfo {
	return model.PageInfo{HasNextPage: p.More, EndCursor: p.End()}
}

// edgesOf makes the edges of a page.
func edgesOf[T, Edge any](p page.Page[T], edge func(cursor string, node T) Edge) []Edge {
	out := make([]Edge, len(p.Nodes))
	for i, node := range p.Nodes {
		out[i] = edge(p.Cursors[i], node)
	}
	return out
}
