package tag

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/filing"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Create makes a tag.
func Create(ctx context.Context, tx *command.Tx, in model.CreateTagInput) (publicid.ID, error) {
	name, err := checkName(ctx, tx, "name", in.Name, uuid.Nil)
	if err != nil || tx.Faulty() {
		return publicid.ID{}, orFaults(tx, err)
	}
	id, err := tx.NewSubject(ctx, "TAG")
	if err != nil {
		return id, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO core.tags (id, name, name_canonical, tag_kind, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)",
		id.UUID, name, filing.Tag(name), string(in.Kind), tx.Now)
	if err != nil {
		return id, err
	}
	tx.Audit(id.UUID, 1, in)
	return id, tx.Slug(ctx, id, uuid.Nil, name)
}

// checkName wants a name that no other tag has. Of two who give it at one moment the
// second waits here.
func checkName(ctx context.Context, tx *command.Tx, field, name string, id uuid.UUID) (string, error) {
	name = strings.TrimSpace(name)
	canonical := filing.Tag(name)
	if canonical == "" {
		tx.Fault(apperr.UserBlank, field, "It must not be empty.")
		return name, nil
	}
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended('tercul.tag ' || $1, 0))", canonical); err != nil {
		return name, err
	}
	other := publicid.ID{Kind: "TAG"}
	taken, err := tx.One(ctx, []any{&other.UUID}, "SELECT id FROM core.tags WHERE name_canonical = $1 AND id <> $2", canonical, id)
	if taken {
		tx.Fault(apperr.UserTaken, field, "There is a tag of this name.", "id", other.String())
	}
	return name, err
}

// Update changes a tag. Its address stays.
func Update(ctx context.Context, tx *command.Tx, in model.UpdateTagInput) (publicid.ID, error) {
	s, err := hold(ctx, tx, in)
	if err != nil {
		return in.ID, err
	}
	if err := tx.Current("expectedVersion", in.ExpectedVersion, s.version); err != nil {
		return in.ID, err
	}
	var set command.Set
	if name, given := command.Required(tx, "patch.name", in.Patch.Name); given {
		if name, err = checkName(ctx, tx, "patch.name", name, in.ID.UUID); err != nil {
			return in.ID, err
		}
		set.Add("name", name)
		set.Add("name_canonical", filing.Tag(name))
	}
	if kind, given := command.Required(tx, "patch.kind", in.Patch.Kind); given {
		set.Add("tag_kind", string(kind))
	}
	if of, given := in.Patch.SynonymOf.ValueOK(); given {
		if err := s.standFor(ctx, tx, &set, of); err != nil {
			return in.ID, err
		}
	}
	if tx.Faulty() {
		return in.ID, tx.Faults()
	}
	set.Add("version", s.version+1)
	set.Add("updated_at", tx.Now)
	tx.Audit(in.ID.UUID, s.version+1, in.Patch)
	return in.ID, set.Update(ctx, tx, "core.tags", in.ID.UUID)
}

// orFaults is the error, or the faults found so far.
func orFaults(tx *command.Tx, err error) error {
	if err != nil {
		return err
	}
	return tx.Faults()
}
