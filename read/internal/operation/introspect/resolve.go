package introspect

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/vektah/gqlparser/v2/ast"
)

// Only reports whether an operation asks about nothing but the schema and the
// name of the root type.
func Only(op *ast.OperationDefinition) bool { return only(op.SelectionSet) }

func only(set ast.SelectionSet) bool {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if !strings.HasPrefix(s.Name, "__") {
				return false
			}
		case *ast.InlineFragment:
			if !only(s.SelectionSet) {
				return false
			}
		case *ast.FragmentSpread:
			if s.Definition == nil || !only(s.Definition.SelectionSet) {
				return false
			}
		}
	}
	return true
}

// Resolve answers the introspection fields of a selection on the query type, as
// one JSON object. Other fields are an error.
func Resolve(schema *ast.Schema, set ast.SelectionSet, vars map[string]any) ([]byte, error) {
	r := &resolver{schema: schema, vars: vars, types: map[string]*typ{}}
	return r.object(nil, root{r}, []ast.SelectionSet{set})
}

// node is anything introspection can select fields of.
type node interface {
	// name is the name of its type.
	name() string
	// field returns a value: nil, string, bool, a node, or a list of them.
	field(f *ast.Field) (any, error)
}

type resolver struct {
	schema *ast.Schema
	vars   map[string]any
	types  map[string]*typ
}

// object writes the fields selected on n, those of one response name merged.
func (r *resolver) object(dst []byte, n node, sets []ast.SelectionSet) ([]byte, error) {
	var order []string
	fields := map[string][]*ast.Field{}
	visited := map[string]bool{}
	for _, set := range sets {
		r.collect(set, n.name(), visited, func(f *ast.Field) {
			if fields[f.Alias] == nil {
				order = append(order, f.Alias)
			}
			fields[f.Alias] = append(fields[f.Alias], f)
		})
	}
	dst = append(dst, '{')
	for i, key := range order {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, '"'), key...), '"', ':')
		var err error
		if dst, err = r.value(dst, n, fields[key]); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

func (r *resolver) collect(set ast.SelectionSet, on string, visited map[string]bool, found func(*ast.Field)) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if r.included(s.Directives) {
				found(s)
			}
		case *ast.InlineFragment:
			if r.included(s.Directives) && (s.TypeCondition == "" || s.TypeCondition == on) {
				r.collect(s.SelectionSet, on, visited, found)
			}
		case *ast.FragmentSpread:
			if r.included(s.Directives) && !visited[s.Name] && s.Definition.TypeCondition == on {
				visited[s.Name] = true
				r.collect(s.Definition.SelectionSet, on, visited, found)
			}
		}
	}
}

func (r *resolver) included(directives ast.DirectiveList) bool {
	for _, d := range directives {
		if d.Name == "skip" && r.flag(d.Arguments, "if") || d.Name == "include" && !r.flag(d.Arguments, "if") {
			return false
		}
	}
	return true
}

// flag reads a Boolean argument; absent is false.
func (r *resolver) flag(args ast.ArgumentList, name string) bool {
	v, _ := r.argument(args, name).(bool)
	return v
}

func (r *resolver) argument(args ast.ArgumentList, name string) any {
	arg := args.ForName(name)
	if arg == nil {
		return nil
	}
	v, err := arg.Value.Value(r.vars)
	if err != nil {
		return nil
	}
	return v
}

func (r *resolver) value(dst []byte, n node, same []*ast.Field) ([]byte, error) {
	if same[0].Name == "__typename" {
		return jsontext.AppendQuote(dst, n.name())
	}
	v, err := n.field(same[0])
	if err != nil {
		return nil, err
	}
	sets := make([]ast.SelectionSet, len(same))
	for i, f := range same {
		sets[i] = f.SelectionSet
	}
	return r.write(dst, v, sets)
}

func (r *resolver) write(dst []byte, v any, sets []ast.SelectionSet) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case bool:
		return fmt.Append(dst, v), nil
	case string:
		return jsontext.AppendQuote(dst, v)
	case node:
		return r.object(dst, v, sets)
	case []node:
		return list(dst, len(v), func(dst []byte, i int) ([]byte, error) { return r.object(dst, v[i], sets) })
	case []string:
		return list(dst, len(v), func(dst []byte, i int) ([]byte, error) { return jsontext.AppendQuote(dst, v[i]) })
	}
	return nil, fmt.Errorf("introspection: cannot write a %T", v)
}

func list(dst []byte, n int, item func([]byte, int) ([]byte, error)) ([]byte, error) {
	dst = append(dst, '[')
	for i := range n {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = item(dst, i); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

// optional is nil for a text that is not there.
func optional(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func unknown(n node, f *ast.Field) (any, error) {
	return nil, fmt.Errorf("introspection: %s has no field %s", n.name(), f.Name)
}
