package input

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/vektah/gqlparser/v2/ast"
)

// Literal reads a value written in a document or a schema, without variables in
// it, as the Go value of that type.
func (t *Types) Literal(value *ast.Value, of *ast.Type) (any, error) {
	return t.LiteralAt("value", value, of)
}

// LiteralAt is Literal that names the faults of the value by a path.
func (t *Types) LiteralAt(path string, value *ast.Value, of *ast.Type) (any, error) {
	typ, err := t.typeOf(nil, of)
	if err != nil {
		return nil, err
	}
	canonical, err := t.literalAt(path, typ, value)
	if err != nil {
		return nil, err
	}
	return t.decode(typ, canonical)
}

func (t *Types) literal(of *typ, value *ast.Value) ([]byte, error) {
	return t.literalAt("value", of, value)
}

// literalAt gives a literal its canonical form by way of JSON: what may be written
// is the same in both, but for enums, which the validator has told from strings.
func (t *Types) literalAt(path string, of *typ, value *ast.Value) ([]byte, error) {
	text, err := appendLiteral(nil, value)
	if err != nil {
		return nil, err
	}
	r := t.reader()
	defer t.put(r)
	if err := r.read(text); err != nil {
		return nil, err
	}
	r.faults.start(path, t.limits.Faults)
	out := r.appendValue(nil, of, &r.nodes[1])
	return out, r.faults.list.Err()
}

func appendLiteral(dst []byte, value *ast.Value) ([]byte, error) {
	switch value.Kind {
	case ast.NullValue:
		return append(dst, "null"...), nil
	case ast.IntValue, ast.FloatValue, ast.BooleanValue:
		return append(dst, value.Raw...), nil
	case ast.StringValue, ast.BlockValue, ast.EnumValue:
		return jsontext.AppendQuote(dst, value.Raw)
	case ast.ListValue:
		return appendLiterals(dst, value, '[', ']')
	case ast.ObjectValue:
		return appendLiterals(dst, value, '{', '}')
	case ast.Variable:
		return nil, fmt.Errorf("the variable $%s stands where a constant must", value.Raw)
	}
	return nil, errors.New("unknown kind of literal")
}

func appendLiterals(dst []byte, value *ast.Value, open, end byte) ([]byte, error) {
	dst = append(dst, open)
	for i, child := range value.Children {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if open == '{' {
			if dst, err = jsontext.AppendQuote(dst, child.Name); err != nil {
				return nil, err
			}
			dst = append(dst, ':')
		}
		if dst, err = appendLiteral(dst, child.Value); err != nil {
			return nil, err
		}
	}
	return append(dst, end), nil
}

// Argument resolves an argument by the rules of the specification: given values
// replace the variables in it, a variable without a value counts as nothing, and
// nothing is the argument's default. The second result is false for nothing.
func (t *Types) Argument(def *ast.ArgumentDefinition, given *ast.Value, values map[string]any) (any, bool, error) {
	if given == nil || given.Kind == ast.Variable && !has(values, given.Raw) {
		if def.DefaultValue == nil {
			return nil, false, nil
		}
		v, err := t.Literal(def.DefaultValue, def.Type)
		return v, err == nil, err
	}
	of, err := t.typeOf(nil, def.Type)
	if err != nil {
		return nil, false, err
	}
	v, err := t.resolve(of, given, values)
	return v, err == nil, err
}

func has(values map[string]any, name string) bool {
	_, ok := values[name]
	return ok
}

// resolve is Literal with variables inside.
func (t *Types) resolve(of *typ, value *ast.Value, values map[string]any) (any, error) {
	switch {
	case value.Kind == ast.Variable:
		v := values[value.Raw]
		if v == nil && of.nonNull {
			return nil, fmt.Errorf("$%s must not be null here", value.Raw)
		}
		if _, isList := v.([]any); of.elem != nil && v != nil && !isList {
			v = []any{v}
		}
		return v, nil
	case value.Kind == ast.ListValue && of.elem != nil:
		return t.resolveList(of, value, values)
	case value.Kind == ast.ObjectValue && of.elem == nil && of.named.object:
		return t.resolveObject(of, value, values)
	case value.Kind == ast.ObjectValue && of.elem != nil:
		v, err := t.resolve(of.elem, value, values)
		return []any{v}, err
	}
	canonical, err := t.literal(of, value)
	if err != nil {
		return nil, err
	}
	return t.decode(of, canonical)
}

func (t *Types) resolveList(of *typ, value *ast.Value, values map[string]any) (any, error) {
	out := make([]any, 0, len(value.Children))
	for _, child := range value.Children {
		v, err := t.resolve(of.elem, child.Value, values)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (t *Types) resolveObject(of *typ, value *ast.Value, values map[string]any) (any, error) {
	out := make(map[string]any, len(of.named.fields))
	for _, f := range of.named.fields {
		child := value.Children.ForName(f.name)
		if child == nil || child.Kind == ast.Variable && !has(values, child.Raw) {
			if f.def != nil {
				out[f.name] = f.value
			}
			continue
		}
		v, err := t.resolve(f.typ, child, values)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		if v != nil || !f.dropNull {
			out[f.name] = v
		}
	}
	return out, nil
}

func kindName(k jsontext.Kind) string {
	switch k {
	case '[':
		return "a list"
	case '"':
		return "a string"
	case '0':
		return "a number"
	}
	return "true or false"
}

// Leaf reads one scalar written in a document; its error says what was expected.
func (t *Types) Leaf(scalar string, value *ast.Value) error {
	n, ok := t.named[scalar]
	if !ok || n.scalar == nil {
		return nil // occurs in answers only
	}
	raw, err := appendLiteral(nil, value)
	if err != nil {
		return err
	}
	_, err = n.scalar(nil, raw)
	return err
}
