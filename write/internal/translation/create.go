package translation

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/rights"
	"github.com/tercul/tercul/write/internal/slugs"
	"github.com/tercul/tercul/write/internal/text"
)

// Create makes a translation of a work, or its original text, as a draft.
func Create(ctx context.Context, tx *command.Tx, in model.CreateTranslationInput) (publicid.ID, error) {
	if err := tx.Lock(ctx, in.WorkID.UUID); err != nil {
		return publicid.ID{}, err
	}
	found, err := tx.One(ctx, []any{new(int)}, "SELECT 1 FROM core.works WHERE id = $1 AND deleted_at IS NULL", in.WorkID.UUID)
	if err != nil {
		return publicid.ID{}, err
	}
	if !found {
		return publicid.ID{}, tx.NotFound("workId")
	}
	if err := checkNew(ctx, tx, in); err != nil || tx.Faulty() {
		return publicid.ID{}, orFaults(tx, err)
	}
	return add(ctx, tx, in)
}

func checkNew(ctx context.Context, tx *command.Tx, in model.CreateTranslationInput) error {
	if err := tx.Language(ctx, "language", in.Language); err != nil {
		return err
	}
	if err := checkContributors(ctx, tx, "contributors", in.Contributors); err != nil {
		return err
	}
	c := claims{work: in.WorkID.UUID, kind: string(in.Kind), language: in.Language, source: in.SourceExpressionID,
		origin: string(in.Origin), provenance: deref(in.Provenance)}
	return c.check(ctx, tx, "")
}

// add writes a new expression and what belongs to it.
func add(ctx context.Context, tx *command.Tx, in model.CreateTranslationInput) (publicid.ID, error) {
	id, err := tx.NewSubject(ctx, "EXPRESSION")
	if err != nil {
		return id, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO core.expressions (id, work_id, expression_kind, language, title, subtitle, source_expression_id, origin, completeness,
			form, year, notes, provenance, source_url, credit, quality, created_by, updated_by, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0, $16, $16, $17, $17)`,
		id.UUID, in.WorkID.UUID, string(in.Kind), in.Language, in.Title, in.Subtitle, uuidOf(in.SourceExpressionID), string(in.Origin), string(in.Completeness),
		in.Form, in.Year, in.Notes, in.Provenance, in.SourceURL, in.Credit, tx.By(), tx.Now)
	if err != nil {
		return id, err
	}
	if err := writeContributors(ctx, tx, id.UUID, in.Contributors); err != nil {
		return id, err
	}
	if err := addSlug(ctx, tx, id, in); err != nil {
		return id, err
	}
	tx.Audit(id.UUID, 1, nil)
	if err := tx.Revise(ctx, id, 1, ""); err != nil {
		return id, err
	}
	if in.Rights != nil {
		if err := rights.State(ctx, tx, id, "rights", *in.Rights); err != nil {
			return id, err
		}
	}
	if in.Text == nil {
		return id, nil
	}
	return id, text.Write(ctx, tx, id, "text", *in.Text)
}

// addSlug names an expression within its work: en.longfellow, it.original.
func addSlug(ctx context.Context, tx *command.Tx, id publicid.ID, in model.CreateTranslationInput) error {
	hand := "translator"
	switch {
	case in.Kind == model.ExpressionKindOriginal:
		hand = "original"
	case in.Origin == model.TranslationOriginMachine:
		hand = "machine"
	case len(in.Contributors) > 0:
		name := deref(in.Contributors[0].CreditedAs)
		if name == "" {
			err := tx.QueryRow(ctx, "SELECT name FROM core.person_names WHERE person_id = $1 ORDER BY name_kind <> 'PRIMARY', position LIMIT 1",
				in.Contributors[0].PersonID.UUID).Scan(&name)
			if err != nil {
				return err
			}
		}
		if family := slugs.Family(name); family != "" {
			hand = family
		}
	}
	return tx.SlugOf(ctx, id, in.WorkID.UUID, slugs.Make(in.Language)+"."+hand)
}

// Original makes the original text of a new work.
func Original(ctx context.Context, tx *command.Tx, work publicid.ID, language, title, words string) error {
	_, err := add(ctx, tx, model.CreateTranslationInput{
		WorkID: work, Kind: model.ExpressionKindOriginal, Language: language, Title: title,
		Origin: model.TranslationOriginHuman, Completeness: model.CompletenessComplete, Text: &words,
	})
	return err
}

func checkContributors(ctx context.Context, tx *command.Tx, field string, people []model.TranslationContributorInput) error {
	type part struct {
		person publicid.ID
		role   model.TranslationRole
	}
	seen, ids := map[part]bool{}, make([]publicid.ID, len(people))
	for i, p := range people {
		ids[i] = p.PersonID
		if key := (part{p.PersonID, p.Role}); seen[key] {
			tx.Fault(apperr.UserDuplicate, field+"."+strconv.Itoa(i), "This person is named twice in this role.")
		} else {
			seen[key] = true
		}
	}
	return tx.Existing(ctx, field, "SELECT id FROM core.persons WHERE id = ANY($1) AND deleted_at IS NULL FOR KEY SHARE", ids)
}

func writeContributors(ctx context.Context, tx *command.Tx, expression uuid.UUID, people []model.TranslationContributorInput) error {
	for i, p := range people {
		_, err := tx.Exec(ctx, "INSERT INTO core.expression_contributors (expression_id, person_id, role, position, credited_as) VALUES ($1, $2, $3, $4, $5)",
			expression, p.PersonID.UUID, string(p.Role), i, p.CreditedAs)
		if err != nil {
			return err
		}
	}
	return nil
}
