package plan

import "github.com/vektah/gqlparser/v2/ast"

// condition tells whether a field is asked for, by its @include and @skip and
// those of the fragments around it. A field may be asked for in several places:
// it is there if any of them holds (GraphQL 6.3.2, field merging).
type condition []allOf

// allOf is a conjunction of tests; an empty one always holds.
type allOf []test

type test struct {
	get  value
	want bool
}

func (c condition) always() bool {
	for _, all := range c {
		if len(all) == 0 {
			return true
		}
	}
	return false
}

func (c condition) holds(vars Vars) bool {
	for _, all := range c {
		if all.holds(vars) {
			return true
		}
	}
	return false
}

func (a allOf) holds(vars Vars) bool {
	for _, t := range a {
		if got, _ := t.get(vars); got != t.want {
			return false
		}
	}
	return true
}

// and adds the tests of directives to a conjunction; never is true where a
// literal settles that the selection is left out.
func (a allOf) and(directives ast.DirectiveList) (out allOf, never bool, err error) {
	out = a
	for _, d := range directives {
		if d.Name != "include" && d.Name != "skip" {
			continue
		}
		want := d.Name == "include"
		arg := d.Arguments.ForName("if")
		if arg.Value.Kind == ast.BooleanValue {
			if (arg.Value.Raw == "true") != want {
				return nil, true, nil
			}
			continue
		}
		get, err := compileValue(arg.Value, nil)
		if err != nil {
			return nil, false, err
		}
		out = append(out[:len(out):len(out)], test{get, want})
	}
	return out, false, nil
}
