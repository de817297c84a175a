package input

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
)

// Limits bound what is read. Zero means the default.
type Limits struct {
	Bytes  int // of the whole text; default 65,536
	Depth  int // of lists and objects; default 16
	Values int // scalars, lists and objects together; default 2,000
	String int // code points of one string; default 10,000
	Faults int // reported at once; default 20
}

func (l Limits) withDefaults() Limits {
	set := func(field *int, value int) {
		if *field <= 0 {
			*field = value
		}
	}
	set(&l.Bytes, 64<<10)
	set(&l.Depth, 16)
	set(&l.Values, 2000)
	set(&l.String, 10_000)
	set(&l.Faults, 20)
	return l
}

// Types knows how to read every input type of one schema.
type Types struct {
	limits  Limits
	scalars map[string]Scalar
	named   map[string]*named
	readers sync.Pool
}

// typ is a type in a position: possibly a list, possibly required.
type typ struct {
	nonNull bool
	elem    *typ   // of a list
	named   *named // of anything else
	text    string // "[LanguageTag!]!"
}

// named is a scalar, an enum or an input object.
type named struct {
	name   string
	scalar Scalar
	enum   map[string]bool
	fields []*field // of an input object, sorted by name
	object bool
}

// field is a field of an input object, or a variable.
type field struct {
	name     string
	typ      *typ
	def      []byte // the default in canonical form, nil for none
	value    any    // the default as a Go value
	size     int    // index among the sizes wanted, -1 for none
	dropNull bool   // null and nothing mean the same
	noNull   bool   // null is refused although the type allows it
}

// New reads the input types of a schema. A scalar without a reader is an error
// that names it: give it one with WithScalar.
func New(schema *ast.Schema, limits Limits, options ...Option) (*Types, error) {
	t := &Types{limits: limits.withDefaults(), scalars: standardScalars(), named: map[string]*named{}}
	t.readers.New = func() any { return newReader(t.limits) }
	for _, option := range options {
		option(t)
	}
	for _, name := range inputTypes(schema) {
		if _, err := t.define(schema, name); err != nil {
			return nil, err
		}
	}
	if err := t.setDefaults(schema); err != nil {
		return nil, err
	}
	return t, nil
}

// Option changes how a schema's types are read.
type Option func(*Types)

// WithScalar gives a scalar of the schema's own its reader.
func WithScalar(name string, scalar Scalar) Option {
	return func(t *Types) { t.scalars[name] = scalar }
}

// inputTypes lists the named types that a caller can send, sorted. Scalars that
// only occur in answers need no reader.
func inputTypes(schema *ast.Schema) []string {
	seen := map[string]bool{}
	for _, def := range schema.Types {
		if def.Kind == ast.InputObject || def.BuiltIn && def.Kind == ast.Scalar {
			seen[def.Name] = true
		}
		for _, f := range def.Fields {
			for _, arg := range f.Arguments {
				seen[arg.Type.Name()] = true
			}
		}
	}
	names := make([]string, 0, len(seen))
	for name := range seen {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

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

// bare is the type's text without the exclamation mark: the name of what was
// expected, for messages.
func (t *typ) bare() string { return strings.TrimSuffix(t.text, "!") }
