package cache

import (
	"context"
	"time"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/evict"
)

// Clock is what the layers ask about the truth of answers; *evict.Clock.
type Clock interface {
	Applied() uint64
	Valid(asOf uint64, slots []uint32) bool
	ValidAt(now int64, asOf uint64, slots []uint32) bool
	Judge(asOf uint64, slots []uint32) evict.Verdict
	Covers(ticket uint64) bool
	Await(ctx context.Context, ticket uint64) bool
	Local() bool
	Suspect() bool
}

// wall reads the time of day in the unit of expiries.
type wall func() time.Time

func (w wall) ms() int64 {
	if w == nil {
		return time.Now().UnixMilli()
	}
	return w().UnixMilli()
}

func valid(c Clock, e *answer.Entry) bool { return c.Valid(e.AsOf, e.Slots) }

// validAt is valid for those who have just asked what time it is.
func validAt(c Clock, now int64, e *answer.Entry) bool { return c.ValidAt(now, e.AsOf, e.Slots) }
