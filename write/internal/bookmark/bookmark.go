package bookmark

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/subject"
)

// Create bookmarks an object or a line of it, or finds the bookmark that there is.
func Create(ctx context.Context, tx *command.Tx, in model.CreateBookmarkInput) (publicid.ID, error) {
	about, err := subject.Hold(ctx, tx, "subjectId", subject.Any, in.SubjectID)
	if err != nil {
		return about, err
	}
	line, err := lineOf(ctx, tx, about, in.Ref)
	if err != nil {
		return about, err
	}
	id := publicid.ID{Kind: publicid.Bookmark}
	found, err := tx.One(ctx, []any{&id.UUID}, "SELECT id FROM social.bookmarks WHERE user_id = $1 AND subject_id = $2 AND line_key IS NOT DISTINCT FROM $3",
		tx.Actor.UserID, about.UUID, line)
	if err != nil || found {
		return id, err
	}
	if id, err = publicid.New(publicid.Bookmark); err != nil {
		return id, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO social.bookmarks (id, user_id, subject_id, line_key, ref, note, labels, private, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`, id.UUID, tx.Actor.UserID, about.UUID, line, in.Ref, in.Note, in.Labels, in.Private, tx.Now)
	if err != nil {
		return id, err
	}
	return id, subject.Count(ctx, tx, subject.Bookmarks, 1, about.UUID)
}

func lineOf(ctx context.Context, tx *command.Tx, about publicid.ID, ref *string) (*uuid.UUID, error) {
	if ref == nil {
		return nil, nil //nolint:nilnil // no line is the whole
	}
	key, _, err := subject.Line(ctx, tx, "ref", about, *ref)
	return &key, err
}

// hold locks a bookmark of the caller's.
func hold(ctx context.Context, tx *command.Tx, id publicid.ID) (about uuid.UUID, version int, err error) {
	var owner uuid.UUID
	found, err := tx.One(ctx, []any{&owner, &about, &version}, "SELECT user_id, subject_id, version FROM social.bookmarks WHERE id = $1 FOR UPDATE", id.UUID)
	if err != nil {
		return about, 0, err
	}
	if !found {
		return about, 0, tx.NotFound("id")
	}
	return about, version, tx.Allow("id", policy.Object{Owner: owner})
}

// Update changes a bookmark. What it is of stays.
func Update(ctx context.Context, tx *command.Tx, in model.UpdateBookmarkInput) (publicid.ID, error) {
	_, version, err := hold(ctx, tx, in.ID)
	if err != nil {
		return in.ID, err
	}
	if err := tx.Current("expectedVersion", in.ExpectedVersion, version); err != nil {
		return in.ID, err
	}
	var set command.Set
	command.Give(&set, "note", in.Patch.Note)
	if labels, given := in.Patch.Labels.ValueOK(); given {
		if labels == nil {
			labels = []string{}
		}
		set.Add("labels", labels)
	}
	if private, given := command.Required(tx, "patch.private", in.Patch.Private); given {
		set.Add("private", private)
	}
	if tx.Faulty() {
		return in.ID, tx.Faults()
	}
	set.Add("version", version+1)
	set.Add("updated_at", tx.Now)
	return in.ID, set.Update(ctx, tx, "social.bookmarks", in.ID.UUID)
}

// Delete takes a bookmark away.
func Delete(ctx context.Context, tx *command.Tx, in model.DeleteBookmarkInput) (publicid.ID, error) {
	about, _, err := hold(ctx, tx, in.ID)
	if err != nil {
		return in.ID, err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM social.bookmarks WHERE id = $1", in.ID.UUID); err != nil {
		return in.ID, err
	}
	return in.ID, subject.Count(ctx, tx, subject.Bookmarks, -1, about)
}
