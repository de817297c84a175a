package plan

import (
	"slices"
	"unicode/utf8"
)

// beginning is a field of beginnings, and the order that goes by them.
type beginning struct{ field, alphabet string }

// asked are the conditions on the outermost level of a request's filter.
func (n *filterNode) asked(vars Vars) map[string]any {
	val, _ := n.arg.get(vars)
	obj, _ := val.(map[string]any)
	return obj
}

// finds tells whether indexes find what the filter leaves, and find less of it than
// lies along the order.
func (n *filterNode) finds(w *writer, sort string) bool {
	if n == nil || n.crowded(w, sort) {
		return false
	}
	if w.sample && !n.arg.fixed {
		return w.full
	}
	return found(n.asked(w.vars))
}

// found tells the same of a filter's value: one condition is enough, each of
// alternatives needs one, and what is excluded is none.
func found(obj map[string]any) bool {
	for name, val := range obj {
		items, _ := val.([]any)
		switch {
		case val == nil || name == "not":
		case name == "and":
			if slices.ContainsFunc(items, foundItem) {
				return true
			}
		case name == "or":
			if !slices.ContainsFunc(items, func(item any) bool { return !foundItem(item) }) {
				return true
			}
		default:
			return true
		}
	}
	return false
}

func foundItem(item any) bool {
	obj, _ := item.(map[string]any)
	return found(obj)
}

// singles tells whether the filter singles out a few rows. A sample does not: it
// is for the shapes that most filters have.
func (n *filterNode) singles(w *writer) bool {
	if n == nil || w.sample && !n.arg.fixed {
		return false
	}
	asked := n.asked(w.vars)
	return slices.ContainsFunc(n.single, func(name string) bool { return asked[name] != nil })
}

// crowded tells whether the filter asks for one letter, with which very much
// begins, in an order by something else.
func (n *filterNode) crowded(w *writer, sort string) bool {
	if n.begins.field == "" || sort == n.begins.alphabet || w.sample && !n.arg.fixed {
		return false
	}
	letter, _ := n.asked(w.vars)[n.begins.field].(string)
	return utf8.RuneCountInString(letter) == 1
}
