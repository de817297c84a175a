package edge

import (
	"time"

	"golang.org/x/time/rate"

	"github.com/tercul/tercul/write/internal/edge/provider"
)

// patience is how long keys may wait for the budget one by one. What would wait longer is
// purged by coarser keys.
const patience = time.Second

// budget is what an edge lets us spend.
type budget struct {
	limits provider.Limits
	bucket *rate.Limiter
}

func newBudget(l provider.Limits) *budget {
	return &budget{limits: l, bucket: rate.NewLimiter(l.Rate, l.Burst)}
}

// cost is what purging the chunks takes.
func (b *budget) cost(list []chunk) (n int) {
	if !b.limits.EachKey {
		return len(list)
	}
	for _, c := range list {
		n += len(c.keys)
	}
	return n
}

// room is what can be spent soon: one at least, since something always has to go out.
func (b *budget) room(now time.Time) int {
	return max(1, int(b.bucket.TokensAt(now)+float64(b.limits.Rate)*patience.Seconds()))
}

// coarsen makes the keys fit into the budget, and tells how often it had to.
func (b *budget) coarsen(k keys, now time.Time) (steps int) {
	for len(k) > 1 && b.cost(k.chunks(b.limits)) > b.room(now) {
		k.coarsen()
		steps++
	}
	return steps
}

// spend takes what a chunk costs, or tells how long until it can.
func (b *budget) spend(c chunk, now time.Time) time.Duration {
	n := min(b.cost([]chunk{c}), b.limits.Burst)
	r := b.bucket.ReserveN(now, n)
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return wait
	}
	return 0
}
