package replica

import "time"

// tape remembers when the primary was first seen at a place of its log, so that how long
// a standby lags can be told without comparing the clocks of servers. While the primary
// writes nothing, nobody lags.
type tape struct {
	seen []sighting
}

type sighting struct {
	lsn int64
	at  time.Time
}

// mostSeen bounds the tape: five minutes of examinations. Who lags more is said to lag
// that much.
const mostSeen = 300

// note adds where the primary is. A place before the last one is of another history.
func (t *tape) note(lsn int64, at time.Time) {
	if n := len(t.seen); n > 0 {
		switch last := t.seen[n-1].lsn; {
		case lsn == last:
			return
		case lsn < last:
			t.seen = t.seen[:0]
		}
	}
	if len(t.seen) == mostSeen {
		t.seen = append(t.seen[:0], t.seen[1:]...)
	}
	t.seen = append(t.seen, sighting{lsn, at})
}

// behind tells by how much a standby lags that has replayed up to a place: bytes, and the
// time since the primary was first seen beyond it.
func (t *tape) behind(lsn int64, now time.Time) (bytes int64, lag time.Duration) {
	for _, s := range t.seen {
		if s.lsn > lsn {
			return t.seen[len(t.seen)-1].lsn - lsn, now.Sub(s.at)
		}
	}
	return 0, 0
}
