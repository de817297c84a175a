package collection

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// most is how many collections a member may have.
const most = 500

// Create makes a collection.
func Create(ctx context.Context, tx *command.Tx, in model.CreateCollectionInput) (publicid.ID, error) {
	if err := tx.Lock(ctx, tx.Actor.UserID); err != nil {
		return publicid.ID{}, err
	}
	title, err := checkTitle(ctx, tx, "title", in.Title, tx.Actor.UserID, uuid.Nil)
	if err != nil {
		return publicid.ID{}, err
	}
	var there int
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM social.collections WHERE owner_id = $1 AND deleted_at IS NULL", tx.Actor.UserID).Scan(&there); err != nil {
		return publicid.ID{}, err
	}
	if there >= most {
		tx.Fault(apperr.UserLimitReached, "", "You have 500 collections already.", "max", "500")
	}
	if tx.Faulty() {
		return publicid.ID{}, tx.Faults()
	}
	id, err := tx.NewSubject(ctx, "COLLECTION")
	if err != nil {
		return id, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO social.collections (id, owner_id, title, description, visibility, curation, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7)`, id.UUID, tx.Actor.UserID, title, in.Description, string(in.Visibility), string(in.Curation), tx.Now)
	if err != nil {
		return id, err
	}
	tx.Audit(id.UUID, 1, nil)
	return id, tx.Slug(ctx, id, tx.Actor.UserID, title)
}

// checkTitle wants a title that no other collection of the owner's has.
func checkTitle(ctx context.Context, tx *command.Tx, field, title string, owner, id uuid.UUID) (string, error) {
	title = strings.TrimSpace(title)
	if title == "" {
		tx.Fault(apperr.UserBlank, field, "It must not be empty.")
		return title, nil
	}
	var taken bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM social.collections
		WHERE owner_id = $1 AND lower(title) = lower($2) AND id <> $3 AND deleted_at IS NULL)`, owner, title, id).Scan(&taken)
	if taken {
		tx.Fault(apperr.UserTaken, field, "Another collection of the owner has this title.")
	}
	return title, err
}

// Update changes a collection's description. Its address stays.
func Update(ctx context.Context, tx *command.Tx, in model.UpdateCollectionInput) (publicid.ID, error) {
	s, err := holdWithOwner(ctx, tx, in.ID)
	if err != nil {
		return s.id, err
	}
	if err := tx.Allow("id", s.object(tx.Actor.UserID, "EDITOR")); err != nil {
		return s.id, err
	}
	if err := tx.Current("expectedVersion", in.ExpectedVersion, s.version); err != nil {
		return s.id, err
	}
	var set command.Set
	visibility, err := s.fill(ctx, tx, &set, in.Patch)
	if err != nil {
		return s.id, err
	}
	if err := s.setMembers(ctx, tx, in.Patch.Members); err != nil {
		return s.id, err
	}
	before := s.counts()
	s.visibility = visibility
	if err := s.recount(ctx, tx, s.counts()-before); err != nil {
		return s.id, err
	}
	set.Add("version", s.version+1)
	set.Add("updated_at", tx.Now)
	tx.Audit(s.id.UUID, s.version+1, in.Patch)
	return s.id, set.Update(ctx, tx, "social.collections", s.id.UUID)
}

// holdWithOwner locks the owner, too: their titles are unique.
func holdWithOwner(ctx context.Context, tx *command.Tx, id publicid.ID) (state, error) {
	var owner uuid.UUID
	found, err := tx.One(ctx, []any{&owner}, "SELECT owner_id FROM social.collections WHERE id = $1", id.UUID)
	if err != nil {
		return state{id: id}, err
	}
	if !found {
		return state{id: id}, tx.NotFound("id")
	}
	return hold(ctx, tx, "id", id, owner)
}

// fill gathers what the patch gives, and the visibility as it will be.
func (s *state) fill(ctx context.Context, tx *command.Tx, set *command.Set, p model.CollectionPatch) (visibility string, err error) {
	if title, given := command.Required(tx, "patch.title", p.Title); given {
		if title, err = checkTitle(ctx, tx, "patch.title", title, s.owner, s.id.UUID); err != nil {
			return "", err
		}
		set.Add("title", title)
	}
	command.Give(set, "description", p.Description)
	visibility = s.visibility
	if v, given := command.Required(tx, "patch.visibility", p.Visibility); given {
		visibility = string(v)
		set.Add("visibility", visibility)
	}
	if curation, given := command.Required(tx, "patch.curation", p.Curation); given {
		set.Add("curation", string(curation))
	}
	return visibility, nil
}

// Delete takes a collection away; what is in it stays where it is.
func Delete(ctx context.Context, tx *command.Tx, in model.DeleteCollectionInput) (publicid.ID, error) {
	s, err := hold(ctx, tx, "id", in.ID)
	if err != nil {
		return s.id, err
	}
	if err := tx.Allow("id", s.object(tx.Actor.UserID)); err != nil {
		return s.id, err
	}
	if err := tx.Current("expectedVersion", in.ExpectedVersion, s.version); err != nil {
		return s.id, err
	}
	if err := s.recount(ctx, tx, -s.counts()); err != nil {
		return s.id, err
	}
	tx.Audit(s.id.UUID, s.version+1, nil)
	_, err = tx.Exec(ctx, "UPDATE social.collections SET deleted_at = $2, updated_at = $2, version = version + 1 WHERE id = $1", s.id.UUID, tx.Now)
	return s.id, err
}
