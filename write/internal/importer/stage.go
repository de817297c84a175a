package importer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sync/errgroup"

	"github.com/tercul/tercul/write/internal/textform"
)

// step is one stage at work inside its transaction.
type step struct {
	*run
	tx    pgx.Tx
	found []Problem // of the batch being tried
	wrote Count     // of the batch being tried
	total Count
	dirty map[string]bool // staging tables in use
	now   time.Time       // of the transaction

	inFiles map[uuid.UUID]bool // translations in the files, once somebody asks
}

// Count says what a stage did with its records.
type Count struct {
	Read    int   `json:"read"`
	Added   int   `json:"added"`
	Changed int   `json:"changed"`
	Rows    int64 `json:"rows"` // rows written or deleted, of any table
}

func (c *Count) plus(o Count) {
	c.Read += o.Read
	c.Added += o.Added
	c.Changed += o.Changed
	c.Rows += o.Rows
}

// reject drops a record that only the database shows to be wrong.
func (s *step) reject(at position, field, format string, args ...any) {
	s.found = append(s.found, at.problem(field, fmt.Sprintf(format, args...), true))
}

// remark notes something about a record that goes in all the same.
func (s *step) remark(at position, field, format string, args ...any) {
	s.found = append(s.found, at.problem(field, fmt.Sprintf(format, args...), false))
}

// stage reads the records of one kind and applies them batch by batch. prepare
// runs outside the savepoint and adds what several batches share; finish runs
// once after the last batch. Both may be nil.
type stage[R, P any] struct {
	form    form[R, P]
	prepare func(context.Context, *step, []entry[P]) error
	apply   func(context.Context, *step, []entry[P]) error
	finish  func(context.Context, *step) error
	subject bool // the keys of the records are ids of subjects
	always  bool // it finishes what other stages brought, also without a file of its own
}

func (st stage[R, P]) name() string { return st.form.kind }

func (st stage[R, P]) idle(src *source) bool { return len(src.files[st.form.kind]) == 0 && !st.always }

func (st stage[R, P]) run(ctx context.Context, s *step) error {
	group, both := errgroup.WithContext(ctx)
	batches := make(chan []entry[P], 1)
	in := &reading[R, P]{
		form: st.form, src: s.src, problems: s.problems, progress: s.opts.Progress,
		out: batches, seen: map[uuid.UUID]position{},
	}
	group.Go(func() error { return in.run(both) })
	group.Go(func() error {
		for batch := range batches {
			if err := st.batch(both, s, batch); err != nil {
				return err
			}
		}
		return both.Err()
	})
	if err := group.Wait(); err != nil {
		return err
	}
	s.total.Read = in.read
	s.cleaned(in.changes)
	if st.finish == nil {
		return nil
	}
	s.wrote = Count{}
	err := st.finish(ctx, s)
	s.keep()
	return err
}

func (s *step) cleaned(c textform.Changes) { s.changes.Add(c) }

// batch applies one batch, or, when Postgres refuses some of its data, each
// record by itself, so that only the offending ones stay out.
func (st stage[R, P]) batch(ctx context.Context, s *step, batch []entry[P]) error {
	if st.subject {
		if err := s.watchBulk(ctx, keys(batch)); err != nil {
			return err
		}
	}
	if st.prepare != nil {
		s.wrote = Count{}
		if err := st.prepare(ctx, s, batch); err != nil {
			return err
		}
		s.keep()
	}
	err := s.try(ctx, func() error { return st.attempt(ctx, s, batch) })
	if err == nil || !isDataError(err) {
		return err
	}
	for _, e := range batch {
		err := s.try(ctx, func() error { return st.attempt(ctx, s, []entry[P]{e}) })
		if err != nil && !isDataError(err) {
			return err
		}
		if err != nil {
			s.problems.add(e.at.problem("", "the database refused it: "+refusal(err), true))
		}
	}
	return nil
}

func (st stage[R, P]) attempt(ctx context.Context, s *step, batch []entry[P]) error {
	before := s.wrote.Rows
	if err := st.apply(ctx, s, batch); err != nil {
		return err
	}
	if !st.subject {
		s.wrote.Changed = int(s.wrote.Rows - before)
		return nil
	}
	return s.tally(ctx, keys(batch))
}

func keys[P any](batch []entry[P]) []uuid.UUID {
	list := make([]uuid.UUID, len(batch))
	for i, e := range batch {
		list[i] = e.key
	}
	return list
}

// try runs one attempt under a savepoint and keeps its findings only when it
// succeeds.
func (s *step) try(ctx context.Context, attempt func() error) error {
	s.found, s.wrote = nil, Count{}
	if _, err := s.tx.Exec(ctx, "SAVEPOINT batch"); err != nil {
		return err
	}
	err := s.cleanStages(ctx)
	if err == nil {
		err = attempt()
	}
	if err != nil {
		s.found, s.wrote = nil, Count{}
		if isDataError(err) {
			if _, e := s.tx.Exec(ctx, "ROLLBACK TO SAVEPOINT batch"); e != nil {
				return e
			}
		}
		return err
	}
	s.keep()
	_, err = s.tx.Exec(ctx, "RELEASE SAVEPOINT batch")
	return err
}

func (s *step) keep() {
	s.problems.add(s.found...)
	s.total.plus(s.wrote)
	s.found, s.wrote = nil, Count{}
}

// isDataError tells errors that the data caused (classes 22 and 23) from those
// of the connection, the disk or ourselves.
func isDataError(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code[:2] == "22" || pg.Code[:2] == "23")
}

func refusal(err error) string {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return err.Error()
	}
	text := pg.Message
	if pg.Detail != "" {
		text += " (" + pg.Detail + ")"
	}
	return text
}
