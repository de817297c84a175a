package collection

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/subject"
)

// mostItems is how many a collection may have, those that wait included.
const mostItems = 5000

// Item names an item.
type Item struct {
	Collection, Subject publicid.ID
}

// Add puts something into a collection.
func Add(ctx context.Context, tx *command.Tx, in model.AddCollectionItemInput) (Item, error) {
	about, err := subject.Hold(ctx, tx, "subjectId", subject.Collectable, in.SubjectID, in.CollectionID.UUID)
	item := Item{in.CollectionID, about}
	if err != nil {
		return item, err
	}
	s, err := read(ctx, tx, "collectionId", in.CollectionID)
	if err != nil {
		return item, err
	}
	if err := tx.Allow("collectionId", s.object(tx.Actor.UserID, "EDITOR", "MODERATOR")); err != nil {
		return item, err
	}
	if err := s.room(ctx, tx, about); err != nil {
		return item, err
	}
	rank, err := s.rankAfter(ctx, tx, about.UUID, in.AfterItem, true)
	if err != nil {
		return item, err
	}
	approval := s.approval(tx.Actor)
	_, err = tx.Exec(ctx, `INSERT INTO social.collection_items (collection_id, subject_id, rank, note, added_by, approval, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, s.id.UUID, about.UUID, rank, in.Note, tx.Actor.UserID, approval, tx.Now)
	if err != nil || approval != "APPROVED" {
		return item, err
	}
	return item, s.changed(ctx, tx, about.UUID, s.counts())
}

// room tells whether something can be put in: it is not there, and there is place.
func (s *state) room(ctx context.Context, tx *command.Tx, about publicid.ID) error {
	var there bool
	var items int
	err := tx.QueryRow(ctx, "SELECT coalesce(bool_or(subject_id = $2), false), count(*) FROM social.collection_items WHERE collection_id = $1", s.id.UUID, about.UUID).Scan(&there, &items)
	switch {
	case err != nil:
		return err
	case there:
		return tx.Stop(apperr.UserDuplicate, "subjectId", "It is in the collection already, or waits for approval.")
	case items >= mostItems:
		return tx.Stop(apperr.UserLimitReached, "collectionId", "A collection has 5,000 items at most.", "max", "5000")
	}
	return nil
}

// approval is what becomes of what the actor adds.
func (s *state) approval(a *identity.Actor) string {
	if s.curation == "MODERATED" && a.UserID != s.owner && s.role == "" && a.Role < identity.Admin {
		return "PENDING"
	}
	return "APPROVED"
}

// changed counts an item that came or went.
func (s *state) changed(ctx context.Context, tx *command.Tx, about uuid.UUID, by int) error {
	if err := subject.Count(ctx, tx, subject.Collections, by, about); err != nil {
		return err
	}
	return s.touch(ctx, tx)
}

// holdItem locks the collection and reads one of its items.
func holdItem(ctx context.Context, tx *command.Tx, collection, about publicid.ID) (s state, approval string, adder *uuid.UUID, found bool, err error) {
	if s, err = hold(ctx, tx, "collectionId", collection, about.UUID); err != nil {
		return s, "", nil, false, err
	}
	found, err = tx.One(ctx, []any{&approval, &adder}, "SELECT approval, added_by FROM social.collection_items WHERE collection_id = $1 AND subject_id = $2",
		collection.UUID, about.UUID)
	return s, approval, adder, found, err
}

// Approve lets an item that waits into the collection.
func Approve(ctx context.Context, tx *command.Tx, in model.ApproveCollectionItemInput) (Item, error) {
	item := Item{in.CollectionID, in.SubjectID}
	s, approval, _, found, err := holdItem(ctx, tx, in.CollectionID, in.SubjectID)
	if err != nil {
		return item, err
	}
	if err := tx.Allow("collectionId", s.object(tx.Actor.UserID, "EDITOR", "MODERATOR")); err != nil {
		return item, err
	}
	switch {
	case !found:
		return item, tx.NotFound("subjectId")
	case approval == "APPROVED":
		return item, tx.Stop(apperr.UserInvalidState, "subjectId", "It is in the collection already.")
	}
	_, err = tx.Exec(ctx, "UPDATE social.collection_items SET approval = 'APPROVED' WHERE collection_id = $1 AND subject_id = $2", s.id.UUID, in.SubjectID.UUID)
	if err != nil {
		return item, err
	}
	return item, s.changed(ctx, tx, in.SubjectID.UUID, s.counts())
}

// Move puts an item elsewhere.
func Move(ctx context.Context, tx *command.Tx, in model.MoveCollectionItemInput) (Item, error) {
	item := Item{in.CollectionID, in.SubjectID}
	s, _, _, found, err := holdItem(ctx, tx, in.CollectionID, in.SubjectID)
	if err != nil {
		return item, err
	}
	if err := tx.Allow("collectionId", s.object(tx.Actor.UserID, "EDITOR")); err != nil {
		return item, err
	}
	if !found {
		return item, tx.NotFound("subjectId")
	}
	rank, err := s.rankAfter(ctx, tx, in.SubjectID.UUID, in.AfterItem, false)
	if err != nil {
		return item, err
	}
	_, err = tx.Exec(ctx, "UPDATE social.collection_items SET rank = $3 WHERE collection_id = $1 AND subject_id = $2", s.id.UUID, in.SubjectID.UUID, rank)
	if err != nil {
		return item, err
	}
	return item, s.touch(ctx, tx)
}

// Remove takes an item out: the owner, an editor of the collection, whoever added
// it and still sees the collection, and a moderator while it waits.
func Remove(ctx context.Context, tx *command.Tx, in model.RemoveCollectionItemInput) (publicid.ID, error) {
	s, approval, adder, found, err := holdItem(ctx, tx, in.CollectionID, in.SubjectID)
	if err != nil {
		return s.id, err
	}
	object := s.object(tx.Actor.UserID, "EDITOR")
	if adder != nil && object.Public {
		object.Helpers = append(object.Helpers, *adder)
	}
	if approval == "PENDING" && s.role == "MODERATOR" {
		object.Helpers = append(object.Helpers, tx.Actor.UserID)
	}
	if err := tx.Allow("collectionId", object); err != nil {
		return s.id, err
	}
	if !found {
		return s.id, tx.NotFound("subjectId")
	}
	if _, err := tx.Exec(ctx, "DELETE FROM social.collection_items WHERE collection_id = $1 AND subject_id = $2", s.id.UUID, in.SubjectID.UUID); err != nil {
		return s.id, err
	}
	if approval != "APPROVED" {
		return s.id, nil
	}
	return s.id, s.changed(ctx, tx, in.SubjectID.UUID, -s.counts())
}
