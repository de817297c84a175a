package operation

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/shared/pg"
)

// The states of a document in the table.
const (
	statusActive     = "ACTIVE"
	statusDeprecated = "DEPRECATED"
	statusBlocked    = "BLOCKED"
)

// row is a document of the table without its text.
type row struct {
	hash, textHash, name, status string
	ttl                          time.Duration
	deprecated, sunset           time.Time
}

// runnable tells whether the document is to be run at that time.
func (r row) runnable(now time.Time) bool {
	return (r.status == statusActive || r.status == statusDeprecated) && (r.sunset.IsZero() || now.Before(r.sunset))
}

// ended tells whether the document was to be run until a time that is past.
func (r row) ended(now time.Time) bool {
	return (r.status == statusActive || r.status == statusDeprecated) && !r.runnable(now)
}

// Reader reads the table of documents.
type Reader interface {
	rows(ctx context.Context) ([]row, error)
	texts(ctx context.Context, hashes []string) (map[string]string, error)
}

// Querier is a pool, a connection or a transaction.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// TableOf reads view.document.
func TableOf(db Querier) Reader { return table{db} }

type table struct{ db Querier }

// Names of the statements, for metrics.
const (
	listStatement = "documents_list"
	textStatement = "documents_text"
)

func (t table) rows(ctx context.Context) ([]row, error) {
	found, err := t.db.Query(pg.Named(ctx, listStatement),
		`SELECT hash, text_hash, name, status, ttl_s, deprecated_at, sunset_at FROM view.document`)
	if err != nil {
		return nil, pg.Error(err)
	}
	rows, err := pgx.CollectRows(found, func(c pgx.CollectableRow) (row, error) {
		var out row
		var seconds int
		var deprecated, sunset *time.Time
		if err := c.Scan(&out.hash, &out.textHash, &out.name, &out.status, &seconds, &deprecated, &sunset); err != nil {
			return row{}, err
		}
		out.ttl = time.Duration(seconds) * time.Second
		out.deprecated, out.sunset = utc(deprecated), utc(sunset)
		return out, nil
	})
	return rows, pg.Error(err)
}

// utc is a time that may be missing.
func utc(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func (t table) texts(ctx context.Context, hashes []string) (map[string]string, error) {
	found, err := t.db.Query(pg.Named(ctx, textStatement),
		`SELECT hash, source FROM view.document WHERE hash = ANY ($1)`, hashes)
	if err != nil {
		return nil, pg.Error(err)
	}
	texts := make(map[string]string, len(hashes))
	var hash, text string
	_, err = pgx.ForEachRow(found, []any{&hash, &text}, func() error {
		texts[hash] = text
		return nil
	})
	return texts, pg.Error(err)
}
