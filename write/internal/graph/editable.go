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
		w, err := q.work(ctx, id)
		if err != nil || w == nil || !q.shown(ctx, id, w.Status == model.WorkStatusPublished && w.DeletedAt == nil, "core.works") {
			return nil, err
		}
		return w, nil
	case "PERSON":
		a, err := q.author(ctx, id)
		if err != nil || a == nil || !q.shown(ctx, id, a.Status == model.AuthorStatusPublished && a.DeletedAt == nil, "core.persons") {
			return nil, err
		}
		return a, nil
	case "EXPRESSION":
		t, err := q.visibleTranslation(ctx, id)
		if err != nil || t == nil {
			return nil, err
		}
		return t, nil
	case "TAG":
		t, err := q.tag(ctx, id)
		if err != nil || t == nil {
			return nil, err
		}
		return t, nil
	case "CATEGORY":
		c, err := q.category(ctx, id)
		if err != nil || c == nil {
			return nil, err
		}
		return c, nil
	}
	return nil, nil //nolint:nilnil // what is not there, or cannot be edited
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

// shown tells whether the actor may see an object that may not be public.
func (q queries) shown(ctx context.Context, id publicid.ID, public bool, table string) bool {
	if public {
		return true
	}
	var maker *uuid.UUID
	if err := q.DB.QueryRow(ctx, "SELECT created_by FROM "+table+" WHERE id = $1", id.UUID).Scan(&maker); err != nil {
		return false
	}
	var object policy.Object
	if maker != nil {
		object.Owner = *maker
	}
	return policy.Drafts.Judge(identity.From(ctx), object) == policy.Allow
}
