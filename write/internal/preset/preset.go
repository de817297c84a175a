package preset

import (
	"context"
	"errors"
	"strings"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/publicid"
)

// most is how many searches a member may keep.
const most = 100

// Create keeps a search.
func Create(ctx context.Context, tx *command.Tx, in model.CreateSearchPresetInput) (publicid.ID, error) {
	id, err := publicid.New(publicid.SearchPreset)
	if err != nil {
		return id, err
	}
	// The owner's row is the lock of their list: its names and their number.
	if err := tx.Lock(ctx, tx.Actor.UserID); err != nil {
		return id, err
	}
	filter := checkFilter(tx, "filter", in.Filter)
	name, err := checkName(ctx, tx, "name", in.Name, id.UUID)
	if err != nil {
		return id, err
	}
	var kept int
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM social.search_presets WHERE user_id = $1", tx.Actor.UserID).Scan(&kept); err != nil {
		return id, err
	}
	if kept >= most {
		tx.Fault(apperr.UserLimitReached, "", "You keep 100 searches already.", "max", "100")
	}
	if tx.Faulty() {
		return id, tx.Faults()
	}
	_, err = tx.Exec(ctx, `INSERT INTO social.search_presets (id, user_id, name, query, filter, filter_schema, mode, shared, notify, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)`,
		id.UUID, tx.Actor.UserID, name, in.Query, filter, Schema, string(in.Mode), in.Shared, in.Notify, tx.Now)
	return id, err
}

// checkName wants a name that no other search of the owner's has.
func checkName(ctx context.Context, tx *command.Tx, field, name string, id uuid.UUID) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" {
		tx.Fault(apperr.UserBlank, field, "It must not be empty.")
		return name, nil
	}
	var taken bool
	err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM social.search_presets WHERE user_id = $1 AND lower(name) = lower($2) AND id <> $3)", tx.Actor.UserID, name, id).Scan(&taken)
	if taken {
		tx.Fault(apperr.UserTaken, field, "Another search of yours has this name.")
	}
	return name, err
}

func checkFilter(tx *command.Tx, field string, given map[string]any) []byte {
	text, err := Check(given, tx.Now)
	switch {
	case errors.Is(err, ErrTooLong):
		tx.Fault(apperr.UserTooLong, field, "A filter has 8 KB at most.", "max", "8192")
	case err != nil:
		tx.Fault(apperr.UserInvalid, field, "It is not a filter of definition 1: "+err.Error()+".")
	}
	return text
}

// hold locks a search that the caller keeps.
func hold(ctx context.Context, tx *command.Tx, id publicid.ID) (version int, err error) {
	if err := tx.Lock(ctx, tx.Actor.UserID); err != nil {
		return 0, err
	}
	var owner uuid.UUID
	found, err := tx.One(ctx, []any{&owner, &version}, "SELECT user_id, version FROM social.search_presets WHERE id = $1", id.UUID)
	if err != nil {
		return 0, err
	}
	if !found {
		return 0, tx.NotFound("id")
	}
	return version, tx.Allow("id", policy.Object{Owner: owner})
}

// Update changes a kept search.
func Update(ctx context.Context, tx *command.Tx, in model.UpdateSearchPresetInput) (publicid.ID, error) {
	version, err := hold(ctx, tx, in.ID)
	if err != nil {
		return in.ID, err
	}
	if err := tx.Current("expectedVersion", in.ExpectedVersion, version); err != nil {
		return in.ID, err
	}
	var set command.Set
	if err := fill(ctx, tx, &set, in.ID.UUID, in.Patch); err != nil {
		return in.ID, err
	}
	if tx.Faulty() {
		return in.ID, tx.Faults()
	}
	set.Add("version", version+1)
	set.Add("updated_at", tx.Now)
	return in.ID, set.Update(ctx, tx, "social.search_presets", in.ID.UUID)
}

func fill(ctx context.Context, tx *command.Tx, set *command.Set, id uuid.UUID, p model.SearchPresetPatch) error {
	if name, given := command.Required(tx, "patch.name", p.Name); given {
		name, err := checkName(ctx, tx, "patch.name", name, id)
		if err != nil {
			return err
		}
		set.Add("name", name)
	}
	if filter, given := p.Filter.ValueOK(); given {
		set.Add("filter", checkFilter(tx, "patch.filter", filter))
		set.Add("filter_schema", Schema)
	}
	if query, given := p.Query.ValueOK(); given {
		if query != nil && *query == "" {
			query = nil
		}
		set.Add("query", query)
	}
	if mode, given := command.Required(tx, "patch.mode", p.Mode); given {
		set.Add("mode", string(mode))
	}
	if shared, given := command.Required(tx, "patch.shared", p.Shared); given {
		set.Add("shared", shared)
	}
	if notify, given := command.Required(tx, "patch.notify", p.Notify); given {
		set.Add("notify", notify)
	}
	return nil
}

// Delete forgets a kept search.
func Delete(ctx context.Context, tx *command.Tx, in model.DeleteSearchPresetInput) (publicid.ID, error) {
	if _, err := hold(ctx, tx, in.ID); err != nil {
		return in.ID, err
	}
	_, err := tx.Exec(ctx, "DELETE FROM social.search_presets WHERE id = $1", in.ID.UUID)
	return in.ID, err
}
