// Package documents manages the persisted GraphQL documents: those shipped with
// the read service, and those registered in the database while it runs.
package documents

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/read"
	"github.com/tercul/tercul/shared/document"
)

// Checked is a document after its check: either Err says what is wrong with it,
// or Document is what it was found to be.
type Checked struct {
	Entry    document.Entry
	Document *document.Document
	Err      error
}

// Name is how a document is called in messages.
func (c Checked) Name() string {
	switch {
	case c.Document != nil && c.Document.Name != "":
		return c.Document.Name
	case c.Entry.Name != "":
		return c.Entry.Name
	case c.Entry.ID != "":
		return c.Entry.ID
	default:
		return c.Entry.Origin
	}
}

// Hash is the id under which clients ask for the document: the one their
// manifest gives when it has the form of a hash, else the sha256 of its text.
func (c Checked) Hash() string {
	id := strings.TrimPrefix(c.Entry.ID, "sha256:")
	if hash.MatchString(id) {
		return id
	}
	return document.ID(c.Entry.Text)
}

var hash = regexp.MustCompile(`^([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$`)

// Shipped reads the documents that come with the read service.
func Shipped() ([]document.Entry, error) { return document.ReadFS(read.Operations, "operations") }

// public checks documents against the read service's schema.
var public = sync.OnceValues(func() (*document.Checker, error) {
	schema, err := document.Schema("read/schema.graphql", read.Schema)
	if err != nil {
		return nil, err
	}
	return document.NewChecker(schema, document.Limits{})
})

// Check parses, validates and measures documents against the read service's
// schema.
func Check(entries []document.Entry) ([]Checked, error) {
	checker, err := public()
	if err != nil {
		return nil, err
	}
	out := make([]Checked, len(entries))
	for i, e := range entries {
		out[i] = Checked{Entry: e}
		out[i].Document, out[i].Err = checker.Load(e.Text, document.Options{Single: true})
		if out[i].Err == nil {
			out[i].Err = acceptable(out[i].Document)
		}
		if out[i].Err != nil {
			out[i].Document = nil
		}
	}
	return out, nil
}

// acceptable is what a persisted document has to be besides valid.
func acceptable(d *document.Document) error {
	switch {
	case string(d.Operation.Operation) != "query":
		return fmt.Errorf("the read service answers queries, not a %s", d.Operation.Operation)
	case d.Name == "":
		return errors.New("the operation has no name; persisted documents need one")
	default:
		return nil
	}
}

// Added says what registering did.
type Added int

// Outcomes of Add.
const (
	New Added = iota
	Unchanged
	Revived // it was retired, and is active again
)

// ErrTaken is an id that another text already has.
var ErrTaken = errors.New("another document is registered under this id")

// Add registers a checked document. The service finds it at once.
func Add(ctx context.Context, tx pgx.Tx, c Checked) (Added, error) {
	added, err := insert(ctx, tx, c, nil)
	if err != nil || added {
		return New, err
	}
	var source, status string
	err = tx.QueryRow(ctx, "SELECT source, status FROM ops.documents WHERE hash = $1 FOR UPDATE", c.Hash()).Scan(&source, &status)
	switch {
	case err != nil:
		return 0, err
	case source != c.Entry.Text:
		return 0, ErrTaken
	case status == "ACTIVE":
		return Unchanged, nil
	case status == "BLOCKED":
		return 0, errors.New("the document is blocked; unblock it first: tercul documents retire --unblock " + c.Hash())
	default:
		return Revived, revive(ctx, tx, c.Hash())
	}
}

// insert enters a document that is not there yet, and tells whether it was not.
func insert(ctx context.Context, tx pgx.Tx, c Checked, owner *uuid.UUID) (bool, error) {
	tag, err := tx.Exec(ctx, `INSERT INTO ops.documents (hash, name, source, cost, ttl_s, owner_id) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		c.Hash(), c.Document.Name, c.Entry.Text, c.Document.Cost, c.Document.MaxAge(), owner)
	return tag.RowsAffected() > 0, err
}

// revive takes back that a document was to end.
func revive(ctx context.Context, tx pgx.Tx, hash string) error {
	_, err := tx.Exec(ctx, "UPDATE ops.documents SET status = 'ACTIVE', deprecated_at = NULL, sunset_at = NULL WHERE hash = $1", hash)
	return err
}

// AddShipped registers the documents that come with the read service, so that
// the catalogue names them, with their examples. What was retired or blocked stays so. It gives how
// many are new.
func AddShipped(ctx context.Context, tx pgx.Tx) (int64, error) {
	entries, err := Shipped()
	if err != nil {
		return 0, err
	}
	checked, err := Check(entries)
	if err != nil {
		return 0, err
	}
	var added int64
	var hashes []string
	for _, c := range checked {
		hashes = append(hashes, c.Hash())
		if c.Err != nil {
			return 0, c.Err
		}
		isNew, err := insert(ctx, tx, c, nil)
		if err != nil {
			return 0, err
		}
		if isNew {
			added++
		}
	}
	_, err = tx.Exec(ctx, `UPDATE ops.documents d SET example = e.value FROM jsonb_each($1) e
		WHERE e.key = d.name AND d.hash = ANY ($2) AND d.example IS DISTINCT FROM e.value`, read.Examples, hashes)
	if err != nil {
		return 0, fmt.Errorf("the examples: %w", err)
	}
	return added, nil
}

// Registered is a document of the database.
type Registered struct {
	Hash    string
	Name    string
	Source  string
	Status  string
	Cost    int
	Sunset  *time.Time
	Created time.Time
}

// List reads the registered documents by name.
func List(ctx context.Context, conn *pgx.Conn) ([]Registered, error) {
	rows, err := conn.Query(ctx, "SELECT hash, name, source, status, cost, sunset_at, created_at FROM ops.documents ORDER BY name, created_at")
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Registered, err error) {
		return r, row.Scan(&r.Hash, &r.Name, &r.Source, &r.Status, &r.Cost, &r.Sunset, &r.Created)
	})
}

// IsShipped tells whether a document came with the read service: those are retired by
// a release.
func IsShipped(hash string) bool {
	entries, _ := Shipped() // embedded, and read by every test
	return slices.ContainsFunc(entries, func(e document.Entry) bool { return document.ID(e.Text) == hash })
}

// ErrUnknown is a document that the database does not hold.
var ErrUnknown = errors.New("no such document is registered; tercul documents list shows those that are")

// SetStatus retires, blocks or revives a document.
func SetStatus(ctx context.Context, conn *pgx.Conn, hash, status string, sunset *time.Time) error {
	tag, err := conn.Exec(ctx, `UPDATE ops.documents SET status = $2, sunset_at = $3,
		deprecated_at = CASE $2 WHEN 'DEPRECATED' THEN coalesce(deprecated_at, now()) END WHERE hash = $1`, hash, status, sunset)
	if err == nil && tag.RowsAffected() == 0 {
		return ErrUnknown
	}
	return err
}
