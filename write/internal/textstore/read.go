package textstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/textform"
)

// Present reads the present lines of texts, by which the keys of their next revision
// are found, and which of them need not be written again.
func Present(ctx context.Context, db DB, expressions []uuid.UUID) (map[uuid.UUID][]textform.Line, error) {
	rows, err := db.Query(ctx, `SELECT expression_id, line_key, ref, line_kind, coalesce(speaker, ''), content, stanza_start
		FROM core.text_lines WHERE expression_id = ANY($1) ORDER BY expression_id, seq`, expressions)
	if err != nil {
		return nil, err
	}
	out := map[uuid.UUID][]textform.Line{}
	var id uuid.UUID
	var line textform.Line
	_, err = pgx.ForEachRow(rows, []any{&id, &line.Key, &line.Ref, &line.Kind, &line.Speaker, &line.Content, &line.StanzaStart}, func() error {
		out[id] = append(out[id], line)
		return nil
	})
	return out, err
}

// Lines reads a text as it was in a revision, and tells whether there was one.
func Lines(ctx context.Context, db DB, expression uuid.UUID, revision int) ([]textform.Line, bool, error) {
	rows, err := db.Query(ctx, "SELECT lines FROM core.text_revisions WHERE expression_id = $1 AND revision = $2", expression, revision)
	if err != nil {
		return nil, false, err
	}
	data, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[[]byte])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	lines, err := textform.ParseRevision(data)
	if err != nil {
		return nil, false, fmt.Errorf("revision %d of the text %s: %w", revision, expression, err)
	}
	return lines, true, nil
}

// Units reads the parts of a text by their refs.
func Units(ctx context.Context, db DB, expression uuid.UUID) (map[string]uuid.UUID, error) {
	rows, err := db.Query(ctx, "SELECT ref, id FROM core.text_units WHERE expression_id = $1", expression)
	if err != nil {
		return nil, err
	}
	out := map[string]uuid.UUID{}
	var ref string
	var id uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&ref, &id}, func() error {
		out[ref] = id
		return nil
	})
	return out, err
}
