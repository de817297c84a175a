package plan

import (
	"strings"
	"unicode/utf8"

	"github.com/tercul/tercul/read/internal/catalog"
	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/input"
)

// rule is a rule of the catalogue with the arguments it is for.
type rule struct {
	catalog.Rule
	field string
	args  map[string]argument
}

// compileRules readies the rules of a field; what the document itself settles is
// checked at once.
func compileRules(rules []catalog.Rule, args map[string]argument, field string) ([]rule, error) {
	var out []rule
	for _, r := range rules {
		compiled := rule{r, field, args}
		if compiled.fixed() {
			if path, msg := compiled.broken(nil); msg != "" {
				return nil, apperr.OfField(apperr.BadRequest, path, msg)
			}
			continue
		}
		out = append(out, compiled)
	}
	return out, nil
}

func (r rule) fixed() bool {
	names := []string{r.Arg, r.Differ}
	for _, set := range r.OneOf {
		names = append(names, set...)
	}
	for _, name := range names {
		if a, ok := r.args[name]; ok && !a.fixed {
			return false
		}
	}
	return true
}

// broken tells what is wrong, and where; an empty message means nothing is.
func (r rule) broken(vars Vars) (path, message string) {
	if len(r.OneOf) > 0 {
		return r.oneOf(vars)
	}
	a := r.args[r.Arg]
	val, ok := a.get(vars)
	if !ok || val == nil {
		return "", ""
	}
	message = r.bounds(val)
	if message == "" && r.Unique && repeats(val) {
		message = "must have items that all differ"
	}
	if message == "" && r.Differ != "" {
		if other, _ := r.args[r.Differ].get(vars); other == val {
			message = "must differ from " + r.args[r.Differ].path
		}
	}
	return a.path, message
}

func (r rule) bounds(val any) string {
	var size int
	var what input.Measure
	switch v := val.(type) {
	case int64:
		size, what = int(v), input.Value
	case []any:
		size, what = len(v), input.Items
	case string:
		size, what = utf8.RuneCountInString(v), input.Characters
	default:
		return ""
	}
	if r.Max == 0 && r.Min == 0 {
		return ""
	}
	return what.Bounds(size, r.Min, r.Max)
}

func repeats(val any) bool {
	items, _ := val.([]any)
	seen := make(map[any]bool, len(items))
	for _, item := range items {
		if seen[item] {
			return true
		}
		seen[item] = true
	}
	return false
}

func (r rule) oneOf(vars Vars) (string, string) {
	whole, partly := 0, 0
	var choices []string
	for _, set := range r.OneOf {
		given := 0
		for _, name := range set {
			if val, ok := r.args[name].get(vars); ok && val != nil {
				given++
			}
		}
		if given == len(set) {
			whole++
		} else if given > 0 {
			partly++
		}
		choices = append(choices, strings.Join(set, " with "))
	}
	if whole == 1 && partly == 0 {
		return "", ""
	}
	return r.field, "must be given exactly one of: " + strings.Join(choices, ", ")
}

// check holds a request's arguments of a field against its rules.
func (r *relNode) check(w *writer) {
	for _, name := range r.nonNull {
		a := r.args[name]
		if val, ok := a.get(w.vars); ok && val == nil {
			w.fail(a.path, "must not be null")
		}
	}
	for i := range r.rules {
		if path, msg := r.rules[i].broken(w.vars); msg != "" {
			w.fail(path, msg)
		}
	}
}

// nonNull are the arguments that variables give and that must not be null: a
// nullable variable may stand there if either has a default (GraphQL 5.8.5).
func nonNull(args map[string]argument) []string {
	var out []string
	for _, name := range sortedKeys(args) {
		if a := args[name]; !a.fixed && a.typ != nil && a.typ.NonNull {
			out = append(out, name)
		}
	}
	return out
}
