package input

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// appendValue appends the canonical form of a value in a position of that type.
// After a fault it goes on, so that all faults are found; dst is then worthless.
func (r *reader) appendValue(dst []byte, t *typ, n *node) []byte {
	switch {
	case n.kind == 'n' && t.nonNull:
		r.faults.add("must be of the type " + t.bare() + ", not null")
		return dst
	case n.kind == 'n':
		return append(dst, "null"...)
	case t.elem != nil:
		return r.appendList(dst, t, n)
	case t.named.free:
		return r.appendFree(dst, t, n)
	case t.named.object:
		return r.appendObject(dst, t, n)
	}
	return r.appendLeaf(dst, t, n)
}

// appendList also accepts a single value in place of a list of one.
func (r *reader) appendList(dst []byte, t *typ, n *node) []byte {
	dst = append(dst, '[')
	if n.kind != '[' {
		return append(r.appendValue(dst, t.elem, n), ']')
	}
	index := 0
	for i := n.child; i != 0; i = r.nodes[i].next {
		if index > 0 {
			dst = append(dst, ',')
		}
		mark := r.faults.enterIndex(index)
		dst = r.appendValue(dst, t.elem, &r.nodes[i])
		r.faults.leave(mark)
		index++
	}
	return append(dst, ']')
}

func (r *reader) appendObject(dst []byte, t *typ, n *node) []byte {
	if n.kind != '{' {
		r.expected(t, n)
		return dst
	}
	return r.appendFields(dst, t.named.fields, n, nil)
}

// appendFree writes an object that no type describes, its numbers as they are
// spelled: what they are good for is not known here.
func (r *reader) appendFree(dst []byte, t *typ, n *node) []byte {
	if n.kind != '{' {
		r.expected(t, n)
		return dst
	}
	value := jsontext.Value(bytes.Clone(r.text(n)))
	if err := value.Compact(jsontext.PreserveRawStrings(false), jsontext.ReorderRawObjects(true)); err != nil || r.hasNUL(n) {
		r.faults.add("must be an object without the character NUL in its text")
		return dst
	}
	return append(dst, value...)
}

// hasNUL looks for the one character that the database's text cannot hold.
func (r *reader) hasNUL(n *node) bool {
	if n.nameEnd > 0 && bytes.IndexByte(r.name(n), 0) >= 0 {
		return true
	}
	if n.kind == '"' {
		_, err := unquote(nil, r.text(n))
		return err != nil
	}
	for i := n.child; i != 0; i = r.nodes[i].next {
		if r.hasNUL(&r.nodes[i]) {
			return true
		}
	}
	return false
}

// appendFields writes the members of an object in the order of their names,
// without those that say nothing. Sizes, where wanted, are noted on the way.
func (r *reader) appendFields(dst []byte, fields []*field, n *node, sizes []int) []byte {
	dst = append(dst, '{')
	open := len(dst)
	known := int32(0)
	for _, f := range fields {
		member := r.member(n, f.name)
		if member != nil {
			known++
		}
		mark := r.faults.enter(f.name)
		dst = r.appendField(dst, open, f, member)
		r.faults.leave(mark)
		if f.size >= 0 && f.size < len(sizes) {
			sizes[f.size] = r.sizeOf(f, member)
		}
	}
	if known < n.count {
		r.unknown(fields, n)
	}
	return append(dst, '}')
}

func (r *reader) appendField(dst []byte, open int, f *field, n *node) []byte {
	switch {
	case n == nil && f.typ.nonNull && f.def == nil:
		r.faults.add("is required: give a value of the type " + f.typ.bare())
		return dst
	case n == nil, n.kind == 'n' && f.dropNull && !f.typ.nonNull && !f.noNull:
		return dst
	case n.kind == 'n' && f.noNull:
		r.faults.add("must be of the type " + f.typ.bare() + ", not null")
		return dst
	}
	mark := len(dst)
	if mark > open {
		dst = append(dst, ',')
	}
	dst = append(dst, '"')
	dst = append(dst, f.name...)
	dst = append(dst, '"', ':')
	begin := len(dst)
	dst = r.appendValue(dst, f.typ, n)
	if f.def != nil && bytes.Equal(dst[begin:], f.def) {
		return dst[:mark]
	}
	return dst
}

func (r *reader) appendLeaf(dst []byte, t *typ, n *node) []byte {
	if n.kind == '{' || n.kind == '[' {
		r.expected(t, n)
		return dst
	}
	raw := r.text(n)
	if n.kind == '"' && len(raw) > r.limits.String && codePoints(raw) > r.limits.String {
		r.faults.add("must have " + strconv.Itoa(r.limits.String) + " characters at most")
		return dst
	}
	if t.named.enum != nil {
		return r.appendEnum(dst, t, raw)
	}
	out, err := t.named.scalar(dst, raw)
	if err != nil {
		r.faults.expected(err.Error(), raw)
		return dst
	}
	return out
}

func (r *reader) appendEnum(dst []byte, t *typ, raw []byte) []byte {
	if raw[0] == '"' {
		begin := len(dst)
		out, err := requote(dst, raw)
		if err == nil && t.named.enum[string(out[begin+1:len(out)-1])] {
			return out
		}
	}
	r.faults.expected("a value of the enum "+t.named.name, raw)
	return dst
}

func (r *reader) expected(t *typ, n *node) {
	found := "an object"
	switch n.kind {
	case '[':
		found = "a list"
	case '{':
	default:
		found = excerpt(r.text(n))
	}
	r.faults.add("must be of the type " + t.bare() + ", not " + found)
}

func (r *reader) unknown(fields []*field, object *node) {
	for i := object.child; i != 0; i = r.nodes[i].next {
		name := r.name(&r.nodes[i])
		if !hasField(fields, name) {
			mark := r.faults.enter(excerpt(name))
			r.faults.add("is not known here: no variable or field of this name is defined")
			r.faults.leave(mark)
		}
	}
}

func hasField(fields []*field, name []byte) bool {
	for _, f := range fields {
		if f.name == string(name) {
			return true
		}
	}
	return false
}
