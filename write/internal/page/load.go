package page

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Reader reads: a pool or a transaction.
type Reader interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Page is one page of a list: its items, the cursor of each, and whether there are more.
type Page[T any] struct {
	Nodes   []T
	Cursors []string
	More    bool
}

// End is the cursor to go on from; nil for an empty page.
func (p Page[T]) End() *string {
	if len(p.Cursors) == 0 {
		return nil
	}
	return &p.Cursors[len(p.Cursors)-1]
}

// Load reads a page by a query that answers, for one item more than the page
// holds, the key that its cursor is to have and the item, both as JSON.
func Load[T any](ctx context.Context, db Reader, list string, size int, query string, args ...any) (Page[T], error) {
	rows, err := db.Query(ctx, query, args...)
	if err != nil {
		return Page[T]{}, err
	}
	p := Page[T]{Nodes: []T{}}
	var key, document []byte
	_, err = pgx.ForEachRow(rows, []any{&key, &document}, func() error {
		if p.More = len(p.Nodes) == size; p.More {
			return nil
		}
		var item T
		if err := json.Unmarshal(document, &item); err != nil {
			return fmt.Errorf("an item of %s: %w", list, err)
		}
		cursor, err := Cursor(list, json.RawMessage(key))
		p.Nodes, p.Cursors = append(p.Nodes, item), append(p.Cursors, cursor)
		return err
	})
	return p, err
}

// After reads a cursor of one key; nil without one.
func After[K any](after *string, list string) (*K, error) {
	key := new(K)
	there, err := Decode(after, list, key)
	if err != nil || !there {
		return nil, err
	}
	return key, nil
}
