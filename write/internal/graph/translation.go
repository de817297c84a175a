package graph

import (
	"context"

	"github.com/tercul/tercul/write/internal/expression"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/text"
	"github.com/tercul/tercul/write/internal/translation"
)

func changeTranslation[In any](ctx context.Context, r *Resolver, name string, in In, body changes[In]) (*model.TranslationPayload, error) {
	t, faults, err := run(ctx, r, name, in, body, r.translation)
	if err != nil {
		return nil, err
	}
	return &model.TranslationPayload{Translation: t, UserErrors: faults}, nil
}

func (r *Resolver) translation(ctx context.Context, id publicid.ID) (*model.Translation, error) {
	return expression.Load(ctx, r.DB, id.UUID)
}

// CreateTranslation makes a translation.
func (m mutations) CreateTranslation(ctx context.Context, in model.CreateTranslationInput) (*model.TranslationPayload, error) {
	t, proposed, faults, err := made(ctx, m.Resolver, "createTranslation", in, m.Contributions.CreateTranslation, m.translation)
	if err != nil {
		return nil, err
	}
	return &model.TranslationPayload{Translation: t, Contribution: proposed, UserErrors: faults}, nil
}

// UpdateTranslation changes a translation's description.
func (m mutations) UpdateTranslation(ctx context.Context, in model.UpdateTranslationInput) (*model.TranslationPayload, error) {
	return changeTranslation(ctx, m.Resolver, "updateTranslation", in, translation.Update)
}

// PublishTranslation lets everybody read a translation.
func (m mutations) PublishTranslation(ctx context.Context, in model.PublishTranslationInput) (*model.TranslationPayload, error) {
	return changeTranslation(ctx, m.Resolver, "publishTranslation", in, translation.Publish)
}

// UnpublishTranslation takes a translation back.
func (m mutations) UnpublishTranslation(ctx context.Context, in model.UnpublishTranslationInput) (*model.TranslationPayload, error) {
	return changeTranslation(ctx, m.Resolver, "unpublishTranslation", in, translation.Unpublish)
}

// DeleteTranslation deletes a translation.
func (m mutations) DeleteTranslation(ctx context.Context, in model.DeleteTranslationInput) (*model.DeletedPayload, error) {
	return deleted(ctx, m.Resolver, "deleteTranslation", in, translation.Delete)
}

// RestoreTranslation brings a deleted translation back.
func (m mutations) RestoreTranslation(ctx context.Context, in model.RestoreTranslationInput) (*model.TranslationPayload, error) {
	return changeTranslation(ctx, m.Resolver, "restoreTranslation", in, translation.Restore)
}

// SetText writes a text.
func (m mutations) SetText(ctx context.Context, in model.SetTextInput) (*model.TranslationPayload, error) {
	return changeTranslation(ctx, m.Resolver, "setText", in, text.Set)
}

// RevertText sets a text back to an earlier revision.
func (m mutations) RevertText(ctx context.Context, in model.RevertTextInput) (*model.TranslationPayload, error) {
	return changeTranslation(ctx, m.Resolver, "revertText", in, text.Revert)
}

// Text has the fields of a text that are read by themselves.
func (r *Resolver) Text() TextResolver { return texts{r} }

type texts struct{ *Resolver }

// Plain reads a whole text.
func (t texts) Plain(ctx context.Context, of *model.Text) (string, error) {
	return text.Plain(ctx, t.DB, of)
}

// Lines reads a page of lines.
func (t texts) Lines(ctx context.Context, of *model.Text, first *int, after *string) (*model.TextLineConnection, error) {
	return text.Page(ctx, t.DB, of, first, after)
}
