package importer

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/ids"
)

type comment struct {
	rec             *commentRecord
	id, subject     uuid.UUID
	author          uuid.UUID
	parent          *uuid.UUID
	created, edited time.Time
}

// place is where a comment stands in its thread.
type place struct {
	subject, root uuid.UUID
	depth         int
	path          string
	children      int
}

func commentStage() runner {
	return stage[commentRecord, comment]{
		form: form[commentRecord, comment]{
			kind: "comments", id: func(r *commentRecord) string { return r.ID }, accept: acceptComment,
			weigh: func(r *commentRecord) int { return 300 + len(r.Body) },
		},
		subject: true,
		apply:   applyComments,
	}
}

var anchor = regexp.MustCompile(`^[0-9A-Za-z]+(\.[0-9A-Za-z]+)*(-[0-9A-Za-z]+(\.[0-9A-Za-z]+)*)?$`)

func acceptComment(c *check, r *commentRecord) (comment, uuid.UUID) {
	c.required("id", &r.ID, maxID)
	out := comment{rec: r, id: ids.For(ids.Comment, r.ID)}
	out.subject = c.subject("subject", &r.Subject, "WORK", "TRANSLATION", "AUTHOR", "COLLECTION")
	c.required("author", &r.Author, maxID)
	out.author = ids.For(ids.User, r.Author)
	if r.Parent != "" {
		id := ids.For(ids.Comment, r.Parent)
		out.parent = &id
	}
	c.oneOf("status", &r.Status, "VISIBLE", "VISIBLE", "PENDING", "HIDDEN", "SPAM", "DELETED")
	c.text("body", &r.Body, 10000)
	if strings.TrimSpace(r.Body) == "" && r.Status != "DELETED" {
		c.fault("body", "is missing")
	}
	out.created = c.timestamp("created", r.Created)
	if r.Edited != "" {
		out.edited = c.timestamp("edited", r.Edited)
	}
	c.line("anchor_ref", &r.AnchorRef, 80)
	if r.AnchorRef != "" && !anchor.MatchString(r.AnchorRef) {
		c.fault("anchor_ref", "%q is not a ref like 1.3 or 1.3-1.9", r.AnchorRef)
	}
	return out, out.id
}

// applyComments goes one by one, for the place of a reply follows from that of
// the comment before it. A comment that exists keeps its place.
func applyComments(ctx context.Context, s *step, batch []entry[comment]) error {
	there, places, err := s.commentContext(ctx, batch)
	if err != nil {
		return err
	}
	for _, e := range batch {
		c := e.val
		if !there[c.subject] {
			s.reject(e.at, "subject", "there is no %s %q", strings.ToLower(c.rec.Subject.Kind), c.rec.Subject.ID)
			continue
		}
		if !there[c.author] {
			s.reject(e.at, "author", "there is no user %q", c.rec.Author)
			continue
		}
		at, ok := s.placeOf(e, places)
		if !ok {
			continue
		}
		if err := s.storeComment(ctx, c, at); err != nil {
			return err
		}
	}
	return nil
}

// placeOf gives a comment its place. Several roots are each the first of their
// thread; replies are numbered in the order they come.
func (s *step) placeOf(e entry[comment], places map[uuid.UUID]*place) (*place, bool) {
	c := e.val
	if at, ok := places[c.id]; ok {
		return at, true
	}
	at := &place{subject: c.subject, root: c.id, path: "000001"}
	if c.parent != nil {
		up, ok := places[*c.parent]
		switch {
		case !ok:
			s.reject(e.at, "parent", "there is no comment %q before this one", c.rec.Parent)
			return nil, false
		case up.subject != c.subject:
			s.reject(e.at, "parent", "belongs to another subject")
			return nil, false
		case up.depth >= 7:
			s.reject(e.at, "parent", "is seven replies deep already")
			return nil, false
		}
		up.children++
		at.root, at.depth, at.path = up.root, up.depth+1, fmt.Sprintf("%s.%06d", up.path, up.children)
	}
	places[c.id] = at
	return at, true
}

func (s *step) commentContext(ctx context.Context, batch []entry[comment]) (map[uuid.UUID]bool, map[uuid.UUID]*place, error) {
	var subjects, comments []uuid.UUID
	for _, e := range batch {
		subjects = append(subjects, e.val.subject)
	}
	lead, err := s.leads(ctx, subjects)
	if err != nil {
		return nil, nil, err
	}
	subjects = subjects[:0]
	for i := range batch {
		batch[i].val.subject = lead(batch[i].val.subject)
		e := batch[i]
		subjects = append(subjects, e.val.subject, e.val.author)
		comments = append(comments, e.val.id)
		if e.val.parent != nil {
			comments = append(comments, *e.val.parent)
		}
	}
	there, err := existing(ctx, s.tx, "SELECT id FROM core.subjects WHERE id = ANY($1)", subjects)
	if err != nil {
		return nil, nil, err
	}
	rows, err := s.tx.Query(ctx, `SELECT c.id, c.subject_id, c.root_id, c.depth, c.path,
			coalesce((SELECT max(right(r.path, 6)::int) FROM social.comments r WHERE r.parent_id = c.id), 0)
		FROM social.comments c WHERE c.id = ANY($1)`, comments)
	if err != nil {
		return nil, nil, err
	}
	places := map[uuid.UUID]*place{}
	var id uuid.UUID
	var at place
	_, err = pgx.ForEachRow(rows, []any{&id, &at.subject, &at.root, &at.depth, &at.path, &at.children}, func() error {
		found := at
		places[id] = &found
		return nil
	})
	return there, places, err
}

func (s *step) storeComment(ctx context.Context, c comment, at *place) error {
	var edited *time.Time
	if !c.edited.IsZero() {
		edited = &c.edited
	}
	if err := s.exec(ctx, `INSERT INTO core.subjects (id, kind) VALUES ($1, 'COMMENT') ON CONFLICT (id) DO NOTHING`, c.id); err != nil {
		return err
	}
	return s.exec(ctx, `WITH put AS (INSERT INTO social.comments AS t (id, subject_id, author_id, parent_id, root_id, depth, path, body,
				anchor_ref, anchor_revision, status, created_at, edited_at, deleted_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, CASE WHEN $11 = 'DELETED' THEN $12::timestamptz END)
			ON CONFLICT (id) DO UPDATE SET body = excluded.body, anchor_ref = excluded.anchor_ref, anchor_revision = excluded.anchor_revision,
				status = excluded.status, edited_at = excluded.edited_at, deleted_at = excluded.deleted_at, version = t.version + 1
			WHERE (t.body, t.anchor_ref, t.anchor_revision, t.status, t.edited_at) IS DISTINCT FROM
				(excluded.body, excluded.anchor_ref, excluded.anchor_revision, excluded.status, excluded.edited_at)
			RETURNING t.id, t.version),
		fresh AS (INSERT INTO in_new SELECT id FROM put WHERE version = 1)
		INSERT INTO in_changed SELECT id FROM put WHERE version > 1`,
		c.id, c.subject, c.author, c.parent, at.root, at.depth, at.path, c.rec.Body,
		null(c.rec.AnchorRef), c.rec.AnchorRevision, c.rec.Status, c.created, edited)
}
