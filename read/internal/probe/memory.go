package probe

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/invalidate"
)

// memory holds the last questions that were loaded, each once, with the slots of
// their tags. It sees loads alone; hits pass it by.
type memory struct {
	keep func(*answer.Query) *answer.Query

	mu    sync.Mutex
	items []remembered // a ring once it is full
	at    map[name]int
	next  int
	size  int
}

type name struct {
	key cachekey.Key
	enc answer.Encoding
}

type remembered struct {
	q     *answer.Query
	slots []uint32
}

func newMemory(size int, keep func(*answer.Query) *answer.Query) *memory {
	return &memory{keep: keep, at: map[name]int{}, size: size}
}

// over remembers what a source has answered and the caches may keep.
func (m *memory) over(next answer.Source) answer.Source {
	return answer.SourceFunc(func(ctx context.Context, q *answer.Query) (answer.Result, error) {
		res, err := next.Answer(ctx, q)
		if err == nil && !res.Entry.NoStore {
			m.note(q, res.Entry)
		}
		return res, err
	})
}

func (m *memory) note(q *answer.Query, e *answer.Entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	id := name{q.Key, q.Enc}
	if i, known := m.at[id]; known {
		if !slices.Equal(m.items[i].slots, e.Slots) {
			m.items[i].slots = slices.Clone(e.Slots)
		}
		return
	}
	kept := m.keep(q)
	if kept == nil {
		return
	}
	item := remembered{kept, slices.Clone(e.Slots)}
	if len(m.items) < m.size {
		m.at[id] = len(m.items)
		m.items = append(m.items, item)
		return
	}
	old := m.items[m.next].q
	delete(m.at, name{old.Key, old.Enc})
	m.items[m.next], m.at[id] = item, m.next
	m.next = (m.next + 1) % m.size
}

// touched are some of the questions that tags of the set touch, chosen at random.
func (m *memory) touched(set *slotSet, most int) (some []*answer.Query) {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := 0
	for i := range m.items {
		if !set.touches(m.items[i].slots) {
			continue
		}
		all++
		if len(some) < most {
			some = append(some, m.items[i].q)
		} else if at := rand.IntN(all); at < most { //nolint:gosec // a sample, no secret
			some[at] = m.items[i].q
		}
	}
	return some
}

func (m *memory) len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.items)
}

// slotSet is what some tags touch. Two tags in one slot make a probe too many.
type slotSet struct {
	everything bool
	slots      map[uint32]struct{}
}

func (s *slotSet) add(tags []string) {
	for _, tag := range tags {
		if tag == invalidate.Everything {
			s.everything = true
			continue
		}
		if s.slots == nil {
			s.slots = map[uint32]struct{}{}
		}
		s.slots[invalidate.Slot(tag)] = struct{}{}
	}
}

func (s *slotSet) touches(slots []uint32) bool {
	if s.everything {
		return true
	}
	for _, slot := range slots {
		if _, ok := s.slots[slot]; ok {
			return true
		}
	}
	return false
}
