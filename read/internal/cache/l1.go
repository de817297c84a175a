package cache

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/allegro/bigcache/v3"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/cachekey"
)

// L1Config is what an L1 needs.
type L1Config struct {
	Clock     Clock
	Tasks     *Tasks
	Megabytes int           // in all; default 64
	TTL       time.Duration // until the layers below are asked again; default 60 s
	Hot       int           // entries kept as pointers; default 4,096
	Deadline  time.Duration // of a renewal in the background; default 5 s
	Ticket    time.Duration // that a ticket from ahead of the clock is waited for; default 200 ms
	Versions  Versions      // to ask before the worst is given; nil without a bus
	Timeout   time.Duration // of asking them; default 50 ms
	Now       func() time.Time
	Metrics   *Metrics
}

// L1 is the layer inside the process: bigcache, whose memory the garbage collector
// does not walk, and pointers to the hottest entries in front of it.
//
// Bigcache never checks expiry, rounds it to seconds, and frees nothing when an
// entry is overwritten or deleted, so none of its own means are used: entries
// carry their expiries, and are only ever set.
type L1 struct {
	cfg  L1Config
	now  wall
	big  *bigcache.BigCache
	hot  *hot
	last resort
	// most is the longest value: a bigger one would empty a shard to no avail.
	most    int
	buffers sync.Pool

	mu       sync.Mutex
	renewing map[renewal]struct{}
}

type renewal struct {
	key cachekey.Key
	enc answer.Encoding
}

const (
	l1Name = "tercul-l1"

	// The pointers get this part of the memory.
	hotPart = 4
	// A shard must hold several of the longest values.
	shardPart = 4
	// bigcacheOverhead is what bigcache adds to a value besides its key.
	bigcacheOverhead = 64

	keepSize    = 8
	maxRenewals = 16
	jitterPart  = 5
)

// NewL1 allocates little; the memory is taken as it is needed.
func NewL1(cfg L1Config) (*L1, error) {
	cfg.Megabytes = orDefault(cfg.Megabytes, 64)
	cfg.Hot = orDefault(cfg.Hot, 4096)
	cfg.TTL = orDefault(cfg.TTL, time.Minute)
	cfg.Deadline = orDefault(cfg.Deadline, 5*time.Second)
	cfg.Ticket = orDefault(cfg.Ticket, 200*time.Millisecond)
	cfg.Timeout = orDefault(cfg.Timeout, 50*time.Millisecond)
	cfg.Metrics = cfg.Metrics.orUnseen()
	bigMegabytes := max(cfg.Megabytes-cfg.Megabytes/hotPart, 1)
	shards := shardsFor(bigMegabytes)
	big, err := bigcache.New(context.Background(), bigcache.Config{
		Shards: shards, HardMaxCacheSize: bigMegabytes,
		LifeWindow: 10 * 365 * 24 * time.Hour, // never: see L1
		// The first allocation: what a shard starts with, doubled as it fills.
		MaxEntriesInWindow: shards * 16, MaxEntrySize: 4096,
	})
	if err != nil {
		return nil, fmt.Errorf("open bigcache: %w", err)
	}
	l := &L1{
		cfg: cfg, now: cfg.Now, big: big, hot: newHot(cfg.Hot, cfg.Megabytes<<20/hotPart),
		last: resort{cfg.Clock, cfg.Versions, cfg.Timeout},
		most: bigMegabytes << 20 / shards / shardPart, renewing: map[renewal]struct{}{},
	}
	l.buffers.New = func() any { return new([]byte) }
	cfg.Metrics.observeL1(l)
	return l, nil
}

// shardsFor spreads locks, but leaves shards of 2 MB for long texts.
func shardsFor(megabytes int) int {
	n := 1
	for n < 64 && n*4 <= megabytes {
		n *= 2
	}
	return n
}

func orDefault[T int | time.Duration](v, otherwise T) T {
	if v > 0 {
		return v
	}
	return otherwise
}

// Over answers from memory what it can, and passes on the rest.
func (l *L1) Over(next answer.Source) answer.Source { return &l1Front{L1: l, next: next} }

// Fill keeps what the layers below answer. It belongs below the flight, where it
// sees each load once.
func (l *L1) Fill(next answer.Source) answer.Source {
	return answer.SourceFunc(func(ctx context.Context, q *answer.Query) (answer.Result, error) {
		res, err := next.Answer(ctx, q)
		if err != nil {
			return res, err
		}
		if res.Base != nil && res.Base != q.Base {
			l.keep(q.Key, answer.Identity, res.Base)
		}
		res.Entry = l.keep(q.Key, q.Enc, res.Entry)
		return res, nil
	})
}

// Fresh tells whether the entry, which L1 has answered before, is what it would
// answer now, and counts the hit. It is for callers who remember entries.
func (l *L1) Fresh(e *answer.Entry) bool {
	now := l.now.ms()
	if now >= e.Keep || now >= e.Soft || !validAt(l.cfg.Clock, now, e) {
		return false
	}
	l.cfg.Metrics.l1.hits.Inc()
	return true
}

// Peek is what L1 would answer now without asking below, nil for nothing. It counts
// nothing and renews nothing.
func (l *L1) Peek(q *answer.Query) *answer.Entry {
	now := l.now.ms()
	e := l.find(q.Key, q.Enc)
	if e == nil || now >= e.Keep || now >= e.Hard || !validAt(l.cfg.Clock, now, e) {
		return nil
	}
	return e
}

// find gets an entry, whatever its state.
func (l *L1) find(key cachekey.Key, enc answer.Encoding) *answer.Entry {
	if e := l.hot.get(key, enc); e != nil {
		return e
	}
	data, err := l.big.Get(key.In(enc))
	if err != nil || len(data) < keepSize {
		return nil
	}
	e, err := answer.Decode(data[keepSize:])
	if err != nil {
		return nil
	}
	e.Keep = int64(binary.BigEndian.Uint64(data)) //nolint:gosec // bits
	l.hot.put(key, enc, e, true)
	return e
}

// keep stores an entry that is true and may be stored, and returns it as it is
// stored.
func (l *L1) keep(key cachekey.Key, enc answer.Encoding, e *answer.Entry) *answer.Entry {
	now := l.now.ms()
	if e.NoStore || now >= e.Hard || !validAt(l.cfg.Clock, now, e) {
		return e
	}
	ttl := l.cfg.TTL.Milliseconds()
	kept := e.Kept(now + ttl - rand.Int64N(ttl/jitterPart+1)) //nolint:gosec // spreads load, guards nothing
	name := key.In(enc)
	size := keepSize + kept.EncodedSize()
	if size+len(name)+bigcacheOverhead > l.most {
		l.cfg.Metrics.oversize.Inc()
		return kept
	}
	l.hot.put(key, enc, kept, false)
	buf := l.buffers.Get().(*[]byte)                                    //nolint:errcheck,forcetypeassert // it holds nothing else
	*buf = binary.BigEndian.AppendUint64((*buf)[:0], uint64(kept.Keep)) //nolint:gosec // bits
	*buf = kept.Encode(*buf)
	if err := l.big.Set(name, *buf); err != nil {
		l.cfg.Metrics.oversize.Inc()
	}
	l.buffers.Put(buf)
	return kept
}
