package cache

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/evict"
	"github.com/tercul/tercul/shared/faulty"
	"github.com/tercul/tercul/shared/invalidate"
)

const (
	historyKeys      = 12
	historyProcesses = 3
	historySilence   = 500 * time.Millisecond
	// worstDelay is when a change must be seen whatever has happened to the line.
	worstDelay = 2*historySilence + time.Second
)

// history is a database whose rows count their versions, and what is known of
// when each version had to be seen.
type history struct {
	t   *testing.T
	bus *bus

	versions [historyKeys]atomic.Int64

	mu        sync.Mutex // orders publishing
	published [historyKeys][]publication
	reads     atomic.Int64
	hits      atomic.Int64
}

type publication struct {
	seq     uint64
	version int64
	at      time.Time
}

func keyName(i int) string { return fmt.Sprintf("work_%d", i) }

// load reads a row, now and then slowly.
func (h *history) load(clock Clock, q *answer.Query) (answer.Result, error) {
	m := answer.Material{AsOf: clock.Applied(), Policy: q.Op.Policy(), Now: time.Now()}
	i := q.Vars.(int)
	version := h.versions[i].Load()
	nap(20 * time.Millisecond)
	m.Data = fmt.Appendf(nil, `{"version":%d,"pad":%q}`, version, strings.Repeat("x", 600))
	m.Tags = []string{keyName(i), "list:work"}
	return answer.Result{Entry: answer.NewEntry(m)}, nil
}

// nap is a delay of the world under test, up to a length and often none.
func nap(most time.Duration) {
	if rand.IntN(2) == 0 {
		time.Sleep(rand.N(most))
	}
}

// write commits, publishes and acknowledges.
func (h *history) write(ctx context.Context) {
	i := rand.IntN(historyKeys)
	h.mu.Lock()
	defer h.mu.Unlock()
	version := h.versions[i].Add(1)
	nap(2 * time.Millisecond)
	tag := keyName(i)
	if rand.IntN(200) == 0 {
		tag = invalidate.Everything
	}
	r, err := h.bus.pub.Publish(context.WithoutCancel(ctx), []invalidate.Row{{ID: version, Tags: []string{tag}}})
	if err != nil {
		h.t.Error(err)
		return
	}
	h.published[i] = append(h.published[i], publication{r.Seq, version, time.Now()})
}

// bounds are the least versions that a read which starts now may answer: what its
// process has been told, and what was acknowledged long enough ago.
func (h *history) bounds(i int, applied uint64) (told, old int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for n := len(h.published[i]) - 1; n >= 0; n-- {
		p := h.published[i][n]
		if told == 0 && p.seq <= applied {
			told = p.version
		}
		if time.Since(p.at) > worstDelay {
			return told, p.version
		}
	}
	return told, 0
}

// process is a reader with a line of its own to Redis.
type process struct {
	*history
	name   string
	line   *faulty.Proxy
	clock  *evict.Clock
	follow *evict.Follower
	source answer.Source
}

func (h *history) process(n int) *process {
	h.t.Helper()
	p := &process{history: h, name: fmt.Sprintf("process %d", n), line: faulty.New(h.t, h.bus.direct.Options().Addr)}
	options := redis.Options{
		Addr: p.line.Addr(), DB: h.bus.direct.Options().DB, MaxRetries: -1, DialerRetries: 1, ContextTimeoutEnabled: true,
		DialTimeout: historySilence, ReadTimeout: historySilence, WriteTimeout: historySilence,
	}
	client := redis.NewClient(&options)
	guarded := options
	guarded.Limiter = NewBreaker(BreakerConfig{Rest: 100 * time.Millisecond})
	second := redis.NewClient(&guarded)
	follower, err := evict.New(evict.Config{Redis: client, Space: h.bus.space, Silence: historySilence})
	if err != nil {
		h.t.Fatal(err)
	}
	p.follow, p.clock = follower, follower.Clock()
	tasks := NewTasks()
	l1, err := NewL1(L1Config{Clock: p.clock, Tasks: tasks, Megabytes: 1, Hot: 8})
	if err != nil {
		h.t.Fatal(err)
	}
	l2 := NewL2(L2Config{Redis: second, Space: h.bus.space, Clock: p.clock, Tasks: tasks, Timeout: 100 * time.Millisecond})
	var s answer.Source = answer.SourceFunc(func(_ context.Context, q *answer.Query) (answer.Result, error) { return h.load(p.clock, q) })
	s = NewVariant(s, VariantConfig{})
	s = l1.Fill(l2.Over(s))
	p.source = l1.Over(NewFlight(s, FlightConfig{Clock: p.clock, Tasks: tasks}))
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = follower.Run(ctx) })
	wg.Go(func() { _ = tasks.Run(ctx, func() {}) })
	h.t.Cleanup(func() { cancel(); wg.Wait(); _ = client.Close(); _ = second.Close() })
	return p
}

// policyOf has some rows expire all the time; the others last, so that nothing but
// the protocol keeps their answers true.
func policyOf(i int) answer.Policy {
	p := answer.Policy{SharedMaxAge: time.Hour, StaleIfError: time.Second}
	if i%4 == 0 {
		p.SharedMaxAge, p.StaleWhileRevalidate = 300*time.Millisecond, 300*time.Millisecond
	}
	return p
}

// read asks and checks the answer against the bounds at its start.
func (p *process) read(ctx context.Context) {
	i := rand.IntN(historyKeys)
	applied := p.clock.Applied()
	told, old := p.bounds(i, applied)
	q := &answer.Query{Op: op{policyOf(i)}, Vars: i, Key: document.Key([]byte(keyName(i))), Enc: encodings[rand.IntN(len(encodings))]}
	res, err := p.source.Answer(ctx, q)
	if ctx.Err() != nil {
		return // an answer to somebody who has left
	}
	if err != nil {
		p.t.Errorf("%s: %v", p.name, err)
		return
	}
	got := p.versionIn(res.Entry)
	p.reads.Add(1)
	if res.Layer != answer.Origin {
		p.hits.Add(1)
	}
	if got < told || got < old {
		p.t.Errorf("%s: %s is %d by %s (%s); %d was applied before the read, %d acknowledged long ago", p.name, keyName(i), got, res.Layer, res.CacheStatus, told, old)
	}
}

func (p *process) versionIn(e *answer.Entry) int64 {
	var body struct{ Data struct{ Version int64 } }
	if err := json.Unmarshal([]byte(plain(p.t, e)), &body); err != nil {
		p.t.Errorf("%s: %v", p.name, err)
	}
	return body.Data.Version
}

// trouble breaks the line in one way or another and mends it.
func (p *process) trouble(ctx context.Context) {
	switch rand.IntN(4) {
	case 0:
		p.line.Cut()
	case 1:
		p.line.Swallow()
	case 2:
		p.line.Slow(rand.N(20 * time.Millisecond))
	}
	pause(ctx, rand.N(2*worstDelay))
	p.line.Heal()
	pause(ctx, rand.N(historySilence))
}

// halfOpen loses everything for longer than anybody may go without noticing.
func (p *process) halfOpen(ctx context.Context) {
	for ctx.Err() == nil {
		pause(ctx, historySilence)
		p.line.Swallow()
		pause(ctx, worstDelay*3/2)
		p.line.Heal()
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// TestHistory lets writers, readers and faults loose on three processes that share
// a Redis, and checks each answer: nothing older than what the process had been
// told when the read began, nothing older than what was acknowledged long ago, and
// in the end, what the database says.
func TestHistory(t *testing.T) {
	length := 8 * time.Second
	if os.Getenv("TERCUL_TEST_LONG") != "" {
		length = 3 * time.Minute
	}
	h := &history{t: t, bus: newBus(t, nil)}
	var processes []*process
	for n := range historyProcesses {
		processes = append(processes, h.process(n))
	}
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	var wg sync.WaitGroup
	repeat := func(ctx context.Context, f func(context.Context)) {
		wg.Go(func() {
			for ctx.Err() == nil && !t.Failed() {
				f(ctx)
			}
		})
	}
	beating, stopBeat := context.WithCancel(t.Context())
	defer stopBeat()
	repeat(beating, h.beat)
	repeat(ctx, func(ctx context.Context) { h.write(ctx); pause(ctx, rand.N(10*time.Millisecond)) })
	repeat(ctx, func(ctx context.Context) { pause(ctx, length/3); h.flush(ctx) })
	wg.Go(func() { processes[0].halfOpen(ctx) })
	for _, p := range processes {
		for range 6 {
			repeat(ctx, func(ctx context.Context) { p.read(ctx); nap(time.Millisecond) })
		}
		if p != processes[0] {
			repeat(ctx, p.trouble)
		}
	}
	<-ctx.Done()
	h.rest(processes)
	stopBeat()
	wg.Wait()
	t.Logf("%d reads, %d%% of them without a load", h.reads.Load(), 100*h.hits.Load()/max(h.reads.Load(), 1))
	if h.reads.Load() < 100 {
		t.Error("too few reads to tell anything")
	}
}

func (h *history) beat(ctx context.Context) {
	h.mu.Lock()
	_, _ = h.bus.pub.Heartbeat(ctx, 1)
	h.mu.Unlock()
	pause(ctx, historySilence/10)
}

// flush is a Redis that comes back empty. The last minute is published again.
func (h *history) flush(ctx context.Context) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if ctx.Err() == nil {
		h.bus.direct.FlushDB(ctx)
	}
}

// rest waits until all is quiet and everybody has heard of everything, and checks
// that every layer says what the database says.
func (h *history) rest(processes []*process) {
	ctx := h.t.Context()
	h.mu.Lock()
	r, err := h.bus.pub.Publish(ctx, []invalidate.Row{{ID: 1, Tags: []string{"other"}}})
	h.mu.Unlock()
	if err != nil {
		h.t.Error(err)
		return
	}
	for _, p := range processes {
		p.line.Heal()
		eventually(h.t, p.name+" has heard of everything", func() bool {
			return p.follow.Mode() == evict.Bus && p.clock.Applied() >= r.Seq
		})
	}
	for _, p := range processes {
		for i := range historyKeys {
			for _, enc := range encodings {
				q := &answer.Query{Op: op{policyOf(i)}, Vars: i, Key: document.Key([]byte(keyName(i))), Enc: enc}
				res, err := p.source.Answer(ctx, q)
				if err != nil {
					h.t.Fatal(err)
				}
				if got, want := p.versionIn(res.Entry), h.versions[i].Load(); got != want {
					h.t.Errorf("at rest, %s answers %d for %s in %v by %v, the database has %d", p.name, got, keyName(i), enc, res.Layer, want)
				}
			}
		}
	}
}
