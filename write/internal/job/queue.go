package job

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	tsql "github.com/tercul/tercul/sql"
)

// Queue takes jobs and works on none.
type Queue struct{ client *river.Client[pgx.Tx] }

// NewQueue returns a Queue.
func NewQueue() (*Queue, error) {
	client, err := river.NewClient(riverpgxv5.New(nil), &river.Config{Schema: tsql.JobSchema})
	if err != nil {
		return nil, fmt.Errorf("the job queue: %w", err)
	}
	return &Queue{client}, nil
}

// Enqueue puts a job into the queue, in the caller's transaction, and answers its number.
func (q *Queue) Enqueue(ctx context.Context, tx pgx.Tx, args river.JobArgs) (id int64, err error) {
	inserted, err := q.client.InsertTx(ctx, tx, args, nil)
	if err != nil {
		return 0, fmt.Errorf("enqueue %s: %w", args.Kind(), err)
	}
	return inserted.Job.ID, nil
}
