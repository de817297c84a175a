package plan

import (
	"fmt"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/shared/apperr"
)

// Vars are the coerced values of a request's variables: nil, bool, int64,
// float64, string, []any or map[string]any. A variable left out is absent.
type Vars map[string]any

// value gives an argument's value for a request; ok is false where it was left out.
type value func(v Vars) (val any, ok bool)

func constant(val any) value { return func(Vars) (any, bool) { return val, true } }

func absent(Vars) (any, bool) { return nil, false }

// argument is a field's argument as the document gives it.
type argument struct {
	get value
	// path is how the caller knows it, for errors: "variables.first" where a variable
	// gives it, else where it stands in the answer: "works.authors.first".
	path  string
	fixed bool
	typ   *ast.Type
}

// given tells whether the argument has a value, not being null.
func (a argument) given(v Vars) bool {
	val, ok := a.get(v)
	return ok && val != nil
}

// arguments compiles the arguments of a field; those left out take their default.
func (c *compiler) arguments(f *ast.Field) (map[string]argument, error) {
	out := make(map[string]argument, len(f.Definition.Arguments))
	for _, def := range f.Definition.Arguments {
		a := argument{get: absent, path: c.path + "." + def.Name, fixed: true, typ: def.Type}
		fallback := value(absent)
		if def.DefaultValue != nil {
			val, err := compileValue(def.DefaultValue, def.Type)
			if err != nil {
				return nil, err
			}
			fallback = val
			a.get = val
		}
		if given := f.Arguments.ForName(def.Name); given != nil {
			if err := c.give(&a, def, given.Value, fallback); err != nil {
				return nil, err
			}
		}
		out[def.Name] = a
	}
	return out, nil
}

// give sets an argument to what the document writes: a constant in canonical
// form, or something that variables decide.
func (c *compiler) give(a *argument, def *ast.ArgumentDefinition, written *ast.Value, fallback value) error {
	a.fixed = isFixed(written)
	if a.fixed {
		val, err := c.types.LiteralAt(a.path, written, def.Type)
		if err != nil {
			return apperr.Recode(err, apperr.ValidationFailed)
		}
		a.get = constant(val)
		return nil
	}
	val, err := compileValue(written, def.Type)
	if err != nil {
		return err
	}
	a.get = orElse(val, fallback)
	if written.Kind == ast.Variable {
		a.path = "variables." + written.Raw
	}
	return nil
}

func orElse(first, second value) value {
	return func(v Vars) (any, bool) {
		if val, ok := first(v); ok {
			return val, true
		}
		return second(v)
	}
}

func isFixed(v *ast.Value) bool {
	if v.Kind == ast.Variable {
		return false
	}
	for _, child := range v.Children {
		if !isFixed(child.Value) {
			return false
		}
	}
	return true
}

// compileValue turns a literal, which may hold variables, into a value of its type.
func compileValue(v *ast.Value, typ *ast.Type) (value, error) {
	switch v.Kind {
	case ast.Variable:
		name := v.Raw
		return func(vars Vars) (any, bool) { val, ok := vars[name]; return val, ok }, nil
	case ast.ListValue:
		return compileList(v, typ)
	case ast.ObjectValue:
		return compileObject(v, typ)
	}
	val, err := scalarLiteral(v)
	if err != nil {
		return nil, err
	}
	if typ != nil && typ.Elem != nil && val != nil {
		val = []any{val} // GraphQL 3.11: one item stands for a list of it
	}
	return constant(val), nil
}

func scalarLiteral(v *ast.Value) (any, error) {
	switch v.Kind {
	case ast.NullValue:
		return nil, nil
	case ast.IntValue:
		return strconv.ParseInt(v.Raw, 10, 64)
	case ast.FloatValue:
		return strconv.ParseFloat(v.Raw, 64)
	case ast.BooleanValue:
		return v.Raw == "true", nil
	case ast.StringValue, ast.BlockValue, ast.EnumValue:
		return v.Raw, nil
	}
	return nil, fmt.Errorf("a value of kind %d cannot be used here", v.Kind)
}

func compileList(v *ast.Value, typ *ast.Type) (value, error) {
	var elem *ast.Type
	if typ != nil {
		elem = typ.Elem
	}
	items := make([]value, 0, len(v.Children))
	for _, child := range v.Children {
		item, err := compileValue(child.Value, elem)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return func(vars Vars) (any, bool) {
		list := make([]any, 0, len(items))
		for _, item := range items {
			val, _ := item(vars) // a missing variable in a list is null (GraphQL 6.4.1)
			list = append(list, val)
		}
		return list, true
	}, nil
}

func compileObject(v *ast.Value, typ *ast.Type) (value, error) {
	if typ != nil && typ.Elem != nil {
		one, err := compileObject(v, typ.Elem)
		return func(vars Vars) (any, bool) { // one item stands for a list of it
			item, ok := one(vars)
			return []any{item}, ok
		}, err
	}

	type entry struct {
		name string
		val  value
	}
	entries := make([]entry, 0, len(v.Children))
	for _, child := range v.Children {
		var typ *ast.Type
		if v.Definition != nil {
			if def := v.Definition.Fields.ForName(child.Name); def != nil {
				typ = def.Type
			}
		}
		val, err := compileValue(child.Value, typ)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry{child.Name, val})
	}
	return func(vars Vars) (any, bool) {
		obj := make(map[string]any, len(entries))
		for _, e := range entries {
			if val, ok := e.val(vars); ok {
				obj[e.name] = val
			}
		}
		return obj, true
	}, nil
}
