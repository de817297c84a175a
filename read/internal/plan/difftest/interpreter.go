package difftest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Object is a typed value: what a resolver gives for an object field.
type Object struct {
	Type string
	Row  Row
	// Up is what the object hangs on, for pages.
	Up Row
	// Asked is the id it was asked for, if it was merged away.
	Asked any
}

// Interpreter answers documents from a library.
type Interpreter struct {
	Lib    *Library
	Schema *ast.Schema
	Vars   map[string]any
}

// Answer resolves an operation to its data.
func (in *Interpreter) Answer(op *ast.OperationDefinition) map[string]any {
	return in.selection(Object{Type: "Query"}, op.SelectionSet)
}

func (in *Interpreter) selection(o Object, set ast.SelectionSet) map[string]any {
	out := map[string]any{}
	in.into(out, o, set)
	return out
}

func (in *Interpreter) into(out map[string]any, o Object, set ast.SelectionSet) {
	for _, sel := range set {
		switch s := sel.(type) {
		case *ast.Field:
			if in.included(s.Directives) {
				merge(out, s.Alias, in.field(o, s))
			}
		case *ast.InlineFragment:
			if in.included(s.Directives) && (s.TypeCondition == "" || in.is(o.Type, s.TypeCondition)) {
				in.into(out, o, s.SelectionSet)
			}
		case *ast.FragmentSpread:
			if in.included(s.Directives) && in.is(o.Type, s.Definition.TypeCondition) {
				in.into(out, o, s.Definition.SelectionSet)
			}
		}
	}
}

// merge joins what the same key was answered in two places of a selection.
func merge(out map[string]any, key string, val any) {
	old, ok := out[key]
	if !ok {
		out[key] = val
		return
	}
	switch was := old.(type) {
	case map[string]any:
		if now, ok := val.(map[string]any); ok {
			for k, v := range now {
				merge(was, k, v)
			}
		}
	case []any:
		now, _ := val.([]any)
		for i := range was {
			if m, ok := was[i].(map[string]any); ok {
				for k, v := range now[i].(map[string]any) {
					merge(m, k, v)
				}
			}
		}
	}
}

func (in *Interpreter) is(object, condition string) bool {
	if object == condition {
		return true
	}
	for _, t := range in.Schema.PossibleTypes[condition] {
		if t.Name == object {
			return true
		}
	}
	return false
}

func (in *Interpreter) included(ds ast.DirectiveList) bool {
	for _, d := range ds {
		val, _ := d.Arguments.ForName("if").Value.Value(in.Vars)
		if d.Name == "include" && val != true || d.Name == "skip" && val == true {
			return false
		}
	}
	return true
}

func (in *Interpreter) field(o Object, f *ast.Field) any {
	if f.Name == "__typename" {
		return o.Type
	}
	resolve, ok := resolvers[o.Type+"."+f.Name]
	if !ok {
		panic("the interpreter does not know " + o.Type + "." + f.Name)
	}
	return in.complete(resolve(in, o, in.args(f)), f.SelectionSet)
}

func (in *Interpreter) complete(v any, set ast.SelectionSet) any {
	switch val := v.(type) {
	case nil:
		return nil
	case Object:
		if val.Row == nil {
			return nil
		}
		return in.selection(val, set)
	case []Object:
		out := make([]any, 0, len(val))
		for _, o := range val {
			out = append(out, in.complete(o, set))
		}
		return out
	}
	return v
}

// Args are the arguments of a field with their defaults.
type Args map[string]any

func (in *Interpreter) args(f *ast.Field) Args {
	out := Args{}
	for _, def := range f.Definition.Arguments {
		if def.DefaultValue != nil {
			out[def.Name], _ = def.DefaultValue.Value(nil)
		}
		if given := f.Arguments.ForName(def.Name); given != nil {
			if given.Value.Kind == ast.Variable {
				if v, ok := in.Vars[given.Value.Raw]; ok {
					out[def.Name] = v
				}
				continue
			}
			out[def.Name], _ = given.Value.Value(in.Vars)
		}
	}
	return out
}

func (a Args) text(name string) string {
	if a[name] == nil {
		return ""
	}
	return fmt.Sprint(a[name])
}

func (a Args) int(name string) int {
	n, _ := strconv.Atoi(fmt.Sprint(a[name]))
	return n
}

type resolver func(in *Interpreter, o Object, args Args) any

// columns makes resolvers of fields that are columns: "field=column" or "column".
func columns(typ string, names ...string) {
	for _, n := range names {
		field, col, ok := strings.Cut(n, "=")
		if !ok {
			col = field
		}
		resolvers[typ+"."+field] = func(_ *Interpreter, o Object, _ Args) any { return o.Row[col] }
	}
}

// times makes resolvers of timestamps, which the API tells to the second.
func times(typ string, names ...string) {
	for _, n := range names {
		field, col, _ := strings.Cut(n, "=")
		resolvers[typ+"."+field] = func(_ *Interpreter, o Object, _ Args) any { return second(o.Row[col]) }
	}
}

func second(v any) any {
	s, ok := v.(string)
	if !ok || len(s) < 19 {
		return nil
	}
	return s[:19] + "Z"
}

var resolvers = map[string]resolver{}
