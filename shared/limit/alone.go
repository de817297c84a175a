package limit

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// alone counts in the process, by the arithmetic of the script. One lock is
// enough: what it guards takes less than a microsecond, and a request that comes
// here goes on to Postgres.
type alone struct {
	now func() time.Time

	mu   sync.Mutex
	full *simplelru.LRU[string, int64] // when a bucket is full, in microseconds
}

func newAlone(size int, now func() time.Time) (*alone, error) {
	full, err := simplelru.NewLRU[string, int64](size, nil)
	if err != nil {
		return nil, fmt.Errorf("limit: room for %d buckets: %w", size, err)
	}
	return &alone{now: now, full: full}, nil
}

func (a *alone) take(_ context.Context, keys []string, buckets []bucket) (allowed bool, full []int64, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now().UnixMicro()
	full, allowed = make([]int64, len(keys)), true
	for i, b := range buckets {
		held, _ := a.full.Get(keys[i])
		full[i] = min(max(held-now, 0), b.capacity)
		allowed = allowed && full[i]+b.interval <= b.capacity
	}
	if !allowed {
		return false, full, nil
	}
	for i, b := range buckets {
		full[i] += b.interval
		a.full.Add(keys[i], now+full[i])
	}
	return true, full, nil
}
