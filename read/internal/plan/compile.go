package plan

import (
	"fmt"
	"sort"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/read/internal/catalog"
)

// compiler turns one operation into nodes.
type compiler struct {
	*Compiler
	tags   map[string]bool
	policy policyMin
	// beside is the policy without the root fields whose answers may last.
	beside policyMin
	// redirect is the template of the id that a row was asked for by.
	redirect string
	// path is the field being compiled, by response names from the root: "works.authors".
	path string
	// sorts are the orders that a variable may choose, for samples.
	sorts []string
}

// object compiles a selection on an object type. covered says that the row is
// covered by another tag already.
func (c *compiler) object(typeName string, sets []conditional, covered bool) (*objectNode, error) {
	def, cat := c.schema.Types[typeName], catalog.Objects[typeName]
	if def == nil || cat == nil {
		return nil, fmt.Errorf("type %s is not in the catalogue", typeName)
	}
	fields, err := c.collect(sets, def)
	if err != nil {
		return nil, err
	}
	n := &objectNode{emits: cat.Tag != "" && (!covered || c.ownsAny(fields, cat))}
	if n.emits {
		if n.tag, err = parseTemplate(cat.Tag); err != nil {
			return nil, err
		}
	}
	for _, s := range fields {
		f, err := c.field(typeName, s, cat.Fields, n.emits)
		if err != nil {
			return nil, err
		}
		n.fields = append(n.fields, f)
	}
	return n, nil
}

// ownsAny tells whether a selection holds a relation that the row's tag covers.
func (c *compiler) ownsAny(fields []*selected, cat *catalog.Object) bool {
	for _, s := range fields {
		if f, ok := cat.Fields[s.field.Name]; ok && f.Rel != nil && f.Rel.Owned {
			return true
		}
	}
	return false
}

// within goes down to a field and returns how to come back.
func (c *compiler) within(key string) (leave func()) {
	outer := c.path
	if c.path != "" {
		c.path += "."
	}
	c.path += key
	return func() { c.path = outer }
}

func (c *compiler) field(typeName string, s *selected, from map[string]catalog.Field, parentEmits bool) (fieldNode, error) {
	defer c.within(s.key)()
	out := fieldNode{key: s.key, cond: s.cond}
	c.policy.add(s.field.Definition)
	if s.field.Name == "__typename" {
		out.fixed = quote(typeName) + "::text"
		return out, nil
	}
	f, ok := from[s.field.Name]
	if !ok {
		return out, fmt.Errorf("field %s.%s is not in the catalogue", typeName, s.field.Name)
	}
	if typeName != "Query" || f.Rel == nil || f.Rel.Lasting == "" {
		c.beside.add(s.field.Definition)
	}
	var err error
	if out.args, err = c.arguments(s.field); err != nil {
		return out, err
	}
	c.addTags(f.Tags)
	if f.Redirected {
		out.sql, err = parseTemplate(c.redirect)
		return out, err
	}
	if out.emit, err = parseAll(f.Emit); err != nil {
		return out, err
	}
	if f.Rel == nil {
		out.sql, err = parseTemplate(f.SQL)
		return out, err
	}
	out.rel, err = c.relation(typeName, s, f.Rel, out.args, parentEmits)
	return out, err
}

func (c *compiler) relation(typeName string, s *selected, rel *catalog.Rel, args map[string]argument, parentEmits bool) (*relNode, error) {
	r := &relNode{rel: rel, field: typeName + "." + s.field.Name, args: args, nonNull: nonNull(args)}
	var err error
	if r.rules, err = compileRules(rel.Check, args, c.path); err != nil {
		return nil, err
	}
	if err = r.parse(); err != nil {
		return nil, fmt.Errorf("%s: %w", r.field, err)
	}
	c.addTags(rel.Tags)
	outer := c.redirect
	defer func() { c.redirect = outer }()
	c.redirect = "NULL::text"
	if rel.Redirects {
		c.redirect = "{t}.redirected_from"
	}
	if rel.Filter != nil {
		if r.filter, err = c.filter(rel.Filter, args["filter"], s.field); err != nil {
			return nil, err
		}
	}
	covered := rel.Covered || rel.Owned && parentEmits
	if rel.Shape == catalog.Page {
		r.page, err = c.page(r, s, covered)
	} else {
		r.node, err = c.row(rel.To, s.nested, covered)
	}
	return r, err
}

func (r *relNode) parse() error {
	for _, t := range []struct {
		into *template
		text string
	}{
		{&r.scope, r.rel.Scope}, {&r.scopeWhere, r.rel.ScopeWhere}, {&r.scopeTag, r.rel.ScopeTag},
		{&r.from, r.rel.From}, {&r.where, r.rel.Where}, {&r.sift, r.rel.Sift}, {&r.except, r.rel.Except}, {&r.order, r.rel.Order}, {&r.limit, r.rel.Limit},
		{&r.absent, r.rel.Absent}, {&r.fault, r.rel.Fault}, {&r.lasting, r.rel.Lasting},
	} {
		parsed, err := parseTemplate(t.text)
		if err != nil {
			return err
		}
		*t.into = parsed
	}
	emit, err := parseAll(r.rel.Emit)
	r.emit = emit
	return err
}

// row compiles a selection on an object type, an interface or a union.
func (c *compiler) row(typeName string, sets []conditional, covered bool) (rowNode, error) {
	def := c.schema.Types[typeName]
	if def == nil {
		return rowNode{}, fmt.Errorf("type %s is not in the schema", typeName)
	}
	if def.Kind == ast.Object {
		obj, err := c.object(typeName, sets, covered)
		return rowNode{object: obj}, err
	}
	possible := c.schema.PossibleTypes[typeName]
	names := make([]string, 0, len(possible))
	for _, t := range possible {
		names = append(names, t.Name)
	}
	sort.Strings(names)
	var out rowNode
	if c.redirect == "{t}.redirected_from" {
		c.redirect = "{p}.redirected_from"
	}
	for _, name := range names {
		rel := catalog.Objects[name].ByID
		if rel == nil {
			return out, fmt.Errorf("type %s cannot be found by id", name)
		}
		r := &relNode{rel: rel, field: name}
		if err := r.parse(); err != nil {
			return out, err
		}
		obj, err := c.object(name, sets, false)
		if err != nil {
			return out, err
		}
		r.node = rowNode{object: obj}
		out.kinds = append(out.kinds, r)
	}
	return out, nil
}

func (c *compiler) filter(f *catalog.Filter, arg argument, field *ast.Field) (*filterNode, error) {
	if field.Arguments.ForName("filter") != nil {
		c.addTags(f.Tags)
	}
	return compileFilter(f, arg)
}

func (c *compiler) addTags(tags []string) {
	for _, t := range tags {
		c.tags[t] = true
	}
}

func parseAll(texts []string) ([]template, error) {
	var out []template
	for _, text := range texts {
		t, err := parseTemplate(text)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
