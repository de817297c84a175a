package importer

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/ids"
	"github.com/tercul/tercul/write/internal/lang"
)

// person is an author or translator ready to be stored.
type person struct {
	at                     position
	id                     uuid.UUID
	slug                   string   // asked for by the record
	slugFrom               []string // else tried in this order
	kind                   string
	birth, death, floruit  string
	birthYear, deathYear   *int
	birthPlace, deathPlace string
	country, bio           string
	names                  []personName
	wikidata, source       string
}

type personName struct {
	language lang.Language
	name     string
	sortName string
	kind     string
}

var personsTable = table{
	name: "core.persons", key: []string{"id"},
	columns: []string{
		"id", "person_kind", "birth_edtf", "death_edtf", "birth_year", "death_year", "floruit",
		"birth_place", "death_place", "country_code", "bio",
	},
}

var personNamesTable = table{
	name: "core.person_names", key: []string{"id"}, owner: "person_id",
	columns: []string{"id", "person_id", "language", "name", "sort_name", "name_kind", "position"},
}

var externalIDsTable = table{
	name: "core.external_ids", key: []string{"scheme", "value", "kind"}, owner: "subject_id",
	columns: []string{"scheme", "value", "kind", "subject_id", "source"},
	keep:    "t.verified_by IS NOT NULL",
}

func (p *person) row() []any {
	return []any{
		p.id, p.kind, null(p.birth), null(p.death), p.birthYear, p.deathYear, null(p.floruit),
		null(p.birthPlace), null(p.deathPlace), null(p.country), null(p.bio),
	}
}

func (p *person) nameRows() [][]any {
	rows := make([][]any, len(p.names))
	for i, n := range p.names {
		id := ids.For(ids.Row, "name "+p.id.String()+" "+n.language.Tag+" "+n.name)
		rows[i] = []any{id, p.id, n.language.Tag, n.name, n.sortName, n.kind, i}
	}
	return rows
}

// syncPersons stores persons whose rights, slugs and languages are settled.
func (s *step) syncPersons(ctx context.Context, persons []*person) error {
	var base, names, external [][]any
	for _, p := range persons {
		base = append(base, p.row())
		names = append(names, p.nameRows()...)
		if p.wikidata != "" {
			external = append(external, []any{"WIKIDATA", p.wikidata, "PERSON", p.id, null(p.source)})
		}
	}
	for t, rows := range map[*table][][]any{&personsTable: base, &personNamesTable: names, &externalIDsTable: external} {
		if err := s.copyInto(ctx, *t, rows); err != nil {
			return err
		}
	}
	if err := s.addSubjects(ctx, "PERSON", personsTable); err != nil {
		return err
	}
	wants := make([]slugWant, len(persons))
	for i, p := range persons {
		wants[i] = slugWant{at: p.at, id: p.id, asked: p.slug, from: p.slugFrom}
	}
	if err := s.assignSlugs(ctx, "PERSON", wants); err != nil {
		return err
	}
	for _, child := range []table{personNamesTable, externalIDsTable} {
		if err := s.syncChildren(ctx, personsTable, child); err != nil {
			return err
		}
	}
	return s.renewSubjects(ctx, personsTable)
}

// null stores an empty string as NULL.
func null(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
