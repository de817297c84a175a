package importer

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/ids"
	"github.com/tercul/tercul/write/internal/slugs"
)

// workRows gathers the staging rows of a batch.
type workRows struct {
	works, titles, contributors, tags, categories, external, positions [][]any
	slugs                                                              []slugWant
	texts                                                              []*expression
}

func applyWorks(ctx context.Context, s *step, batch []entry[*work]) error {
	batch, err := leaveGone(ctx, s, "core.works", batch)
	if err != nil {
		return err
	}
	people, err := s.personsOf(ctx, batch)
	if err != nil {
		return err
	}
	items, err := s.itemsOf(ctx, batch)
	if err != nil {
		return err
	}
	tags, err := s.resolveTags(ctx, tagNames(batch))
	if err != nil {
		return err
	}
	edited, err := leaveEdited(ctx, s, "core.works", batch, func(e entry[*work]) uuid.UUID { return e.key })
	if err != nil {
		return err
	}
	if err := s.leadOriginals(ctx, batch); err != nil {
		return err
	}
	var rows workRows
	for _, e := range batch {
		if !s.worksKnow(e, people) {
			continue
		}
		rows.addText(e)
		if edited[e.key] {
			continue
		}
		item := s.claim(e.at, items, deref(e.val.rec.Wikidata), e.val.id)
		if err := rows.add(ctx, s, e, people, tags, item); err != nil {
			return err
		}
	}
	return rows.store(ctx, s)
}

// worksKnow checks what a work refers to.
func (s *step) worksKnow(e entry[*work], people map[uuid.UUID]uuid.UUID) bool {
	before := len(s.found)
	for _, p := range e.val.rec.Contributors {
		if _, ok := people[ids.For(ids.Person, p.AuthorID)]; !ok {
			s.reject(e.at, "author_ids", "there is no author %q", p.AuthorID)
		}
	}
	s.checkLicense(e.at, e.val.rec.License)
	return len(s.found) == before
}

func (s *step) checkLicense(at position, license *string) {
	if id := deref(license); id != "" && !s.known.licenses[id] {
		s.reject(at, "license", "%q is not a known licence; the ids are those of SPDX, Public-Domain and All-Rights-Reserved", id)
	}
}

func (r *workRows) add(ctx context.Context, s *step, e entry[*work], people map[uuid.UUID]uuid.UUID, tags map[string]uuid.UUID, item string) error {
	w, rec := e.val, e.val.rec
	r.works = append(r.works, []any{
		w.id, rec.OriginalLanguage, rec.LiteratureType, null(rec.Created), rec.YearFrom, rec.YearTo, null(rec.Description), w.series.key(),
	})
	r.titles = append(r.titles, w.titleRows()...)
	for i, p := range rec.Contributors {
		person := people[ids.For(ids.Person, p.AuthorID)]
		r.contributors = append(r.contributors, []any{w.id, person, p.Role, i, null(p.CreditedAs), p.Certainty})
	}
	for _, id := range distinct(rec.Tags, func(name string) uuid.UUID { return tags[name] }) {
		r.tags = append(r.tags, []any{w.id, id})
	}
	genres := map[string]uuid.UUID{}
	for _, name := range rec.Genres {
		id, err := s.genre(ctx, name)
		if err != nil {
			return err
		}
		genres[name] = id
	}
	for _, id := range distinct(rec.Genres, func(name string) uuid.UUID { return genres[name] }) {
		r.categories = append(r.categories, []any{w.id, id})
	}
	if w.series != nil {
		r.positions = append(r.positions, []any{w.id, w.series.id, w.series.position})
	}
	if item != "" {
		r.external = append(r.external, []any{"WIKIDATA", item, "WORK", w.id, null(rec.Source)})
	}
	r.slugs = append(r.slugs, slugWant{at: e.at, id: w.id, asked: rec.Slug, from: slugsOf("work", w.id, slugs.FromID(rec.ID), slugs.Make(rec.Title))})
	return nil
}

func (r *workRows) addText(e entry[*work]) {
	if e.val.original != nil {
		e.val.original.at = e.at
		r.texts = append(r.texts, e.val.original)
	}
}

func (r *workRows) store(ctx context.Context, s *step) error {
	for _, in := range []struct {
		table
		rows [][]any
	}{
		{worksTable, r.works}, {workTitlesTable, r.titles}, {workContributorsTable, r.contributors},
		{subjectTagsTable, r.tags}, {subjectCategoriesTable, r.categories}, {externalIDsTable, r.external},
	} {
		if err := s.copyInto(ctx, in.table, in.rows); err != nil {
			return err
		}
	}
	if err := s.addSubjects(ctx, "WORK", worksTable); err != nil {
		return err
	}
	if err := s.assignSlugs(ctx, "WORK", r.slugs); err != nil {
		return err
	}
	for _, child := range []table{workTitlesTable, workContributorsTable, subjectTagsTable, subjectCategoriesTable, externalIDsTable} {
		if err := s.syncChildren(ctx, worksTable, child); err != nil {
			return err
		}
	}
	if err := s.exec(ctx, `UPDATE core.works w SET series_position = NULL FROM in_works s
		WHERE w.id = s.id AND s.series_id IS NULL AND w.series_position IS NOT NULL`); err != nil {
		return err
	}
	if err := s.renewSubjects(ctx, worksTable); err != nil {
		return err
	}
	if err := s.notePositions(ctx, r.positions); err != nil {
		return err
	}
	if err := s.syncExpressions(ctx, r.texts); err != nil {
		return err
	}
	// A work whose text changed counts as changed, although its own row did not.
	return s.exec(ctx, "INSERT INTO in_changed SELECT e.work_id FROM in_expressions e JOIN in_changed c ON c.id = e.id")
}

func (s *step) personsOf(ctx context.Context, batch []entry[*work]) (map[uuid.UUID]uuid.UUID, error) {
	var list []uuid.UUID
	for _, e := range batch {
		for _, p := range e.val.rec.Contributors {
			list = append(list, ids.For(ids.Person, p.AuthorID))
		}
	}
	return s.persons(ctx, list)
}

// persons answers which persons exist, and for one that editors merged into
// another, that other one.
func (s *step) persons(ctx context.Context, list []uuid.UUID) (map[uuid.UUID]uuid.UUID, error) {
	return pairs[uuid.UUID](ctx, s.tx, `SELECT u.id, p.id FROM unnest($1::uuid[]) AS u(id)
		LEFT JOIN core.id_redirects r ON r.old_id = u.id
		JOIN core.persons p ON p.id = coalesce(r.new_id, u.id)`, list)
}

func (s *step) itemsOf(ctx context.Context, batch []entry[*work]) (map[string]uuid.UUID, error) {
	var list []string
	for _, e := range batch {
		if item := deref(e.val.rec.Wikidata); item != "" {
			list = append(list, item)
		}
	}
	return s.externalIDs(ctx, "WORK", list)
}

func tagNames(batch []entry[*work]) []string {
	var names []string
	for _, e := range batch {
		names = append(names, e.val.rec.Tags...)
	}
	return names
}

func distinct(names []string, id func(string) uuid.UUID) []uuid.UUID {
	var out []uuid.UUID
	seen := map[uuid.UUID]bool{}
	for _, name := range names {
		if key := id(name); !seen[key] {
			seen[key] = true
			out = append(out, key)
		}
	}
	return out
}
