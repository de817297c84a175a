package text

import (
	"bytes"
	"context"
	"math"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/analysis"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/expression"
	"github.com/tercul/tercul/write/internal/textform"
	"github.com/tercul/tercul/write/internal/textstore"
)

func ids(s *expression.State) []uuid.UUID { return []uuid.UUID{s.ID.UUID} }

// store writes lines that have refs, kinds and keys in the place of the old ones,
// unless the text is the same.
func store(ctx context.Context, tx *command.Tx, s *expression.State, old, lines []textform.Line, message string) error {
	hash := textform.Hash(lines)
	if s.Revision > 0 && bytes.Equal(hash, s.Hash) {
		return nil
	}
	parts, err := textstore.Units(ctx, tx, s.ID.UUID)
	if err != nil {
		return err
	}
	text := []textstore.Text{{Expression: s.ID.UUID, Units: parts, Present: old, Revisions: []textstore.Revision{{
		Number: s.Revision + 1, Lines: lines, Hash: hash, Message: message, Actor: tx.By(), Created: tx.Now, Contribution: tx.Contribution(),
	}}}}
	if err := textstore.ClearChanged(ctx, tx, &text[0]); err != nil {
		return err
	}
	if _, err := textstore.AddRevisions(ctx, tx, text); err != nil {
		return err
	}
	if _, err := textstore.AddLines(ctx, tx, text); err != nil {
		return err
	}
	return note(ctx, tx, s, text[0].Last())
}

// note brings the expression up to its new text. Who described it stays who they
// were: an import goes on describing what nobody here has described.
func note(ctx context.Context, tx *command.Tx, s *expression.State, r *textstore.Revision) error {
	raise := 1
	if s.New {
		raise = 0
	}
	err := tx.QueryRow(ctx, `UPDATE core.expressions SET text_revision = $2, content_hash = $3, line_count = $4, char_count = $5,
			quality = greatest(quality, 1), version = version + $7, updated_at = $6 WHERE id = $1 RETURNING version`,
		s.ID.UUID, r.Number, r.Hash, len(r.Lines), min(textform.Chars(r.Lines), math.MaxInt32), tx.Now, raise).Scan(&s.Version)
	if err != nil {
		return err
	}
	s.Revision = r.Number
	if err := analysis.Enqueue(ctx, tx, s.ID.UUID, s.Revision, s.Language); err != nil {
		return err
	}
	if s.New {
		return nil
	}
	carried, err := textstore.Carry(ctx, tx, ids(s))
	if err != nil {
		return err
	}
	tx.Audit(s.ID.UUID, s.Version, map[string]int{"revision": r.Number, "lines": len(r.Lines), "alignments": carried.Kept, "stale": carried.Stale})
	return nil
}
