package cache

import (
	"hash/maphash"
	"math/bits"
	"sync"
	"sync/atomic"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/cachekey"
)

// hot keeps pointers to the most asked entries, so that a hit neither copies nor
// decodes. It is a table of small sets, read without locks; newcomers replace a
// member of their set that was not read since the last newcomer. Entries in it
// are also in the layer behind it, which it therefore may forget at any time.
type hot struct {
	seed   maphash.Seed
	sets   []hotSet
	budget int

	mu      sync.Mutex // for changes
	bytes   int
	entries int
	hand    int
}

const ways = 4

type hotSet [ways]atomic.Pointer[hotNode]

type hotNode struct {
	key   cachekey.Key
	enc   answer.Encoding
	entry *answer.Entry
	used  atomic.Bool
}

// newHot makes room for a number of entries and of bytes.
func newHot(entries, budget int) *hot {
	sets := 1 << bits.Len(uint(max(entries/ways, 1)-1))
	return &hot{seed: maphash.MakeSeed(), sets: make([]hotSet, sets), budget: budget}
}

func (h *hot) set(key cachekey.Key, enc answer.Encoding) *hotSet {
	sum := maphash.String(h.seed, string(key)) + uint64(enc)*0x9e3779b97f4a7c15
	return &h.sets[sum&uint64(len(h.sets)-1)] //nolint:gosec // a length
}

func (n *hotNode) is(key cachekey.Key, enc answer.Encoding) bool {
	return n != nil && n.enc == enc && n.key == key
}

func (n *hotNode) size() int { return n.entry.Size() + len(n.key) }

// get finds an entry, nil where there is none.
func (h *hot) get(key cachekey.Key, enc answer.Encoding) *answer.Entry {
	set := h.set(key, enc)
	for i := range set {
		if n := set[i].Load(); n.is(key, enc) {
			if !n.used.Load() {
				n.used.Store(true)
			}
			return n.entry
		}
	}
	return nil
}

// put keeps an entry in place of an older one of its key, or where there is room.
// A wanted entry, which was just found in the layer behind, makes room for itself,
// but never replaces one of its own key: that one cannot be older.
func (h *hot) put(key cachekey.Key, enc answer.Encoding, e *answer.Entry, wanted bool) {
	n := &hotNode{key: key, enc: enc, entry: e}
	size := n.size()
	fits := size <= h.budget/8
	h.mu.Lock()
	defer h.mu.Unlock()
	set := h.set(key, enc)
	at := set.find(key, enc)
	switch {
	case at >= 0 && wanted:
		return
	case at >= 0 && !fits:
		h.swap(&set[at], nil)
		return
	case at < 0 && (!fits || !wanted && h.bytes+size > h.budget):
		return
	case at < 0:
		if at = set.empty(); at < 0 {
			if !wanted {
				return
			}
			at = set.victim()
		}
	}
	h.swap(&set[at], n)
	h.shrink(n)
}

// swap changes a place and keeps account.
func (h *hot) swap(place *atomic.Pointer[hotNode], n *hotNode) {
	if old := place.Swap(n); old != nil {
		h.bytes -= old.size()
		h.entries--
	}
	if n != nil {
		h.bytes += n.size()
		h.entries++
	}
}

// shrink walks on from where it stopped and forgets entries that were not read
// since it came by, other than n, until the rest is within the budget.
func (h *hot) shrink(n *hotNode) {
	for h.bytes > h.budget {
		set := &h.sets[h.hand]
		h.hand = (h.hand + 1) & (len(h.sets) - 1)
		for i := range set {
			if old := set[i].Load(); old != nil && old != n && !old.used.Swap(false) {
				h.swap(&set[i], nil)
			}
		}
	}
}

func (h *hot) stats() (entries, bytes int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.entries, h.bytes
}

func (s *hotSet) find(key cachekey.Key, enc answer.Encoding) int {
	for i := range s {
		if s[i].Load().is(key, enc) {
			return i
		}
	}
	return -1
}

func (s *hotSet) empty() int {
	for i := range s {
		if s[i].Load() == nil {
			return i
		}
	}
	return -1
}

// victim is a member that was not read since the last one was looked for.
func (s *hotSet) victim() int {
	unread := -1
	for i := range s {
		if !s[i].Load().used.Swap(false) {
			unread = i
		}
	}
	return max(unread, 0)
}
