package translation

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/expression"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Update changes a translation's description.
func Update(ctx context.Context, tx *command.Tx, in model.UpdateTranslationInput) (publicid.ID, error) {
	s, err := holdCurrent(ctx, tx, in.ID, in.ExpectedVersion)
	if err != nil {
		return s.ID, err
	}
	set := columns(tx, in.Patch)
	if tx.Faulty() {
		return s.ID, tx.Faults()
	}
	if language, ok := in.Patch.Language.ValueOK(); ok {
		if err := tx.Language(ctx, "patch.language", *language); err != nil {
			return s.ID, err
		}
	}
	if people, ok := in.Patch.Contributors.ValueOK(); ok {
		if err := checkContributors(ctx, tx, "patch.contributors", people); err != nil {
			return s.ID, err
		}
	}
	if err := checkPatch(ctx, tx, s, in.Patch); err != nil || tx.Faulty() {
		return s.ID, orFaults(tx, err)
	}
	if err := replaceContributors(ctx, tx, s, in.Patch); err != nil {
		return s.ID, err
	}
	return s.Change(ctx, tx, set, deref(in.Message), in.Patch)
}

// columns gathers what the patch changes of the row.
func columns(tx *command.Tx, p model.TranslationPatch) *command.Set {
	var set command.Set
	if title, ok := command.Required(tx, "patch.title", p.Title); ok {
		set.Add("title", title)
	}
	if language, ok := command.Required(tx, "patch.language", p.Language); ok {
		set.Add("language", language)
	}
	if kind, ok := command.Required(tx, "patch.kind", p.Kind); ok {
		set.Add("expression_kind", string(kind))
	}
	if origin, ok := command.Required(tx, "patch.origin", p.Origin); ok {
		set.Add("origin", string(origin))
	}
	if completeness, ok := command.Required(tx, "patch.completeness", p.Completeness); ok {
		set.Add("completeness", string(completeness))
	}
	if quality, ok := command.Required(tx, "patch.quality", p.Quality); ok {
		set.Add("quality", quality)
		if tx.Actor.Role < identity.Editor {
			tx.Fault(apperr.UserForbidden, "patch.quality", "Editors say how well a text was proofread.")
		}
	}
	if source, ok := p.SourceExpressionID.ValueOK(); ok {
		set.Add("source_expression_id", uuidOf(source))
	}
	command.Give(&set, "subtitle", p.Subtitle)
	command.Give(&set, "form", p.Form)
	command.Give(&set, "year", p.Year)
	command.Give(&set, "notes", p.Notes)
	command.Give(&set, "provenance", p.Provenance)
	command.Give(&set, "source_url", p.SourceURL)
	command.Give(&set, "credit", p.Credit)
	return &set
}

// checkPatch looks at what the description would be with the patch.
func checkPatch(ctx context.Context, tx *command.Tx, s *expression.State, p model.TranslationPatch) error {
	c := claims{id: s.ID.UUID, work: s.Work, kind: s.Kind, language: s.Language}
	err := tx.QueryRow(ctx, "SELECT origin, coalesce(provenance, '') FROM core.expressions WHERE id = $1", s.ID.UUID).
		Scan(&c.origin, &c.provenance)
	if err != nil {
		return err
	}
	if kind, ok := p.Kind.ValueOK(); ok {
		c.kind = string(*kind)
	}
	if (c.kind == "ORIGINAL") != (s.Kind == "ORIGINAL") {
		return tx.Stop(apperr.UserInvalidState, "patch.kind", "An original stays one, and nothing becomes one.")
	}
	if language, ok := p.Language.ValueOK(); ok {
		c.language = *language
	}
	if origin, ok := p.Origin.ValueOK(); ok {
		c.origin = string(*origin)
	}
	if provenance, ok := p.Provenance.ValueOK(); ok {
		c.provenance = deref(provenance)
	}
	if given, ok := p.SourceExpressionID.ValueOK(); ok {
		c.source = given
	}
	return c.check(ctx, tx, "patch.")
}

func replaceContributors(ctx context.Context, tx *command.Tx, s *expression.State, p model.TranslationPatch) error {
	people, ok := p.Contributors.ValueOK()
	if !ok {
		return nil
	}
	if _, err := tx.Exec(ctx, "DELETE FROM core.expression_contributors WHERE expression_id = $1", s.ID.UUID); err != nil {
		return err
	}
	return writeContributors(ctx, tx, s.ID.UUID, people)
}

func holdCurrent(ctx context.Context, tx *command.Tx, id publicid.ID, expected int) (*expression.State, error) {
	s, err := expression.Hold(ctx, tx, "id", id)
	if err != nil {
		return s, err
	}
	return s, tx.Current("expectedVersion", expected, s.Version)
}

func orFaults(tx *command.Tx, err error) error {
	if err != nil {
		return err
	}
	return tx.Faults()
}

func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

func uuidOf(id *publicid.ID) *uuid.UUID {
	if id == nil {
		return nil
	}
	return &id.UUID
}
