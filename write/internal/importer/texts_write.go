package importer

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/textform"
	"github.com/tercul/tercul/write/internal/textstore"
)

// writeUnits stores the part of a book that each text is.
func (s *step) writeUnits(ctx context.Context, jobs []*textJob) error {
	for _, job := range jobs {
		if job.unit == nil {
			continue
		}
		err := s.exec(ctx, `INSERT INTO core.text_units AS t (id, expression_id, ordinal, unit_kind, ref, label) VALUES ($1, $2, 1, $3, $4, $5)
			ON CONFLICT (id) DO UPDATE SET unit_kind = excluded.unit_kind, label = excluded.label
			WHERE (t.unit_kind, t.label) IS DISTINCT FROM (excluded.unit_kind, excluded.label)`,
			unitID(job.id, job.unit.ref), job.id, job.unit.kind, job.unit.ref, job.title)
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *step) writeRevisions(ctx context.Context, jobs []*textJob) error {
	n, err := textstore.AddRevisions(ctx, s.tx, storedTexts(jobs))
	s.wrote.Rows += n
	return err
}

func (s *step) writeLines(ctx context.Context, jobs []*textJob) error {
	n, err := textstore.AddLines(ctx, s.tx, storedTexts(jobs))
	s.wrote.Rows += n
	return err
}

func storedTexts(jobs []*textJob) []textstore.Text {
	out := make([]textstore.Text, len(jobs))
	for i, job := range jobs {
		out[i] = textstore.Text{Expression: job.id, Revisions: job.revisions}
		if job.unit != nil {
			out[i].Units = map[string]uuid.UUID{job.unit.ref: unitID(job.id, job.unit.ref)}
		}
	}
	return out
}

// noteTexts brings the expressions up to their new texts, and the alignments that
// were made of the old ones with them.
func (s *step) noteTexts(ctx context.Context, jobs []*textJob) error {
	var list, changed []uuid.UUID
	var revisions, lines, chars []int32
	var hashes [][]byte
	for _, job := range jobs {
		last := job.revisions[len(job.revisions)-1]
		list, hashes = append(list, job.id), append(hashes, last.Hash)
		revisions = append(revisions, int32(last.Number))                     //nolint:gosec // bounded by the schema
		lines = append(lines, int32(len(job.lines)))                          //nolint:gosec // at most MaxLines
		chars = append(chars, int32(min(textform.Chars(job.lines), 1<<31-1))) //nolint:gosec // at most MaxText
		if job.was.revision > 0 {
			changed = append(changed, job.id)
		}
	}
	err := s.exec(ctx, `WITH noted AS (UPDATE core.expressions t
		SET text_revision = n.revision, content_hash = n.hash, line_count = n.lines, char_count = n.chars, updated_at = now(),
			version = t.version + (NOT EXISTS (SELECT FROM in_new WHERE id = t.id)
				AND NOT EXISTS (SELECT FROM in_changed WHERE id = t.id))::int
		FROM unnest($1::uuid[], $2::int[], $3::bytea[], $4::int[], $5::int[]) AS n(id, revision, hash, lines, chars)
		WHERE t.id = n.id RETURNING t.id)
	INSERT INTO in_changed SELECT id FROM noted`, list, revisions, hashes, lines, chars)
	if err != nil || len(changed) == 0 {
		return err
	}
	return s.carry(ctx, changed)
}

// carry lets alignments follow their texts.
func (s *step) carry(ctx context.Context, texts []uuid.UUID) error {
	carried, err := textstore.Carry(ctx, s.tx, texts)
	s.wrote.Rows += carried.Rows
	return err
}
