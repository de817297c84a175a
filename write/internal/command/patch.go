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

// Set gathers the columns that a patch changes. Column names are written in the
// program; values are bound.
type Set struct {
	columns []string
	values  []any
}

// Add changes a column.
func (s *Set) Add(column string, value any) {
	s.columns, s.values = append(s.columns, column), append(s.values, value)
}

// Give changes a column where the patch gives a value, null included.
func Give[T any](s *Set, column string, given graphql.Omittable[*T]) {
	if value, ok := given.ValueOK(); ok {
		s.Add(column, value)
	}
}

// Update writes the columns to the row of that id; nothing, where there are none.
func (s *Set) Update(ctx context.Context, tx *Tx, table string, id uuid.UUID) error {
	if len(s.columns) == 0 {
		return nil
	}
	parts := make([]string, len(s.columns))
	for i, column := range s.columns {
		parts[i] = fmt.Sprintf("%s = $%d", column, i+2)
	}
	_, err := tx.Exec(ctx, "UPDATE "+table+" SET "+strings.Join(parts, ", ")+" WHERE id = $1", append([]any{id}, s.values...)...)
	return err
}
