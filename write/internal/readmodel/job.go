package readmodel

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
)

// RebuildArgs ask for tables to be made anew; all of them where none is named.
type RebuildArgs struct {
	Names []string `json:"names"`
}

// Kind is the job's name in the queue.
func (RebuildArgs) Kind() string { return "rebuild_read_models" }

// InsertOpts has it given up early: an admin waits for it, and every try makes all
// changes wait.
func (RebuildArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 3} }

// Request has tables rebuilt by a job, and answers its number.
func Request(ctx context.Context, tx *command.Tx, in model.RebuildReadModelsInput) (id int64, err error) {
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended('tercul rebuild of the read model', 0))"); err != nil {
		return 0, err
	}
	models, err := Models(ctx, tx)
	if err != nil {
		return 0, err
	}
	for i, name := range in.Names {
		if !slices.Contains(models, name) {
			tx.Fault(apperr.UserInvalid, "names."+strconv.Itoa(i), "There is no such table in the read model; there are "+strings.Join(models, ", ")+".")
		}
	}
	var busy int64
	found, err := tx.One(ctx, []any{&busy}, "SELECT id FROM jobs.river_job WHERE kind = $1 AND finalized_at IS NULL LIMIT 1", RebuildArgs{}.Kind())
	if err != nil {
		return 0, err
	}
	if found {
		tx.Fault(apperr.UserInvalidState, "", "One is at work or waiting already.", "job", strconv.FormatInt(busy, 10))
	}
	if tx.Faulty() {
		return 0, tx.Faults()
	}
	if id, err = tx.EnqueueJob(ctx, RebuildArgs{Names: in.Names}); err != nil {
		return 0, err
	}
	tx.Audit(uuid.Nil, 0, map[string]any{"names": in.Names, "job": strconv.FormatInt(id, 10)})
	return id, nil
}

// Rebuilder rebuilds tables, in one transaction, and notes with its job how far it is.
type Rebuilder struct {
	river.WorkerDefaults[RebuildArgs]
	DB interface {
		BeginTx(ctx context.Context, options pgx.TxOptions) (pgx.Tx, error)
		Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	}
}

// longest is how long a rebuild may take.
const longest = 30 * time.Minute

// Timeout is how long it may take.
func (*Rebuilder) Timeout(*river.Job[RebuildArgs]) time.Duration { return longest }

// Work rebuilds. What fails leaves everything as it was, and is tried again.
func (r *Rebuilder) Work(ctx context.Context, j *river.Job[RebuildArgs]) error {
	return pgx.BeginTxFunc(ctx, r.DB, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if err := Each(ctx, tx, []string{fmt.Sprintf("SET LOCAL statement_timeout = %d", longest.Milliseconds()), "SET LOCAL lock_timeout = '30s'"}); err != nil {
			return err
		}
		total := len(j.Args.Names)
		if total == 0 {
			models, err := Models(ctx, tx)
			if err != nil {
				return err
			}
			total = len(models)
		}
		done := 0
		return Rebuild(ctx, tx, Options{Names: j.Args.Names, Report: func(name string, _ int64, _ time.Duration) {
			done++
			r.note(ctx, j.ID, done, total, name)
		}})
	})
}

// note is seen at once: it is not part of the rebuild's transaction. It is for people
// who wait; a failure of it is no reason to undo the work.
func (r *Rebuilder) note(ctx context.Context, id int64, done, total int, step string) {
	_, _ = r.DB.Exec(ctx, `UPDATE jobs.river_job SET metadata = metadata || jsonb_build_object('progress', jsonb_build_object('done', $2::int, 'total', $3::int, 'step', $4::text))
		WHERE id = $1`, id, done, total, step)
}
