package importer

import (
	"context"

	"github.com/google/uuid"
)

// syncExpressions stores the expressions of a batch, then their texts.
func (s *step) syncExpressions(ctx context.Context, list []*expression) error {
	list, err := s.notGone(ctx, list)
	if err != nil {
		return err
	}
	described, err := s.notEdited(ctx, list)
	if err != nil {
		return err
	}
	if err := s.describe(ctx, described); err != nil {
		return err
	}
	return s.syncTexts(ctx, list)
}

// notGone leaves out the expressions that were removed from the library.
func (s *step) notGone(ctx context.Context, list []*expression) ([]*expression, error) {
	batch, err := leaveGone(ctx, s, "core.expressions", entries(list))
	rest := make([]*expression, len(batch))
	for i, e := range batch {
		rest[i] = e.val
	}
	return rest, err
}

func entries(list []*expression) []entry[*expression] {
	batch := make([]entry[*expression], len(list))
	for i, e := range list {
		batch[i] = entry[*expression]{at: e.at, key: e.id, val: e}
	}
	return batch
}

// notEdited leaves out the expressions that somebody edited in the library.
func (s *step) notEdited(ctx context.Context, list []*expression) ([]*expression, error) {
	edited, err := leaveEdited(ctx, s, "core.expressions", entries(list), func(e entry[*expression]) uuid.UUID { return e.key })
	if err != nil {
		return nil, err
	}
	var rest []*expression
	for _, e := range list {
		if !edited[e.id] {
			rest = append(rest, e)
		}
	}
	return rest, nil
}

func (s *step) describe(ctx context.Context, list []*expression) error {
	var base, contributors, rights [][]any
	wants := make([]slugWant, len(list))
	for i, e := range list {
		base, rights = append(base, e.row()), append(rights, e.rightsRow())
		for n, t := range e.translators {
			contributors = append(contributors, []any{e.id, t.person, "TRANSLATOR", n, null(t.credited)})
		}
		wants[i] = slugWant{at: e.at, id: e.id, scope: e.workID, asked: e.slug, from: e.slugFrom}
	}
	if err := s.copyInto(ctx, expressionsTable, base); err != nil {
		return err
	}
	if err := s.copyInto(ctx, expressionContributorsTable, contributors); err != nil {
		return err
	}
	if err := s.copyInto(ctx, rightsTable, rights); err != nil {
		return err
	}
	if err := s.addSubjects(ctx, "EXPRESSION", expressionsTable); err != nil {
		return err
	}
	if err := s.assignSlugs(ctx, "EXPRESSION", wants); err != nil {
		return err
	}
	for _, child := range []table{expressionContributorsTable, rightsTable} {
		if err := s.syncChildren(ctx, expressionsTable, child); err != nil {
			return err
		}
	}
	return s.renewSubjects(ctx, expressionsTable)
}
