package plan

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/shared/apperr"
)

// maxKey is the longest response name; PostgreSQL cuts longer column names.
const maxKey = 63

// selected is one response key of a selection with all the places that ask for it.
type selected struct {
	key    string
	field  *ast.Field
	cond   condition
	nested []conditional
}

// conditional is a selection set under the condition of what holds it.
type conditional struct {
	set  ast.SelectionSet
	cond allOf
}

// collect merges the selections that apply to an object type, in the order in
// which they first appear (GraphQL 6.3.2, CollectFields).
func (c *compiler) collect(sets []conditional, object *ast.Definition) ([]*selected, error) {
	var out []*selected
	index := map[string]*selected{}
	for _, s := range sets {
		if err := c.collectInto(s, object, index, &out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c *compiler) collectInto(from conditional, object *ast.Definition, index map[string]*selected, out *[]*selected) error {
	for _, sel := range from.set {
		switch s := sel.(type) {
		case *ast.Field:
			if err := c.collectField(s, from.cond, index, out); err != nil {
				return err
			}
		case *ast.InlineFragment:
			on := s.TypeCondition
			if on == "" {
				on = object.Name
			}
			if err := c.collectFragment(s.SelectionSet, s.Directives, on, from.cond, object, index, out); err != nil {
				return err
			}
		case *ast.FragmentSpread:
			d := s.Definition
			if err := c.collectFragment(d.SelectionSet, s.Directives, d.TypeCondition, from.cond, object, index, out); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *compiler) collectFragment(set ast.SelectionSet, directives ast.DirectiveList, on string, outer allOf,
	object *ast.Definition, index map[string]*selected, out *[]*selected) error {
	if !c.applies(on, object) {
		return nil
	}
	cond, never, err := outer.and(directives)
	if never || err != nil {
		return err
	}
	return c.collectInto(conditional{set, cond}, object, index, out)
}

func (c *compiler) collectField(f *ast.Field, outer allOf, index map[string]*selected, out *[]*selected) error {
	cond, never, err := outer.and(f.Directives)
	if never || err != nil {
		return err
	}
	if len(f.Alias) > maxKey {
		return apperr.Newf(apperr.InputLimit, "The response name %s is longer than %d characters.", f.Alias, maxKey)
	}
	s, ok := index[f.Alias]
	if !ok {
		s = &selected{key: f.Alias, field: f}
		index[f.Alias] = s
		*out = append(*out, s)
	}
	s.cond = append(s.cond, cond)
	if len(f.SelectionSet) > 0 {
		s.nested = append(s.nested, conditional{f.SelectionSet, cond})
	}
	return nil
}

// applies tells whether a fragment on a type applies to an object type.
func (c *compiler) applies(on string, object *ast.Definition) bool {
	if on == object.Name {
		return true
	}
	for _, t := range c.schema.PossibleTypes[on] {
		if t.Name == object.Name {
			return true
		}
	}
	return false
}
