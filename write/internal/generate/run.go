package generate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/readmodel"
)

// Progress is told how far the work is.
type Progress interface {
	Stage(name string, rows int64)
	Add(rows int64)
	Done(name string, rows int64, took time.Duration)
}

// ErrThere means that the library of this seed has been made already.
var ErrThere = errors.New("a library of this seed is in the database already; give another --seed")

// Run makes a library. It is there as a whole or not at all.
func Run(ctx context.Context, conn *pgx.Conn, o Options, p Progress) error {
	if o.Works < 1 || o.Lines.From < 0 || o.Lines.To < o.Lines.From || o.Translations.From < 0 ||
		o.Translations.To < o.Translations.From || o.Translations.To >= maxTranslations {
		return fmt.Errorf("cannot make %d works with %v lines and %v translations", o.Works, o.Lines, o.Translations)
	}
	g := newGenerator(o)
	err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if err := g.load(ctx, tx, p); err != nil {
			return err
		}
		return publish(ctx, tx, p)
	})
	if err != nil {
		return err
	}
	for {
		var taken int
		if err := conn.QueryRow(ctx, "SELECT ops.number_changes(100000)").Scan(&taken); err != nil || taken == 0 {
			return err
		}
	}
}

func (g *generator) load(ctx context.Context, tx pgx.Tx, p Progress) error {
	var there bool
	if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM core.works WHERE id = $1)", g.id(idWork, 0)).Scan(&there); err != nil {
		return err
	}
	if there {
		return ErrThere
	}
	if err := quiet(ctx, tx); err != nil {
		return err
	}
	restore, err := g.unindex(ctx, tx)
	if err != nil {
		return err
	}
	if err := g.reference(ctx, tx); err != nil {
		return err
	}
	for _, t := range g.tables() {
		if err := t.copy(ctx, tx, p); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return index(ctx, tx, restore, p)
}

// unindex takes off the indexes of tables that hold little yet.
func (g *generator) unindex(ctx context.Context, tx pgx.Tx) (restore []string, err error) {
	for _, t := range g.tables() {
		statements, err := readmodel.DropIndexes(ctx, tx, identifier(t.name))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.name, err)
		}
		restore = append(restore, statements...)
	}
	return restore, readmodel.Roomy(ctx, tx)
}

// index puts the indexes back.
func index(ctx context.Context, tx pgx.Tx, restore []string, p Progress) error {
	began := time.Now()
	p.Stage("indexes", int64(len(restore)))
	for _, sql := range restore {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
		p.Add(1)
	}
	p.Done("indexes", int64(len(restore)), time.Since(began))
	return nil
}

// quiet makes the read model's triggers rest, and for a superuser those of the
// foreign keys.
func quiet(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, "SET LOCAL tercul.defer_refresh = 'on'"); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `SELECT set_config('session_replication_role', 'replica', true)
		WHERE current_setting('is_superuser') = 'on' AND current_setting('tercul.generate_checked', true) IS DISTINCT FROM 'on'`)
	return err
}

// publish refreshes the read model with the triggers on again, as it feeds the
// list of changes.
func publish(ctx context.Context, tx pgx.Tx, p Progress) error {
	_, err := tx.Exec(ctx, `SELECT set_config('session_replication_role', 'origin', true)
		WHERE current_setting('session_replication_role') <> 'origin'`)
	if err != nil {
		return err
	}
	p.Stage("read model", 0)
	return readmodel.Rebuild(ctx, tx, readmodel.Options{Quiet: true, Report: func(name string, changed int64, took time.Duration) {
		p.Done("view."+name, changed, took)
	}})
}

// feed is one table and its rows, worked out as they are sent.
type feed struct {
	name    string
	columns []string
	count   int // for the progress bar; about
	rows    func(emit func(...any) error) error
}

const step = 1000

func (f feed) copy(ctx context.Context, tx pgx.Tx, p Progress) error {
	began := time.Now()
	p.Stage(f.name, int64(f.count))
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	rows := make(chan [][]any, 2)
	var failed error
	go func() {
		defer close(rows)
		failed = f.produce(ctx, rows)
	}()
	src := &source{rows: rows, progress: p}
	n, err := tx.CopyFrom(ctx, identifier(f.name), f.columns, src)
	cancel()
	for range rows { // wait until the producer has ended
	}
	if err == nil {
		err = failed
	}
	p.Done(f.name, n, time.Since(began))
	return err
}

func (f feed) produce(ctx context.Context, out chan<- [][]any) error {
	batch := make([][]any, 0, step)
	send := func() error {
		select {
		case out <- batch:
			batch = make([][]any, 0, step)
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	err := f.rows(func(row ...any) error {
		batch = append(batch, row)
		if len(batch) == step {
			return send()
		}
		return nil
	})
	if err != nil || len(batch) == 0 {
		return err
	}
	return send()
}

// source hands the rows to COPY.
type source struct {
	rows     <-chan [][]any
	batch    [][]any
	at       int
	progress Progress
}

func (s *source) Next() bool {
	if s.at++; s.at < len(s.batch) {
		return true
	}
	batch, ok := <-s.rows
	s.batch, s.at = batch, 0
	if ok {
		s.progress.Add(int64(len(batch)))
	}
	return ok
}

func (s *source) Values() ([]any, error) { return s.batch[s.at], nil }
func (s *source) Err() error             { return nil }
