package plan

import (
	"strconv"
	"strings"
)

// stretch is how many rows a sifted list is read along its order before the rows
// that match are looked for by themselves. Where one row in a hundred matches both
// ways cost about the same; where fewer do, fewer are left to sort.
const stretch = 2000

// sifted tells whether a list holds what indexes find: nobody knows, when the
// statement is planned, how far apart its rows lie along the order.
func (w *pageWriter) sifted() bool {
	return len(w.keys) > 0 && !w.r.rel.SeekInside && (len(w.r.sift) > 0 || w.p.filter.finds(w.writer, w.sortName))
}

// siftText is all that restricts a list but what the indexes of its orders hold.
func (w *pageWriter) siftText() string {
	if !w.siftKnown {
		w.siftKnown = true
		w.siftWords = joined(w.write(w.r.sift, w.rows), w.write(w.r.except, w.rows), w.filterText())
	}
	return w.siftWords
}

// sift writes the rows of a sifted page in their order.
func (w *pageWriter) sift() string {
	if w.p.filter.singles(w.writer) {
		return w.found("", w.seek())
	}
	return w.along()
}

// found finds the rows that match first and sorts them then: OFFSET 0 keeps the
// two apart. from is a FROM item before them that within may name.
func (w *pageWriter) found(from, behind string, within ...string) string {
	own := w.rows.own
	return "SELECT " + own + ".* FROM " + from + "(SELECT " + own + ".* FROM " + w.write(w.r.from, w.rows) +
		whereClause(append(within, w.where(), w.siftText())...) + " OFFSET 0) " + own + whereClause(behind) + w.orderBy() + w.limit()
}

// along reads a stretch of the list, from where its filter lets it begin, and then,
// if that fills no page and the list goes on, finds the rows behind it.
//
// The second part costs nothing where the first has filled the page, because LIMIT
// stops before it, nor where the list ends within the stretch, because it hangs on
// the stretch's last row.
func (w *pageWriter) along() string {
	own := w.rows.own
	at, before := w.p.filter.startText(w.writer, w.rows, w.sortName)
	seek := w.seek()
	list := w.write(w.r.from, w.rows) + whereClause(w.where(), w.p.filter.laneText(w.writer, w.rows, w.sortName), at, seek) + w.orderBy()
	near := "SELECT " + own + ".* FROM (SELECT " + own + ".* FROM " + list + " LIMIT " + strconv.Itoa(w.stretch) + ") " + own +
		// IS TRUE keeps what the condition looks up from becoming a join, which would lose the order.
		" WHERE (" + w.siftText() + ") IS TRUE" + w.limit()
	edge, keys, columns := w.alias("e"), make([]string, len(w.keys)), make([]string, len(w.keys))
	for i, key := range w.keys {
		name := "k" + strconv.Itoa(i)
		keys[i], columns[i] = edge+"."+name, key+" AS "+name
	}
	last := "(SELECT " + strings.Join(columns, ", ") + " FROM " + list + " OFFSET " + strconv.Itoa(w.stretch-1) + " LIMIT 1) " + edge + " CROSS JOIN LATERAL "
	// What is found names the edge, so that it is found after it.
	far := w.found(last, w.behind(keys), keys[0]+" IS NOT NULL")
	parts := "(" + near + ") UNION ALL (" + far + ")"
	if before != "" {
		parts = "(" + w.found("", seek, before) + ") UNION ALL " + parts
	}
	return "SELECT " + own + ".* FROM (" + parts + ") " + own + w.limit()
}
