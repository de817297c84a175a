package analysis

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/tercul/tercul/write/internal/analysis/measure"
	"github.com/tercul/tercul/write/internal/job"
)

// Args ask for a revision of a text to be analysed.
type Args struct {
	Expression uuid.UUID `json:"expression" river:"unique"`
	Revision   int       `json:"revision" river:"unique"`
	Analyzer   int       `json:"analyzer" river:"unique"`
}

const kind = "analyze_text"

// Kind is the job's name in the queue.
func (Args) Kind() string { return kind }

// InsertOpts put it behind what somebody waits for, and once: while one waits or
// runs, another like it is none.
func (Args) InsertOpts() river.InsertOpts {
	return river.InsertOpts{
		Queue: job.Background, MaxAttempts: 5,
		UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
		}},
	}
}

// Of asks for a revision to be analysed as it is done now.
func Of(expression uuid.UUID, revision int) Args {
	return Args{Expression: expression, Revision: revision, Analyzer: measure.Version}
}

// Queue takes jobs in the transaction of a command.
type Queue interface {
	Enqueue(ctx context.Context, args river.JobArgs) error
}

// Enqueue has a text analysed that was written, or is published. One in no language,
// or in several, is not.
func Enqueue(ctx context.Context, tx Queue, expression uuid.UUID, revision int, language string) error {
	if revision == 0 || !Supported(language) {
		return nil
	}
	return tx.Enqueue(ctx, Of(expression, revision))
}

// unsupported are the tags of what is in no one language (ISO 639-2).
var unsupported = []string{"mis", "mul", "und", "zxx"}

// Supported tells whether texts declared to be in a language are analysed.
func Supported(tag string) bool {
	return !slices.Contains(unsupported, measure.Primary(tag))
}

// DB is what the jobs read and write: a pool.
type DB interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	Begin(ctx context.Context) (pgx.Tx, error)
}
