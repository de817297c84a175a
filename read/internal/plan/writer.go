package plan

import (
	"errors"
	"strconv"
	"strings"

	"github.com/tercul/tercul/read/internal/catalog"
	"github.com/tercul/tercul/shared/apperr"
)

// writer writes one statement: its text, and how its parameters follow from the
// variables. What it decided on the way is kept, so that the text can be used
// again for a request that decides alike (see shape).
type writer struct {
	vars    Vars
	aliases int
	stretch int
	shape   shape
	// sample writes the statement for EXPLAIN: full has every optional part
	// written, otherwise none; sort picks the order where a variable gives it.
	sample bool
	full   bool
	sort   string
	// once: the text holds words that only this request's values decided.
	once bool
	err  error
}

// fail notes what is wrong with the input of a path: "must not be null".
func (w *writer) fail(path, problem string) { w.refuse(apperr.BadRequest, path, problem) }

func (w *writer) refuse(code apperr.Code, path, problem string) {
	if w.err == nil {
		w.err = apperr.OfField(code, path, problem)
	}
}

// failed is fail for an error, which may be of one item of a list.
func (w *writer) failed(path string, err error) {
	var item *itemError
	if errors.As(err, &item) {
		path += "[" + strconv.Itoa(item.index) + "]"
	}
	w.fail(path, err.Error())
}

// alias gives a fresh table alias.
func (w *writer) alias(prefix string) string {
	w.aliases++
	return prefix + strconv.Itoa(w.aliases)
}

// rowAlias gives an alias for a row that becomes JSON. No response name can be
// like it: row_to_json would take a column of that name for the row.
func (w *writer) rowAlias() string { return `"` + w.alias("o#") + `"` }

// bind adds a parameter and gives its placeholder. It is evaluated once for each
// request, against the writer of that request.
func (w *writer) bind(sqlType string, get parameter) string {
	w.shape.params = append(w.shape.params, get)
	return "$" + strconv.Itoa(len(w.shape.params)) + "::" + sqlType
}

// decide evaluates what the text depends on and remembers it.
func (w *writer) decide(get func(Vars) int) int {
	got := get(w.vars)
	w.shape.decisions = append(w.shape.decisions, decision{get, got})
	return got
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// holds tells whether a conditional field is written.
func (w *writer) holds(c condition) bool {
	if c.always() {
		return true
	}
	if w.sample {
		return w.full
	}
	return w.decide(func(v Vars) int { return truth(c.holds(v)) }) == 1
}

// given tells whether an argument has a value, not being null.
func (w *writer) given(a argument) bool {
	if a.fixed {
		return a.given(nil)
	}
	if w.sample {
		return w.full
	}
	return w.decide(func(v Vars) int { return truth(a.given(v)) }) == 1
}

// param binds an argument by a cast.
func (w *writer) param(a argument, c cast) string {
	return w.bind(c.sql, func(w *writer) any {
		val, ok := a.get(w.vars)
		if !ok || val == nil {
			return nil
		}
		converted, err := c.convert(val)
		if err != nil {
			w.failed(a.path, err)
		}
		return converted
	})
}

// site is where a template is written: which rows it may name.
type site struct {
	own, parent, scope string
	args               map[string]argument
	filter             *filterNode
	limit              func() string
	cursor             func(w *writer, index int) any
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
			b.WriteString(s.limit() + " + 1")
		case stretchRows:
			b.WriteString(strconv.Itoa(w.stretch))
		case filterText:
			b.WriteString(s.filter.text(w, s))
		case cursorKey:
			index := p.index
			b.WriteString(w.bind(p.convert.sql, func(w *writer) any { return s.cursor(w, index) }))
		case argPath:
			b.WriteString(quote(s.args[p.arg].path))
		case param:
			b.WriteString(w.param(s.args[p.arg], p.convert))
		case section:
			if w.given(s.args[p.arg]) != p.absent {
				w.expand(b, p.body, s)
			}
		}
	}
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

// sortOf picks the order of a page.
func (w *writer) sortOf(p *pageNode) (string, catalog.Sort) {
	pick := func(v Vars) int {
		if p.sortArg == nil {
			return 0
		}
		val, _ := p.sortArg.get(v)
		for i, name := range p.sortNames {
			if val == name {
				return i
			}
		}
		return 0
	}
	var i int
	switch {
	case len(p.sortNames) == 0:
		return "", catalog.Sort{}
	case p.sortArg == nil || p.sortArg.fixed:
		i = pick(nil)
	case w.sample:
		for n, name := range p.sortNames {
			if name == w.sort {
				i = n
			}
		}
	default:
		i = w.decide(pick)
	}
	return p.sortNames[i], p.rel.Sorts[p.sortNames[i]]
}
