package plan

import (
	"strconv"
	"strings"
)

// writeItems writes the fields of the connection itself.
func (w *pageWriter) writeItems() {
	for i := range w.p.items {
		item := &w.p.items[i]
		if !w.holds(item.cond) {
			continue
		}
		w.columns = append(w.columns, w.item(item)+` AS "`+item.key+`"`)
	}
}

func (w *pageWriter) item(item *pageItem) string {
	switch item.kind {
	case pageNodes:
		return w.gather(w.row(item.node, w.rows.own, w.rows.parent))
	case pageEdges:
		return w.gather(w.edge(item.edge))
	case pageInfoItem:
		return w.info(item.info)
	case pageTotal:
		w.counted = true
		return "least(total.n, " + strconv.Itoa(countCap) + ")"
	case pageTotalRelation:
		w.counted = true
		return "CASE WHEN total.n > " + strconv.Itoa(countCap) + " THEN 'AT_LEAST' ELSE 'EQUAL' END"
	}
	v := w.field(&item.field, w.outer.own, w.outer.own)
	w.joins += v.joins
	w.tags = append(w.tags, v.tags...)
	return v.expr
}

// gather makes a list of what each row of the page gives.
func (w *pageWriter) gather(v written) string {
	w.rowJoins += v.joins
	w.rowTags = append(w.rowTags, v.tags...)
	name := "j" + strconv.Itoa(len(w.rowColumns))
	w.rowColumns = append(w.rowColumns, v.expr+" AS "+name)
	w.pgColumns = append(w.pgColumns,
		"json_agg(x."+name+" ORDER BY x.i) FILTER (WHERE x.i <= "+w.first()+") AS "+name)
	return "coalesce(pg." + name + ", '[]'::json)"
}

func (w *pageWriter) edge(items []edgeItem) written {
	var out written
	var columns []string
	for i := range items {
		item := &items[i]
		if !w.holds(item.cond) {
			continue
		}
		var v written
		switch {
		case item.cursor:
			v.expr = cursorSQL(w.scopeName(), w.keys)
		case item.node != nil:
			v = w.row(*item.node, w.rows.own, w.rows.parent)
		default:
			v = w.field(&item.field, w.rows.own, w.rows.parent)
		}
		out.joins += v.joins
		out.tags = append(out.tags, v.tags...)
		columns = append(columns, v.expr+` AS "`+item.key+`"`)
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

func (w *pageWriter) info(items []infoItem) string {
	var columns []string
	for i := range items {
		item := &items[i]
		if !w.holds(item.cond) {
			continue
		}
		expr := item.sql
		switch item.sql {
		case hasNextPage:
			expr = "pg.n > " + w.first()
		case endCursor:
			w.needCursor = true
			expr = "pg.c"
		}
		columns = append(columns, expr+` AS "`+item.key+`"`)
	}
	if len(w.rowColumns) == 0 {
		w.rowColumns = append(w.rowColumns, "NULL::json AS j0")
		w.pgColumns = append(w.pgColumns, "NULL::json AS j0")
	}
	if len(columns) == 0 {
		return "'{}'::json"
	}
	o := w.rowAlias()
	w.joins += " CROSS JOIN LATERAL (SELECT " + strings.Join(columns, ", ") + ") " + o
	return "row_to_json(" + o + ")"
}
