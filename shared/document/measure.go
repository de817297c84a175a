package document

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/shared/apperr"
)

// measurer walks the operation as it would be executed: fragments spread, fields
// of one response name merged, each possible type by itself.
type measurer struct {
	checker *Checker
	doc     *Document
	path    []string // response names down to the field being measured
	err     error
}

// measure fills in depth, aliases, number of fields and the tree of costs.
func (c *Checker) measure(d *Document) error {
	d.Aliases = aliases(d.Query)
	if d.Aliases > c.limits.Aliases {
		return apperr.Newf(apperr.CostLimit, "The document has %d aliases; %d are allowed.", d.Aliases, c.limits.Aliases)
	}
	m := &measurer{checker: c, doc: d}
	d.root = &costNode{variants: m.variants(rootType(c.schema, d.Operation), []ast.SelectionSet{d.Operation.SelectionSet}, 1)}
	return m.err
}

func rootType(schema *ast.Schema, op *ast.OperationDefinition) *ast.Definition {
	switch op.Operation {
	case ast.Mutation:
		return schema.Mutation
	case ast.Subscription:
		return schema.Subscription
	}
	return schema.Query
}

// aliases counts the aliases written in the document.
func aliases(query *ast.QueryDocument) int {
	n := 0
	for _, op := range query.Operations {
		n += aliasesIn(op.SelectionSet)
	}
	for _, f := range query.Fragments {
		n += aliasesIn(f.SelectionSet)
	}
	return n
}

func aliasesIn(set ast.SelectionSet) int {
	n := 0
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if s.Alias != s.Name {
				n++
			}
			n += aliasesIn(s.SelectionSet)
		case *ast.InlineFragment:
			n += aliasesIn(s.SelectionSet)
		}
	}
	return n
}

// variants returns the fields selected for each type that can stand here. Types
// for which the same is selected are counted once.
func (m *measurer) variants(parent *ast.Definition, sets []ast.SelectionSet, depth int) [][]*costNode {
	types := []*ast.Definition{parent}
	if parent.IsAbstractType() {
		types = m.checker.schema.GetPossibleTypes(parent)
	}
	var collected []*selected
	for _, t := range types {
		fields := &selected{schema: m.checker.schema, of: t, visited: map[string]bool{}}
		for _, set := range sets {
			fields.collect(set)
		}
		same := func(other *selected) bool { return slices.Equal(other.order, fields.order) }
		if !slices.ContainsFunc(collected, same) {
			collected = append(collected, fields)
		}
	}
	out := make([][]*costNode, 0, len(collected))
	for _, fields := range collected {
		out = append(out, m.nodes(fields, depth))
	}
	return out
}

func (m *measurer) nodes(fields *selected, depth int) []*costNode {
	var nodes []*costNode
	for _, same := range fields.byName() {
		if m.err != nil {
			return nil
		}
		if n := m.node(same, depth); n != nil {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// node measures the fields that share one response name.
func (m *measurer) node(same []*ast.Field, depth int) *costNode {
	f := same[0]
	m.path = append(m.path, f.Alias)
	defer func() { m.path = m.path[:len(m.path)-1] }()
	m.doc.Fields++
	m.doc.Depth = max(m.doc.Depth, depth)
	switch {
	case depth > m.checker.limits.Depth:
		m.refuse(f, "The document is more than %d fields deep.", m.checker.limits.Depth)
		return nil
	case m.doc.Fields > m.checker.limits.Fields:
		m.refuse(f, "The document selects more than %d fields.", m.checker.limits.Fields)
		return nil
	case strings.HasPrefix(f.Name, "__") || f.Definition == nil:
		return nil
	}
	n := m.cost(same)
	if def := m.checker.schema.Types[f.Definition.Type.Name()]; def.IsCompositeType() {
		sets := make([]ast.SelectionSet, len(same))
		for i, field := range same {
			sets[i] = field.SelectionSet
		}
		n.variants = m.variants(def, sets, depth+1)
	}
	return n
}

func (m *measurer) refuse(f *ast.Field, format string, limit int) {
	if m.err == nil {
		m.err = apperr.Newf(apperr.CostLimit, format, limit).WithLocation(f.Position.Line, f.Position.Column)
	}
}

// selected gathers the fields that a selection gives for one type.
type selected struct {
	schema  *ast.Schema
	of      *ast.Definition
	order   []*ast.Field
	visited map[string]bool
}

func (s *selected) collect(set ast.SelectionSet) {
	for _, selection := range set {
		switch sel := selection.(type) {
		case *ast.Field:
			s.order = append(s.order, sel)
		case *ast.InlineFragment:
			if s.applies(sel.TypeCondition) {
				s.collect(sel.SelectionSet)
			}
		case *ast.FragmentSpread:
			if !s.visited[sel.Name] && s.applies(sel.Definition.TypeCondition) {
				s.visited[sel.Name] = true
				s.collect(sel.Definition.SelectionSet)
			}
		}
	}
}

func (s *selected) applies(condition string) bool {
	if condition == "" || condition == s.of.Name {
		return true
	}
	def := s.schema.Types[condition]
	return def != nil && slices.Contains(s.schema.GetPossibleTypes(def), s.of)
}

// byName groups the fields by response name, in the order of first appearance.
func (s *selected) byName() [][]*ast.Field {
	at := map[string]int{}
	var groups [][]*ast.Field
	for _, f := range s.order {
		i, ok := at[f.Alias]
		if !ok {
			i = len(groups)
			at[f.Alias] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], f)
	}
	return groups
}
