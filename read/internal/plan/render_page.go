package plan

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tercul/tercul/read/internal/catalog"
)

// What pageInfo tells, over the page pg.
const (
	hasNextPage = "hasNextPage"
	endCursor   = "endCursor"
)

// countCap is how far totals are counted.
const countCap = 10000

// pageWriter writes one page; it gathers the columns of its rows (x) and of the
// page as a whole (pg).
type pageWriter struct {
	*writer
	r     *relNode
	p     *pageNode
	rows  *site // of the rows: own is the row
	outer *site // of what the page hangs on

	sortName string
	sort     catalog.Sort
	keys     []string
	after    bool
	// written once, and only where it is used: a parameter that no text names
	// has no type
	firstText, whereText, siftWords string
	mostRows                        int
	whereKnown, siftKnown           bool

	rowJoins   string
	rowColumns []string
	rowTags    []string
	pgColumns  []string
	needCursor bool
	counted    bool
	joins      string
	columns    []string
	tags       []string
}

func (w *writer) page(r *relNode, parent string, root bool) (join, alias string) {
	alias = w.alias("r")
	pw := &pageWriter{writer: w, r: r, p: r.page}
	pw.begin(parent)
	pw.writeItems()
	scopeText := "(SELECT 1) one"
	scopeWhere := ""
	if len(r.scope) > 0 {
		scopeText = w.write(r.scope, pw.outer)
		scopeWhere = w.write(r.scopeWhere, pw.outer)
		if len(r.scopeTag) > 0 {
			pw.tags = append(pw.tags, w.write(r.scopeTag, pw.outer))
		}
	}
	for _, t := range r.emit {
		pw.tags = append(pw.tags, w.write(t, pw.outer))
	}
	body := " FROM " + scopeText
	if len(pw.rowColumns) > 0 {
		body += " CROSS JOIN LATERAL (" + pw.rowsText() + ") pg"
		pw.tags = append(pw.tags, "pg.t")
	}
	if pw.counted {
		body += " CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT 1 FROM " + w.write(r.from, pw.rows) +
			whereClause(pw.where(), pw.siftText()) + " LIMIT " + strconv.Itoa(countCap+1) + ") c) total"
	}
	expr := "'{}'::json"
	if len(pw.columns) > 0 {
		expr = `row_to_json("o#")`
		pw.joins += " CROSS JOIN LATERAL (SELECT " + strings.Join(pw.columns, ", ") + `) "o#"`
	}
	head := "SELECT " + expr + " AS j, " + concat(pw.tags) + " AS t" + w.rootColumns(r, pw.outer, root)
	return lateral(head+body+pw.joins+whereClause(scopeWhere), alias), alias
}

// begin settles aliases, order and cursor.
func (w *pageWriter) begin(parent string) {
	hook := parent
	if len(w.r.scope) > 0 {
		hook = w.alias("s")
	}
	w.outer = &site{own: hook, parent: hook, scope: hook, args: w.r.args}
	w.rows = &site{own: w.alias("t"), parent: hook, scope: hook, args: w.r.args}
	w.sortName, w.sort = w.sortOf(w.p)
	for _, k := range w.p.sorts[w.sortName] {
		w.keys = append(w.keys, w.write(k, w.rows))
	}
	w.rows.limit = w.mostText
	w.rows.cursor = w.key
	w.after = w.p.after != nil && w.given(*w.p.after)
}

// first is the page's size in SQL.
func (w *pageWriter) first() string {
	if w.firstText == "" {
		if w.sized() {
			w.firstText = w.bind("bigint", func(req *writer) any { return w.size(req.vars) })
		} else {
			w.firstText = strconv.Itoa(w.most())
		}
	}
	return w.firstText
}

// sized tells whether the page's size comes with the request.
func (w *pageWriter) sized() bool { return w.p.first != nil && !w.p.first.fixed }

// sizes are those that a statement is planned for.
var sizes = []int{10, 20, 50, 100}

// most is a size that the page's is not above. It is written out and not bound: a
// plan made for any size would not know how little is asked for, and sort whole
// tables. There are few, so that who varies the size does not have the server plan
// anew each time.
func (w *pageWriter) most() int {
	switch {
	case w.p.first == nil, w.sized() && w.sample:
		return defaultSize
	case w.p.first.fixed:
		return w.size(nil)
	}
	if w.mostRows == 0 {
		w.mostRows = w.decide(func(vars Vars) int {
			size := w.size(vars)
			if i, _ := slices.BinarySearch(sizes, size); i < len(sizes) {
				return sizes[i]
			}
			return size
		})
	}
	return w.mostRows
}

const defaultSize = 20

// limit asks for one row more than the page has at most, which tells whether there is a next.
func (w *pageWriter) limit() string { return " LIMIT " + w.mostText() + " + 1" }

func (w *pageWriter) mostText() string { return strconv.Itoa(w.most()) }

// cut ends rows where the page does. What it reads from is read no further.
func (w *pageWriter) cut(rows string) string {
	if !w.sized() {
		return rows
	}
	return "SELECT " + w.rows.own + ".* FROM (" + rows + ") " + w.rows.own + " LIMIT " + w.first() + " + 1"
}

// where is the relation's own condition.
func (w *pageWriter) where() string {
	if !w.whereKnown {
		w.whereKnown, w.whereText = true, w.write(w.r.where, w.rows)
	}
	return w.whereText
}

// size is how many rows the page has at most.
func (w *pageWriter) size(vars Vars) int {
	val, _ := w.p.first.get(vars)
	n, _ := val.(int64)
	return int(n)
}

// key is a key of the page's cursor, null on the first page.
func (w *pageWriter) key(req *writer, index int) any {
	if w.p.after == nil || !w.p.after.given(req.vars) {
		return nil
	}
	val, _ := w.p.after.get(req.vars)
	text, _ := val.(string)
	parts, err := parseCursor(text, w.scopeName(), len(w.sort.Keys))
	if err == nil {
		var key any
		if key, err = parseKey(parts[index], w.sort.Keys[index].Cast); err == nil {
			return key
		}
	}
	req.failed(w.p.after.path, errCursor)
	return nil
}

func (w *pageWriter) scopeName() string { return cursorScope(w.r.field, w.sortName) }

// seek is the condition that starts the page after its cursor.
func (w *pageWriter) seek() string {
	if !w.after || w.r.rel.SeekInside {
		return ""
	}
	vals := make([]string, len(w.keys))
	for i := range w.keys {
		vals[i] = w.bind(w.sort.Keys[i].Cast, func(req *writer) any { return w.key(req, i) })
	}
	return w.behind(vals)
}

// behind is the condition of a row that comes after one with these keys.
func (w *pageWriter) behind(keys []string) string {
	op := " > "
	if w.sort.Desc {
		op = " < "
	}
	return "(" + strings.Join(w.keys, ", ") + ")" + op + "(" + strings.Join(keys, ", ") + ")"
}

// orderBy is the order of the page, if it has one of its own.
func (w *pageWriter) orderBy() string {
	if len(w.keys) == 0 {
		return ""
	}
	direction := ""
	if w.sort.Desc {
		direction = " DESC"
	}
	return " ORDER BY " + strings.Join(w.keys, direction+", ") + direction
}

func (w *pageWriter) filterText() string {
	if w.p.filter == nil {
		return ""
	}
	return w.p.filter.write(w.writer, w.rows)
}

// rowsText writes the rows of the page and what is gathered from them.
func (w *pageWriter) rowsText() string {
	own := w.rows.own
	var inner string
	if w.sifted() {
		inner = w.sift()
	} else {
		inner = "SELECT " + own + ".* FROM " + w.write(w.r.from, w.rows) + whereClause(w.where(), w.siftText(), w.seek()) + w.orderBy() + w.limit()
	}
	columns := append([]string{own + `."#" AS i`}, w.rowColumns...)
	columns = append(columns, concat(w.rowTags)+" AS t")
	if w.needCursor {
		columns = append(columns, cursorSQL(w.scopeName(), w.keys)+" AS c")
	}
	rows := "SELECT " + strings.Join(columns, ", ") + " FROM (SELECT " + own + `.*, row_number() OVER () AS "#" FROM (` +
		w.cut(inner) + ") " + own + ") " + own + w.rowJoins
	whole := append([]string{"count(*) AS n", "string_agg(x.t, ' ') AS t"}, w.pgColumns...)
	if w.needCursor {
		whole = append(whole, "(array_agg(x.c ORDER BY x.i DESC) FILTER (WHERE x.i <= "+w.first()+"))[1] AS c")
	}
	return "SELECT " + strings.Join(whole, ", ") + " FROM (" + rows + ") x"
}
