package introspect

import "github.com/vektah/gqlparser/v2/ast"

type field struct {
	r   *resolver
	def *ast.FieldDefinition
}

func (field) name() string { return "__Field" }

func (n field) field(f *ast.Field) (any, error) {
	switch f.Name {
	case "name":
		return n.def.Name, nil
	case "description":
		return optional(n.def.Description), nil
	case "args":
		return n.r.arguments(n.def.Arguments, f), nil
	case "type":
		return n.r.typeOf(n.def.Type), nil
	case "isDeprecated":
		return deprecated(n.def.Directives), nil
	case "deprecationReason":
		return reason(n.def.Directives), nil
	}
	return unknown(n, f)
}

func (r *resolver) arguments(defs ast.ArgumentDefinitionList, f *ast.Field) []node {
	all := r.flag(f.Arguments, "includeDeprecated")
	out := []node{}
	for _, def := range defs {
		if all || !deprecated(def.Directives) {
			out = append(out, inputValue{r, def.Name, def.Description, def.Type, def.DefaultValue, def.Directives})
		}
	}
	return out
}

// inputValue is an argument or an input field.
type inputValue struct {
	r           *resolver
	called      string
	description string
	of          *ast.Type
	fallback    *ast.Value
	directives  ast.DirectiveList
}

func (inputValue) name() string { return "__InputValue" }

func (n inputValue) field(f *ast.Field) (any, error) {
	switch f.Name {
	case "name":
		return n.called, nil
	case "description":
		return optional(n.description), nil
	case "type":
		return n.r.typeOf(n.of), nil
	case "defaultValue":
		if n.fallback == nil {
			return nil, nil
		}
		return n.fallback.String(), nil
	case "isDeprecated":
		return deprecated(n.directives), nil
	case "deprecationReason":
		return reason(n.directives), nil
	}
	return unknown(n, f)
}

type enumValue struct{ def *ast.EnumValueDefinition }

func (enumValue) name() string { return "__EnumValue" }

func (n enumValue) field(f *ast.Field) (any, error) {
	switch f.Name {
	case "name":
		return n.def.Name, nil
	case "description":
		return optional(n.def.Description), nil
	case "isDeprecated":
		return deprecated(n.def.Directives), nil
	case "deprecationReason":
		return reason(n.def.Directives), nil
	}
	return unknown(n, f)
}

type directive struct {
	r   *resolver
	def *ast.DirectiveDefinition
}

func (directive) name() string { return "__Directive" }

func (n directive) field(f *ast.Field) (any, error) {
	switch f.Name {
	case "name":
		return n.def.Name, nil
	case "description":
		return optional(n.def.Description), nil
	case "isRepeatable":
		return n.def.IsRepeatable, nil
	case "locations":
		out := make([]string, len(n.def.Locations))
		for i, location := range n.def.Locations {
			out[i] = string(location)
		}
		return out, nil
	case "args":
		return n.r.arguments(n.def.Arguments, f), nil
	}
	return unknown(n, f)
}

func deprecated(directives ast.DirectiveList) bool { return directives.ForName("deprecated") != nil }

const noReason = "No longer supported"

func reason(directives ast.DirectiveList) any {
	d := directives.ForName("deprecated")
	if d == nil {
		return nil
	}
	if text := directiveText(d, "reason"); text != "" {
		return text
	}
	return noReason
}

func directiveText(d *ast.Directive, name string) string {
	if d == nil {
		return ""
	}
	if arg := d.Arguments.ForName(name); arg != nil && arg.Value != nil {
		return arg.Value.Raw
	}
	return ""
}
