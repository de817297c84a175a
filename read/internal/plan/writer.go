package plan

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tercul/tercul/read/internal/catalog"
	"github.com/tercul/tercul/shared/apperr"
)

// writer writes one statement for one request: its text and its parameters.
type writer struct {
	vars    Vars
	args    []any
	aliases int
	// sample writes the statement for EXPLAIN: full has every optional part
	// written, otherwise none; sort picks the order where a variable gives it.
	sample bool
	full   bool
	sort   string
	err    error
}

func (w *writer) fail(path, message string) {
	if w.err == nil {
		w.err = apperr.New(apperr.BadRequest, message).WithField(path)
	}
}

// alias gives a fresh table alias.
func (w *writer) alias(prefix string) string {
	w.aliases++
	return prefix + strconv.Itoa(w.aliases)
}

// bind adds a parameter and gives its placeholder.
func (w *writer) bind(val any, sqlType string) string {
	w.args = append(w.args, val)
	return "$" + strconv.Itoa(len(w.args)) + "::" + sqlType
}

// holds tells whether a conditional field is written.
func (w *writer) holds(c condition) bool {
	if w.sample {
		return w.full || c.always()
	}
	return c.holds(w.vars)
}

// given tells whether an argument has a value, not being null.
func (w *writer) given(a argument) bool {
	if w.sample && !a.fixed {
		return w.full
	}
	val, ok := a.get(w.vars)
	return ok && val != nil
}

// param binds an argument by a cast.
func (w *writer) param(a argument, c cast) string {
	if w.sample && !a.fixed {
		return w.bind(nil, c.sql)
	}
	val, ok := a.get(w.vars)
	if !ok || val == nil {
		return w.bind(nil, c.sql)
	}
	converted, err := c.convert(val)
	if err != nil {
		w.fail(a.path, err.Error())
		return "NULL"
	}
	return w.bind(converted, c.sql)
}

// site is where a template is written: which rows it may name.
type site struct {
	own, parent, scope string
	args               map[string]argument
	limit              int
	filter             *filterNode
	cursor             []any
}

// write expands a compiled template at a site.
func (w *writer) write(t template, s *site) string {
	if len(t) == 1 && t[0].kind == literal {
		return t[0].text
	}
	var b strings.Builder
	w.expand(&b, t, s)
	return b.String()
}

func (w *writer) expand(b *strings.Builder, t template, s *site) {
	for i := range t {
		p := &t[i]
		switch p.kind {
		case literal:
			b.WriteString(p.text)
		case own:
			b.WriteString(s.own)
		case parent:
			b.WriteString(s.parent)
		case scope:
			b.WriteString(s.scope)
		case pageLimit:
			b.WriteString(w.bind(s.limit+1, "int"))
		case filterText:
			b.WriteString(s.filter.text(w, s))
		case cursorKey:
			b.WriteString(w.cursorKey(p, s))
		case param:
			b.WriteString(w.param(s.args[p.arg], p.convert))
		case section:
			if w.given(s.args[p.arg]) != p.absent {
				w.expand(b, p.body, s)
			}
		}
	}
}

func (w *writer) cursorKey(p *piece, s *site) string {
	if p.index >= len(s.cursor) {
		return w.bind(nil, p.convert.sql)
	}
	return w.bind(s.cursor[p.index], p.convert.sql)
}

// concat joins tag expressions; NULL where there are none.
func concat(tags []string) string {
	switch len(tags) {
	case 0:
		return "NULL::text"
	case 1:
		return tags[0]
	}
	return "concat_ws(' ', " + strings.Join(tags, ", ") + ")"
}

// checkNulls refuses a null for an argument that must have a value: a nullable
// variable may stand there if either has a default (GraphQL 5.8.5).
func (w *writer) checkNulls(args map[string]argument) {
	if w.sample {
		return
	}
	for _, name := range sortedKeys(args) {
		a := args[name]
		if a.fixed || a.typ == nil || !a.typ.NonNull {
			continue
		}
		if val, ok := a.get(w.vars); ok && val == nil {
			w.fail(a.path, "must not be null")
		}
	}
}

func (w *writer) checkRules(rules []rule) {
	if w.sample {
		return
	}
	for _, r := range rules {
		if path, code, msg := r.broken(w.vars); msg != "" && w.err == nil {
			w.err = apperr.New(code, msg).WithField(path)
			return
		}
	}
}

// sortOf picks the order of a page.
func (w *writer) sortOf(p *pageNode) (string, catalog.Sort) {
	name := ""
	if p.sortArg != nil {
		if w.sample && !p.sortArg.fixed {
			name = w.sort
		} else if val, _ := p.sortArg.get(w.vars); val != nil {
			name = fmt.Sprint(val)
		}
	}
	if s, ok := p.rel.Sorts[name]; ok {
		return name, s
	}
	for _, name := range sortedKeys(p.rel.Sorts) {
		return name, p.rel.Sorts[name]
	}
	return "", catalog.Sort{}
}
