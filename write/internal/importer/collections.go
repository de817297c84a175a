package importer

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/ids"
	"github.com/tercul/tercul/write/internal/slugs"
)

type collection struct {
	rec   *collectionRecord
	id    uuid.UUID
	owner uuid.UUID
	items []uuid.UUID
}

var collectionsTable = table{
	name: "social.collections", key: []string{"id"},
	columns: []string{"id", "owner_id", "title", "description", "visibility", "curation"},
}

var collectionItemsTable = table{
	name: "social.collection_items", key: []string{"collection_id", "subject_id"}, owner: "collection_id",
	columns: []string{"collection_id", "subject_id", "rank", "note"}, keep: "t.added_by IS NOT NULL",
}

func collectionStage() runner {
	return stage[collectionRecord, collection]{
		form: form[collectionRecord, collection]{
			kind: "collections", id: func(r *collectionRecord) string { return r.ID }, accept: acceptCollection,
			weigh: func(r *collectionRecord) int { return 500 + 100*len(r.Items) },
		},
		subject: true,
		apply:   applyCollections,
	}
}

func acceptCollection(c *check, r *collectionRecord) (collection, uuid.UUID) {
	c.required("id", &r.ID, maxID)
	c.required("owner", &r.Owner, maxID)
	c.slug(&r.Slug)
	c.required("title", &r.Title, 150)
	c.text("description", &r.Description, 5000)
	c.oneOf("visibility", &r.Visibility, "PUBLIC", "PUBLIC", "UNLISTED", "PRIVATE")
	c.oneOf("curation", &r.Curation, "CLOSED", "CLOSED", "MODERATED", "OPEN")
	out := collection{rec: r, id: ids.For(ids.Collection, r.ID), owner: ids.For(ids.User, r.Owner)}
	seen := map[uuid.UUID]bool{}
	if len(r.Items) > 5000 {
		c.fault("items", "has %d items, more than 5000", len(r.Items))
	}
	for i := range r.Items {
		item, field := &r.Items[i], fmt.Sprintf("items.%d", i)
		c.oneOf(field+".kind", &item.Kind, "", "WORK", "TRANSLATION", "AUTHOR")
		c.required(field+".id", &item.ID, maxID)
		c.text(field+".note", &item.Note, 1000)
		id := subjectID(item.Kind, item.ID)
		if seen[id] {
			c.fault(field, "%s %q is listed twice", strings.ToLower(item.Kind), item.ID)
		}
		seen[id] = true
		out.items = append(out.items, id)
	}
	return out, out.id
}

func applyCollections(ctx context.Context, s *step, batch []entry[collection]) error {
	there, err := s.followItems(ctx, batch)
	if err != nil {
		return err
	}
	var rows, items [][]any
	var wants []slugWant
	for _, e := range batch {
		if !s.collectionKnows(e, there) {
			continue
		}
		c := e.val
		rows = append(rows, []any{c.id, c.owner, c.rec.Title, null(c.rec.Description), c.rec.Visibility, c.rec.Curation})
		seen := map[uuid.UUID]bool{}
		for i, id := range c.items {
			if !seen[id] { // two that are one by now are there once
				items = append(items, []any{c.id, id, rank(i), null(c.rec.Items[i].Note)})
			}
			seen[id] = true
		}
		wants = append(wants, slugWant{
			at: e.at, id: c.id, scope: c.owner, asked: c.rec.Slug, from: []string{slugOr(slugs.Make(c.rec.Title), "collection", c.id)},
		})
	}
	if err := s.copyInto(ctx, collectionsTable, rows); err != nil {
		return err
	}
	if err := s.copyInto(ctx, collectionItemsTable, items); err != nil {
		return err
	}
	if err := s.addSubjects(ctx, "COLLECTION", collectionsTable); err != nil {
		return err
	}
	if err := s.assignSlugs(ctx, "COLLECTION", wants); err != nil {
		return err
	}
	if err := s.syncChildren(ctx, collectionsTable, collectionItemsTable); err != nil {
		return err
	}
	return s.renewSubjects(ctx, collectionsTable)
}

// followItems puts the survivors in the place of what was merged away, and tells what
// is there of all that the collections name.
func (s *step) followItems(ctx context.Context, batch []entry[collection]) (map[uuid.UUID]bool, error) {
	var list []uuid.UUID
	for _, e := range batch {
		list = append(append(list, e.val.owner), e.val.items...)
	}
	lead, err := s.leads(ctx, list)
	if err != nil {
		return nil, err
	}
	for i, id := range list {
		list[i] = lead(id)
	}
	for _, e := range batch {
		for i, id := range e.val.items {
			e.val.items[i] = lead(id)
		}
	}
	return existing(ctx, s.tx, "SELECT id FROM core.subjects WHERE id = ANY($1)", list)
}

func (s *step) collectionKnows(e entry[collection], there map[uuid.UUID]bool) bool {
	before := len(s.found)
	if !there[e.val.owner] {
		s.reject(e.at, "owner", "there is no user %q", e.val.rec.Owner)
	}
	for i, id := range e.val.items {
		if item := e.val.rec.Items[i]; !there[id] {
			s.reject(e.at, fmt.Sprintf("items.%d", i), "there is no %s %q", strings.ToLower(item.Kind), item.ID)
		}
	}
	return len(s.found) == before
}

// rank leaves room between neighbours for what readers put in later.
func rank(i int) string { return fmt.Sprintf("%07d", (i+1)*100) }
