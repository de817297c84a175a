package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
)

// Required is a field of a patch that may be left out and may not be null.
func Required[T any](tx *Tx, field string, given graphql.Omittable[*T]) (value T, set bool) {
	p, set := given.ValueOK()
	if !set {
		return value, false
	}
	if p == nil {
		tx.Fault(apperr.UserBlank, field, "It cannot be taken away.")
		return value, false
	}
	return *p, true
}

// Set gathers the columns that a command changes in a row. Column names are written
// in the program; values are bound.
type Set struct {
	changes []string
	values  []any
}

// Add changes a column.
func (s *Set) Add(column string, value any) { s.add(column, "", value, "") }

// AddFirst gives a column a value where it has none.
func (s *Set) AddFirst(column string, value any) { s.add(column, "coalesce("+column+", ", value, ")") }

// add writes a change; $1 is the id of the row.
func (s *Set) add(column, before string, value any, behind string) {
	s.values = append(s.values, value)
	s.changes = append(s.changes, fmt.Sprintf("%s = %s$%d%s", column, before, len(s.values)+1, behind))
}

// Give changes a column where the patch gives a value, null included.
func Give[T any](s *Set, column string, given graphql.Omittable[*T]) {
	if value, ok := given.ValueOK(); ok {
		s.Add(column, value)
	}
}

// Update writes the columns to the row of that id; nothing, where there are none.
func (s *Set) Update(ctx context.Context, tx *Tx, table string, id uuid.UUID) error {
	if len(s.changes) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, s.statement(table), s.arguments(id)...)
	return err
}

// Raise writes the columns, and with them that the row has a new version and who made
// it: one statement, so that all that follows from the row follows once.
func (s *Set) Raise(ctx context.Context, tx *Tx, table string, id uuid.UUID) (version int, err error) {
	s.Add("updated_at", tx.Now)
	s.Add("updated_by", tx.By())
	s.changes = append(s.changes, "version = version + 1")
	err = tx.QueryRow(ctx, s.statement(table)+" RETURNING version", s.arguments(id)...).Scan(&version)
	return version, err
}

func (s *Set) statement(table string) string {
	return "UPDATE " + table + " SET " + strings.Join(s.changes, ", ") + " WHERE id = $1"
}

func (s *Set) arguments(id uuid.UUID) []any { return append([]any{id}, s.values...) }
