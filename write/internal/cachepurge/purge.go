// Package cachepurge has caches forget, where somebody knows better than the changes that
// purge by themselves. It goes the way of every change: a row of the outbox, which the
// relay publishes and readers without Redis poll.
package cachepurge

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
)

// Cache announces the tags.
func Cache(ctx context.Context, tx *command.Tx, in model.PurgeCacheInput) (model.Purge, error) {
	_, err := tx.Exec(ctx, "SELECT ops.announce($1, $2)", in.Tags, in.Mode == model.PurgeModeHard)
	tx.Audit(uuid.Nil, 0, in)
	return model.Purge{Tags: in.Tags, Mode: in.Mode, At: tx.Now}, err
}
