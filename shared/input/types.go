package input

import (
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
	free    map[string]bool
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
	free   bool // a scalar whose values are JSON objects of any content
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
	t := &Types{limits: limits.withDefaults(), scalars: standardScalars(), named: map[string]*named{}, free: map[string]bool{}}
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

// WithFreeObject declares a scalar of the schema's own whose values are JSON
// objects of any content.
func WithFreeObject(name string) Option {
	return func(t *Types) { t.free[name] = true }
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

// bare is the type's text without the exclamation mark: the name of what was
// expected, for messages.
func (t *typ) bare() string { return strings.TrimSuffix(t.text, "!") }
