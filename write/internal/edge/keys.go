package edge

import (
	"slices"

	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/write/internal/edge/provider"
)

// need is how a key has to be purged.
type need struct {
	hard  bool // the edge must not even keep it for when nobody answers
	again bool // once more, later
}

func (n need) or(m need) need { return need{n.hard || m.hard, n.again || m.again} }

// keys are those that have to be purged. Everything covers all others.
type keys map[string]need

// maxKeys is the most that wait one by one. More cost less as everything.
const maxKeys = 5000

func (k keys) add(key string, n need) {
	if all, ok := k[invalidate.EdgeEverything]; ok {
		k[invalidate.EdgeEverything] = all.or(n)
		return
	}
	k[key] = k[key].or(n)
	if key == invalidate.EdgeEverything || len(k) > maxKeys {
		k.everything()
	}
}

// addTag adds the key of a tag; a tag that is none touches everything, as it does inside.
func (k keys) addTag(tag string, n need) {
	if tag == invalidate.Everything || !invalidate.Valid(tag) {
		tag = invalidate.EdgeEverything
	}
	k.add(tag, n)
}

func (k keys) merge(other keys) {
	for key, n := range other {
		k.add(key, n)
	}
}

// everything puts one key in the place of all.
func (k keys) everything() {
	var all need
	for _, n := range k {
		all = all.or(n)
	}
	clear(k)
	k[invalidate.EdgeEverything] = all
}

// coarsen puts the key of a kind in the place of those that name subjects of it, the most
// numerous kind first, and everything where there is no kind left.
func (k keys) coarsen() {
	kind := k.commonest()
	if kind == "" {
		k.everything()
		return
	}
	all := k[invalidate.EdgeKind(kind)]
	for key, n := range k {
		if key == "kind:"+kind || invalidate.SubjectKind(key) == kind {
			all = all.or(n)
			delete(k, key)
		}
	}
	k[invalidate.EdgeKind(kind)] = all
}

// commonest is the kind that the most keys are of, if it is that of two at least.
func (k keys) commonest() (best string) {
	counts := map[string]int{}
	for key := range k {
		if kind := invalidate.SubjectKind(key); kind != "" {
			counts[kind]++
		}
	}
	for kind, n := range counts {
		if n > 1 && (best == "" || n > counts[best] || n == counts[best] && kind < best) {
			best = kind
		}
	}
	return best
}

// chunk is what goes into one call.
type chunk struct {
	keys []string
	hard bool
}

// chunks divides the keys among calls, the hard ones first.
func (k keys) chunks(l provider.Limits) []chunk {
	var out []chunk
	for _, hard := range []bool{true, false} {
		list := make([]string, 0, len(k))
		for key, n := range k {
			if n.hard == hard {
				list = append(list, key)
			}
		}
		slices.Sort(list)
		for len(list) > 0 {
			n := fit(list, l)
			out = append(out, chunk{list[:n:n], hard})
			list = list[n:]
		}
	}
	return out
}

// fit tells how many of the keys one call takes, one at least.
func fit(list []string, l provider.Limits) int {
	n, size := 0, 0
	for n < len(list) && n < l.Keys {
		size += len(list[n]) + 1
		if n > 0 && l.Bytes > 0 && size > l.Bytes {
			break
		}
		n++
	}
	return n
}
