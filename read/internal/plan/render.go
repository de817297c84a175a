package plan

import (
	"slices"
	"strings"

	"github.com/tercul/tercul/read/internal/catalog"
)

// written is a piece of a SELECT that gives one JSON value: the joins it needs,
// the expression itself, and the expressions of its cache tags.
type written struct {
	joins string
	expr  string
	tags  []string
}

// row writes the JSON of the row called own.
func (w *writer) row(n rowNode, own, up string) written {
	if n.object != nil {
		return w.object(n.object, own, up)
	}
	var out written
	exprs := make([]string, 0, len(n.kinds))
	for _, k := range n.kinds {
		join, alias := w.one(k, own, false)
		out.joins += join
		exprs = append(exprs, alias+".j")
		out.tags = append(out.tags, alias+".t")
	}
	out.expr = "coalesce(" + strings.Join(exprs, ", ") + ")"
	return out
}

// object writes the JSON of a row of one type: its columns and, through lateral
// joins, what is nested in it.
func (w *writer) object(n *objectNode, own, up string) written {
	var out written
	if n.emits {
		out.tags = append(out.tags, w.write(n.tag, &site{own: own, parent: up}))
	}
	var columns []string
	for i := range n.fields {
		f := &n.fields[i]
		if !w.holds(f.cond) {
			continue
		}
		v := w.field(f, own, up)
		out.joins += v.joins
		out.tags = append(out.tags, v.tags...)
		columns = append(columns, v.expr+` AS "`+f.key+`"`)
	}
	if len(columns) == 0 {
		out.expr = "'{}'::json"
		return out
	}
	o := w.rowAlias()
	out.joins += " CROSS JOIN LATERAL (SELECT " + strings.Join(columns, ", ") + ") " + o
	out.expr = "row_to_json(" + o + ")"
	return out
}

// field writes the value of one field of the row called own.
func (w *writer) field(f *fieldNode, own, up string) written {
	s := &site{own: own, parent: up, args: f.args}
	var out written
	for _, t := range f.emit {
		out.tags = append(out.tags, w.write(t, s))
	}
	switch {
	case f.fixed != "":
		out.expr = f.fixed
	case f.rel != nil:
		join, alias := w.relation(f.rel, own, false)
		out.joins = join
		out.expr = alias + ".j"
		out.tags = append(out.tags, alias+".t")
	default:
		out.expr = w.write(f.sql, s)
	}
	return out
}

// relation writes a nested selection as a lateral join and gives its alias,
// whose column j is the JSON and t the tags.
func (w *writer) relation(r *relNode, parent string, root bool) (join, alias string) {
	w.shape.checks = append(w.shape.checks, r.check)
	switch r.rel.Shape {
	case catalog.Many:
		return w.many(r, parent)
	case catalog.Page:
		return w.page(r, parent, root)
	}
	return w.one(r, parent, root)
}

func lateral(body, alias string) string {
	return " LEFT JOIN LATERAL (" + body + ") " + alias + " ON true"
}

func (w *writer) one(r *relNode, parent string, root bool) (join, alias string) {
	own, alias := w.alias("t"), w.alias("r")
	s := &site{own: own, parent: parent, scope: own, args: r.args, filter: r.filter}
	from, where := w.write(r.from, s), w.write(r.where, s)
	v := w.row(r.node, own, parent)
	var outside []string // what covers the answer also where there is no row
	for _, t := range r.emit {
		if root || t.namesRow() {
			v.tags = append(v.tags, w.write(t, s))
		} else {
			outside = append(outside, w.write(t, s))
		}
	}
	body := "SELECT " + v.expr + " AS j, " + concat(v.tags) + " AS t" + w.rootColumns(r, s, root) +
		" FROM " + from + v.joins + whereClause(where)
	// The limit keeps the planner from making a join of it all, over whole tables:
	// what is wanted is one look-up for each row there is.
	body += " LIMIT 1"
	if len(outside) > 0 {
		body = "SELECT x.j, " + concat(append(outside, "x.t")) + " AS t FROM (SELECT 1) one LEFT JOIN LATERAL (" + body + ") x ON true"
	}
	return lateral(body, alias), alias
}

// rootColumns are what only the outermost level asks of a relation.
func (w *writer) rootColumns(r *relNode, s *site, root bool) string {
	if !root {
		return ""
	}
	out := ""
	if len(r.fault) > 0 {
		out += ", " + w.write(r.fault, s) + " AS f"
	}
	if len(r.lasting) > 0 {
		out += ", " + w.write(r.lasting, s) + " AS l"
	}
	return out
}

func whereClause(conditions ...string) string {
	if all := joined(conditions...); all != "" {
		return " WHERE " + all
	}
	return ""
}

// joined has all conditions hold that there are.
func joined(conditions ...string) string {
	return strings.Join(slices.DeleteFunc(conditions, func(c string) bool { return c == "" }), " AND ")
}

func (w *writer) many(r *relNode, parent string) (join, alias string) {
	own, alias := w.alias("t"), w.alias("r")
	s := &site{own: own, parent: parent, args: r.args}
	order := w.write(r.order, s)
	over := ""
	if order != "" {
		over = "ORDER BY " + order
	}
	rows := "SELECT " + own + ".*, row_number() OVER (" + over + `) AS "#" FROM ` +
		w.write(r.from, s) + whereClause(w.write(r.where, s))
	if len(r.limit) > 0 {
		if order != "" {
			rows += " ORDER BY " + order
		}
		rows += " LIMIT " + w.write(r.limit, s)
	}
	v := w.row(r.node, own, parent)
	tags := []string{"string_agg(x.t, ' ')"}
	for _, t := range r.emit {
		tags = append(tags, w.write(t, s))
	}
	inner := "SELECT " + own + `."#" AS i, ` + v.expr + " AS j, " + concat(v.tags) + " AS t FROM (" + rows + ") " + own + v.joins
	body := "SELECT coalesce(json_agg(x.j ORDER BY x.i), '[]'::json) AS j, " + concat(tags) + " AS t FROM (" + inner + ") x"
	return lateral(body, alias), alias
}
