package importer

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/ids"
	"github.com/tercul/tercul/write/internal/slugs"
)

type category struct {
	id      uuid.UUID
	path    string
	kind    string
	english string
	names   []byte
	ordinal int
}

var categoriesTable = table{
	name: "core.categories", key: []string{"id"},
	columns: []string{"id", "parent_id", "category_kind", "names", "path", "ordinal"},
}

func categoryStage() runner {
	ordinal := 0
	return stage[categoryRecord, category]{
		form: form[categoryRecord, category]{
			kind: "categories", id: func(r *categoryRecord) string { return r.ID }, weigh: light[categoryRecord],
			accept: func(c *check, r *categoryRecord) (category, uuid.UUID) {
				ordinal++
				return acceptCategory(c, r, ordinal)
			},
		},
		subject: true,
		apply:   applyCategories,
	}
}

var categoryPath = regexp.MustCompile(`^/([a-z0-9-]+/)+$`)

func acceptCategory(c *check, r *categoryRecord, ordinal int) (category, uuid.UUID) {
	c.required("id", &r.ID, maxID)
	if !categoryPath.MatchString(r.Path) || len(r.Path) > 300 {
		c.fault("path", "%q is not a path of slugs (like /genre/epic/)", r.Path)
	}
	c.oneOf("kind", &r.Kind, "", "GENRE", "FORM", "MOVEMENT", "PERIOD", "SUBJECT", "AUDIENCE")
	names := map[string]string{}
	for i := range r.Names {
		n := &r.Names[i]
		c.language(fmt.Sprintf("names.%d.language", i), &n.Language, "")
		c.required(fmt.Sprintf("names.%d.name", i), &n.Name, 100)
		names[n.Language] = n.Name
	}
	if len(names) == 0 {
		c.fault("names", "has no name")
	}
	encoded, _ := json.Marshal(names)
	id := ids.For(ids.Category, r.ID)
	return category{id, r.Path, r.Kind, names["en"], encoded, ordinal}, id
}

// applyCategories goes one by one: a parent stands before its children, and a
// path that exists already, made for a genre named by a work, keeps its id.
func applyCategories(ctx context.Context, s *step, batch []entry[category]) error {
	paths := map[string]uuid.UUID{}
	for p, id := range s.known.paths {
		paths[p] = id
	}
	var rows [][]any
	for _, e := range batch {
		cat := e.val
		parent, err := parentOf(paths, cat.path)
		if err != nil {
			s.reject(e.at, "path", "%v", err)
			continue
		}
		if id, there := paths[cat.path]; there {
			cat.id = id
		}
		paths[cat.path] = cat.id
		rows = append(rows, []any{cat.id, parent, cat.kind, cat.names, cat.path, cat.ordinal})
	}
	if err := s.copyInto(ctx, categoriesTable, rows); err != nil {
		return err
	}
	if err := s.syncSubjects(ctx, "CATEGORY", categoriesTable); err != nil {
		return err
	}
	return s.known.loadCategories(ctx, s.tx)
}

func parentOf(paths map[string]uuid.UUID, child string) (*uuid.UUID, error) {
	up := path.Dir(strings.TrimSuffix(child, "/"))
	if up == "/" {
		return nil, nil //nolint:nilnil // a root has no parent
	}
	id, ok := paths[up+"/"]
	if !ok {
		return nil, fmt.Errorf("its parent %s/ comes neither before it nor from an earlier import", up)
	}
	return &id, nil
}

// genre answers the category that a work's genre names: by source id, by
// English name, or a new one under /genre/.
func (s *step) genre(ctx context.Context, name string) (uuid.UUID, error) {
	if id, ok := s.known.categories[strings.ToLower(name)]; ok {
		return id, nil
	}
	byID := ids.For(ids.Category, name)
	for _, id := range s.known.paths {
		if id == byID {
			return id, nil
		}
	}
	root, err := s.newGenre(ctx, "/genre/", "Genre", nil)
	if err != nil {
		return uuid.Nil, err
	}
	slug := strings.ReplaceAll(slugs.Make(name), ".", "-")
	if slug == "" {
		slug = "g-" + ids.For(ids.Category, name).String()[:8]
	}
	return s.newGenre(ctx, "/genre/"+slug+"/", name, &root)
}

func (s *step) newGenre(ctx context.Context, path, name string, parent *uuid.UUID) (uuid.UUID, error) {
	if id, ok := s.known.paths[path]; ok {
		return id, nil
	}
	id := ids.For(ids.Category, path)
	if err := s.exec(ctx, "INSERT INTO core.subjects (id, kind) VALUES ($1, 'CATEGORY')", id); err != nil {
		return id, err
	}
	err := s.exec(ctx, `INSERT INTO core.categories (id, parent_id, category_kind, names, path)
		VALUES ($1, $2, 'GENRE', jsonb_build_object('en', $3::text), $4)`, id, parent, name, path)
	s.known.addCategory(id, path, name)
	return id, err
}
