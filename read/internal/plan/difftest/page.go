package difftest

import (
	"crypto/md5" //nolint:gosec // the checksum in a cursor
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
)

// order is a list of keys: text is compared by bytes, numbers by size.
type order struct {
	keys []func(Row) any
	desc bool
}

func key(column string) func(Row) any { return func(r Row) any { return r[column] } }

func keyOr(column string, fallback any) func(Row) any {
	return func(r Row) any {
		if r[column] == nil {
			return fallback
		}
		return r[column]
	}
}

func by(keys ...func(Row) any) order { return order{keys: keys} }

func (o order) down() order { o.desc = true; return o }

func compare(a, b any) int {
	if _, ok := a.(string); ok {
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
	}
	switch x, y := num(a), num(b); {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

func (o order) less(a, b Row) bool {
	for _, k := range o.keys {
		if c := compare(k(a), k(b)); c != 0 {
			return c < 0 != o.desc
		}
	}
	return false
}

// cursor is what the API promises to give back, whatever is in it; it is made
// here a second time from its description.
func (o order) cursor(scope string, r Row) string {
	parts := []string{quoted(scope)}
	for _, k := range o.keys {
		parts = append(parts, quoted(keyText(k(r))))
	}
	array := "[" + strings.Join(parts, ", ") + "]"
	sum := md5.Sum([]byte(array)) //nolint:gosec // see above
	return base64.RawURLEncoding.EncodeToString([]byte(hex.EncodeToString(sum[:])[:8] + array))
}

func quoted(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s)
	return strings.TrimSuffix(b.String(), "\n")
}

// keyText is how PostgreSQL writes a key as text.
func keyText(v any) string {
	s := fmt.Sprint(v)
	if len(s) > 19 && s[4] == '-' && s[10] == 'T' {
		return strings.TrimSuffix(strings.Replace(s, "T", " ", 1), ":00")
	}
	return s
}

// page cuts a list to a page as every connection does.
func (in *Interpreter) page(typ, node, scope string, rows []Row, o order, args Args, up Row) Object {
	sort.SliceStable(rows, func(i, j int) bool { return o.less(rows[i], rows[j]) })
	total := len(rows)
	if after := args.text("after"); after != "" {
		for i, r := range rows {
			if o.cursor(scope, r) == after {
				rows = rows[i+1:]
				break
			}
		}
	}
	first := args.int("first")
	more := len(rows) > first
	if more {
		rows = rows[:first]
	}
	var nodes, edges []Object
	var end any
	for _, r := range rows {
		n := Object{Type: node, Row: r}
		if node == "Node" {
			n = in.node(r["id"])
		}
		nodes = append(nodes, n)
		edges = append(edges, Object{Type: strings.TrimSuffix(typ, "Connection") + "Edge", Row: Row{"cursor": o.cursor(scope, r), "node": n, "row": r}})
		end = o.cursor(scope, r)
	}
	return Object{Type: typ, Up: up, Row: Row{
		"nodes": nodes, "edges": edges, "totalCount": min(total, 10000), "totalCountRelation": "EQUAL",
		"pageInfo": Object{Type: "PageInfo", Row: Row{"hasNextPage": more, "endCursor": end}},
	}}
}

func init() { //nolint:gochecknoinits // a table of the test's own
	columns("PageInfo", "hasNextPage", "endCursor")
	for _, c := range []string{"Work", "Translation", "Author", "Tag", "Collection", "CollectionItem", "Comment", "Revision", "TextLine", "Subject", "Trending", "Change"} {
		columns(c+"Connection", "nodes", "edges", "pageInfo", "totalCount", "totalCountRelation")
		columns(c+"Edge", "cursor", "node")
	}
}
