package generate

import (
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/importer"
)

func identifier(name string) pgx.Identifier { return strings.Split(name, ".") }

// tables in the order of their foreign keys.
func (g *generator) tables() []feed {
	n := g.Works
	return []feed{
		{"core.subjects", []string{"id", "kind", "created_at"}, 4 * n, g.subjects},
		{"core.slugs", []string{"kind", "scope_id", "slug", "subject_id", "created_at"}, 4 * n, g.slugs},
		{"core.persons", []string{"id", "birth_year", "death_year", "created_at", "updated_at"}, g.authors + g.translators, g.persons},
		{"core.person_names", []string{"id", "person_id", "language", "name", "sort_name"}, g.authors + g.translators, g.names},
		{"core.works", []string{
			"id", "original_language", "literature_type", "year_from", "year_to", "status", "published_at", "created_at", "updated_at",
		}, n, g.works},
		{"core.work_titles", []string{"id", "work_id", "language", "title", "sort_title", "position"}, n, g.titles},
		{"core.work_contributors", []string{"work_id", "person_id", "role"}, n, g.contributors},
		{"core.subject_tags", []string{"subject_id", "tag_id", "created_at"}, 2 * n, g.subjectTags},
		{"core.subject_categories", []string{"subject_id", "category_id"}, n, g.subjectCategories},
		{"core.expressions", []string{
			"id", "work_id", "expression_kind", "language", "title", "form", "year", "quality", "status", "published_at", "text_revision",
			"content_hash", "line_count", "char_count", "created_at", "updated_at",
		}, 3 * n, g.expressions},
		{"core.expression_contributors", []string{"expression_id", "person_id", "role"}, 2 * n, g.expressionContributors},
		{"core.rights", []string{"id", "subject_id", "status", "license_id", "determined_at"}, 3 * n, g.rights},
		{"core.text_revisions", []string{"expression_id", "revision", "content_hash", "lines", "line_count", "created_at"}, 3 * n, g.revisions},
		{"core.text_lines", []string{"expression_id", "seq", "line_key", "ref", "line_kind", "stanza_start", "content"}, 10 * n, g.textLines},
		{"core.alignments", []string{
			"id", "work_id", "left_id", "right_id", "left_revision", "right_revision", "method", "status", "confidence", "created_at", "updated_at",
		}, n, g.alignments},
		{"core.alignment_groups", []string{"alignment_id", "idx", "left_lines", "right_lines", "linear", "confidence"}, n, g.alignmentGroups},
		{"stats.totals", []string{"subject_id", "kind", "views", "likes", "bookmarks", "popularity", "as_of"}, n, g.totals},
		{"stats.brought", []string{"subject_id", "views", "likes", "bookmarks"}, n, g.brought},
	}
}

func (g *generator) eachWork(visit func(work) error) error {
	for n := range g.Works {
		if err := visit(g.work(n)); err != nil {
			return err
		}
	}
	return nil
}

func (g *generator) eachPerson(visit func(kind, n int, p person) error) error {
	for n := range g.authors {
		if err := visit(idAuthor, n, g.person(ofAuthor, n)); err != nil {
			return err
		}
	}
	for n := range g.translators {
		if err := visit(idTranslator, n, g.person(ofTranslator, n)); err != nil {
			return err
		}
	}
	return nil
}

func (g *generator) subjects(emit func(...any) error) error {
	if err := g.eachPerson(func(kind, n int, _ person) error { return emit(g.id(kind, n), "PERSON", when(n)) }); err != nil {
		return err
	}
	if err := g.eachWork(func(w work) error { return emit(g.id(idWork, w.n), "WORK", when(w.n)) }); err != nil {
		return err
	}
	if err := g.eachExpression(func(e expression) error { return emit(e.id, "EXPRESSION", when(e.work.n)) }); err != nil {
		return err
	}
	return g.eachAlignment(func(a alignment) error { return emit(a.id, "ALIGNMENT", when(a.work.n)) })
}

func (g *generator) slugs(emit func(...any) error) error {
	var none [16]byte
	err := g.eachPerson(func(kind, n int, _ person) error {
		return emit("PERSON", none, g.slug(map[int]string{idAuthor: "author", idTranslator: "translator"}[kind], n), g.id(kind, n), when(n))
	})
	if err != nil {
		return err
	}
	if err := g.eachWork(func(w work) error { return emit("WORK", none, g.slug("work", w.n), g.id(idWork, w.n), when(w.n)) }); err != nil {
		return err
	}
	return g.eachExpression(func(e expression) error { return emit("EXPRESSION", e.workID, e.slug, e.id, when(e.work.n)) })
}

func (g *generator) persons(emit func(...any) error) error {
	return g.eachPerson(func(kind, n int, p person) error {
		return emit(g.id(kind, n), p.birth, p.birth+60, when(n), when(n))
	})
}

func (g *generator) names(emit func(...any) error) error {
	return g.eachPerson(func(kind, n int, p person) error {
		return emit(g.id(idName, n*2+kind%2), g.id(kind, n), p.tongue.tag, p.name, p.sort)
	})
}

func (g *generator) works(emit func(...any) error) error {
	return g.eachWork(func(w work) error {
		at := when(w.n)
		return emit(g.id(idWork, w.n), w.tongue.tag, w.kind, w.year, w.year+3, "PUBLISHED", at, at, at)
	})
}

func (g *generator) titles(emit func(...any) error) error {
	return g.eachWork(func(w work) error {
		if err := emit(g.id(idTitle, w.n*2), g.id(idWork, w.n), w.tongue.tag, w.title, w.title, 0); err != nil || w.tongue.tag == "en" {
			return err
		}
		r := g.of(ofWork, uint64(w.n)|1<<40) //nolint:gosec // never negative
		english := tongues[0].words(&r, r.between(1, 4), true)
		return emit(g.id(idTitle, w.n*2+1), g.id(idWork, w.n), "en", english, english, 1)
	})
}

func (g *generator) contributors(emit func(...any) error) error {
	return g.eachWork(func(w work) error { return emit(g.id(idWork, w.n), g.id(idAuthor, w.author), "AUTHOR") })
}

// brought is what the counters are made of.
func (g *generator) brought(emit func(...any) error) error {
	return g.eachWork(func(w work) error {
		views := w.views()
		return emit(g.id(idWork, w.n), views, views/40, views/90)
	})
}

func (g *generator) totals(emit func(...any) error) error {
	return g.eachWork(func(w work) error {
		views := w.views()
		return emit(g.id(idWork, w.n), "WORK", views, views/40, views/90, importer.Popularity(views, views/40, views/90), epoch)
	})
}
