package importer

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/textform"
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
	var rows [][]any
	for _, job := range jobs {
		for _, r := range job.revisions {
			lines, err := textform.RevisionJSON(r.lines)
			if err != nil {
				return err
			}
			created := r.created
			if created == nil {
				created = s.now
			}
			rows = append(rows, []any{job.id, r.number, r.hash, lines, len(r.lines), null(r.message), r.actor, created})
		}
	}
	n, err := s.tx.CopyFrom(ctx, pgx.Identifier{"core", "text_revisions"},
		[]string{"expression_id", "revision", "content_hash", "lines", "line_count", "message", "actor_id", "created_at"}, pgx.CopyFromRows(rows))
	s.wrote.Rows += n
	return err
}

// writeLines copies the current lines of all jobs straight into their table.
func (s *step) writeLines(ctx context.Context, jobs []*textJob) error {
	at, line := 0, -1
	source := pgx.CopyFromFunc(func() ([]any, error) {
		line++
		for at < len(jobs) && line >= len(jobs[at].lines) {
			at, line = at+1, 0
		}
		if at == len(jobs) {
			return nil, nil
		}
		return lineRow(jobs[at], line), nil
	})
	n, err := s.tx.CopyFrom(ctx, pgx.Identifier{"core", "text_lines"},
		[]string{"expression_id", "seq", "line_key", "ref", "unit_id", "line_kind", "stanza_start", "speaker", "content"}, source)
	s.wrote.Rows += n
	return err
}

func lineRow(job *textJob, i int) []any {
	l := &job.lines[i]
	var unit *uuid.UUID
	if job.unit != nil {
		id := unitID(job.id, job.unit.ref)
		unit = &id
	}
	return []any{job.id, i + 1, l.Key, l.Ref, unit, l.Kind, l.StanzaStart, null(l.Speaker), l.Content}
}

// noteTexts brings the expressions up to their new texts, and marks the
// alignments that were made of the old ones as stale.
func (s *step) noteTexts(ctx context.Context, jobs []*textJob) error {
	var list, changed []uuid.UUID
	var revisions, lines, chars []int32
	var hashes [][]byte
	for _, job := range jobs {
		last := job.revisions[len(job.revisions)-1]
		list, hashes = append(list, job.id), append(hashes, last.hash)
		revisions = append(revisions, int32(last.number))                     //nolint:gosec // bounded by the schema
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
	return s.exec(ctx, `UPDATE core.alignments a SET status = 'STALE', version = a.version + 1, updated_at = now()
		FROM core.expressions l, core.expressions r
		WHERE (a.left_id = ANY($1) OR a.right_id = ANY($1)) AND a.status IN ('SUGGESTED', 'APPROVED')
		AND l.id = a.left_id AND r.id = a.right_id
		AND (a.left_revision, a.right_revision) IS DISTINCT FROM (l.text_revision, r.text_revision)`, changed)
}
