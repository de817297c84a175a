package introspect

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// root is the query type, as far as it is about the schema.
type root struct{ r *resolver }

func (n root) name() string { return n.r.schema.Query.Name }

func (n root) field(f *ast.Field) (any, error) {
	switch f.Name {
	case "__schema":
		return schema(n), nil
	case "__type":
		name, _ := n.r.argument(f.Arguments, "name").(string)
		if def := n.r.schema.Types[name]; def != nil {
			return n.r.named(def), nil
		}
		return nil, nil
	}
	return unknown(n, f)
}

type schema struct{ r *resolver }

func (schema) name() string { return "__Schema" }

func (n schema) field(f *ast.Field) (any, error) {
	s := n.r.schema
	switch f.Name {
	case "description":
		return optional(s.Description), nil
	case "types":
		return n.r.sorted(s.Types), nil
	case "queryType":
		return n.r.rootType(s.Query), nil
	case "mutationType":
		return n.r.rootType(s.Mutation), nil
	case "subscriptionType":
		return n.r.rootType(s.Subscription), nil
	case "directives":
		return n.r.directives(), nil
	}
	return unknown(n, f)
}

func (r *resolver) rootType(def *ast.Definition) any {
	if def == nil {
		return nil
	}
	return r.named(def)
}

// sorted gives introspection one order, by name.
func (r *resolver) sorted(types map[string]*ast.Definition) []node {
	names := make([]string, 0, len(types))
	for name := range types {
		names = append(names, name)
	}
	slices.Sort(names)
	out := make([]node, len(names))
	for i, name := range names {
		out[i] = r.named(types[name])
	}
	return out
}

func (r *resolver) directives() []node {
	out := make([]node, 0, len(r.schema.Directives))
	for _, d := range r.schema.Directives {
		out = append(out, directive{r, d})
	}
	slices.SortFunc(out, func(a, b node) int {
		return strings.Compare(a.(directive).def.Name, b.(directive).def.Name) //nolint:errcheck // made above
	})
	return out
}

// typ is a named type, a list or a required type.
type typ struct {
	r    *resolver
	def  *ast.Definition
	kind string // LIST or NON_NULL where there is no definition
	of   *typ
}

func (*typ) name() string { return "__Type" }

func (r *resolver) named(def *ast.Definition) *typ {
	if t, ok := r.types[def.Name]; ok {
		return t
	}
	t := &typ{r: r, def: def}
	r.types[def.Name] = t
	return t
}

func (r *resolver) typeOf(t *ast.Type) *typ {
	var inner *typ
	if t.Elem != nil {
		inner = &typ{r: r, kind: "LIST", of: r.typeOf(t.Elem)}
	} else {
		inner = r.named(r.schema.Types[t.NamedType])
	}
	if t.NonNull {
		return &typ{r: r, kind: "NON_NULL", of: inner}
	}
	return inner
}

func (n *typ) field(f *ast.Field) (any, error) {
	if n.def == nil {
		return n.wrapper(f)
	}
	switch f.Name {
	case "kind":
		return string(n.def.Kind), nil
	case "name":
		return n.def.Name, nil
	case "description":
		return optional(n.def.Description), nil
	case "specifiedByURL":
		return optional(directiveText(n.def.Directives.ForName("specifiedBy"), "url")), nil
	case "fields":
		return n.fields(f), nil
	case "interfaces":
		return n.interfaces(), nil
	case "possibleTypes":
		return n.possibleTypes(), nil
	case "enumValues":
		return n.enumValues(f), nil
	case "inputFields":
		return n.inputFields(f), nil
	case "isOneOf":
		if n.def.Kind == ast.InputObject {
			return n.def.Directives.ForName("oneOf") != nil, nil
		}
		return nil, nil
	case "ofType":
		return nil, nil
	}
	return unknown(n, f)
}

// wrapper answers for a list or a required type, which have but two fields.
func (n *typ) wrapper(f *ast.Field) (any, error) {
	switch f.Name {
	case "kind":
		return n.kind, nil
	case "ofType":
		return n.of, nil
	}
	return nil, nil
}

func (n *typ) fields(f *ast.Field) any {
	if n.def.Kind != ast.Object && n.def.Kind != ast.Interface {
		return nil
	}
	all := n.r.flag(f.Arguments, "includeDeprecated")
	out := []node{}
	for _, def := range n.def.Fields {
		if !strings.HasPrefix(def.Name, "__") && (all || !deprecated(def.Directives)) {
			out = append(out, field{n.r, def})
		}
	}
	return out
}

func (n *typ) interfaces() any {
	if n.def.Kind != ast.Object && n.def.Kind != ast.Interface {
		return nil
	}
	out := []node{}
	for _, name := range n.def.Interfaces {
		out = append(out, n.r.named(n.r.schema.Types[name]))
	}
	return out
}

func (n *typ) possibleTypes() any {
	if !n.def.IsAbstractType() {
		return nil
	}
	types := map[string]*ast.Definition{}
	for _, def := range n.r.schema.GetPossibleTypes(n.def) {
		types[def.Name] = def
	}
	return n.r.sorted(types)
}

func (n *typ) enumValues(f *ast.Field) any {
	if n.def.Kind != ast.Enum {
		return nil
	}
	all := n.r.flag(f.Arguments, "includeDeprecated")
	out := []node{}
	for _, def := range n.def.EnumValues {
		if all || !deprecated(def.Directives) {
			out = append(out, enumValue{def})
		}
	}
	return out
}

func (n *typ) inputFields(f *ast.Field) any {
	if n.def.Kind != ast.InputObject {
		return nil
	}
	all := n.r.flag(f.Arguments, "includeDeprecated")
	out := []node{}
	for _, def := range n.def.Fields {
		if all || !deprecated(def.Directives) {
			out = append(out, inputValue{n.r, def.Name, def.Description, def.Type, def.DefaultValue, def.Directives})
		}
	}
	return out
}
