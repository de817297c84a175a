package work

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/edtf"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/translation"
)

// Create makes a work as a draft.
func Create(ctx context.Context, tx *command.Tx, in model.CreateWorkInput) (publicid.ID, error) {
	if err := checkNew(ctx, tx, in); err != nil || tx.Faulty() {
		return publicid.ID{}, orFaults(tx, err)
	}
	id, err := tx.NewSubject(ctx, "WORK")
	if err != nil {
		return id, err
	}
	if err := tx.Lock(ctx, id.UUID); err != nil {
		return id, err
	}
	from, to := years(in.Created)
	_, err = tx.Exec(ctx, `INSERT INTO core.works (id, original_language, literature_type, created_edtf, year_from, year_to, description, created_by, updated_by, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $9)`,
		id.UUID, in.OriginalLanguage, string(in.LiteratureType), in.Created, from, to, in.Description, tx.By(), tx.Now)
	if err != nil {
		return id, err
	}
	return id, fill(ctx, tx, id, in)
}

func checkNew(ctx context.Context, tx *command.Tx, in model.CreateWorkInput) error {
	if err := tx.Language(ctx, "originalLanguage", in.OriginalLanguage); err != nil {
		return err
	}
	if err := checkTitles(ctx, tx, in.Titles); err != nil {
		return err
	}
	if err := checkContributors(ctx, tx, in.Contributors); err != nil {
		return err
	}
	return checkLinks(ctx, tx, in.TagIds, in.CategoryIds)
}

// fill writes what belongs to a new work.
func fill(ctx context.Context, tx *command.Tx, id publicid.ID, in model.CreateWorkInput) error {
	if err := writeTitles(ctx, tx, id.UUID, in.Titles); err != nil {
		return err
	}
	if err := writeContributors(ctx, tx, id.UUID, in.Contributors); err != nil {
		return err
	}
	if err := writeLinks(ctx, tx, id.UUID, in.TagIds, in.CategoryIds); err != nil {
		return err
	}
	if err := tx.Slug(ctx, id, uuid.Nil, in.Titles[0].Title); err != nil {
		return err
	}
	tx.Audit(id.UUID, 1, nil)
	if err := tx.Revise(ctx, id, 1, ""); err != nil || in.Text == nil {
		return err
	}
	return translation.Original(ctx, tx, id, in.OriginalLanguage, titleOf(in), *in.Text)
}

// titleOf is the title that the original text bears: the one in its language.
func titleOf(in model.CreateWorkInput) string {
	title := in.Titles[0].Title
	for _, t := range in.Titles {
		if t.Language == in.OriginalLanguage && t.Kind == model.TitleKindPrimary {
			title = t.Title
		}
	}
	return title
}

// orFaults is the error, or the faults found so far.
func orFaults(tx *command.Tx, err error) error {
	if err != nil {
		return err
	}
	return tx.Faults()
}

func years(date *string) (from, to *int) {
	if date == nil {
		return nil, nil
	}
	return edtf.Years(*date)
}
