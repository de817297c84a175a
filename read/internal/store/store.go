package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/plan"
	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/mutant"
)

// Database runs statements: a pool or a transaction.
type Database interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Clock tells up to which change this process has heard.
type Clock interface {
	Applied() uint64
}

// Store answers from the database. It implements answer.Source.
type Store struct {
	DB    Database
	Clock Clock
	// PlanOf gives the plan of an operation.
	PlanOf func(answer.Operation) (*plan.Plan, error)
	// Translate makes a coded error of a driver's; package pg has it.
	Translate func(error) error
	// Now is the clock on the wall.
	Now func() time.Time
}

// Answer asks the store's own database.
func (s *Store) Answer(ctx context.Context, q *answer.Query) (answer.Result, error) {
	got, err := s.Load(ctx, s.DB, q)
	if err != nil {
		return answer.Result{}, err
	}
	return answer.Result{Entry: got.Entry, Layer: answer.Origin}, nil
}

// Reading is an answer and the snapshot that it was read in: every transaction below
// Xmin was finished.
type Reading struct {
	Entry *answer.Entry
	Xmin  uint64
}

// Load runs the statement of the query on a database and renders its row. The context
// must have a deadline; the statement ends with it.
func (s *Store) Load(ctx context.Context, db Database, q *answer.Query) (Reading, error) {
	p, err := s.PlanOf(q.Op)
	if err != nil {
		return Reading{}, err
	}
	vars, _ := q.Vars.(map[string]any)
	statement, err := p.Bind(vars)
	if err != nil {
		return Reading{}, err
	}
	m := answer.Material{AsOf: s.Clock.Applied(), Policy: q.Op.Policy(), Now: s.Now()}
	if tag := answer.DocumentTag(q.Op); tag != "" {
		m.Tags = []string{tag}
	}
	return s.run(ctx, db, statement, p.Tags, m)
}

// The columns of a statement's row; see plan.Statement.
const (
	colData = iota
	colTags
	colFault
	colMissing
	colLasting
	colXmin
	columns
)

// run asks the database and renders the row while it is still in the driver's
// buffer: NewEntry makes the one copy.
func (s *Store) run(ctx context.Context, db Database, st plan.Statement, tags []string, m answer.Material) (Reading, error) {
	args := append([]any{pgx.QueryResultFormats{pgx.TextFormatCode}}, st.Args...)
	rows, err := db.Query(ctx, st.SQL, args...)
	if err != nil {
		return Reading{}, s.Translate(err)
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return Reading{}, s.Translate(err)
		}
		return Reading{}, apperr.New(apperr.Internal, "the statement answered no row")
	}
	if mutant.Without(mutant.Stamp) {
		m.AsOf = s.Clock.Applied()
	}
	got, err := render(rows.RawValues(), tags, m)
	if err != nil {
		return Reading{}, err
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return Reading{}, s.Translate(err)
	}
	return got, nil
}

func render(row [][]byte, tags []string, m answer.Material) (Reading, error) {
	if len(row) != columns {
		return Reading{}, apperr.New(apperr.Internal, fmt.Sprintf("the statement answered %d columns", len(row)))
	}
	if len(row[colFault]) > 0 {
		return Reading{}, faults(string(row[colFault]))
	}
	xmin, err := strconv.ParseUint(string(row[colXmin]), 10, 64)
	if err != nil {
		return Reading{}, fmt.Errorf("the xmin of the statement's snapshot: %w", err)
	}
	m.Data = row[colData]
	m.Tags = append(append(m.Tags, strings.Fields(string(row[colTags]))...), tags...)
	switch {
	case isTrue(row[colMissing]):
		m.Status = answer.Null
	case isTrue(row[colLasting]):
		m.Policy = lasting(m.Policy)
	}
	return Reading{answer.NewEntry(m), xmin}, nil
}

func isTrue(text []byte) bool { return len(text) == 1 && text[0] == 't' }

// faults makes coded errors of what the statement found wrong with arguments,
// each a line "path: what is wrong".
func faults(text string) error {
	var all apperr.List
	for line := range strings.Lines(text) {
		path, problem, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		all = append(all, apperr.OfField(apperr.BadRequest, path, problem))
	}
	return all.Err()
}
