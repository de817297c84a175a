package operation

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// publish puts an index of the fixed operations and those of the table, less what is
// gone, in force, and reports whether it differs from the one before. An
// id that two fixed operations share is an error; in the table it is said.
func (r *Registry) publish(left gone) (changed bool, err error) {
	b := builder{index: &index{byID: map[string]*Operation{}, ended: left.ended}, blocked: left.blocked}
	for _, op := range r.fixed {
		b.add(op)
	}
	if b.conflicts != nil {
		return false, b.conflicts
	}
	for _, hash := range slices.Sorted(maps.Keys(r.rows)) {
		b.add(r.rows[hash])
	}
	b.sort()
	last := r.current.Swap(b.index)
	r.meters.count(b.list)
	if last != nil && maps.Equal(last.byID, b.byID) {
		return false, nil
	}
	r.generation.Add(1)
	if b.conflicts != nil {
		r.cfg.Log.Error().Err(b.conflicts).Msg("documents of the table share an id; the first keeps it")
	}
	return true, nil
}

// builder makes an index. What is added first has precedence.
type builder struct {
	*index
	blocked   map[string]bool
	conflicts error
}

func (b *builder) add(op *Operation) {
	if b.blocked[op.hash] {
		return
	}
	if b.byID[op.hash] == nil {
		b.byID[op.hash] = op
		b.list = append(b.list, op)
	}
	for _, id := range op.ownNames {
		switch other := b.byID[id]; {
		case other == nil:
			b.byID[id] = b.byID[op.hash]
		case other.hash != op.hash:
			b.conflicts = errors.Join(b.conflicts,
				fmt.Errorf("document %s: its id %s is that of another document, %s", op.name, id, other.name))
		}
	}
}

func (b *builder) sort() {
	slices.SortFunc(b.list, func(x, y *Operation) int {
		return strings.Compare(x.name+"\x00"+x.hash, y.name+"\x00"+y.hash)
	})
}
