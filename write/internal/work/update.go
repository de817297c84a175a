package work

import (
	"context"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Update changes a work's description.
func Update(ctx context.Context, tx *command.Tx, in model.UpdateWorkInput) (publicid.ID, error) {
	s, err := holdCurrent(ctx, tx, in.ID, in.ExpectedVersion)
	if err != nil {
		return s.id, err
	}
	set, err := columns(ctx, tx, in.Patch)
	if err != nil {
		return s.id, err
	}
	return s.change(ctx, tx, set, deref(in.Message), in.Patch)
}

// columns gathers what the patch changes of the row. The years follow the date.
func columns(ctx context.Context, tx *command.Tx, p model.WorkPatch) (*command.Set, error) {
	language, hasLanguage := command.Required(tx, "patch.originalLanguage", p.OriginalLanguage)
	kind, hasKind := command.Required(tx, "patch.literatureType", p.LiteratureType)
	if hasLanguage {
		if err := tx.Language(ctx, "patch.originalLanguage", language); err != nil {
			return nil, err
		}
	}
	if tx.Faulty() {
		return nil, tx.Faults()
	}
	set := &command.Set{}
	if hasLanguage {
		set.Add("original_language", language)
	}
	if hasKind {
		set.Add("literature_type", string(kind))
	}
	if created, given := p.Created.ValueOK(); given {
		from, to := years(created)
		set.Add("created_edtf", created)
		set.Add("year_from", from)
		set.Add("year_to", to)
	}
	command.Give(set, "description", p.Description)
	return set, nil
}

// SetTitles gives a work new titles.
func SetTitles(ctx context.Context, tx *command.Tx, in model.SetWorkTitlesInput) (publicid.ID, error) {
	s, err := holdCurrent(ctx, tx, in.ID, in.ExpectedVersion)
	if err != nil {
		return s.id, err
	}
	if err := checkTitles(ctx, tx, in.Titles); err != nil || tx.Faulty() {
		return s.id, orFaults(tx, err)
	}
	if _, err := tx.Exec(ctx, "DELETE FROM core.work_titles WHERE work_id = $1", s.id.UUID); err != nil {
		return s.id, err
	}
	if err := writeTitles(ctx, tx, s.id.UUID, in.Titles); err != nil {
		return s.id, err
	}
	return s.changed(ctx, tx, "", nil)
}

// SetContributors names a work's contributors anew.
func SetContributors(ctx context.Context, tx *command.Tx, in model.SetWorkContributorsInput) (publicid.ID, error) {
	s, err := holdCurrent(ctx, tx, in.ID, in.ExpectedVersion)
	if err != nil {
		return s.id, err
	}
	if err := checkContributors(ctx, tx, in.Contributors); err != nil || tx.Faulty() {
		return s.id, orFaults(tx, err)
	}
	if _, err := tx.Exec(ctx, "DELETE FROM core.work_contributors WHERE work_id = $1", s.id.UUID); err != nil {
		return s.id, err
	}
	if err := writeContributors(ctx, tx, s.id.UUID, in.Contributors); err != nil {
		return s.id, err
	}
	return s.changed(ctx, tx, "", nil)
}
