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
	Present    []textform.Line // its lines before, of which those that stay as they are are not written again
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

// stays tells whether a line is there already, as it is to be. The part that it is of
// follows from its ref.
func (t *Text) stays(i int) bool { return i < len(t.Present) && t.Present[i] == t.Last().Lines[i] }

// AddLines copies the current lines of all texts straight into their table. Where
// there were lines, Clear or ClearChanged comes first.
func AddLines(ctx context.Context, db DB, texts []Text) (int64, error) {
	at, line := 0, -1
	source := pgx.CopyFromFunc(func() ([]any, error) {
		for at < len(texts) {
			if line++; line >= len(texts[at].Last().Lines) {
				at, line = at+1, -1
			} else if !texts[at].stays(line) {
				return texts[at].row(line), nil
			}
		}
		return nil, nil
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

// ClearChanged takes away the present lines of a text that do not stay as they are.
func ClearChanged(ctx context.Context, db DB, t *Text) error {
	var gone []int32
	for i := range t.Present {
		if i >= len(t.Last().Lines) || !t.stays(i) {
			gone = append(gone, int32(i+1))
		}
	}
	if len(gone) == 0 {
		return nil
	}
	_, err := db.Exec(ctx, "DELETE FROM core.text_lines l USING unnest($2::int[]) g (seq) WHERE l.expression_id = $1 AND l.seq = g.seq", t.Expression, gone)
	return err
}

func null(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
