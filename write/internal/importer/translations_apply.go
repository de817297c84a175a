package importer

import (
	"context"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/ids"
	"github.com/tercul/tercul/write/internal/slugs"
)

// parent is what a translation takes from its work.
type parent struct {
	language       string
	literatureType string
	unit           *unit
}

func applyTranslations(ctx context.Context, s *step, batch []entry[*translation]) error {
	texts := make([]*expression, len(batch))
	for i, e := range batch {
		texts[i] = e.val.expr
	}
	if err := s.followWorks(ctx, texts); err != nil {
		return err
	}
	parents, err := s.parents(ctx, batch)
	if err != nil {
		return err
	}
	people, err := s.creditedAuthors(ctx, batch)
	if err != nil {
		return err
	}
	var good []entry[*translation]
	for _, e := range batch {
		ok, err := s.translationKnows(ctx, e, parents, people)
		if err != nil {
			return err
		}
		if ok {
			good = append(good, e)
		}
	}
	var names []string
	for _, e := range good {
		names = append(names, e.val.credits...)
	}
	named, err := s.translators(ctx, names)
	if err != nil {
		return err
	}
	list := make([]*expression, len(good))
	for i, e := range good {
		list[i] = e.val.complete(parents[e.val.expr.workID], people, named)
	}
	if err := s.cleanStages(ctx); err != nil {
		return err
	}
	if err := s.syncExpressions(ctx, list); err != nil {
		return err
	}
	return s.noteSources(ctx, good)
}

// complete fills in what only the database knew.
func (t *translation) complete(of parent, people map[uuid.UUID]uuid.UUID, named map[string]uuid.UUID) *expression {
	e := t.expr
	e.literatureType, e.unit, e.translators = of.literatureType, of.unit, nil
	seen := map[uuid.UUID]bool{}
	add := func(person uuid.UUID, credited string) {
		if !seen[person] {
			seen[person] = true
			e.translators = append(e.translators, credit{person, credited})
		}
	}
	for _, id := range t.rec.TranslatorIDs {
		add(people[ids.For(ids.Person, id)], "")
	}
	for _, name := range t.credits {
		add(named[name], name)
	}
	e.slugFrom = t.slugCandidates()
	return e
}

// slugCandidates: en.longfellow; a second one by the same hand gets its year,
// or a number; an unnamed translator is anonymous, a machine machine.
func (t *translation) slugCandidates() []string {
	hand := "anonymous"
	switch {
	case len(t.rec.TranslatorIDs) > 0:
		hand = slugs.Family(strings.ReplaceAll(t.rec.TranslatorIDs[0], "-", " "))
	case len(t.credits) > 0 && t.credits[0] != "":
		hand = slugs.Family(t.credits[0])
	case len(t.credits) == 0:
		hand = "machine"
	}
	if hand == "" {
		hand = "translator"
	}
	base := slugs.Make(t.rec.Language) + "." + hand
	if t.rec.Year == nil || *t.rec.Year < 0 {
		return []string{base}
	}
	return []string{base, base + "-" + strconv.Itoa(*t.rec.Year), base}
}

func (s *step) translationKnows(ctx context.Context, e entry[*translation], parents map[uuid.UUID]parent, people map[uuid.UUID]uuid.UUID) (bool, error) {
	before := len(s.found)
	if of, ok := parents[e.val.expr.workID]; !ok {
		s.reject(e.at, "work_id", "there is no work %q", e.val.rec.WorkID)
	} else if of.language == e.val.rec.Language {
		s.reject(e.at, "language", "%s is the language of the work itself; what is in it is no translation", of.language)
	}
	for _, id := range e.val.rec.TranslatorIDs {
		if _, ok := people[ids.For(ids.Person, id)]; !ok {
			s.reject(e.at, "translator_ids", "there is no author %q", id)
		}
	}
	s.checkLicense(e.at, e.val.rec.License)
	if e.val.rec.SourceID != "" {
		ok, err := s.translationExists(ctx, e.val.rec.SourceID)
		if err != nil {
			return false, err
		}
		if !ok {
			s.reject(e.at, "source_id", "there is no translation %q", e.val.rec.SourceID)
		}
	}
	return len(s.found) == before, nil
}

// parents reads the works of a batch. The part of a book that a translation is
// follows its original, else the numbers at the end of the work's id.
func (s *step) parents(ctx context.Context, batch []entry[*translation]) (map[uuid.UUID]parent, error) {
	source := map[uuid.UUID]string{}
	var list []uuid.UUID
	for _, e := range batch {
		source[e.val.expr.workID] = e.val.rec.WorkID
		list = append(list, e.val.expr.workID)
	}
	rows, err := s.tx.Query(ctx, `SELECT w.id, w.original_language, w.literature_type, w.series_id IS NOT NULL,
			coalesce(u.unit_kind, 'SECTION'), coalesce(u.ref, ''), o.id IS NOT NULL
		FROM core.works w
		LEFT JOIN core.expressions o ON o.work_id = w.id AND o.expression_kind = 'ORIGINAL' AND o.language = w.original_language AND o.deleted_at IS NULL
		LEFT JOIN core.text_units u ON u.expression_id = o.id AND u.parent_id IS NULL AND u.ordinal = 1
		WHERE w.id = ANY($1)`, list)
	if err != nil {
		return nil, err
	}
	out := map[uuid.UUID]parent{}
	var id uuid.UUID
	var kind, ref, language, literatureType string
	var inSeries, hasOriginal bool
	_, err = pgx.ForEachRow(rows, []any{&id, &language, &literatureType, &inSeries, &kind, &ref, &hasOriginal}, func() error {
		p := parent{language: language, literatureType: literatureType}
		if ref == "" && inSeries && !hasOriginal {
			ref = partRef("", source[id], nil)
		}
		if ref != "" {
			p.unit = &unit{kind: kind, ref: ref}
		}
		out[id] = p
		return nil
	})
	return out, err
}

func (s *step) creditedAuthors(ctx context.Context, batch []entry[*translation]) (map[uuid.UUID]uuid.UUID, error) {
	var list []uuid.UUID
	for _, e := range batch {
		for _, id := range e.val.rec.TranslatorIDs {
			list = append(list, ids.For(ids.Person, id))
		}
	}
	return s.persons(ctx, list)
}
