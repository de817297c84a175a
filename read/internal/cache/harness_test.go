package cache

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/evict"
	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/faulty"
	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/pgtest"
)

const patient = 20 * time.Second

// op is an operation with a policy.
type op struct{ policy answer.Policy }

func (o op) Name() string          { return "Op" }
func (o op) Hash() string          { return "hash" }
func (o op) Policy() answer.Policy { return o.policy }

var policy = answer.Policy{
	MaxAge: time.Minute, SharedMaxAge: 5 * time.Minute,
	StaleWhileRevalidate: time.Minute, StaleIfError: time.Hour, Negative: 10 * time.Second,
}

var document = cachekey.NewDocument("v1", "hash")

// ask is the question about the thing of that name, which its tag is also.
func ask(name string) *answer.Query {
	return &answer.Query{Op: op{policy}, Vars: name, Key: document.Key([]byte(name))}
}

func askIn(name string, enc answer.Encoding) *answer.Query {
	q := ask(name)
	q.Enc = enc
	return q
}

// origin is a database of things with text.
type origin struct {
	now   func() time.Time
	loads atomic.Int64
	// between, if set, is called after a load has read its data.
	between atomic.Pointer[func()]

	mu     sync.Mutex
	things map[string]string
	err    error
	tags   []string // further ones
}

func (o *origin) set(name, text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.things[name] = text
}

func (o *origin) fail(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.err = err
}

func (o *origin) pause(f func()) { o.between.Store(&f) }

// answer loads for a reader, who stamps by its own clock.
func (o *origin) answer(clock Clock, q *answer.Query) (answer.Result, error) {
	if q.Enc != answer.Identity {
		panic("the origin knows identity alone")
	}
	o.loads.Add(1)
	m := answer.Material{AsOf: clock.Applied(), Policy: q.Op.Policy(), Now: o.now()}
	name := q.Vars.(string)
	o.mu.Lock()
	text, known := o.things[name]
	m.Tags = append([]string{name}, o.tags...)
	err := o.err
	o.mu.Unlock()
	if f := o.between.Load(); f != nil {
		(*f)()
	}
	if err != nil {
		return answer.Result{}, err
	}
	m.Data = []byte(`{"thing":"` + text + `"}`)
	if !known {
		m.Status, m.Data, m.Tags = answer.Null, []byte(`{"thing":null}`), []string{"list:thing"}
	}
	return answer.Result{Entry: answer.NewEntry(m)}, nil
}

// moment is a clock on the wall that the test turns.
type moment struct{ ms atomic.Int64 }

func newMoment() *moment {
	m := &moment{}
	m.ms.Store(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixMilli())
	return m
}

func (m *moment) now() time.Time        { return time.UnixMilli(m.ms.Load()) }
func (m *moment) pass(by time.Duration) { m.ms.Add(by.Milliseconds()) }

// reader is a chain as the service composes it.
type reader struct {
	t       testing.TB
	clock   *evict.Clock
	wall    *moment
	origin  *origin
	metrics *Metrics
	reg     *prometheus.Registry
	tasks   *Tasks
	l1      *L1
	l2      *L2
	flight  *Flight
	turn    time.Duration // of late loads
	source  answer.Source
}

type setting func(*reader, *L1Config, *L2Config)

func withMegabytes(n int) setting {
	return func(_ *reader, c *L1Config, _ *L2Config) { c.Megabytes = n }
}

func withRedis(client *redis.Client, space cachekey.Space) setting {
	return func(_ *reader, front *L1Config, c *L2Config) {
		c.Redis, c.Space, c.Timeout = client, space, time.Second
		front.Versions, front.Timeout = invalidate.NewBus(client, space), time.Second
	}
}

func withL2(change func(*L2Config)) setting {
	return func(_ *reader, _ *L1Config, c *L2Config) { change(c) }
}

// sharing uses another reader's database.
func sharing(other *reader) setting {
	return func(r *reader, l1 *L1Config, l2 *L2Config) {
		r.origin, r.wall = other.origin, other.wall
		l1.Now, l2.Now = r.wall.now, r.wall.now
	}
}

func newReader(t testing.TB, settings ...setting) *reader {
	t.Helper()
	r := &reader{t: t, clock: evict.NewClock(), wall: newMoment(), reg: prometheus.NewPedanticRegistry(), tasks: NewTasks()}
	r.clock.DropAll(1)
	r.clock.Resume()
	r.metrics = NewMetrics(r.reg)
	r.origin = &origin{now: r.wall.now, things: map[string]string{}}
	c1 := L1Config{Clock: r.clock, Tasks: r.tasks, Metrics: r.metrics, Now: r.wall.now, Megabytes: 8}
	c2 := L2Config{Clock: r.clock, Tasks: r.tasks, Metrics: r.metrics, Now: r.wall.now}
	for _, s := range settings {
		s(r, &c1, &c2)
	}
	var err error
	if r.l1, err = NewL1(c1); err != nil {
		t.Fatal(err)
	}
	var s answer.Source = NewVariant(answer.SourceFunc(func(_ context.Context, q *answer.Query) (answer.Result, error) {
		return r.origin.answer(r.clock, q)
	}), VariantConfig{Metrics: r.metrics})
	if c2.Redis != nil {
		r.l2 = NewL2(c2)
		s = r.l2.Over(s)
	}
	s = r.l1.Fill(s)
	r.flight = NewFlight(s, FlightConfig{Clock: r.clock, Tasks: r.tasks, Metrics: r.metrics, Log: zerolog.Nop(), Turn: r.turn})
	r.source = r.l1.Over(r.flight)
	r.run()
	return r
}

func (r *reader) run() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = r.tasks.Run(ctx, func() {})
	}()
	r.t.Cleanup(func() { cancel(); <-done })
}

func (r *reader) answer(q *answer.Query) answer.Result {
	r.t.Helper()
	res, err := r.source.Answer(r.t.Context(), q)
	if err != nil {
		r.t.Fatal(err)
	}
	return res
}

// expect asks and checks text, layer and the number of loads it took.
func (r *reader) expect(q *answer.Query, text string, layer answer.Layer, loads int64) answer.Result {
	r.t.Helper()
	before := r.origin.loads.Load()
	res := r.answer(q)
	if got := plain(r.t, res.Entry); !strings.Contains(got, `"thing":"`+text+`"`) {
		r.t.Errorf("answered %s, want %s", got, text)
	}
	if res.Layer != layer {
		r.t.Errorf("answered by %v, want %v (%s)", res.Layer, layer, res.CacheStatus)
	}
	if n := r.origin.loads.Load() - before; n != loads {
		r.t.Errorf("%d loads, want %d", n, loads)
	}
	return res
}

// change writes and announces, as a writer does.
func (r *reader) change(name, text string) uint64 {
	r.origin.set(name, text)
	seq := r.clock.Applied() + 1
	r.clock.Apply(seq, []string{name})
	return seq
}

func counted(c prometheus.Collector) float64 { return testutil.ToFloat64(c) }

// eventually asks again and again until the condition holds.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.NewTimer(patient)
	defer deadline.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("not within %v: %s", patient, what)
		}
	}
}

// settled waits until all that was queued for Redis has been dealt with.
func (r *reader) settled(writes float64) {
	r.t.Helper()
	w := r.metrics.writes
	eventually(r.t, "the writes are done", func() bool {
		return counted(w.stored)+counted(w.older)+counted(w.overtaken)+counted(w.failed)+counted(w.oversize)+counted(w.dropped) >= writes
	})
}

// bus is a real Redis, a line to it that can be broken, and a publisher.
type bus struct {
	client *redis.Client // through the line
	direct *redis.Client
	line   *faulty.Proxy
	space  cachekey.Space
	pub    *invalidate.Publisher
	trips  *atomic.Int64
}

func newBus(t testing.TB, limiter redis.Limiter) *bus {
	t.Helper()
	b := &bus{direct: pgtest.Redis(t), space: cachekey.Space(fmt.Sprintf("%s-%d", t.Name(), time.Now().UnixNano())), trips: new(atomic.Int64)}
	b.line = faulty.New(t, b.direct.Options().Addr)
	b.client = redis.NewClient(&redis.Options{
		Addr: b.line.Addr(), DB: b.direct.Options().DB, MaxRetries: -1, DialerRetries: 1, Limiter: limiter,
		DialTimeout: time.Second, ReadTimeout: time.Second, WriteTimeout: time.Second, ContextTimeoutEnabled: true,
	})
	b.client.AddHook(tripCounter{b.trips})
	t.Cleanup(func() { _ = b.client.Close() })
	b.pub = invalidate.NewPublisher(invalidate.PublisherConfig{Redis: b.direct, Space: b.space})
	return b
}

// tripCounter counts exchanges other than the writers'.
type tripCounter struct{ n *atomic.Int64 }

func (h tripCounter) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h tripCounter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if cmd.Name() == "mget" || cmd.Name() == "get" {
			h.n.Add(1)
		}
		return next(ctx, cmd)
	}
}

func (h tripCounter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// publish announces on the bus and applies it to readers' clocks.
func (b *bus) publish(t testing.TB, tag string, readers ...*reader) invalidate.Receipt {
	t.Helper()
	receipt, err := b.pub.Publish(context.Background(), []invalidate.Row{{ID: 1, Tags: []string{tag}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range readers {
		r.clock.Apply(receipt.Seq, []string{tag})
	}
	return receipt
}

var errDown = apperr.New(apperr.Unavailable, "The database is down.")
