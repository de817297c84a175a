package input

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

func (t *Types) define(schema *ast.Schema, name string) (*named, error) {
	if n, ok := t.named[name]; ok {
		return n, nil
	}
	def := schema.Types[name]
	if def == nil {
		return nil, fmt.Errorf("input type %s is not defined", name)
	}
	n := &named{name: name}
	t.named[name] = n
	switch def.Kind {
	case ast.Scalar:
		if n.free = t.free[name]; n.free {
			break
		}
		if n.scalar = t.scalars[name]; n.scalar == nil {
			return nil, fmt.Errorf("scalar %s is an argument's type and has no reader", name)
		}
	case ast.Enum:
		n.enum = make(map[string]bool, len(def.EnumValues))
		for _, v := range def.EnumValues {
			n.enum[v.Name] = true
		}
	case ast.InputObject:
		n.object = true
		return n, t.defineFields(schema, n, def)
	default:
		return nil, fmt.Errorf("%s %s cannot be an input type", strings.ToLower(string(def.Kind)), name)
	}
	return n, nil
}

func (t *Types) defineFields(schema *ast.Schema, n *named, def *ast.Definition) error {
	for _, f := range def.Fields {
		if f.Type == nil || strings.HasPrefix(f.Name, "__") {
			continue
		}
		ft, err := t.typeOf(schema, f.Type)
		if err != nil {
			return err
		}
		n.fields = append(n.fields, &field{name: f.Name, typ: ft, size: -1, dropNull: f.DefaultValue == nil})
	}
	sortFields(n.fields)
	return nil
}

func sortFields(fields []*field) {
	slices.SortFunc(fields, func(a, b *field) int { return strings.Compare(a.name, b.name) })
}

// typeOf needs the schema only while the types are being defined.
func (t *Types) typeOf(schema *ast.Schema, in *ast.Type) (*typ, error) {
	out := &typ{nonNull: in.NonNull, text: in.String()}
	if in.Elem != nil {
		elem, err := t.typeOf(schema, in.Elem)
		out.elem = elem
		return out, err
	}
	n, ok := t.named[in.NamedType]
	if !ok && schema == nil {
		return nil, fmt.Errorf("%s is not an input type of the schema", in.NamedType)
	}
	if !ok {
		var err error
		if n, err = t.define(schema, in.NamedType); err != nil {
			return nil, err
		}
	}
	out.named = n
	return out, nil
}

// setDefaults reads the defaults of input fields once all types are known. The
// canonical form of a default leaves out what equals a default further in, so
// it is settled only when another pass changes nothing.
func (t *Types) setDefaults(schema *ast.Schema) error {
	for settled := false; !settled; {
		settled = true
		for name, n := range t.named {
			for _, f := range n.fields {
				value := schema.Types[name].Fields.ForName(f.name).DefaultValue
				if value == nil {
					continue
				}
				before := f.def
				if err := t.setDefault(f, value); err != nil {
					return fmt.Errorf("default of %s.%s: %w", name, f.name, err)
				}
				settled = settled && before != nil && bytes.Equal(before, f.def)
			}
		}
	}
	return nil
}

func (t *Types) setDefault(f *field, value *ast.Value) (err error) {
	if f.def, err = t.literal(f.typ, value); err != nil {
		return err
	}
	f.value, err = t.decode(f.typ, f.def)
	return err
}
