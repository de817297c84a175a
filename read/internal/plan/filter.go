package plan

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/tercul/tercul/read/internal/catalog"
	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/input"
)

// The limits of a filter.
const (
	maxFilterDepth  = 4
	maxFilterLeaves = 30
	// Years that literature may be of; the last one leaves room and no clock is asked.
	firstYear, lastYear = -3000, 2100
)

// filterNode turns a filter, whose shape only the request knows, into a
// condition. Its words come from the catalogue alone; its values are bound.
type filterNode struct {
	fields map[string]template
	arg    argument

	single []string
	begins beginning
	lane   *lane
	start  *start
}

func compileFilter(f *catalog.Filter, arg argument) (*filterNode, error) {
	n := &filterNode{fields: map[string]template{}, arg: arg, single: f.Finds, begins: beginning{f.Beginning, f.Alphabet}}
	for _, name := range sortedKeys(f.Fields) {
		t, err := parseTemplate(f.Fields[name])
		if err != nil {
			return nil, err
		}
		n.fields[name] = t
	}
	var err error
	if n.lane, err = compileLane(f.Lane); err != nil {
		return nil, err
	}
	if n.start, err = compileStart(f.Start); err != nil {
		return nil, err
	}
	if arg.fixed {
		w := &writer{}
		n.write(w, &site{own: "t"})
		w.shape.values(w)
		return n, w.err
	}
	return n, nil
}

// text is the condition, true where there is none.
func (n *filterNode) text(w *writer, rows *site) string {
	if n == nil {
		return "true"
	}
	return cmp.Or(n.write(w, rows), "true")
}

func (n *filterNode) write(w *writer, rows *site) string {
	if w.sample && !n.arg.fixed {
		return n.sample(w, rows)
	}
	if !w.given(n.arg) {
		return ""
	}
	w.once = w.once || !n.arg.fixed
	val, _ := n.arg.get(w.vars)
	obj, _ := val.(map[string]any)
	fw := &filterWriter{writer: w, node: n, rows: rows}
	return fw.object(obj, n.arg.path, 1)
}

// sample writes every condition once, so that EXPLAIN sees each.
func (n *filterNode) sample(w *writer, rows *site) string {
	if !w.full {
		return ""
	}
	var all []string
	for _, name := range sortedKeys(n.fields) {
		all = append(all, w.leaf(rows, n.fields[name], argument{get: absent}))
	}
	return "(" + strings.Join(all, " AND ") + ")"
}

// leaf writes one condition with its value.
func (w *writer) leaf(rows *site, t template, v argument) string {
	s := *rows
	s.args = map[string]argument{"v": v}
	val, _ := v.get(nil)
	obj, _ := val.(map[string]any)
	for _, part := range valueParts(t) {
		child := argument{get: absent, path: v.path + strings.TrimPrefix(part, "v"), fixed: v.fixed}
		if inner, ok := obj[strings.TrimPrefix(part, "v.")]; ok {
			child.get = constant(inner)
		}
		s.args[part] = child
	}
	return "(" + w.write(t, &s) + ")"
}

// valueParts lists the fields of an input object that a template names.
func valueParts(t template) []string {
	var out []string
	for _, p := range t {
		if strings.HasPrefix(p.arg, "v.") {
			out = append(out, p.arg)
		}
		out = append(out, valueParts(p.body)...)
	}
	return out
}

// filterWriter walks one filter and counts it.
type filterWriter struct {
	*writer
	node   *filterNode
	rows   *site
	leaves int
}

func (w *filterWriter) object(obj map[string]any, path string, depth int) string {
	if depth > maxFilterDepth {
		w.refuse(apperr.InputLimit, path, fmt.Sprintf("lies deeper than the %d levels that a filter may have", maxFilterDepth))
		return ""
	}
	var all []string
	for _, name := range sortedKeys(obj) {
		if val := obj[name]; val != nil {
			if text := w.entry(name, val, path+"."+name, depth); text != "" {
				all = append(all, text)
			}
		}
	}
	if len(all) == 0 {
		return "true"
	}
	return "(" + strings.Join(all, " AND ") + ")"
}

func (w *filterWriter) entry(name string, val any, path string, depth int) string {
	switch name {
	case "and":
		return w.list(val, path, depth, " AND ", "true")
	case "or":
		return w.list(val, path, depth, " OR ", "false")
	case "not":
		obj, _ := val.(map[string]any)
		return "(" + w.object(obj, path, depth+1) + ") IS NOT TRUE"
	}
	t, ok := w.node.fields[name]
	if !ok {
		w.fail(path, "is not a condition of this filter")
		return ""
	}
	if years, ok := val.(map[string]any); ok && !w.years(years, path) {
		return ""
	}
	if w.leaves++; w.leaves > maxFilterLeaves {
		w.refuse(apperr.InputLimit, path, fmt.Sprintf("is one condition more than the %d that a filter may have", maxFilterLeaves))
		return ""
	}
	return w.leaf(w.rows, t, argument{get: constant(val), path: path, fixed: true})
}

// years checks a range of years, the only input object among the conditions.
func (w *filterWriter) years(bounds map[string]any, path string) bool {
	if backward(bounds) {
		w.fail(path, "must not end before it begins: from is greater than to")
		return false
	}
	for _, end := range []string{"from", "to"} {
		year, ok := bounds[end].(int64)
		if !ok {
			continue
		}
		if problem := input.Value.Bounds(int(year), firstYear, lastYear); problem != "" {
			w.fail(path+"."+end, problem)
			return false
		}
	}
	return true
}

// backward tells whether a range ends before it begins.
func backward(bounds map[string]any) bool {
	from, hasFrom := bounds["from"].(int64)
	to, hasTo := bounds["to"].(int64)
	return hasFrom && hasTo && from > to
}

func (w *filterWriter) list(val any, path string, depth int, op, empty string) string {
	items, _ := val.([]any)
	var all []string
	for i, item := range items {
		obj, _ := item.(map[string]any)
		all = append(all, w.object(obj, fmt.Sprintf("%s[%d]", path, i), depth+1))
	}
	if len(all) == 0 {
		return empty
	}
	return "(" + strings.Join(all, op) + ")"
}
