package importer

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/ids"
	"github.com/tercul/tercul/write/internal/slugs"
)

// seriesRow is the book that a work is a part of. A position that the record
// gives is kept; else the parts are counted in the order of their slugs.
type seriesRow struct {
	id       uuid.UUID
	slug     string
	title    string
	language string
	position *int
}

func (r *seriesRow) key() *uuid.UUID {
	if r == nil {
		return nil
	}
	return &r.id
}

func acceptSeries(c *check, r *workRecord) *seriesRow {
	c.line("collection", &r.Collection, 300)
	if r.Series == nil && r.Collection == "" {
		return nil
	}
	row := &seriesRow{title: r.Collection, language: r.OriginalLanguage}
	if r.Series != nil {
		c.required("series.title", &r.Series.Title, 300)
		row.title, row.position, row.slug = r.Series.Title, r.Series.Position, r.Series.Slug
	}
	if row.position != nil && *row.position < 1 {
		c.fault("series.position", "%d is not a position; they begin with 1", *row.position)
	}
	if row.slug != "" && !slugs.Valid(row.slug) {
		c.fault("series.slug", "%q is not a slug", row.slug)
	}
	row.id = ids.For(ids.Series, row.title)
	if row.slug != "" {
		row.id = ids.For(ids.Series, row.slug)
	} else if row.slug = slugs.Make(row.title); row.slug == "" {
		row.slug = "series-" + row.id.String()[:8]
	}
	return row
}

// addSeries stores a series when its first part comes; a slug that another
// series has already gets the id's beginning after it.
func (s *step) addSeries(ctx context.Context, r *seriesRow) error {
	if r == nil || s.known.series[r.id] {
		return nil
	}
	s.known.series[r.id] = true
	return s.exec(ctx, `INSERT INTO core.series (id, slug, title, language)
		SELECT n.id, CASE WHEN EXISTS (SELECT FROM core.series WHERE slug = n.slug) THEN left(n.slug, 100) || '-' || left(n.id::text, 8) ELSE n.slug END, $3, $4
		FROM (SELECT $1::uuid AS id, $2::text AS slug) n
		WHERE NOT EXISTS (SELECT FROM core.series WHERE id = n.id)`, r.id, r.slug, r.title, r.language)
}

// notePositions keeps the places of a batch for the end of the stage.
func (s *step) notePositions(ctx context.Context, rows [][]any) error {
	_, err := s.tx.CopyFrom(ctx, pgx.Identifier{"in_positions"}, []string{"work_id", "series_id", "position"}, pgx.CopyFromRows(rows))
	return err
}

// placeInSeries sets the positions of the parts once all of them are there. A
// series none of whose parts names a position is counted through.
func placeInSeries(ctx context.Context, s *step) error {
	if err := s.exec(ctx, `UPDATE core.works w SET series_position = p.position, version = version + (w.created_at < now())::int
		FROM in_positions p WHERE w.id = p.work_id AND p.position IS NOT NULL AND w.series_position IS DISTINCT FROM p.position`); err != nil {
		return err
	}
	return s.exec(ctx, `WITH counted AS (
		SELECT w.id, row_number() OVER (PARTITION BY w.series_id ORDER BY g.slug COLLATE "C") AS n
		FROM core.works w JOIN core.slugs g ON g.subject_id = w.id AND g.is_current
		WHERE w.series_id IN (SELECT series_id FROM in_positions GROUP BY series_id HAVING bool_and(position IS NULL)))
	UPDATE core.works w SET series_position = c.n, version = version + (w.created_at < now())::int
	FROM counted c WHERE w.id = c.id AND w.series_position IS DISTINCT FROM c.n`)
}
