package plan

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/read/internal/catalog"
)

// page compiles a selection on a connection.
func (c *compiler) page(r *relNode, s *selected, covered bool) (*pageNode, error) {
	connection := s.field.Definition.Type.Name()
	def := c.schema.Types[connection]
	fields, err := c.collect(s.nested, def)
	if err != nil {
		return nil, err
	}
	p := &pageNode{rel: r.rel, sorts: map[string][]template{}, sortNames: sortedKeys(r.rel.Sorts)}
	for name, order := range r.rel.Sorts {
		for _, k := range order.Keys {
			t, err := parseTemplate(k.SQL)
			if err != nil {
				return nil, err
			}
			p.sorts[name] = append(p.sorts[name], t)
		}
	}
	p.pick(r)
	if p.sortArg != nil && !p.sortArg.fixed {
		c.sorts = sortedKeys(r.rel.Sorts)
	}
	p.filter = r.filter
	for _, f := range fields {
		item, err := c.pageItem(connection, f, r.rel, covered)
		if err != nil {
			return nil, err
		}
		p.items = append(p.items, item)
	}
	return p, nil
}

// pick takes the arguments that every page knows.
func (p *pageNode) pick(r *relNode) {
	if a, ok := r.args["first"]; ok {
		p.first = &a
	}
	if a, ok := r.args["after"]; ok {
		p.after = &a
	}
	if a, ok := r.args[p.rel.SortArg]; ok && p.rel.SortArg != "" {
		p.sortArg = &a
	}
}

func (c *compiler) pageItem(connection string, s *selected, rel *catalog.Rel, covered bool) (pageItem, error) {
	item := pageItem{key: s.key, cond: s.cond, kind: pageField}
	var err error
	switch s.field.Name {
	case "nodes":
		item.kind = pageNodes
		item.node, err = c.nested(s, rel, covered)
	case "edges":
		defer c.within(s.key)()
		item.kind = pageEdges
		item.edge, err = c.edge(s, rel, covered)
	case "pageInfo":
		item.kind = pageInfoItem
		item.info, err = c.pageInfo(s)
	case "totalCount":
		item.kind = pageTotal
	case "totalCountRelation":
		item.kind = pageTotalRelation
	default:
		item.field, err = c.field(connection, s, rel.Extra, true)
	}
	return item, err
}

// nested compiles the rows of a page below the key they are asked for by.
func (c *compiler) nested(s *selected, rel *catalog.Rel, covered bool) (rowNode, error) {
	defer c.within(s.key)()
	return c.row(rel.To, s.nested, covered)
}

func (c *compiler) edge(s *selected, rel *catalog.Rel, covered bool) ([]edgeItem, error) {
	name := s.field.Definition.Type.Name()
	fields, err := c.collect(s.nested, c.schema.Types[name])
	if err != nil {
		return nil, err
	}
	var out []edgeItem
	for _, f := range fields {
		item := edgeItem{key: f.key, cond: f.cond}
		switch f.field.Name {
		case "cursor":
			item.cursor = true
		case "node":
			row, err := c.nested(f, rel, covered)
			if err != nil {
				return nil, err
			}
			item.node = &row
		default:
			if item.field, err = c.field(name, f, rel.Edge, true); err != nil {
				return nil, err
			}
		}
		out = append(out, item)
	}
	return out, nil
}

func (c *compiler) pageInfo(s *selected) ([]infoItem, error) {
	fields, err := c.collect(s.nested, c.schema.Types["PageInfo"])
	if err != nil {
		return nil, err
	}
	var out []infoItem
	for _, f := range fields {
		item := infoItem{key: f.key, cond: f.cond}
		switch f.field.Name {
		case "hasNextPage":
			item.sql = hasNextPage
		case "endCursor":
			item.sql = endCursor
		case "__typename":
			item.sql = "'PageInfo'::text"
		default:
			return nil, fmt.Errorf("field PageInfo.%s is not known", f.field.Name)
		}
		out = append(out, item)
	}
	return out, nil
}

// policyMin gathers the cache policy: the shortest of all fields decides.
type policyMin struct {
	set                          bool
	maxAge, staleWhileRevalidate int
}

func (m *policyMin) add(def *ast.FieldDefinition) {
	if def == nil {
		return
	}
	d := def.Directives.ForName("cacheControl")
	if d == nil {
		return
	}
	args := d.ArgumentMap(nil)
	maxAge, stale := asInt(args["maxAge"]), 60
	if v, ok := args["staleWhileRevalidate"]; ok {
		stale = asInt(v)
	}
	if !m.set {
		*m = policyMin{true, maxAge, stale}
		return
	}
	m.maxAge = min(m.maxAge, maxAge)
	m.staleWhileRevalidate = min(m.staleWhileRevalidate, stale)
}

func asInt(v any) int {
	switch n := v.(type) {
	case int64:
		return int(n)
	case int:
		return n
	}
	return 0
}
