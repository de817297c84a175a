package generate

import (
	"encoding/binary"
	"time"

	"github.com/google/uuid"
)

// random is splitmix64: small, fast, and ours, so that it stays as it is.
type random struct{ state uint64 }

// kinds of thing, each with random numbers of its own.
const (
	ofWork = iota + 1
	ofAuthor
	ofTranslator
	ofTranslation
	ofText
	ofID
)

// of begins the random numbers of one thing.
func (g *generator) of(kind, n uint64) random {
	r := random{state: g.Seed*0x9e3779b97f4a7c15 ^ kind<<56 ^ n}
	r.next()
	return random{state: r.next() ^ n*0xd1342543de82ef95}
}

func (r *random) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below is a number from 0 to n-1.
func (r *random) below(n int) int {
	if n <= 1 {
		return 0
	}
	return int(r.next() % uint64(n)) //nolint:gosec // n is small
}

// between is a number from a to b, both included.
func (r *random) between(a, b int) int { return a + r.below(b-a+1) }

func (r *random) chance(percent int) bool { return r.below(100) < percent }

// skewed is a number below n, small ones more often: about Zipf.
func (r *random) skewed(n int) int {
	first := r.below(n) + 1
	return r.below(first)
}

// epoch is the time from which generated things date.
var epoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// when is the time at which thing n came: a minute after the one before it.
func when(n int) time.Time { return epoch.Add(time.Duration(n) * time.Minute) }

// id is a UUID of version 7 whose time is that of its number, so that the ids
// of each kind ascend and indexes are filled from one end.
func (g *generator) id(kind, n int) uuid.UUID {
	r := g.of(ofID, uint64(kind)<<48|uint64(n)) //nolint:gosec // never negative
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], uint64(epoch.UnixMilli()+int64(n)*8+int64(kind))<<16|r.next()&0xfff) //nolint:gosec // after 1970
	binary.BigEndian.PutUint64(id[8:], r.next())
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}
