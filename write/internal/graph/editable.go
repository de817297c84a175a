package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/expression"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Editable answers an object as it is now. Whoever may not see drafts sees what
// everybody sees.
func (q queries) Editable(ctx context.Context, id publicid.ID) (model.Editable, error) {
	switch id.Kind {
	case "WORK":
		return anEditable(q.visibleWork(ctx, id))
	case "PERSON":
		return anEditable(q.visibleAuthor(ctx, id))
	case "EXPRESSION":
		return anEditable(q.visibleTranslation(ctx, id))
	case "TAG":
		return anEditable(q.tag(ctx, id))
	case "CATEGORY":
		return anEditable(q.category(ctx, id))
	}
	return nil, nil //nolint:nilnil // what is not there, or cannot be edited
}

// anEditable is the object, or a nil of the interface where there is none.
func anEditable[T any, P interface {
	*T
	model.Editable
}](object P, err error) (model.Editable, error) {
	if err != nil || object == nil {
		return nil, err
	}
	return object, nil
}

func (q queries) visibleWork(ctx context.Context, id publicid.ID) (*model.Work, error) {
	w, err := q.work(ctx, id)
	if err != nil || w == nil || !q.shown(ctx, id, w.Status == model.WorkStatusPublished && w.DeletedAt == nil, "core.works") {
		return nil, err
	}
	return w, nil
}

func (q queries) visibleAuthor(ctx context.Context, id publicid.ID) (*model.Author, error) {
	a, err := q.author(ctx, id)
	if err != nil || a == nil || !q.shown(ctx, id, a.Status == model.AuthorStatusPublished && a.DeletedAt == nil, "core.persons") {
		return nil, err
	}
	return a, nil
}

// visibleTranslation is an expression that everybody sees, or the actor as its
// maker, its translator or an editor; nil where the actor sees none.
func (q queries) visibleTranslation(ctx context.Context, id publicid.ID) (*model.Translation, error) {
	t, err := q.translation(ctx, id)
	if err != nil || t == nil {
		return nil, err
	}
	seen, err := expression.Seen(ctx, q.DB, id.UUID)
	if err != nil || !seen {
		return nil, err
	}
	return t, nil
}

// shown tells whether the actor may see an object, public or not.
func (q queries) shown(ctx context.Context, id publicid.ID, public bool, table string) bool {
	object := policy.Object{Public: public}
	if !public {
		var maker *uuid.UUID
		if err := q.DB.QueryRow(ctx, "SELECT created_by FROM "+table+" WHERE id = $1", id.UUID).Scan(&maker); err != nil {
			return false
		}
		if maker != nil {
			object.Owner = *maker
		}
	}
	return policy.Drafts.Judge(identity.From(ctx), object) == policy.Allow
}
