package input

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

var errNotCanonical = errors.New("the text is not the canonical form of these types")

// decode reads a canonical value back as a Go value.
func (t *Types) decode(of *typ, canonical []byte) (any, error) {
	r := t.reader()
	defer t.put(r)
	if err := r.read(canonical); err != nil {
		return nil, fmt.Errorf("%w: %w", errNotCanonical, err)
	}
	return r.goValue(of, &r.nodes[1])
}

func (r *reader) goValue(t *typ, n *node) (any, error) {
	switch {
	case n.kind == 'n':
		return nil, nil
	case t.elem != nil && n.kind == '[':
		return r.goList(t, n)
	case t.elem == nil && t.named.free && n.kind == '{':
		return r.goFree(n)
	case t.elem == nil && t.named.object && n.kind == '{':
		return r.goFields(t.named.fields, n)
	case t.elem != nil || t.named.object:
		return nil, errNotCanonical
	}
	return r.goLeaf(t.named.name, n)
}

func (r *reader) goList(t *typ, n *node) (any, error) {
	out := make([]any, 0, n.count)
	for i := n.child; i != 0; i = r.nodes[i].next {
		v, err := r.goValue(t.elem, &r.nodes[i])
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// goFields fills in the defaults that the canonical form left out.
func (r *reader) goFields(fields []*field, n *node) (map[string]any, error) {
	out := make(map[string]any, len(fields))
	for _, f := range fields {
		member := r.member(n, f.name)
		if member == nil {
			if f.def != nil {
				out[f.name] = f.value
			}
			continue
		}
		v, err := r.goValue(f.typ, member)
		if err != nil {
			return nil, err
		}
		out[f.name] = v
	}
	return out, nil
}

func (r *reader) goFree(n *node) (any, error) {
	var out map[string]any
	err := json.Unmarshal(r.text(n), &out)
	return out, err
}

func (r *reader) goLeaf(name string, n *node) (any, error) {
	raw := r.text(n)
	switch n.kind {
	case '"':
		text, err := jsontext.AppendUnquote(nil, raw)
		return string(text), err
	case 't', 'f':
		return n.kind == 't', nil
	case '0':
		if name == "Int" {
			return strconv.ParseInt(string(raw), 10, 64)
		}
		return strconv.ParseFloat(string(raw), 64)
	}
	return nil, errNotCanonical
}
