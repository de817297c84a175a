package cache

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/evict"
	"github.com/tercul/tercul/shared/cachekey"
)

var long = strings.Repeat("Nel mezzo del cammin di nostra vita ", 40)

// pair is two readers of one database that share a Redis.
func pair(t *testing.T) (*bus, *reader, *reader) {
	t.Helper()
	b := newBus(t, nil)
	one := newReader(t, withRedis(b.client, b.space))
	two := newReader(t, withRedis(b.client, b.space), sharing(one))
	b.publish(t, "start", one, two)
	return b, one, two
}

func TestReadersShareL2(t *testing.T) {
	b, one, two := pair(t)
	one.origin.set("work_1", long)
	first := one.expect(ask("work_1"), long, answer.Origin, 1)
	if first.CacheStatus != "tercul-l2; fwd=miss, tercul-l1; fwd=miss" {
		t.Errorf("Cache-Status %q", first.CacheStatus)
	}
	one.settled(1)
	res := two.expect(ask("work_1"), long, answer.L2, 0)
	if res.CacheStatus != "tercul-l2; hit, tercul-l1; fwd=miss" || res.Entry.ETag != first.Entry.ETag {
		t.Errorf("Cache-Status %q", res.CacheStatus)
	}
	two.expect(ask("work_1"), long, answer.L1, 0)
	if b.trips.Load() != 2 {
		t.Errorf("%d exchanges with Redis for two misses", b.trips.Load())
	}
}

// TestMissCostsOneExchange also where the encoding needs two keys.
func TestMissCostsOneExchange(t *testing.T) {
	b, one, two := pair(t)
	one.origin.set("work_1", long)
	one.expect(askIn("work_1", answer.Brotli), long, answer.Origin, 1)
	if b.trips.Load() != 1 {
		t.Errorf("%d exchanges for a miss", b.trips.Load())
	}
	one.settled(2) // the encoding and identity
	b.trips.Store(0)
	res := two.expect(askIn("work_1", answer.Zstd), long, answer.L2, 0)
	if b.trips.Load() != 1 || res.Entry.Enc != answer.Zstd || !strings.HasPrefix(res.CacheStatus, "tercul-l2; hit; detail=encoded") {
		t.Errorf("%d exchanges, %v, %s", b.trips.Load(), res.Entry.Enc, res.CacheStatus)
	}
	two.expect(askIn("work_1", answer.Identity), long, answer.L1, 0)
	two.expect(askIn("work_1", answer.Brotli), long, answer.L1, 0)
	if b.trips.Load() != 1 {
		t.Error("Redis was asked although identity was in L1")
	}
}

func TestL2IsInvalidated(t *testing.T) {
	b, one, two := pair(t)
	one.origin.set("work_1", "old")
	one.expect(ask("work_1"), "old", answer.Origin, 1)
	one.settled(1)
	one.origin.set("work_1", "new")
	b.publish(t, "work_1", one, two)
	two.expect(ask("work_1"), "new", answer.Origin, 1)
	two.settled(1)
	one.expect(ask("work_1"), "new", answer.L2, 0)
}

// TestL2KeepsTheNewest has a slow writer come last with what it read first.
func TestL2KeepsTheNewest(t *testing.T) {
	b, one, _ := pair(t)
	ctx := t.Context()
	now := one.wall.now()
	made := func(asOf uint64, text string) *answer.Entry {
		return answer.NewEntry(answer.Material{Data: []byte(`"` + text + `"`), AsOf: asOf, Policy: policy, Now: now})
	}
	key := b.space.Entry("k", answer.Identity)
	applied := one.clock.Applied()
	for seq := applied + 1; seq <= applied+300; seq++ {
		one.clock.Apply(seq, nil)
	}
	for _, step := range []struct {
		asOf uint64
		want string
	}{
		{applied + 10, "a"}, {applied + 9, "a"}, {applied + 10, "c"}, {applied + 256, "d"}, {applied + 11, "d"}, {applied + 299, "f"},
	} {
		text := map[uint64]string{applied + 10: "a", applied + 9: "b", applied + 256: "d", applied + 11: "e", applied + 299: "f"}[step.asOf]
		if step.want == "c" {
			text = "c"
		}
		one.l2.write(ctx, write{"k", answer.Identity, made(step.asOf, text)}, nil)
		stored, err := b.direct.Get(ctx, key).Bytes()
		if err != nil {
			t.Fatal(err)
		}
		e, err := answer.Decode(stored)
		if err != nil || !strings.Contains(string(e.Body), `"`+step.want+`"`) {
			t.Errorf("after the stamp %d there is %s, %v; want %s", step.asOf-applied, e.Body, err, step.want)
		}
	}
	if counted(one.metrics.writes.older) != 2 {
		t.Errorf("%v writes were older", counted(one.metrics.writes.older))
	}
	if ttl := b.direct.PTTL(ctx, key).Val(); ttl <= 0 || ttl > time.Hour {
		t.Errorf("it lives for %v", ttl)
	}
	b.direct.Set(ctx, key, "garbage", 0)
	one.l2.write(ctx, write{"k", answer.Identity, made(applied+1, "g")}, nil)
	if n := counted(one.metrics.writes.stored); n != 5 {
		t.Errorf("%v writes were stored", n)
	}
}

func TestGarbageInL2IsAMiss(t *testing.T) {
	b, one, two := pair(t)
	one.origin.set("work_1", "Inferno")
	b.direct.Set(t.Context(), b.space.Entry(ask("work_1").Key, answer.Identity), "garbage that is long enough to be cut into pieces of a header and more", 0)
	one.expect(ask("work_1"), "Inferno", answer.Origin, 1)
	one.settled(1)
	two.expect(ask("work_1"), "Inferno", answer.L2, 0)
}

// TestReaderStartsOnAnOldL2: its floor is above what is there.
func TestReaderStartsOnAnOldL2(t *testing.T) {
	for name, c := range map[string]struct {
		then  func(*bus, *reader)
		layer answer.Layer
	}{
		"untouched":        {func(*bus, *reader) {}, answer.L2},
		"another touched":  {func(b *bus, r *reader) { b.publish(t, "work_2", r) }, answer.L2},
		"touched":          {func(b *bus, r *reader) { b.publish(t, "work_1", r) }, answer.Origin},
		"all touched":      {func(b *bus, r *reader) { b.publish(t, "*", r) }, answer.Origin},
		"versions gone":    {func(b *bus, _ *reader) { b.direct.Del(context.Background(), b.space.Tags()) }, answer.Origin},
		"state gone":       {func(b *bus, _ *reader) { b.direct.Del(context.Background(), b.space.State()) }, answer.Origin},
		"another server":   {func(b *bus, _ *reader) { b.direct.HSet(context.Background(), b.space.State(), "run", "x") }, answer.Origin},
		"another epoch":    {func(b *bus, r *reader) { b.direct.Del(context.Background(), b.space.State()); b.publish(t, "x", r) }, answer.Origin},
		"touched and late": {func(b *bus, _ *reader) { b.publish(t, "work_1") }, answer.Origin},
	} {
		t.Run(name, func(t *testing.T) {
			b, one, _ := pair(t)
			one.origin.set("work_1", "Inferno")
			one.expect(ask("work_1"), "Inferno", answer.Origin, 1)
			one.settled(1)
			late := newReader(t, withRedis(b.client, b.space), sharing(one))
			c.then(b, late)
			late.clock.DropAll(max(late.clock.Applied(), one.clock.Applied()) + 10)
			loads := int64(0)
			if c.layer == answer.Origin {
				loads = 1
			}
			res := late.expect(ask("work_1"), "Inferno", c.layer, loads)
			if res.Entry.AsOf != late.clock.Applied() || res.Entry.NoStore {
				t.Errorf("stamped %d, applied %d", res.Entry.AsOf, late.clock.Applied())
			}
			late.expect(ask("work_1"), "Inferno", answer.L1, 0)
		})
	}
}

// TestL2WhileSuspect: the relay may have died, and the versions know only what was
// published. Who is suspect asks the database.
func TestL2WhileSuspect(t *testing.T) {
	_, one, two := pair(t)
	one.origin.set("work_1", "old")
	one.expect(ask("work_1"), "old", answer.Origin, 1)
	one.settled(1)
	two.clock.Suspend()
	one.origin.set("work_1", "new") // which nobody publishes
	if res := two.expect(ask("work_1"), "new", answer.Origin, 1); !res.Entry.NoStore {
		t.Error("it may be stored")
	}
	late := newReader(t, sharing(one), func(_ *reader, _ *L1Config, c *L2Config) { c.Redis, c.Space = two.l2.cfg.Redis, two.l2.cfg.Space })
	late.clock.DropAll(one.clock.Applied() + 10)
	late.clock.Suspend()
	late.expect(ask("work_1"), "new", answer.Origin, 1)
}

// TestL2IsAheadOfAReader: another one has heard more, and has loaded since.
func TestL2IsAheadOfAReader(t *testing.T) {
	b, one, two := pair(t)
	one.origin.set("work_1", "new")
	b.publish(t, "work_1", one)
	one.expect(ask("work_1"), "new", answer.Origin, 1)
	one.settled(1)
	if res := two.expect(ask("work_1"), "new", answer.L2, 0); !res.Entry.NoStore {
		t.Error("it may be stored")
	}
	b.publish(t, "work_1", one)
	two.expect(ask("work_1"), "new", answer.Origin, 1)
}

func TestLocalStampsStayOutOfL2(t *testing.T) {
	b, one, _ := pair(t)
	local := &localClock{Clock: one.clock}
	r := newReader(t, withRedis(b.client, b.space), sharing(one), withL2(func(c *L2Config) { c.Clock = local }))
	r.origin.set("work_1", "Inferno")
	local.on.Store(true)
	b.trips.Store(0)
	res := r.expect(ask("work_1"), "Inferno", answer.Origin, 1)
	if !strings.Contains(res.CacheStatus, "tercul-l2; fwd=bypass") || b.trips.Load() != 0 {
		t.Errorf("%s, %d exchanges", res.CacheStatus, b.trips.Load())
	}
	if n := b.direct.Exists(t.Context(), b.space.Entry(ask("work_1").Key, answer.Identity)).Val(); n != 0 {
		t.Error("it was written")
	}
}

// TestTheOutboxTakesOverWhileL2IsAsked: the clock was the bus's at the first look, and
// when the entry was judged another one that has shown what was not published.
func TestTheOutboxTakesOverWhileL2IsAsked(t *testing.T) {
	b, one, _ := pair(t)
	one.origin.set("work_1", "old")
	one.expect(ask("work_1"), "old", answer.Origin, 1)
	one.settled(1)
	r := newReader(t, withRedis(b.client, b.space), sharing(one), withL2(func(c *L2Config) { c.Clock = turned{c.Clock} }))
	r.clock.DropAll(one.clock.Applied())
	one.origin.set("work_1", "new")
	r.expect(ask("work_1"), "new", answer.Origin, 1)
}

// turned is a clock of the outbox that was the bus's a moment ago.
type turned struct{ Clock }

func (turned) Applied() uint64 { return 1 << 52 }

func (turned) Judge(asOf uint64, _ []uint32) evict.Verdict {
	if evict.Own(asOf) {
		return evict.Valid
	}
	return evict.Outside
}

// localClock is on its own when it is told so.
type localClock struct {
	Clock
	on atomic.Bool
}

func (c *localClock) Local() bool { return c.on.Load() }

func TestStaleInL2IsRenewed(t *testing.T) {
	_, one, two := pair(t)
	one.origin.set("work_1", "old")
	q := ask("work_1")
	q.Op = op{answer.Policy{SharedMaxAge: 10 * time.Second, StaleWhileRevalidate: time.Minute}}
	one.expect(q, "old", answer.Origin, 1)
	one.settled(1)
	one.origin.set("work_1", "new")
	one.wall.pass(11 * time.Second)
	if res := two.answer(q); res.Layer != answer.Stale || !strings.Contains(string(res.Entry.Body), "old") {
		t.Fatalf("%v %s", res.Layer, res.Entry.Body)
	}
	eventually(t, "it is renewed", func() bool { return two.answer(q).Layer == answer.L1 })
	two.expect(q, "new", answer.L1, 0)
}

func TestL2IsALastResort(t *testing.T) {
	_, one, two := pair(t)
	one.origin.set("work_1", "old")
	one.expect(ask("work_1"), "old", answer.Origin, 1)
	one.settled(1)
	two.clock.Suspend()
	two.origin.fail(errDown)
	two.borne("work_1", "old")
	two.origin.fail(errors.New("a bug"))
	if _, err := two.source.Answer(t.Context(), ask("work_1")); err == nil {
		t.Error("an error that says nothing about the database was hidden")
	}
}

func TestUnchangedDataKeepsItsETagAcrossReaders(t *testing.T) {
	b, one, two := pair(t)
	one.origin.set("work_1", long)
	first := one.expect(askIn("work_1", answer.Gzip), long, answer.Origin, 1)
	one.settled(2)
	b.publish(t, "work_1", one, two)
	again := two.expect(askIn("work_1", answer.Gzip), long, answer.Origin, 1)
	if again.Entry.ETag != first.Entry.ETag {
		t.Error("the other reader did not use the bytes in Redis again")
	}
}

func TestOversizeForL2(t *testing.T) {
	b := newBus(t, nil)
	r := newReader(t, withRedis(b.client, b.space), withL2(func(c *L2Config) { c.Most = 2000 }))
	r.origin.set("work_1", strings.Repeat("x", 3000))
	r.answer(ask("work_1"))
	r.settled(1)
	if counted(r.metrics.writes.oversize) != 1 || b.direct.DBSize(t.Context()).Val() != 0 {
		t.Error("it was written")
	}
}

func TestOvertakenEntriesAreNotWritten(t *testing.T) {
	b, one, _ := pair(t)
	one.origin.set("work_1", "old")
	one.origin.pause(func() {
		one.origin.pause(func() {})
		one.change("work_1", "new")
	})
	one.expect(ask("work_1"), "old", answer.Origin, 1)
	one.settled(1)
	if counted(one.metrics.writes.overtaken) != 1 || b.direct.Exists(t.Context(), b.space.Entry(ask("work_1").Key, answer.Identity)).Val() != 0 {
		t.Error("it was written")
	}
}

func TestFullQueueDropsWrites(t *testing.T) {
	b := newBus(t, nil)
	r := newReader(t, withRedis(b.client, b.space), withL2(func(c *L2Config) { c.Queue, c.Timeout = 1, patient }))
	b.line.Swallow()
	e := answer.NewEntry(answer.Material{Data: []byte("1"), AsOf: r.clock.Applied(), Policy: policy, Now: r.wall.now()})
	for i := range 20 {
		r.l2.writeLater(ask(fmt.Sprint(i)), answer.Result{Entry: e})
	}
	if n := counted(r.metrics.writes.dropped); n < 10 {
		t.Errorf("%v dropped", n)
	}
}

func TestWritesAreFinishedBeforeTheEnd(t *testing.T) {
	b := newBus(t, nil)
	one := newReader(t, withRedis(b.client, b.space))
	tasks := NewTasks()
	l2 := NewL2(L2Config{Redis: b.client, Space: b.space, Clock: one.clock, Tasks: tasks, Now: one.wall.now, Timeout: time.Second})
	for i := range 100 {
		e := answer.NewEntry(answer.Material{Data: []byte("1"), AsOf: one.clock.Applied(), Policy: policy, Now: one.wall.now()})
		l2.writeLater(ask(fmt.Sprint(i)), answer.Result{Entry: e})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := tasks.Run(ctx, func() {}); err != nil {
		t.Fatal(err)
	}
	if n := b.direct.DBSize(t.Context()).Val(); n != 100 {
		t.Errorf("%d of 100 were written", n)
	}
}

func TestRedisDead(t *testing.T) {
	for name, fault := range map[string]func(*bus){
		"cut": func(b *bus) { b.line.Cut() }, "half-open": func(b *bus) { b.line.Swallow() }, "slow": func(b *bus) { b.line.Slow(200 * time.Millisecond) },
	} {
		t.Run(name, func(t *testing.T) {
			wall := newMoment()
			breaker := NewBreaker(BreakerConfig{Failures: 3, Now: wall.now})
			b := newBus(t, breaker)
			r := newReader(t, withRedis(b.client, b.space), withL2(func(c *L2Config) { c.Timeout = 50 * time.Millisecond }))
			r.origin.set("before", "Inferno")
			r.expect(ask("before"), "Inferno", answer.Origin, 1)
			r.settled(1)
			fault(b)
			for i := range 6 {
				name := fmt.Sprintf("work_%d", i)
				r.origin.set(name, "Inferno")
				r.expect(ask(name), "Inferno", answer.Origin, 1)
				r.expect(ask(name), "Inferno", answer.L1, 0)
			}
			eventually(t, "the breaker is open", func() bool { r.l2.writeLater(ask("x"), r.answer(ask("before"))); return breaker.Open() })
			trips := b.trips.Load()
			r.origin.set("open", "Inferno")
			r.expect(ask("open"), "Inferno", answer.Origin, 1)
			if errs := counted(r.metrics.l2.errors); errs < 6 || b.trips.Load() != trips+1 {
				t.Errorf("%v errors, %d exchanges", errs, b.trips.Load()-trips)
			}

			b.line.Heal()
			wall.pass(time.Second)
			eventually(t, "a probe closes it", func() bool {
				wall.pass(time.Second)
				_ = b.client.Ping(context.Background()).Err()
				return !breaker.Open()
			})
			r.origin.set("after", "Inferno")
			r.expect(ask("after"), "Inferno", answer.Origin, 1)
			eventually(t, "it is written again", func() bool {
				return b.direct.Exists(t.Context(), b.space.Entry(ask("after").Key, answer.Identity)).Val() == 1
			})
		})
	}
}

func TestRedisDeadFromTheStart(t *testing.T) {
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1, DialerRetries: 1})
	defer client.Close()
	r := newReader(t, withRedis(client, cachekey.Space("none")))
	r.origin.set("work_1", "Inferno")
	r.expect(ask("work_1"), "Inferno", answer.Origin, 1)
	r.expect(ask("work_1"), "Inferno", answer.L1, 0)
}

func TestBreaker(t *testing.T) {
	wall := newMoment()
	m := NewMetrics(nil)
	b := NewBreaker(BreakerConfig{Failures: 2, Rest: time.Second, Now: wall.now, Metrics: m})
	network := errors.New("connection refused")
	for _, harmless := range []error{nil, redis.Nil, context.Canceled, redis.Nil} {
		b.ReportResult(network)
		b.ReportResult(harmless)
		if harmless == context.Canceled { //nolint:errorlint // the very value
			b.ReportResult(nil)
		}
	}
	if b.Open() || b.Allow() != nil {
		t.Fatal("opened by failures that were not in a row")
	}
	b.ReportResult(network)
	b.ReportResult(network)
	if !b.Open() || !errors.Is(b.Allow(), ErrOpen) || counted(m.breakerOpen) != 1 {
		t.Fatal("not open after two failures")
	}
	wall.pass(time.Second)
	for range 2 {
		if b.Allow() != nil {
			t.Fatal("a probe, and the greeting within it, must pass")
		}
	}
	b.ReportResult(ErrOpen)
	if b.Allow() != nil {
		t.Fatal("its own refusal is no result")
	}
	b.ReportResult(network)
	if !errors.Is(b.Allow(), ErrOpen) {
		t.Fatal("closed by a probe that failed")
	}
	wall.pass(time.Second)
	if b.Allow() != nil {
		t.Fatal("no second probe")
	}
	b.ReportResult(nil)
	if b.Open() || b.Allow() != nil || counted(m.breakerOpen) != 0 || counted(m.breakerTrips) != 1 {
		t.Fatal("not closed by a probe that succeeded")
	}
}
