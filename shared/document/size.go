package document

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/shared/input"
)

// size finds what decides how many items a list or connection answers.
func (m *measurer) size(f *ast.Field) size {
	directive := f.Definition.Directives.ForName("listSize")
	limit := directiveInt(directive, "max", 0)
	assumed := size{variable: -1, fixed: directiveInt(directive, "assumed", input.NoSize)}
	name := directiveText(directive, "argument")
	if directive == nil && f.Definition.Directives.ForName("cost") == nil {
		name = "first"
	}
	arg := f.Definition.Arguments.ForName(name)
	if arg == nil {
		return assumed
	}
	given := f.Arguments.ForName(name)
	switch {
	case given == nil && arg.DefaultValue == nil, given != nil && given.Value.Kind == ast.NullValue:
		return m.unknown(limit)
	case given == nil:
		return size{variable: -1, fixed: literalSize(arg.DefaultValue)}
	case given.Value.Kind == ast.Variable:
		return m.variable(f, given.Value, arg, limit)
	}
	n := literalSize(given.Value)
	literal := bound{variable: -1, measure: measureOf(arg), max: limit}
	if err := literal.check(strings.Join(append(m.path, name), "."), n); err != nil && m.err == nil {
		m.err = err.WithLocation(given.Position.Line, given.Position.Column)
	}
	return size{variable: -1, fixed: n}
}

func measureOf(arg *ast.ArgumentDefinition) input.Measure {
	if arg.Type.Elem != nil {
		return input.Items
	}
	return input.Value
}

func (m *measurer) unknown(limit int) size {
	if limit == 0 {
		limit = m.checker.limits.Page
	}
	return size{variable: -1, fixed: limit}
}

// variable notes a variable that a size depends on, and its bound.
func (m *measurer) variable(f *ast.Field, value *ast.Value, arg *ast.ArgumentDefinition, limit int) size {
	index := slices.Index(m.doc.sized, value.Raw)
	if index < 0 {
		index = len(m.doc.sized)
		m.doc.sized = append(m.doc.sized, value.Raw)
	}
	b := bound{variable: index, name: fmt.Sprintf("%s of %s", arg.Name, f.Name), measure: measureOf(arg), max: limit}
	if !slices.Contains(m.doc.bounds, b) {
		m.doc.bounds = append(m.doc.bounds, b)
	}
	fallback := m.unknown(limit)
	if arg.DefaultValue != nil {
		fallback.fixed = literalSize(arg.DefaultValue)
	}
	return size{variable: index, fixed: fallback.fixed}
}

// literalSize is an Int's value or a list's length.
func literalSize(v *ast.Value) int {
	switch v.Kind {
	case ast.ListValue:
		return len(v.Children)
	case ast.IntValue:
		n, err := strconv.ParseInt(v.Raw, 10, 32)
		if err != nil {
			return ceiling
		}
		return int(n)
	case ast.NullValue:
		return input.NoSize
	}
	return 1
}

func directiveInt(d *ast.Directive, name string, absent int) int {
	n, err := strconv.Atoi(directiveText(d, name))
	if err != nil {
		return absent
	}
	return n
}

func directiveText(d *ast.Directive, name string) string {
	if d == nil {
		return ""
	}
	arg := d.Arguments.ForName(name)
	if arg == nil || arg.Value == nil || arg.Value.Kind == ast.NullValue {
		return ""
	}
	return arg.Value.Raw
}
