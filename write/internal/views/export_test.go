package views

import "context"

// Take is the first step of a flush, for tests that die after it.
func (c *Counter) Take(ctx context.Context) (*Batch, error) { return c.take(ctx) }

// Bounds.
const (
	PerSubject = perSubject
	MaxFields  = maxFields
)
