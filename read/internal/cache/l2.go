package cache

import (
	"context"
	"time"
	"unsafe"

	"github.com/redis/go-redis/v9"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/evict"
	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/invalidate"
)

// L2Config is what an L2 needs.
type L2Config struct {
	// Redis should have short timeouts, no retries, and a Breaker as its limiter.
	Redis redis.UniversalClient
	Space cachekey.Space // default: cachekey.DefaultSpace
	Clock Clock
	Tasks *Tasks

	Timeout time.Duration // of an exchange in all; default 50 ms
	Most    int           // bytes of the longest value; default 2 MB
	Retain  time.Duration // of entries that are only good for the worst case; default 1 h
	Queue   int           // entries that wait to be written; default 1,024
	Now     func() time.Time
	Metrics *Metrics
}

// L2 is the layer that the readers share.
type L2 struct {
	cfg   L2Config
	now   wall
	bus   *invalidate.Bus
	last  resort
	queue chan write
}

const l2Name = "tercul-l2"

// NewL2 starts the writers, which belong to the Tasks.
func NewL2(cfg L2Config) *L2 {
	if cfg.Space == "" {
		cfg.Space = cachekey.DefaultSpace
	}
	cfg.Timeout = orDefault(cfg.Timeout, 50*time.Millisecond)
	cfg.Most = orDefault(cfg.Most, 2<<20)
	cfg.Retain = orDefault(cfg.Retain, time.Hour)
	cfg.Queue = orDefault(cfg.Queue, 1024)
	cfg.Metrics = cfg.Metrics.orUnseen()
	bus := invalidate.NewBus(cfg.Redis, cfg.Space)
	l := &L2{cfg: cfg, now: cfg.Now, bus: bus, last: resort{cfg.Clock, bus, cfg.Timeout}, queue: make(chan write, cfg.Queue)}
	for range writers {
		cfg.Tasks.Go(l.writeBehind)
	}
	return l
}

// Over answers from Redis what it can, passes on the rest, and writes what comes
// back behind the request.
func (l *L2) Over(next answer.Source) answer.Source { return &l2Front{L2: l, next: next} }

// Peek is what L2 would answer now, be it still to be encoded; nil for nothing.
func (l *L2) Peek(ctx context.Context, q *answer.Query) *answer.Entry {
	if l.cfg.Clock.Local() {
		return nil
	}
	front, now := &l2Front{L2: l}, l.now.ms()
	f := front.read(ctx, q)
	if e := front.judge(ctx, f.entry); e != nil && now < e.Hard {
		return e
	}
	if e := front.judge(ctx, f.base); e != nil && now < e.Soft {
		return e
	}
	return nil
}

type l2Front struct {
	*L2
	next answer.Source
}

// found is what Redis has for a question, in the encoding asked for and, if that
// is another, in identity.
type found struct {
	entry, base *answer.Entry
}

// Answer makes one exchange with Redis; another one only for an entry that the
// clock cannot compare, say from before this reader began.
func (l *l2Front) Answer(ctx context.Context, q *answer.Query) (answer.Result, error) {
	if l.cfg.Clock.Local() || !l.cfg.Clock.Covers(q.MinSeq) {
		res, err := l.next.Answer(ctx, q)
		return forwarded(res, l2Name, "bypass"), err
	}
	if q.Base != nil { // L1 has the answer, and only the encoding is missing
		res, err := l.next.Answer(ctx, q)
		if err == nil {
			l.writeLater(q, res)
		}
		return res, err
	}
	f := l.read(ctx, q)
	now := l.now.ms()
	if e := l.judge(ctx, f.entry); e != nil && now < e.Hard && (now < e.Soft || !q.Reload) {
		return l.hit(q, f, e, now), nil
	}
	if f.base != f.entry {
		if base := l.judge(ctx, f.base); base != nil && now < base.Soft {
			return l.encode(ctx, q, f, base)
		}
	}
	l.cfg.Metrics.l2.misses.Inc()
	return l.below(ctx, q, f)
}

// encode has the answer made of the identity answer that Redis had.
func (l *l2Front) encode(ctx context.Context, q *answer.Query, f found, base *answer.Entry) (answer.Result, error) {
	l.cfg.Metrics.l2.hits.Inc()
	with := *q
	with.Base = base
	res, err := l.below(ctx, &with, f)
	if err == nil {
		res.Layer, res.CacheStatus = answer.L2, l2Name+"; hit; detail=encoded"
	}
	return res, err
}

func (l *l2Front) hit(q *answer.Query, f found, e *answer.Entry, now int64) answer.Result {
	res := answer.Result{Entry: e, Layer: answer.L2, CacheStatus: l2Name + "; hit"}
	if now >= e.Soft {
		l.cfg.Metrics.l2.stale.Inc()
		res.Layer, res.CacheStatus = answer.Stale, l2Name+"; hit; detail=revalidating"
		return res
	}
	l.cfg.Metrics.l2.hits.Inc()
	if q.Enc != answer.Identity && f.base != nil && valid(l.cfg.Clock, f.base) {
		res.Base = f.base
	}
	return res
}

// below asks the source, with what Redis had of before.
func (l *l2Front) below(ctx context.Context, q *answer.Query, f found) (answer.Result, error) {
	with, reason := *q, "miss"
	if f.entry != nil || f.base != nil {
		reason = "stale"
	}
	if with.Prev == nil {
		with.Prev = f.entry
	}
	if with.PrevBase == nil {
		with.PrevBase = f.base
	}
	res, err := l.next.Answer(ctx, &with)
	if err != nil {
		res, err := l.last.give(ctx, err, l.now.ms(), l2Name, f.entry, f.base)
		if err == nil {
			l.cfg.Metrics.l2.rescued.Inc()
		}
		return res, err
	}
	l.writeLater(q, res)
	return forwarded(res, l2Name, reason), nil
}

// read gets what Redis has. Not to be told anything is not to have it.
func (l *l2Front) read(ctx context.Context, q *answer.Query) (f found) {
	ctx, cancel := context.WithTimeout(ctx, l.cfg.Timeout)
	defer cancel()
	start := time.Now()
	keys := []string{l.cfg.Space.Entry(q.Key, q.Enc), l.cfg.Space.Entry(q.Key, answer.Identity)}
	if q.Enc == answer.Identity {
		keys = keys[:1]
	}
	values, err := l.cfg.Redis.MGet(ctx, keys...).Result()
	l.cfg.Metrics.l2Seconds.Observe(time.Since(start).Seconds())
	if err != nil {
		l.cfg.Metrics.l2.errors.Inc()
		return found{}
	}
	f.entry = decode(values[0])
	if f.base = f.entry; len(values) > 1 {
		f.base = decode(values[1])
	}
	return f
}

// decode shares the memory of the reply, which nobody changes.
func decode(value any) *answer.Entry {
	text, ok := value.(string)
	if !ok || text == "" {
		return nil
	}
	e, err := answer.Decode(unsafe.Slice(unsafe.StringData(text), len(text))) //nolint:gosec // an entry is never written to
	if err != nil {
		return nil
	}
	return e
}

// judge returns the entry if it is true, nil if not. What the clock cannot compare,
// the versions of the tags can: they are written in one step with what the clock
// would have been told. While the clock is suspect they prove nothing. They are as
// new as what was published, and what made the clock suspect may be that nothing
// is: then only the database knows.
func (l *l2Front) judge(ctx context.Context, e *answer.Entry) *answer.Entry {
	if e == nil || l.cfg.Clock.Suspect() {
		return nil
	}
	switch l.cfg.Clock.Judge(e.AsOf, e.Slots) {
	case evict.Valid:
		return e
	case evict.Outside:
		return l.compare(ctx, e)
	default:
		return nil
	}
}

// compare believes an entry that is as new as all its tags, and stamps it with
// what was applied before they were asked for.
func (l *l2Front) compare(ctx context.Context, e *answer.Entry) *answer.Entry {
	applied := l.cfg.Clock.Applied()
	if evict.Own(applied) {
		return nil // the outbox has been taken up meanwhile, and may have shown what was not published
	}
	ctx, cancel := context.WithTimeout(ctx, l.cfg.Timeout)
	defer cancel()
	version, err := l.bus.Version(ctx, e.Tags)
	if err != nil || !version.Vouches(e.AsOf) {
		return nil
	}
	l.cfg.Metrics.l2Compared.Inc()
	e = e.Stamped(max(applied, e.AsOf))
	switch l.cfg.Clock.Judge(e.AsOf, e.Slots) {
	case evict.Valid:
		return e
	case evict.Outside: // from ahead of this clock: true now, but nobody would hear when it ends
		return e.Unstored()
	default:
		return nil
	}
}
