package operation

import (
	"container/list"
	"sync"
)

// recent keeps the operations used last, in the mode Any.
type recent struct {
	mu    sync.Mutex
	size  int
	order *list.List // of *recentItem, the latest first
	items map[string]*list.Element
}

type recentItem struct {
	key string
	op  *Operation
}

func newRecent(size int) *recent {
	return &recent{size: size, order: list.New(), items: map[string]*list.Element{}}
}

func (r *recent) get(key string) *Operation {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.items[key]
	if !ok {
		return nil
	}
	r.order.MoveToFront(e)
	return e.Value.(*recentItem).op //nolint:errcheck // the list holds nothing else
}

func (r *recent) put(key string, op *Operation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.items[key]; ok {
		return
	}
	r.items[key] = r.order.PushFront(&recentItem{key, op})
	if r.order.Len() <= r.size {
		return
	}
	oldest := r.order.Back()
	r.order.Remove(oldest)
	delete(r.items, oldest.Value.(*recentItem).key) //nolint:errcheck // the list holds nothing else
}
