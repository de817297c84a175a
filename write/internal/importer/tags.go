package importer

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/filing"
	"github.com/tercul/tercul/write/internal/ids"
	"github.com/tercul/tercul/write/internal/slugs"
)

type tag struct {
	id       uuid.UUID
	name     string
	kind     string
	synonyms []string
}

var tagsTable = table{
	name: "core.tags", key: []string{"id"},
	columns: []string{"id", "name", "name_canonical", "tag_kind", "synonym_of"},
}

func tagStage() runner {
	return stage[tagRecord, tag]{
		form: form[tagRecord, tag]{
			kind: "tags", id: func(r *tagRecord) string { return r.ID }, accept: acceptTag, weigh: light[tagRecord],
		},
		subject: true,
		apply:   applyTags,
	}
}

func acceptTag(c *check, r *tagRecord) (tag, uuid.UUID) {
	c.required("id", &r.ID, maxID)
	c.required("name", &r.Name, 100)
	c.oneOf("kind", &r.Kind, "FREEFORM", "FREEFORM", "THEME", "MOTIF", "PERIOD", "MOVEMENT", "CHARACTER", "WARNING")
	for i := range r.Synonyms {
		c.required(fmt.Sprintf("synonyms.%d", i), &r.Synonyms[i], 100)
	}
	id := ids.For(ids.Tag, r.ID)
	return tag{id, r.Name, r.Kind, r.Synonyms}, id
}

func applyTags(ctx context.Context, s *step, batch []entry[tag]) error {
	var names []string
	for _, e := range batch {
		names = append(names, filing.Tag(e.val.name))
		for _, synonym := range e.val.synonyms {
			names = append(names, filing.Tag(synonym))
		}
	}
	taken, err := s.tagsByName(ctx, names)
	if err != nil {
		return err
	}
	var rows [][]any
	var wants []slugWant
	put := func(at position, id uuid.UUID, name, kind string, of *uuid.UUID) {
		taken[filing.Tag(name)] = id
		rows = append(rows, []any{id, name, filing.Tag(name), kind, of})
		wants = append(wants, slugWant{at: at, id: id, from: []string{slugOr(slugs.Make(name), "tag", id)}})
	}
	for _, e := range batch {
		t := e.val
		if owner, used := taken[filing.Tag(t.name)]; used && owner != t.id {
			s.reject(e.at, "name", "%q is another tag already, or a synonym of one", t.name)
			continue
		}
		put(e.at, t.id, t.name, t.kind, nil)
		for _, synonym := range t.synonyms {
			id := ids.For(ids.Tag, "synonym "+filing.Tag(synonym))
			if owner, used := taken[filing.Tag(synonym)]; used && owner != id {
				s.remark(e.at, "synonyms", "%q is a tag of its own; it was left out", synonym)
				continue
			}
			put(e.at, id, synonym, t.kind, &t.id)
		}
	}
	return s.syncTags(ctx, rows, wants)
}

func (s *step) syncTags(ctx context.Context, rows [][]any, wants []slugWant) error {
	if err := s.copyInto(ctx, tagsTable, rows); err != nil {
		return err
	}
	if err := s.addSubjects(ctx, "TAG", tagsTable); err != nil {
		return err
	}
	if err := s.assignSlugs(ctx, "TAG", wants); err != nil {
		return err
	}
	return s.renewSubjects(ctx, tagsTable)
}

func (s *step) tagsByName(ctx context.Context, canonicals []string) (map[string]uuid.UUID, error) {
	return pairs[string](ctx, s.tx, "SELECT name_canonical, id FROM core.tags WHERE name_canonical = ANY($1)", canonicals)
}

// resolveTags answers the tag of each name or source id that the works of a
// batch carry: synonyms lead to their tag, and unknown names become tags.
func (s *step) resolveTags(ctx context.Context, names []string) (map[string]uuid.UUID, error) {
	byID := map[uuid.UUID]string{}
	var list []uuid.UUID
	var canonicals []string
	for _, name := range names {
		id := ids.For(ids.Tag, name)
		byID[id] = name
		list, canonicals = append(list, id), append(canonicals, filing.Tag(name))
	}
	found, err := pairs[string](ctx, s.tx, `SELECT name_canonical, coalesce(synonym_of, id) FROM core.tags WHERE name_canonical = ANY($1)`, canonicals)
	if err != nil {
		return nil, err
	}
	out := map[string]uuid.UUID{}
	there, err := existing(ctx, s.tx, "SELECT id FROM core.tags WHERE id = ANY($1)", list)
	if err != nil {
		return nil, err
	}
	for id := range there {
		out[byID[id]] = id
	}
	return out, s.newTags(ctx, names, found, out)
}

func (s *step) newTags(ctx context.Context, names []string, found, out map[string]uuid.UUID) error {
	var rows [][]any
	var wants []slugWant
	for _, name := range names {
		if _, ok := out[name]; ok {
			continue
		}
		id, ok := found[filing.Tag(name)]
		if !ok {
			id = ids.For(ids.Tag, "name "+filing.Tag(name))
			found[filing.Tag(name)] = id
			rows = append(rows, []any{id, name, filing.Tag(name), "FREEFORM", nil})
			wants = append(wants, slugWant{id: id, from: []string{slugOr(slugs.Make(name), "tag", id)}})
		}
		out[name] = id
	}
	if len(rows) == 0 {
		return nil
	}
	if err := s.cleanStages(ctx); err != nil {
		return err
	}
	return s.syncTags(ctx, rows, wants)
}
