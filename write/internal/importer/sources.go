package importer

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/ids"
	"github.com/tercul/tercul/write/internal/jsonl"
)

// A translation may be made from another translation that stands later in the
// files. So a source is known when it is in the database or anywhere in them;
// the links are made when the stage ends.

// translationExists looks a source id up in the files of this import.
func (s *step) translationExists(ctx context.Context, id string) (bool, error) {
	if s.inFiles == nil {
		list, err := translationIDs(s.src)
		if err != nil {
			return false, err
		}
		s.inFiles = list
	}
	key := ids.For(ids.Translation, id)
	if s.inFiles[key] {
		return true, nil
	}
	there, err := existing(ctx, s.tx, "SELECT id FROM core.expressions WHERE id = ANY($1)", []uuid.UUID{key})
	return there[key], err
}

// translationIDs reads the ids of all translation records.
func translationIDs(src *source) (map[uuid.UUID]bool, error) {
	out := map[uuid.UUID]bool{}
	for _, name := range src.files["translations"] {
		if err := eachID(src, name, func(id string) { out[ids.For(ids.Translation, id)] = true }); err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
	}
	return out, nil
}

func eachID(src *source, name string, visit func(id string)) error {
	f, err := src.fsys.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	lines := jsonl.NewReader(f)
	for {
		line, err := lines.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var r struct {
			ID string `json:"id"`
		}
		if line.Err == nil && jsonl.Decode(line.Bytes, &r) == nil {
			visit(r.ID)
		}
	}
}

// noteSources keeps the links of a batch, also that a record names no source.
func (s *step) noteSources(ctx context.Context, batch []entry[*translation]) error {
	rows := make([][]any, len(batch))
	for i, e := range batch {
		var source *uuid.UUID
		if e.val.rec.SourceID != "" {
			id := ids.For(ids.Translation, e.val.rec.SourceID)
			source = &id
		}
		rows[i] = []any{e.val.expr.id, source, e.at.file, e.at.line}
	}
	_, err := s.tx.CopyFrom(ctx, pgx.Identifier{"in_sources"}, []string{"expression_id", "source_id", "file", "line"}, pgx.CopyFromRows(rows))
	return err
}

// linkSources makes the links, except to a record that was itself rejected or
// belongs to another work.
func linkSources(ctx context.Context, s *step) error {
	rows, err := s.tx.Query(ctx, `SELECT n.file, n.line FROM in_sources n JOIN core.expressions t ON t.id = n.expression_id
		LEFT JOIN core.expressions o ON o.id = n.source_id AND o.work_id = t.work_id
		WHERE n.source_id IS NOT NULL AND o.id IS NULL`)
	if err != nil {
		return err
	}
	var at position
	if _, err := pgx.ForEachRow(rows, []any{&at.file, &at.line}, func() error {
		s.remark(at, "source_id", "its source was rejected or translates another work; the link was left out")
		return nil
	}); err != nil {
		return err
	}
	return s.exec(ctx, `UPDATE core.expressions t SET source_expression_id = l.source, source_language = l.language,
			version = t.version + (t.created_at < now())::int, updated_at = now()
		FROM (SELECT n.expression_id, o.id AS source, o.language FROM in_sources n
			JOIN core.expressions t ON t.id = n.expression_id
			LEFT JOIN core.expressions o ON o.id = n.source_id AND o.work_id = t.work_id) l
		WHERE t.id = l.expression_id AND t.updated_by IS NULL
		AND (t.source_expression_id, t.source_language) IS DISTINCT FROM (l.source, l.language)`)
}
