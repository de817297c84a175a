package graph

import (
	"context"

	"github.com/tercul/tercul/write/internal/author"
	"github.com/tercul/tercul/write/internal/category"
	"github.com/tercul/tercul/write/internal/classify"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/tag"
	"github.com/tercul/tercul/write/internal/work"
)

func changeTag[In any](ctx context.Context, r *Resolver, name string, in In, body changes[In]) (*model.TagPayload, error) {
	t, faults, err := run(ctx, r, name, in, body, r.tag)
	if err != nil {
		return nil, err
	}
	return &model.TagPayload{Tag: t, UserErrors: faults}, nil
}

func (r *Resolver) tag(ctx context.Context, id publicid.ID) (*model.Tag, error) {
	return tag.Load(ctx, r.DB, id.UUID)
}

func changeCategory[In any](ctx context.Context, r *Resolver, name string, in In, body changes[In]) (*model.CategoryPayload, error) {
	c, faults, err := run(ctx, r, name, in, body, r.category)
	if err != nil {
		return nil, err
	}
	return &model.CategoryPayload{Category: c, UserErrors: faults}, nil
}

func (r *Resolver) category(ctx context.Context, id publicid.ID) (*model.Category, error) {
	return category.Load(ctx, r.DB, id.UUID)
}

func file[In any](ctx context.Context, r *Resolver, name string, in In, body changes[In]) (*model.FiledSubjectPayload, error) {
	filed, faults, err := run(ctx, r, name, in, body, func(ctx context.Context, id publicid.ID) (*model.FiledSubject, error) {
		return classify.Load(ctx, r.DB, id)
	})
	if err != nil {
		return nil, err
	}
	return &model.FiledSubjectPayload{Filed: filed, UserErrors: faults}, nil
}

// CreateTag makes a tag.
func (m mutations) CreateTag(ctx context.Context, in model.CreateTagInput) (*model.TagPayload, error) {
	return changeTag(ctx, m.Resolver, "createTag", in, tag.Create)
}

// UpdateTag changes a tag.
func (m mutations) UpdateTag(ctx context.Context, in model.UpdateTagInput) (*model.TagPayload, error) {
	return changeTag(ctx, m.Resolver, "updateTag", in, tag.Update)
}

// TagSubject puts tags on something.
func (m mutations) TagSubject(ctx context.Context, in model.TagSubjectInput) (*model.FiledSubjectPayload, error) {
	return file(ctx, m.Resolver, "tagSubject", in, classify.Tag)
}

// UntagSubject takes tags off something.
func (m mutations) UntagSubject(ctx context.Context, in model.UntagSubjectInput) (*model.FiledSubjectPayload, error) {
	return file(ctx, m.Resolver, "untagSubject", in, classify.Untag)
}

// CreateCategory makes a category.
func (m mutations) CreateCategory(ctx context.Context, in model.CreateCategoryInput) (*model.CategoryPayload, error) {
	return changeCategory(ctx, m.Resolver, "createCategory", in, category.Create)
}

// UpdateCategory renames a category or moves it.
func (m mutations) UpdateCategory(ctx context.Context, in model.UpdateCategoryInput) (*model.CategoryPayload, error) {
	return changeCategory(ctx, m.Resolver, "updateCategory", in, category.Update)
}

// SetCategories files something under other categories than before.
func (m mutations) SetCategories(ctx context.Context, in model.SetCategoriesInput) (*model.FiledSubjectPayload, error) {
	return file(ctx, m.Resolver, "setCategories", in, classify.SetCategories)
}

// MergeWorks makes one work of several.
func (m mutations) MergeWorks(ctx context.Context, in model.MergeWorksInput) (*model.WorkPayload, error) {
	return changeWork(ctx, m.Resolver, "mergeWorks", in, work.Merge)
}

// MergeAuthors makes one author of several.
func (m mutations) MergeAuthors(ctx context.Context, in model.MergeAuthorsInput) (*model.AuthorPayload, error) {
	return changeAuthor(ctx, m.Resolver, "mergeAuthors", in, author.Merge)
}
