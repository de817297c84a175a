package importer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/textform"
)

// Progress is told how an import gets on.
type Progress interface {
	Stage(name string, bytes int64)
	Add(bytes int64)
	Done(name string, c Count, took time.Duration)
}

// Options of one import.
type Options struct {
	Files    fs.FS
	Name     string // how the source is called in messages and in ops.import_runs
	Progress Progress
	Report   func(Problem) // called for every problem as it is found; may be nil
}

// Result of an import that ran to its end.
type Result struct {
	Stages   []StageResult
	Rejected int // records that did not go in
	Remarks  int // notes on records that did
	Cleaned  textform.Changes
	Resumed  bool // stages of an earlier attempt were skipped
	Changed  bool // anything was written
	Problems []Problem
}

// StageResult is what one stage did.
type StageResult struct {
	Name    string
	Count   Count
	Took    time.Duration
	Skipped bool // done by the attempt that this run continues
}

// ErrBusy means that another import works on the same database.
var ErrBusy = errors.New("another import is running on this database")

// lockKey is the advisory lock that every import holds while it runs.
const lockKey = 0x746572637501

// run is one import of one source.
type run struct {
	conn     *pgx.Conn
	opts     Options
	src      *source
	problems *collector
	changes  textform.Changes
	record   *runRecord
	known    *known
	history  *history
}

type runner interface {
	name() string
	idle(*source) bool // there is nothing for it to do
	run(context.Context, *step) error
}

// Run imports a source. It returns an error only when the import could not
// finish; records that were refused are in the result.
func Run(ctx context.Context, conn *pgx.Conn, opts Options) (Result, error) {
	if opts.Progress == nil {
		opts.Progress = silent{}
	}
	src, err := openSource(opts.Files)
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w", opts.Name, err)
	}
	unlock, err := lock(ctx, conn)
	if err != nil {
		return Result{}, err
	}
	defer unlock()
	r := &run{conn: conn, opts: opts, src: src, problems: newCollector(opts.Report)}
	return r.all(ctx)
}

func lock(ctx context.Context, conn *pgx.Conn) (unlock func(), err error) {
	var got bool
	if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", int64(lockKey)).Scan(&got); err != nil {
		return nil, err
	}
	if !got {
		return nil, ErrBusy
	}
	return func() {
		_, _ = conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(lockKey))
	}, nil
}

func (r *run) all(ctx context.Context) (Result, error) {
	if err := r.begin(ctx); err != nil {
		return Result{}, err
	}
	var result Result
	for _, st := range stages() {
		done, err := r.one(ctx, st)
		if err != nil {
			r.record.fail(ctx, r, st.name())
			return Result{}, fmt.Errorf("stage %s: %w", st.name(), err)
		}
		result.Stages = append(result.Stages, done)
		result.Resumed = result.Resumed || done.Skipped
	}
	result.Rejected, result.Remarks = r.problems.counts()
	result.Cleaned, result.Problems, result.Changed = r.changes, r.problems.snapshot(), r.record.Changed
	if r.record.Changed {
		if err := r.numberChanges(ctx); err != nil {
			return Result{}, err
		}
	}
	return result, r.record.finish(ctx, r)
}

func (r *run) begin(ctx context.Context) (err error) {
	if err := r.createStages(ctx); err != nil {
		return err
	}
	if r.record, err = openRecord(ctx, r.conn, r.opts.Name, r.src.digest); err != nil {
		return err
	}
	for _, p := range r.record.problems {
		r.problems.add(p)
	}
	r.history, err = indexHistory(r.src)
	return err
}

// one runs a stage in its own transaction, unless the attempt that this run
// continues has done it.
func (r *run) one(ctx context.Context, st runner) (StageResult, error) {
	if count, ok := r.record.done(st.name()); ok {
		return StageResult{Name: st.name(), Count: count, Skipped: true}, nil
	}
	if st.idle(r.src) {
		r.record.Stages[st.name()] = Count{}
		return StageResult{Name: st.name()}, nil
	}
	began := time.Now()
	r.opts.Progress.Stage(st.name(), r.src.sizes[st.name()])
	tx, err := r.conn.Begin(ctx)
	if err != nil {
		return StageResult{}, err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	s := &step{run: r, tx: tx, dirty: map[string]bool{}}
	if err := tx.QueryRow(ctx, "SELECT now()").Scan(&s.now); err != nil {
		return StageResult{}, err
	}
	if r.known, err = loadKnown(ctx, tx); err != nil {
		return StageResult{}, err
	}
	if err := s.deferRefresh(ctx); err != nil {
		return StageResult{}, err
	}
	if err := st.run(ctx, s); err != nil {
		return StageResult{}, err
	}
	if err := r.record.stageDone(ctx, tx, st.name(), s.total, r.problems.snapshot()); err != nil {
		return StageResult{}, err
	}
	if err := tx.Commit(ctx); err != nil {
		return StageResult{}, err
	}
	took := time.Since(began)
	r.opts.Progress.Done(st.name(), s.total, took)
	return StageResult{Name: st.name(), Count: s.total, Took: took}, nil
}

type silent struct{}

func (silent) Stage(string, int64)               {}
func (silent) Add(int64)                         {}
func (silent) Done(string, Count, time.Duration) {}
