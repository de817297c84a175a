package views

import (
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/tercul/tercul/shared/limit"
)

// maxVisitors is how many visitors a process remembers.
const maxVisitors = 50_000

// alone counts in the process.
type alone struct {
	key []byte // of the process, for its life

	mu   sync.Mutex
	seen *simplelru.LRU[string, time.Time]
	open Batch
	// taken waits to be stored; it keeps its id until it is.
	taken *Batch
}

func newAlone() (*alone, error) {
	seen, err := simplelru.NewLRU[string, time.Time](maxVisitors, nil)
	if err != nil {
		return nil, err
	}
	return &alone{seen: seen, key: randomKey()}, nil
}

func (a *alone) count(v Visit, now time.Time) outcome {
	visitor := hide(a.key, limit.Subject(v.Client), v.UserAgent, v.Subject.UUID.String())
	place := Place{v.Subject.UUID, now.Unix() / 3600}
	a.mu.Lock()
	defer a.mu.Unlock()
	if at, ok := a.seen.Get(visitor); ok && now.Sub(at) < window {
		return repeated
	}
	if _, there := a.open.Counts[place]; !there && len(a.open.Counts) >= maxFields {
		return bounded
	}
	if a.open.Counts == nil {
		a.open = Batch{ID: uuid.New(), Counts: map[Place]int{}}
	}
	a.seen.Add(visitor, now)
	a.open.Counts[place]++
	return counted
}

// take is the batch to be stored next: the one that could not be stored before, else
// the open one; nil where there is none.
func (a *alone) take() *Batch {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.taken == nil && len(a.open.Counts) > 0 {
		a.taken, a.open = &Batch{ID: a.open.ID, Counts: a.open.Counts}, Batch{}
	}
	return a.taken
}

func (a *alone) drop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.taken = nil
}

// waiting is how many views wait to be stored.
func (a *alone) waiting() (n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, count := range a.open.Counts {
		n += count
	}
	if a.taken != nil {
		for _, count := range a.taken.Counts {
			n += count
		}
	}
	return n
}
