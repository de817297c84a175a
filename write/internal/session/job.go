package session

import (
	"context"

	"github.com/riverqueue/river"
)

// RotateArgs ask for the keys of access tokens to be changed, if that is due.
type RotateArgs struct{}

// Kind is the job's name in the queue.
func (RotateArgs) Kind() string { return "key_rotation" }

// Rotator changes keys.
type Rotator struct {
	river.WorkerDefaults[RotateArgs]
	Keys *Keys
}

// Work takes the steps that are due.
func (r *Rotator) Work(ctx context.Context, _ *river.Job[RotateArgs]) error {
	return r.Keys.Rotate(ctx)
}
