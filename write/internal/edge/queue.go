package edge

import "time"

// round is what was purged at about the same time, and is to be purged once more.
type round struct {
	keys     keys
	opened   time.Time
	due      time.Time
	snapshot string // what it shows is done with this round; empty for none yet
}

// queue holds rounds in the order of their time. Its length is bounded by the rounds that
// fit into the pause before a second purge, and a round by maxKeys.
type queue struct{ rounds []*round }

// roundLength gathers second purges: they are in no hurry, and cost as much as first ones.
const roundLength = time.Second

// push adds keys to the open round, or opens one. All of a round waits until the pause has
// passed for its last.
func (q *queue) push(k keys, snapshot string, now time.Time, pause time.Duration) {
	length := min(roundLength, pause/4)
	if n := len(q.rounds); n == 0 || now.Sub(q.rounds[n-1].opened) >= length {
		q.rounds = append(q.rounds, &round{keys: keys{}, opened: now, due: now.Add(length + pause)})
	}
	last := q.rounds[len(q.rounds)-1]
	last.keys.merge(k)
	if snapshot != "" {
		last.snapshot = snapshot
	}
}

// pop takes the first round if it is due.
func (q *queue) pop(now time.Time) (*round, bool) {
	if q.empty() || now.Before(q.rounds[0].due) {
		return nil, false
	}
	first := q.rounds[0]
	q.rounds[0] = nil
	q.rounds = q.rounds[1:]
	return first, true
}

func (q *queue) empty() bool { return len(q.rounds) == 0 }

// next is when the first round is due.
func (q *queue) next() (time.Time, bool) {
	if q.empty() {
		return time.Time{}, false
	}
	return q.rounds[0].due, true
}

func (q *queue) size() (n int) {
	for _, r := range q.rounds {
		n += len(r.keys)
	}
	return n
}
