package author

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/edtf"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Create makes a person, who is seen as soon as a work or translation names them.
func Create(ctx context.Context, tx *command.Tx, in model.CreateAuthorInput) (publicid.ID, error) {
	if err := checkNames(ctx, tx, in.Names); err != nil {
		return publicid.ID{}, err
	}
	birth, death := year(in.Birth), year(in.Death)
	checkLife(tx, "death", birth, death)
	if tx.Faulty() {
		return publicid.ID{}, tx.Faults()
	}
	id, err := tx.NewSubject(ctx, "PERSON")
	if err != nil {
		return id, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO core.persons (id, person_kind, birth_edtf, death_edtf, birth_year, death_year, floruit, birth_place, death_place, country_code, bio,
			created_by, updated_by, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13, $13)`,
		id.UUID, string(in.Kind), in.Birth, in.Death, birth, death, in.Floruit, in.BirthPlace, in.DeathPlace, in.Country, in.Bio, tx.By(), tx.Now)
	if err != nil {
		return id, err
	}
	if err := (person{id.UUID, string(in.Kind), birth}).writeNames(ctx, tx, in.Names); err != nil {
		return id, err
	}
	if err := tx.Slug(ctx, id, uuid.Nil, in.Names[0].Name); err != nil {
		return id, err
	}
	tx.Audit(id.UUID, 1, nil)
	return id, tx.Revise(ctx, id, 1, "")
}

// year is the one year that a date names.
func year(date *string) *int {
	if date == nil {
		return nil
	}
	return edtf.YearOr(nil, *date)
}

func checkLife(tx *command.Tx, field string, birth, death *int) {
	if birth != nil && death != nil && *death < *birth {
		tx.Fault(apperr.UserInvalid, field, "Nobody dies before they are born.")
	}
}

// SetNames gives a person new names.
func SetNames(ctx context.Context, tx *command.Tx, in model.SetAuthorNamesInput) (publicid.ID, error) {
	s, err := hold(ctx, tx, in.ID, in.ExpectedVersion)
	if err != nil {
		return s.id, err
	}
	if err := checkNames(ctx, tx, in.Names); err != nil {
		return s.id, err
	}
	if tx.Faulty() {
		return s.id, tx.Faults()
	}
	p := person{id: s.id.UUID}
	if err := tx.QueryRow(ctx, "SELECT person_kind, birth_year FROM core.persons WHERE id = $1", p.id).Scan(&p.kind, &p.birthYear); err != nil {
		return s.id, err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM core.person_names WHERE person_id = $1", p.id); err != nil {
		return s.id, err
	}
	if err := p.writeNames(ctx, tx, in.Names); err != nil {
		return s.id, err
	}
	return s.changed(ctx, tx, "", nil)
}

// Delete hides a person whom nothing names any more.
func Delete(ctx context.Context, tx *command.Tx, in model.DeleteAuthorInput) (publicid.ID, error) {
	s, err := hold(ctx, tx, in.ID, in.ExpectedVersion)
	if err != nil {
		return s.id, err
	}
	var named bool
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM core.work_contributors c JOIN core.works w ON w.id = c.work_id AND w.deleted_at IS NULL WHERE c.person_id = $1)
		OR EXISTS (SELECT FROM core.expression_contributors c JOIN core.expressions e ON e.id = c.expression_id AND e.deleted_at IS NULL WHERE c.person_id = $1)`,
		s.id.UUID).Scan(&named)
	if err != nil {
		return s.id, err
	}
	if named {
		return s.id, tx.Stop(apperr.UserInvalidState, "id", "Works or translations still name this person.")
	}
	var set command.Set
	set.Add("deleted_at", tx.Now)
	set.Add("deleted_by", tx.By())
	return s.change(ctx, tx, &set, in.Reason, map[string]string{"reason": in.Reason})
}
