package generate

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/ids"
	"github.com/tercul/tercul/write/internal/lang"
)

const (
	tagCount      = 200
	categoryCount = 40
)

// Tags and categories are the same for every seed.
func tagID(n int) uuid.UUID      { return ids.For("made tag", fmt.Sprint(n)) }
func categoryID(n int) uuid.UUID { return ids.For("made category", fmt.Sprint(n)) }

// reference puts in place what the rows refer to, unless it is there.
func (g *generator) reference(ctx context.Context, tx pgx.Tx) error {
	var batch pgx.Batch
	for _, t := range tongues {
		l, err := lang.Parse(t.tag, "")
		if err != nil {
			return err
		}
		batch.Queue(`INSERT INTO core.languages (tag, iso639_3, script, direction, name_en, name_native)
			VALUES ($1, $2, $3, $4, $5, nullif($6, '')) ON CONFLICT DO NOTHING`, l.Tag, l.ISO3, l.Script, l.Direction, l.Name, l.Native)
	}
	subject := `INSERT INTO core.subjects (id, kind, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	slug := `INSERT INTO core.slugs (kind, slug, subject_id, created_at) VALUES ('TAG', $1, $2, $3) ON CONFLICT DO NOTHING`
	for n := range tagCount {
		batch.Queue(subject, tagID(n), "TAG", epoch)
		batch.Queue(`INSERT INTO core.tags (id, name, name_canonical, tag_kind, created_at, updated_at)
			VALUES ($1, $2, lower($2), 'THEME', $3, $3) ON CONFLICT DO NOTHING`, tagID(n), fmt.Sprintf("Made theme %d", n), epoch)
		batch.Queue(slug, fmt.Sprintf("made-theme-%d", n), tagID(n), epoch)
	}
	for n := range categoryCount + 1 {
		batch.Queue(subject, categoryID(n), "CATEGORY", epoch)
		path, name, parent := "/made/", "Made", (*uuid.UUID)(nil)
		if n > 0 {
			root := categoryID(0)
			path, name, parent = fmt.Sprintf("/made/genre-%d/", n), fmt.Sprintf("Made genre %d", n), &root
		}
		batch.Queue(`INSERT INTO core.categories (id, parent_id, category_kind, names, path, ordinal, created_at, updated_at)
			VALUES ($1, $2, 'GENRE', jsonb_build_object('en', $3::text), $4, $5, $6, $6) ON CONFLICT DO NOTHING`, categoryID(n), parent, name, path, n, epoch)
	}
	return tx.SendBatch(ctx, &batch).Close()
}

func (g *generator) subjectTags(emit func(...any) error) error {
	return g.eachWork(func(w work) error {
		r := g.of(ofWork, uint64(w.n)|1<<41) //nolint:gosec // never negative
		seen := map[int]bool{}
		for range r.below(4) {
			n := r.skewed(tagCount)
			if seen[n] {
				continue
			}
			seen[n] = true
			if err := emit(g.id(idWork, w.n), tagID(n), epoch); err != nil {
				return err
			}
		}
		return nil
	})
}

func (g *generator) subjectCategories(emit func(...any) error) error {
	return g.eachWork(func(w work) error {
		r := g.of(ofWork, uint64(w.n)|1<<42) //nolint:gosec // never negative
		return emit(g.id(idWork, w.n), categoryID(1+r.skewed(categoryCount)))
	})
}
