package input

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// node is one JSON value in a reader's arena: offsets into the text, and links
// to its first child and next sibling. Reading a text allocates nothing once the
// arena has grown.
type node struct {
	kind               jsontext.Kind
	start, end         int32 // raw value
	nameStart, nameEnd int32 // raw member name, quotes included
	child, next        int32 // indexes, 0 for none
	count              int32 // of children
}

// reader turns JSON text into nodes. It is used by one call at a time.
type reader struct {
	limits Limits
	dec    jsontext.Decoder
	buf    bytes.Buffer
	data   []byte
	nodes  []node
	faults faults
}

func newReader(limits Limits) *reader {
	return &reader{limits: limits, nodes: make([]node, 0, 32)}
}

var (
	errDepth  = errors.New("nested too deeply")
	errValues = errors.New("too many values")
)

// read parses data, which must stay unchanged while the nodes are in use. The
// root is nodes[1]: index 0 means none.
func (r *reader) read(data []byte) error {
	r.data = data
	r.nodes = append(r.nodes[:0], node{})
	r.buf = *bytes.NewBuffer(data)
	r.dec.Reset(&r.buf)
	if _, err := r.value(0); err != nil {
		return err
	}
	if _, err := r.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return errors.New("there is more text after the value")
	}
	return nil
}

// kept is how many nodes a pooled reader may keep: a text of many lines has more,
// and is rare.
const kept = 16 << 10

// release forgets the text, so that a pooled reader keeps no request alive.
func (r *reader) release() {
	if cap(r.nodes) > kept {
		r.nodes = make([]node, 0, 32)
	}
	r.data = nil
	r.buf = bytes.Buffer{}
	r.faults.reset()
}

func (r *reader) value(depth int) (int32, error) {
	if len(r.nodes) > r.limits.Values {
		return 0, errValues
	}
	at := int32(len(r.nodes)) //nolint:gosec // bounded by Limits.Values
	r.nodes = append(r.nodes, node{kind: r.dec.PeekKind()})
	switch r.nodes[at].kind {
	case '{', '[':
		if depth >= r.limits.Depth {
			return 0, errDepth
		}
		return at, r.children(at, depth)
	}
	start, end, err := r.raw()
	r.nodes[at].start, r.nodes[at].end = start, end
	return at, err
}

func (r *reader) children(at int32, depth int) error {
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	r.nodes[at].start = r.offset() - 1
	isObject := r.nodes[at].kind == '{'
	last := int32(0)
	for {
		if k := r.dec.PeekKind(); k == '}' || k == ']' {
			_, err := r.dec.ReadToken()
			r.nodes[at].end = r.offset()
			return err
		}
		var nameStart, nameEnd int32
		if isObject {
			var err error
			if nameStart, nameEnd, err = r.raw(); err != nil {
				return err
			}
		}
		child, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		r.nodes[child].nameStart, r.nodes[child].nameEnd = nameStart, nameEnd
		r.link(at, last, child)
		last = child
	}
}

func (r *reader) link(parent, last, child int32) {
	r.nodes[parent].count++
	if last == 0 {
		r.nodes[parent].child = child
		return
	}
	r.nodes[last].next = child
}

func (r *reader) offset() int32 { return int32(r.dec.InputOffset()) } //nolint:gosec // bounded by Limits.Bytes

// raw reads one scalar or member name and returns where it stands.
func (r *reader) raw() (start, end int32, err error) {
	v, err := r.dec.ReadValue()
	if err != nil {
		return 0, 0, err
	}
	stop := r.offset()
	return stop - int32(len(v)), stop, nil //nolint:gosec // bounded by Limits.Bytes
}

func (r *reader) text(n *node) []byte { return r.data[n.start:n.end] }

// name returns the member name of a node, unquoted; it allocates only where the
// name was written with escapes.
func (r *reader) name(n *node) []byte {
	raw := r.data[n.nameStart:n.nameEnd]
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	name, err := jsontext.AppendUnquote(nil, raw)
	if err != nil {
		return raw
	}
	return name
}

// member finds an object's member by name.
func (r *reader) member(object *node, name string) *node {
	for i := object.child; i != 0; i = r.nodes[i].next {
		if string(r.name(&r.nodes[i])) == name {
			return &r.nodes[i]
		}
	}
	return nil
}
