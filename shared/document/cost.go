package document

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/input"
)

// ceiling stops sums from overflowing; nothing near it is ever allowed.
const ceiling = 1 << 40

// costNode is one field of the executed operation.
type costNode struct {
	weight   int  // added once
	object   int  // 1 where each item is an object that counts
	list     bool // multiplied by the size
	paging   bool // hands its size down to the lists in it
	size     size
	variants [][]*costNode // the dearest counts
}

// size is a number of items: a variable's, or a fixed one, or input.NoSize.
type size struct {
	variable int // index among the sized variables, -1 for none
	fixed    int // where there is no variable, or none given
}

var unsized = size{variable: -1, fixed: input.NoSize}

func (s size) of(sizes []int) int {
	if s.variable >= 0 && s.variable < len(sizes) && sizes[s.variable] != input.NoSize {
		return sizes[s.variable]
	}
	return s.fixed
}

// bound is what an argument that sets a size allows.
type bound struct {
	variable int
	name     string
	max      int
}

// total is the cost of a field, given the size that the connection around it
// handed down.
func (n *costNode) total(sizes []int, inherited int) int {
	own := n.size.of(sizes)
	items, handed := 1, input.NoSize
	switch {
	case n.list && own != input.NoSize:
		items = own
	case n.list && inherited != input.NoSize:
		items = inherited
	case n.paging:
		handed = own
	}
	dearest := 0
	for _, fields := range n.variants {
		sum := 0
		for _, f := range fields {
			sum = min(sum+f.total(sizes, handed), ceiling)
		}
		dearest = max(dearest, sum)
	}
	return min(n.weight+items*(n.object+dearest), ceiling)
}

// CostOf returns the cost with these sizes of its variables.
func (d *Document) CostOf(sizes []int) int { return d.root.total(sizes, input.NoSize) }

// Check refuses sizes beyond what their arguments allow, and a cost beyond the
// limit. Sizes come from Variables.Canonical.
func (d *Document) Check(sizes []int) error {
	var faults apperr.List
	for _, b := range d.bounds {
		if err := b.check("variables."+d.sized[b.variable], sizes[b.variable]); err != nil {
			faults = append(faults, err)
		}
	}
	if err := faults.Err(); err != nil {
		return err
	}
	if len(d.sized) == 0 {
		return nil
	}
	return d.affordable(d.CostOf(sizes))
}

func (b bound) check(path string, n int) *apperr.Error {
	switch {
	case n == input.NoSize: // not given, and no default: the argument's own
		return nil
	case n < 1:
		return apperr.Newf(apperr.BadRequest, "%s: %s: at least 1 is needed.", path, b.name).WithField(path)
	case b.max > 0 && n > b.max:
		return apperr.Newf(apperr.InputLimit, "%s: %s: at most %d are allowed.", path, b.name, b.max).WithField(path)
	}
	return nil
}

func (d *Document) affordable(cost int) error {
	if cost <= d.limits.Cost {
		return nil
	}
	return apperr.Newf(apperr.CostLimit, "The query costs %s; %d is allowed. Ask for fewer items, or for less of each.",
		costText(cost), d.limits.Cost)
}

func costText(cost int) string {
	if cost >= ceiling {
		return "far too much"
	}
	return strconv.Itoa(cost)
}

// cost makes the node of a field from its type and the schema's directives.
func (m *measurer) cost(same []*ast.Field) *costNode {
	f := same[0]
	def := m.checker.schema.Types[f.Definition.Type.Name()]
	n := &costNode{
		weight: directiveInt(f.Definition.Directives.ForName("cost"), "weight", 0),
		list:   f.Definition.Type.Elem != nil,
		paging: strings.HasSuffix(def.Name, "Connection"),
		size:   unsized,
	}
	if def.IsCompositeType() && !isPaging(def.Name) {
		n.object = 1
	}
	if n.list || n.paging {
		n.size = m.size(f)
	}
	return n
}

func isPaging(name string) bool {
	return name == "PageInfo" || strings.HasSuffix(name, "Connection") || strings.HasSuffix(name, "Edge")
}

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
	if err := (bound{variable: -1, name: name, max: limit}).check(f.Alias, n); err != nil && m.err == nil {
		m.err = err.WithField("").WithLocation(given.Position.Line, given.Position.Column)
	}
	return size{variable: -1, fixed: n}
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
	b := bound{variable: index, name: fmt.Sprintf("%s of %s", arg.Name, f.Name), max: limit}
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
