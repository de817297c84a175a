package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Reader reads: a pool or a transaction.
type Reader interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Load reads one object that a query answers as JSON under the schema's names;
// nil where there is none.
func Load[T any](ctx context.Context, db Reader, query string, args ...any) (*T, error) {
	var text []byte
	err := db.QueryRow(ctx, query, args...).Scan(&text)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // nothing is what a query answers for what is not there
	}
	if err != nil {
		return nil, err
	}
	object := new(T)
	if err := json.Unmarshal(text, object); err != nil {
		return nil, fmt.Errorf("read a %T: %w", *object, err)
	}
	return object, nil
}

// LoadAll reads the objects that a query answers as JSON under the schema's names.
func LoadAll[T any](ctx context.Context, db Reader, query string, args ...any) ([]T, error) {
	rows, err := db.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	objects := []T{}
	var text []byte
	_, err = pgx.ForEachRow(rows, []any{&text}, func() error {
		var object T
		if err := json.Unmarshal(text, &object); err != nil {
			return fmt.Errorf("read a %T: %w", object, err)
		}
		objects = append(objects, object)
		return nil
	})
	return objects, err
}
