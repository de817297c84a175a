package views

import (
	"context"

	"github.com/google/uuid"
)

// The steps of a flush, for tests that die between them.
func (c *Counter) Take(ctx context.Context) (*Batch, error)     { return c.take(ctx) }
func (c *Counter) Drop(ctx context.Context, id uuid.UUID) error { return c.drop(ctx, id) }

// Bounds.
const (
	PerSubject = perSubject
	MaxFields  = maxFields
)
