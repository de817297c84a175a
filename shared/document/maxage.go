package document

import (
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// MaxAge is how many seconds answers stay fresh in shared caches: the shortest
// `@cacheControl(maxAge:)` of the fields asked for, 0 where none has one.
func (d *Document) MaxAge() int {
	shortest := -1
	var visit func(set ast.SelectionSet)
	visit = func(set ast.SelectionSet) {
		for _, sel := range set {
			switch s := sel.(type) {
			case *ast.Field:
				if age, ok := maxAge(s.Definition); ok && (shortest < 0 || age < shortest) {
					shortest = age
				}
				visit(s.SelectionSet)
			case *ast.InlineFragment:
				visit(s.SelectionSet)
			case *ast.FragmentSpread:
				visit(s.Definition.SelectionSet)
			}
		}
	}
	visit(d.Operation.SelectionSet)
	return max(shortest, 0)
}

func maxAge(def *ast.FieldDefinition) (int, bool) {
	if def == nil {
		return 0, false
	}
	directive := def.Directives.ForName("cacheControl")
	if directive == nil {
		return 0, false
	}
	arg := directive.Arguments.ForName("maxAge")
	if arg == nil {
		return 0, false
	}
	age, err := strconv.Atoi(arg.Value.Raw)
	return age, err == nil
}
