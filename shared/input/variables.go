package input

import (
	"fmt"
	"math"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/shared/apperr"
)

// Use says how a document uses a variable, which decides what null means.
type Use struct {
	NonNull bool // somewhere a value is required: null is refused
	Default bool // somewhere a default stands in for nothing: null is not nothing
}

// Variables reads the variables of one operation.
type Variables struct {
	types  *Types
	fields []*field
	sizes  int
}

const root = "variables"

// NoSize stands for the size of a variable that is not given and has no default.
const NoSize = math.MinInt

// Variables compiles an operation's variable definitions. Uses may be nil. The
// variables named in sized have their size noted by Canonical, in that order.
func (t *Types) Variables(defs ast.VariableDefinitionList, uses map[string]Use, sized []string) (*Variables, error) {
	v := &Variables{types: t, sizes: len(sized)}
	for _, def := range defs {
		f, err := t.variable(def, uses[def.Variable])
		if err != nil {
			return nil, fmt.Errorf("variable $%s: %w", def.Variable, err)
		}
		for i, name := range sized {
			if name == f.name {
				f.size = i
			}
		}
		v.fields = append(v.fields, f)
	}
	sortFields(v.fields)
	return v, nil
}

func (t *Types) variable(def *ast.VariableDefinition, use Use) (*field, error) {
	of, err := t.typeOf(nil, def.Type)
	if err != nil {
		return nil, err
	}
	f := &field{
		name: def.Variable, typ: of, size: -1,
		dropNull: def.DefaultValue == nil && !use.Default,
		noNull:   use.NonNull,
	}
	if def.DefaultValue == nil {
		return f, nil
	}
	return f, t.setDefault(f, def.DefaultValue)
}

// Len returns how many variables there are.
func (v *Variables) Len() int { return len(v.fields) }

// Canonical appends the canonical form of the JSON object in data; empty data
// and null are the empty object. The sizes of the variables asked for are
// written to sizes: an Int's value, a list's length, NoSize where neither is known.
//
// The error lists every fault as apperr errors with their field paths.
func (v *Variables) Canonical(dst []byte, sizes []int, data []byte) ([]byte, error) {
	if len(data) > v.types.limits.Bytes {
		return dst, apperr.OfField(apperr.InputLimit, root, fmt.Sprintf("must have %d bytes at most, not %d", v.types.limits.Bytes, len(data)))
	}
	r := v.types.reader()
	defer v.types.put(r)
	object, err := r.object(data)
	if err != nil {
		return dst, readFault(root, err, v.types.limits)
	}
	r.faults.start(root, v.types.limits.Faults)
	out := r.appendFields(dst, v.fields, object, sizes)
	if err := r.faults.list.Err(); err != nil {
		return dst, err
	}
	return out, nil
}

// Values reads the canonical form back as Go values, defaults filled in. The
// defaults are shared between calls: treat the values as read-only.
func (v *Variables) Values(canonical []byte) (map[string]any, error) {
	r := v.types.reader()
	defer v.types.put(r)
	object, err := r.object(canonical)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotCanonical, err)
	}
	return r.goFields(v.fields, object)
}

// object reads data as one object.
func (r *reader) object(data []byte) (*node, error) {
	if len(data) == 0 {
		r.nodes = append(r.nodes[:0], node{}, node{kind: '{'})
		return &r.nodes[1], nil
	}
	if err := r.read(data); err != nil {
		return nil, err
	}
	n := &r.nodes[1]
	switch n.kind {
	case '{':
	case 'n':
		n.kind = '{'
	default:
		return nil, fmt.Errorf("not %s", kindName(n.kind))
	}
	return n, nil
}

// sizeOf is the size of a variable for the cost of a query.
func (r *reader) sizeOf(f *field, n *node) int {
	switch {
	case n == nil:
		return f.defaultSize()
	case n.kind == 'n': // no default stands in for it
		return NoSize
	case f.typ.elem != nil && n.kind == '[':
		return int(n.count)
	case f.typ.elem != nil:
		return 1
	case n.kind == '0':
		if v, err := number(r.text(n)); err == nil {
			return int(max(min(v, 1<<31), -1<<31))
		}
	}
	return NoSize
}

func (f *field) defaultSize() int {
	switch v := f.value.(type) {
	case int64:
		return int(v)
	case []any:
		return len(v)
	}
	return NoSize
}

// DefaultSizes returns the sizes as they are when no variable is given.
func (v *Variables) DefaultSizes() []int {
	sizes := make([]int, v.sizes)
	for _, f := range v.fields {
		if f.size >= 0 {
			sizes[f.size] = f.defaultSize()
		}
	}
	return sizes
}

func (t *Types) reader() *reader { return t.readers.Get().(*reader) } //nolint:errcheck // the pool holds nothing else

func (t *Types) put(r *reader) {
	r.release()
	t.readers.Put(r)
}
