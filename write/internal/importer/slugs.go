package importer

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/slugs"
)

// slugWant asks for the slug of one subject. A subject that has one keeps it,
// whatever else was imported since, unless its record asks for another.
type slugWant struct {
	at    position
	id    uuid.UUID
	scope uuid.UUID // of an expression its work, of a collection its owner
	asked string
	from  []string // candidates, best first; a number is put after the last one
}

type slugKey struct {
	scope uuid.UUID
	slug  string
}

// assignSlugs gives every subject without a slug the first free candidate, and
// moves those whose record asks for another that is free. The former slug stays
// as a way in.
func (s *step) assignSlugs(ctx context.Context, kind string, wants []slugWant) error {
	current, err := s.currentSlugs(ctx, wants)
	if err != nil {
		return err
	}
	taken, err := s.takenSlugs(ctx, kind, wants)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, w := range wants {
		had, has := current[w.id]
		if has && !s.wantsMove(w, had, taken) {
			continue
		}
		slug, err := s.freeSlug(ctx, kind, w, taken)
		if err != nil {
			return err
		}
		if err := s.retireSlug(ctx, w, has, slug); err != nil {
			return err
		}
		taken[slugKey{w.scope, slug}] = w.id
		rows = append(rows, []any{kind, w.scope, slug, w.id})
	}
	n, err := s.tx.CopyFrom(ctx, pgx.Identifier{"core", "slugs"}, []string{"kind", "scope_id", "slug", "subject_id"}, pgx.CopyFromRows(rows))
	s.wrote.Rows += n
	return err
}

func (s *step) wantsMove(w slugWant, had string, taken map[slugKey]uuid.UUID) bool {
	if w.asked == "" || w.asked == had {
		return false
	}
	if owner, used := taken[slugKey{w.scope, w.asked}]; used && owner != w.id {
		s.remark(w.at, "slug", "%q belongs to another record; %q stays", w.asked, had)
		return false
	}
	return true
}

// retireSlug clears the way for a subject's new slug: the present one is no
// longer current, and one it had before is taken up again.
func (s *step) retireSlug(ctx context.Context, w slugWant, has bool, slug string) error {
	if !has {
		return nil
	}
	if err := s.exec(ctx, "DELETE FROM core.slugs WHERE subject_id = $1 AND slug = $2", w.id, slug); err != nil {
		return err
	}
	if err := s.exec(ctx, "UPDATE core.slugs SET is_current = false WHERE subject_id = $1 AND is_current", w.id); err != nil {
		return err
	}
	return s.exec(ctx, "INSERT INTO in_touched VALUES ($1)", w.id)
}

func (s *step) currentSlugs(ctx context.Context, wants []slugWant) (map[uuid.UUID]string, error) {
	list := make([]uuid.UUID, len(wants))
	for i, w := range wants {
		list[i] = w.id
	}
	rows, err := s.tx.Query(ctx, "SELECT subject_id, slug FROM core.slugs WHERE subject_id = ANY($1) AND is_current", list)
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID]string, len(wants))
	var id uuid.UUID
	var slug string
	_, err = pgx.ForEachRow(rows, []any{&id, &slug}, func() error {
		out[id] = slug
		return nil
	})
	return out, err
}

func (s *step) takenSlugs(ctx context.Context, kind string, wants []slugWant) (map[slugKey]uuid.UUID, error) {
	var scopes []uuid.UUID
	var candidates []string
	for _, w := range wants {
		for _, slug := range w.candidates() {
			scopes, candidates = append(scopes, w.scope), append(candidates, slug)
		}
	}
	rows, err := s.tx.Query(ctx, `SELECT t.scope_id, t.slug, t.subject_id FROM unnest($2::uuid[], $3::text[]) AS c(scope_id, slug)
		JOIN core.slugs t ON t.kind = $1 AND t.scope_id = c.scope_id AND t.slug = c.slug`, kind, scopes, candidates)
	if err != nil {
		return nil, err
	}
	out := map[slugKey]uuid.UUID{}
	var key slugKey
	var id uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&key.scope, &key.slug, &id}, func() error {
		out[key] = id
		return nil
	})
	return out, err
}

func (w slugWant) candidates() []string {
	if w.asked != "" {
		return append([]string{w.asked}, w.from...)
	}
	return w.from
}

func (s *step) freeSlug(ctx context.Context, kind string, w slugWant, taken map[slugKey]uuid.UUID) (string, error) {
	last := ""
	for _, slug := range w.candidates() {
		if slug == "" {
			continue
		}
		last = slug
		if owner, used := taken[slugKey{w.scope, slug}]; !used || owner == w.id {
			return slug, nil
		}
	}
	return s.numberedSlug(ctx, kind, w.scope, last, taken)
}

// numberedSlug puts the first free number after a slug, asking the database
// for a hundred at a time: popular names, such as Anonymous, have many bearers.
func (s *step) numberedSlug(ctx context.Context, kind string, scope uuid.UUID, base string, taken map[slugKey]uuid.UUID) (string, error) {
	base = base[:min(len(base), slugs.MaxLength-8)]
	for from := 2; ; from += 100 {
		list := make([]string, 100)
		for i := range list {
			list[i] = fmt.Sprintf("%s-%d", base, from+i)
		}
		used, err := set(ctx, s.tx, "SELECT slug FROM core.slugs WHERE kind = $1 AND scope_id = $2 AND slug = ANY($3)", kind, scope, list)
		if err != nil {
			return "", err
		}
		for _, slug := range list {
			if _, inBatch := taken[slugKey{scope, slug}]; !inBatch && !used[slug] {
				return slug, nil
			}
		}
	}
}

// slugsOf are those of the candidates that are slugs; of a record whose id and names
// cannot be romanised, one of its kind and a part of its id in the library.
func slugsOf(kind string, id uuid.UUID, candidates ...string) []string {
	candidates = slices.DeleteFunc(candidates, func(s string) bool { return s == "" })
	if len(candidates) == 0 {
		return []string{slugOr("", kind, id)}
	}
	return candidates
}

// slugOr falls back to a part of the id for names that cannot be romanised.
func slugOr(slug, kind string, id uuid.UUID) string {
	if slug == "" {
		return kind + "-" + id.String()[:8]
	}
	return slug
}
