package author

import (
	"context"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Update changes a person's description.
func Update(ctx context.Context, tx *command.Tx, in model.UpdateAuthorInput) (publicid.ID, error) {
	s, err := hold(ctx, tx, in.ID, in.ExpectedVersion)
	if err != nil {
		return s.id, err
	}
	set, err := columns(ctx, tx, s.id, in.Patch)
	if err != nil {
		return s.id, err
	}
	message := ""
	if in.Message != nil {
		message = *in.Message
	}
	return s.change(ctx, tx, set, message, in.Patch)
}

// columns gathers what the patch changes of the row. The years follow the dates.
func columns(ctx context.Context, tx *command.Tx, id publicid.ID, p model.AuthorPatch) (*command.Set, error) {
	kind, hasKind := command.Required(tx, "patch.kind", p.Kind)
	set := &command.Set{}
	if hasKind {
		set.Add("person_kind", string(kind))
	}
	birth, death, err := life(ctx, tx, id, p, set)
	if err != nil {
		return nil, err
	}
	checkLife(tx, "patch.death", birth, death)
	if tx.Faulty() {
		return nil, tx.Faults()
	}
	command.Give(set, "floruit", p.Floruit)
	command.Give(set, "birth_place", p.BirthPlace)
	command.Give(set, "death_place", p.DeathPlace)
	command.Give(set, "country_code", p.Country)
	command.Give(set, "bio", p.Bio)
	return set, nil
}

// life is the years of birth and death as they will be.
func life(ctx context.Context, tx *command.Tx, id publicid.ID, p model.AuthorPatch, set *command.Set) (birth, death *int, err error) {
	if err := tx.QueryRow(ctx, "SELECT birth_year, death_year FROM core.persons WHERE id = $1", id.UUID).Scan(&birth, &death); err != nil {
		return nil, nil, err
	}
	if date, given := p.Birth.ValueOK(); given {
		birth = year(date)
		set.Add("birth_edtf", date)
		set.Add("birth_year", birth)
	}
	if date, given := p.Death.ValueOK(); given {
		death = year(date)
		set.Add("death_edtf", date)
		set.Add("death_year", death)
	}
	return birth, death, nil
}
