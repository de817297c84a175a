package document

import (
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
	name     string // of the argument and its field, for a variable
	measure  input.Measure
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
	if n == input.NoSize { // not given, and no default: the argument's own
		return nil
	}
	problem := b.measure.Bounds(n, 1, b.max)
	if problem == "" {
		return nil
	}
	if b.name != "" {
		problem += ": it is " + b.name
	}
	return apperr.OfField(apperr.BadRequest, path, problem)
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
