package textstore

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tercul/tercul/write/internal/textform"
)

// DB is what texts are written through: a transaction.
type DB interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error)
}

// Text is a text to be written. Its last revision is the current one.
type Text struct {
	Expression uuid.UUID
	Units      map[string]uuid.UUID // its parts, by their refs
	Revisions  []Revision
}

// Revision is a state of a text.
type Revision struct {
	Number  int
	Lines   []textform.Line
	Hash    []byte
	Message string
	Actor   *uuid.UUID
	Created time.Time

	Contribution *uuid.UUID // that it comes of
}

// Last is the current revision.
func (t *Text) Last() *Revision { return &t.Revisions[len(t.Revisions)-1] }

// AddRevisions stores the revisions of texts and answers how many rows that were.
func AddRevisions(ctx context.Context, db DB, texts []Text) (int64, error) {
	var rows [][]any
	for _, t := range texts {
		for _, r := range t.Revisions {
			lines, err := textform.RevisionJSON(r.Lines)
			if err != nil {
				return 0, err
			}
			rows = append(rows, []any{t.Expression, r.Number, r.Hash, lines, len(r.Lines), null(r.Message), r.Actor, r.Created, r.Contribution})
		}
	}
	return db.CopyFrom(ctx, pgx.Identifier{"core", "text_revisions"},
		[]string{"expression_id", "revision", "content_hash", "lines", "line_count", "message", "actor_id", "created_at", "contribution_id"}, pgx.CopyFromRows(rows))
}

// AddLines copies the current lines of all texts straight into their table. Where
// there were lines, Clear comes first.
func AddLines(ctx context.Context, db DB, texts []Text) (int64, error) {
	at, line := 0, -1
	source := pgx.CopyFromFunc(func() ([]any, error) {
		line++
		for at < len(texts) && line >= len(texts[at].Last().Lines) {
			at, line = at+1, 0
		}
		if at == len(texts) {
			return nil, nil
		}
		return texts[at].row(line), nil
	})
	return db.CopyFrom(ctx, pgx.Identifier{"core", "text_lines"},
		[]string{"expression_id", "seq", "line_key", "ref", "unit_id", "line_kind", "stanza_start", "speaker", "content"}, source)
}

// row is a line as its table has it. Its part is the one that its ref begins with,
// which is how view.revision_lines finds it again.
func (t *Text) row(i int) []any {
	l := &t.Last().Lines[i]
	var unit *uuid.UUID
	if dot := strings.LastIndexByte(l.Ref, '.'); dot > 0 {
		if id, ok := t.Units[l.Ref[:dot]]; ok {
			unit = &id
		}
	}
	return []any{t.Expression, i + 1, l.Key, l.Ref, unit, l.Kind, l.StanzaStart, null(l.Speaker), l.Content}
}

// Clear takes away the present lines of texts that are about to be written anew.
func Clear(ctx context.Context, db DB, expressions []uuid.UUID) (int64, error) {
	tag, err := db.Exec(ctx, "DELETE FROM core.text_lines WHERE expression_id = ANY($1)", expressions)
	return tag.RowsAffected(), err
}

func null(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
