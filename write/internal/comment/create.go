package comment

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/subject"
)

const (
	deepest = 7
	// newFor is how long links of a member without a further role are held.
	newFor = 7 * 24 * time.Hour
	// most is the number of replies to one comment that six digits can tell apart.
	most = 999_999
)

// place is where a comment stands.
type place struct {
	parent *uuid.UUID
	root   uuid.UUID
	depth  int
	path   string
}

// Create writes a comment.
func Create(ctx context.Context, tx *command.Tx, in model.CreateCommentInput) (publicid.ID, error) {
	thread, err := threadOf(ctx, tx, in.ParentID)
	if err != nil {
		return publicid.ID{}, err
	}
	about, err := subject.Hold(ctx, tx, "subjectId", subject.Commentable, in.SubjectID, thread...)
	if err != nil {
		return about, err
	}
	links := checkBody(tx, in.Body)
	line, revision, err := anchor(ctx, tx, about, in.AnchorRef)
	if err != nil {
		return about, err
	}
	at, err := placeUnder(ctx, tx, about, in.ParentID)
	if err != nil || tx.Faulty() {
		return about, orFaults(tx, err)
	}
	status, err := standing(ctx, tx, links)
	if err != nil {
		return about, err
	}
	id, err := tx.NewSubject(ctx, "COMMENT")
	if err != nil {
		return id, err
	}
	if at.parent == nil {
		at.root = id.UUID
	}
	_, err = tx.Exec(ctx, `INSERT INTO social.comments (id, subject_id, author_id, parent_id, root_id, depth, path, body, anchor_line, anchor_ref, anchor_revision, status, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		id.UUID, about.UUID, tx.Actor.UserID, at.parent, at.root, at.depth, at.path, in.Body, line, in.AnchorRef, revision, status, tx.Now)
	if err != nil {
		return id, err
	}
	return id, subject.Count(ctx, tx, subject.Comments, shows(status), about.UUID)
}

// threadOf is the lock of the thread that a reply goes to.
func threadOf(ctx context.Context, tx *command.Tx, parent *publicid.ID) ([]uuid.UUID, error) {
	if parent == nil {
		return nil, nil
	}
	var root uuid.UUID
	found, err := tx.One(ctx, []any{&root}, "SELECT root_id FROM social.comments WHERE id = $1", parent.UUID)
	if err == nil && !found {
		err = tx.NotFound("parentId")
	}
	return []uuid.UUID{root}, err
}

// placeUnder is the next place below a comment, or the first of a thread.
func placeUnder(ctx context.Context, tx *command.Tx, about publicid.ID, parent *publicid.ID) (place, error) {
	if parent == nil {
		return place{path: "000001"}, nil
	}
	at := place{parent: &parent.UUID}
	var last int
	found, err := tx.One(ctx, []any{&at.root, &at.depth, &at.path, &last}, `SELECT c.root_id, c.depth, c.path,
			coalesce((SELECT max(right(r.path, 6)::int) FROM social.comments r WHERE r.parent_id = c.id), 0)
		FROM social.comments c JOIN view.comment v ON v.id = c.id AND v.status = 'VISIBLE' WHERE c.id = $1 AND c.subject_id = $2`, parent.UUID, about.UUID)
	switch {
	case err != nil:
		return at, err
	case !found:
		return at, tx.NotFound("parentId")
	case at.depth >= deepest:
		return at, tx.Stop(apperr.UserInvalidState, "parentId", "A thread is seven replies deep at most.", "max", "7")
	case last >= most:
		return at, tx.Stop(apperr.UserLimitReached, "parentId", "Nobody can reply to this comment any more.")
	}
	at.depth++
	at.path = fmt.Sprintf("%s.%06d", at.path, last+1)
	return at, nil
}

func anchor(ctx context.Context, tx *command.Tx, about publicid.ID, ref *string) (line *uuid.UUID, revision *int, err error) {
	if ref == nil {
		return nil, nil, nil
	}
	key, number, err := subject.Line(ctx, tx, "anchorRef", about, *ref)
	return &key, &number, err
}

// standing is the status of what the actor writes now: links of new members wait.
func standing(ctx context.Context, tx *command.Tx, links bool) (string, error) {
	if !links || tx.Actor.Role >= identity.Contributor {
		return "VISIBLE", nil
	}
	var since time.Time
	if err := tx.QueryRow(ctx, "SELECT created_at FROM auth.users WHERE id = $1", tx.Actor.UserID).Scan(&since); err != nil {
		return "", err
	}
	if tx.Now.Sub(since) < newFor {
		return "PENDING", nil
	}
	return "VISIBLE", nil
}

// shows is what a comment of a status adds to the number of comments that are seen.
func shows(status string) int {
	if status == "VISIBLE" {
		return 1
	}
	return 0
}

// orFaults is the error, or the faults found so far.
func orFaults(tx *command.Tx, err error) error {
	if err != nil {
		return err
	}
	return tx.Faults()
}
