package importer

import (
	"context"

	"github.com/tercul/tercul/write/internal/readmodel"
)

// stages in the order in which records may refer to each other.
func stages() []runner {
	return []runner{
		userStage(), categoryStage(), tagStage(), authorStage(), workStage(), translationStage(), historyStage(), rightsStage(),
		alignmentStage(), lineCountStage{}, collectionStage(), commentStage(), statsStage(), trendingStage(), publishStage{},
	}
}

// publishStage makes visible what a bulk load brought: the read model is
// refreshed whole, every cache is told, and the change feed is numbered. After a
// small import the triggers have done all that but the numbering.
type publishStage struct{}

func (publishStage) name() string { return "publish" }

func (publishStage) idle(*source) bool { return false }

func (publishStage) run(ctx context.Context, s *step) error {
	if !s.record.Changed {
		return nil
	}
	if !s.record.Bulk {
		return nil
	}
	return readmodel.Rebuild(ctx, s.tx, readmodel.Options{Loaded: true})
}

// numberChanges runs after the last commit, because only committed changes are
// numbered. What is left over, the writer's loop numbers.
func (r *run) numberChanges(ctx context.Context) error {
	_, err := r.conn.Exec(ctx, "SELECT ops.number_changes(100000)")
	return err
}
