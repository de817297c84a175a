package input

import (
	"maps"
	"sync"
	"sync/atomic"
)

// memoSize bounds what a memo keeps; there are fewer language tags in use.
const memoSize = 1024

// memo remembers the answers of a scalar whose reading is slow. It is read
// without a lock and copied on each addition, of which there are few: once full
// it only answers.
type memo struct {
	scalar Scalar
	known  atomic.Pointer[map[string]string]
	mu     sync.Mutex
}

func memoize(scalar Scalar) Scalar {
	m := &memo{scalar: scalar}
	m.known.Store(&map[string]string{})
	return m.read
}

func (m *memo) read(dst, raw []byte) ([]byte, error) {
	if text, ok := (*m.known.Load())[string(raw)]; ok {
		return append(dst, text...), nil
	}
	out, err := m.scalar(dst, raw)
	if err == nil {
		m.keep(string(raw), string(out[len(dst):]))
	}
	return out, err
}

func (m *memo) keep(raw, canonical string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	known := *m.known.Load()
	if len(known) >= memoSize {
		return
	}
	next := maps.Clone(known)
	next[raw] = canonical
	m.known.Store(&next)
}
