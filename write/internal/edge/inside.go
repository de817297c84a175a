package edge

import (
	"context"
	"time"

	"github.com/tercul/tercul/shared/invalidate"
)

// Log is what the bus has carried.
type Log interface {
	State(ctx context.Context) (invalidate.State, error)
	Replay(ctx context.Context, after uint64, apply func(invalidate.Message) bool) error
}

const (
	busLimit = time.Second // that rows are waited for on the bus
	busPause = 10 * time.Millisecond
	// maxHeard bounds what is remembered of the bus. What is forgotten is waited for in vain,
	// and then purged.
	maxHeard = 20_000
)

// inside waits until the readers were told, so that an edge that was purged does not get
// the old answer from them again.
type inside struct {
	log   Log // nil without a bus
	begun bool
	seq   uint64
	heard map[int64]struct{}
}

// begin takes the bus as it is now.
func (in *inside) begin(ctx context.Context) {
	in.heard = map[int64]struct{}{}
	if in.log == nil {
		return
	}
	if state, err := in.log.State(ctx); err == nil {
		in.seq = state.Seq
	}
}

// await returns once all rows were heard on the bus, or cannot be, and tells which it was.
// The first rows of a session are not waited for: most of them came before it.
func (in *inside) await(ctx context.Context, rows []row) bool {
	first := !in.begun
	in.begun = true
	if in.log == nil || first || len(rows) == 0 {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, busLimit)
	defer cancel()
	for {
		if err := in.listen(ctx); err != nil {
			return false // readers follow the outbox where there is no bus
		}
		if in.has(rows) {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(busPause):
		}
	}
}

func (in *inside) listen(ctx context.Context) error {
	return in.log.Replay(ctx, in.seq, func(m invalidate.Message) bool {
		if len(in.heard) >= maxHeard {
			clear(in.heard)
		}
		in.seq = max(in.seq, m.Seq)
		in.heard[m.Outbox] = struct{}{}
		return true
	})
}

// has tells whether all rows were heard.
func (in *inside) has(rows []row) bool {
	for _, r := range rows {
		if _, ok := in.heard[r.id]; !ok {
			return false
		}
	}
	return true
}
