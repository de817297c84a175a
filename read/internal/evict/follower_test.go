package evict

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/faulty"
	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/pgtest"
)

const (
	silence = time.Second
	beating = 50 * time.Millisecond
	patient = 20 * time.Second
)

// world is a bus with a relay that can be stopped, and followers of it through a
// line that can be cut.
type world struct {
	t      testing.TB
	redis  *redis.Client // without the faulty line
	space  cachekey.Space
	line   *faulty.Proxy
	opts   *redis.Options
	fence  atomic.Uint64
	silent atomic.Bool
	heard  func([]string)

	mu  sync.Mutex
	pub *invalidate.Publisher
}

func newWorld(t testing.TB, logLength int) *world {
	t.Helper()
	client := pgtest.Redis(t)
	w := &world{t: t, redis: client, space: cachekey.Space(fmt.Sprintf("%s-%d", t.Name(), time.Now().UnixNano()))}
	w.line = faulty.New(t, client.Options().Addr)
	w.pub = invalidate.NewPublisher(invalidate.PublisherConfig{Redis: client, Space: w.space, LogLength: logLength})
	w.opts = &redis.Options{
		Addr: w.line.Addr(), DB: client.Options().DB, MaxRetries: -1, DialerRetries: 1,
		DialTimeout: silence, ReadTimeout: silence, WriteTimeout: silence,
	}
	w.fence.Store(1)
	return w
}

// beat starts the heartbeat.
func (w *world) beat() {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(beating)
		defer tick.Stop()
		for {
			if !w.silent.Load() {
				w.mu.Lock()
				_, _ = w.pub.Heartbeat(ctx, w.fence.Load())
				w.mu.Unlock()
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	})
	w.t.Cleanup(func() { cancel(); wg.Wait() })
}

func (w *world) publish(tags ...string) invalidate.Receipt {
	w.t.Helper()
	return w.publishRow(invalidate.Row{Tags: tags})
}

func (w *world) publishRow(row invalidate.Row) invalidate.Receipt {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	r, err := w.pub.Publish(context.Background(), []invalidate.Row{row})
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// lose advances the bus as publishing does, but for the announcement.
func (w *world) lose(keepInLog bool, tags ...string) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	ctx := context.Background()
	state := w.redis.HMGet(ctx, w.space.State(), "epoch", "seq").Val()
	var m invalidate.Message
	_, _ = fmt.Sscan(state[0].(string), &m.Epoch)
	_, _ = fmt.Sscan(state[1].(string), &m.Seq)
	m.Kind, m.Seq, m.Tags = invalidate.Invalidation, m.Seq+1, tags
	if keepInLog {
		w.redis.XAdd(ctx, &redis.XAddArgs{Stream: w.space.Log(), ID: fmt.Sprintf("%d-0", m.Seq), Values: []string{"m", string(m.Append(nil))}})
	}
	if err := w.redis.HSet(ctx, w.space.State(), "seq", m.Seq).Err(); err != nil {
		w.t.Fatal(err)
	}
}

// follow starts a follower.
func (w *world) follow(connect func(context.Context) (*pgx.Conn, error), useRedis bool) *Follower {
	w.t.Helper()
	cfg := Config{
		Space: w.space, Connect: connect, Heard: w.heard, Silence: silence, Poll: 50 * time.Millisecond, Grace: 50 * time.Millisecond,
		Log: zerolog.New(zerolog.NewTestWriter(w.t)),
	}
	if useRedis {
		client := redis.NewClient(w.opts)
		w.t.Cleanup(func() { _ = client.Close() })
		cfg.Redis = client
	}
	f, err := New(cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = f.Run(ctx)
	}()
	w.t.Cleanup(func() { cancel(); <-done })
	return f
}

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

func (w *world) onBus(f *Follower) {
	w.t.Helper()
	eventually(w.t, "the bus is followed", func() bool { return f.Mode() == Bus })
}

func applied(f *Follower, seq uint64) func() bool {
	return func() bool { return !f.clock.Suspect() && f.clock.Applied() >= seq }
}

func TestBusInvalidates(t *testing.T) {
	w := newWorld(t, 0)
	w.beat()
	f := w.follow(nil, true)
	w.onBus(f)
	stamp, work := f.clock.Applied(), slotsOf("work_1")
	if !f.clock.Valid(stamp, work) {
		t.Fatal("invalid before anything happened")
	}
	r := w.publish("work_1", "list:work")
	eventually(t, "the message is applied", applied(f, r.Seq))
	if f.clock.Valid(stamp, work) || !f.clock.Valid(stamp, slotsOf("prsn_1")) || !f.clock.Valid(r.Seq, work) {
		t.Fatal("not what the message said")
	}
	if f.clock.Applied() != r.Seq || !f.clock.Covers(r.Seq) {
		t.Fatalf("applied %d, published %d", f.clock.Applied(), r.Seq)
	}
}

// What is announced is heard once the clock has it, and a hole is heard as
// everything.
func TestAnnouncementsAreHeard(t *testing.T) {
	w := newWorld(t, 1)
	w.beat()
	heard := make(chan string, 1000)
	w.heard = func(tags []string) {
		for _, tag := range tags {
			heard <- tag
		}
	}
	until := func(want string) {
		t.Helper()
		eventually(t, want+" is heard", func() bool {
			select {
			case tag := <-heard:
				return tag == want
			default:
				return false
			}
		})
	}
	f := w.follow(nil, true)
	until(invalidate.Everything)
	w.onBus(f)
	r := w.publish("api")
	until("api")
	if !applied(f, r.Seq)() {
		t.Fatal("heard before the clock had it")
	}
	w.lose(false, "work_1")
	until(invalidate.Everything)
}

func TestLostMessageIsReplayed(t *testing.T) {
	for name, notice := range map[string]func(*world){
		"by the next message":   func(w *world) { w.publish("prsn_1"); w.silent.Store(false) },
		"by the next heartbeat": func(w *world) { w.silent.Store(false) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 0)
			w.beat()
			f := w.follow(nil, true)
			w.onBus(f)
			w.silent.Store(true)
			r := w.publish("other")
			eventually(t, "the message is applied", applied(f, r.Seq))
			floor := f.clock.Floor()
			w.lose(true, "work_1")
			notice(w)
			eventually(t, "the lost message is applied", applied(f, r.Seq+1))
			if f.clock.Valid(r.Seq, slotsOf("work_1")) || !f.clock.Valid(r.Seq, slotsOf("work_2")) {
				t.Fatal("not what the log said")
			}
			if f.clock.Floor() != floor {
				t.Fatal("the floor was raised although the log had everything")
			}
		})
	}
}

func TestTrimmedLogRaisesTheFloor(t *testing.T) {
	w := newWorld(t, 0)
	w.beat()
	f := w.follow(nil, true)
	w.onBus(f)
	before := w.publish("other")
	eventually(t, "the message is applied", applied(f, before.Seq))
	w.lose(false, "work_1")
	after := w.publish("prsn_1")
	eventually(t, "the message is applied", applied(f, after.Seq))
	if f.clock.Valid(before.Seq, slotsOf("anything")) {
		t.Fatal("an answer from before the hole is believed")
	}
	if !f.clock.Valid(after.Seq, slotsOf("work_1")) {
		t.Fatal("an answer from after it is not")
	}
}

func TestUnreadableMessageIsALostOne(t *testing.T) {
	w := newWorld(t, 0)
	w.beat()
	f := w.follow(nil, true)
	w.onBus(f)
	before := w.publish("other")
	eventually(t, "the message is applied", applied(f, before.Seq))
	w.lose(true, "work_1")
	w.redis.Publish(t.Context(), w.space.Channel(), "2|from|the|future")
	eventually(t, "the lost message is applied", applied(f, before.Seq+1))
	if f.clock.Valid(before.Seq, slotsOf("work_1")) {
		t.Fatal("not what the log said")
	}
}

func TestDoubledAndLateMessagesAreHarmless(t *testing.T) {
	w := newWorld(t, 0)
	w.beat()
	f := w.follow(nil, true)
	w.onBus(f)
	first := w.publish("work_1")
	last := w.publish("work_2")
	eventually(t, "the messages are applied", applied(f, last.Seq))
	for _, m := range []invalidate.Message{
		{Kind: invalidate.Invalidation, Epoch: first.Epoch, Seq: first.Seq, Tags: []string{"work_1"}},
		{Kind: invalidate.Heartbeat, Epoch: first.Epoch, Seq: first.Seq, XID: 9},
	} {
		w.redis.Publish(t.Context(), w.space.Channel(), string(m.Append(nil)))
	}
	next := w.publish("work_3")
	eventually(t, "the next message is applied", applied(f, next.Seq))
	if !f.clock.Valid(last.Seq, slotsOf("work_1", "work_2")) {
		t.Fatal("an old message counted again")
	}
}

func TestNewEpoch(t *testing.T) {
	for name, lose := range map[string]func(context.Context, *world) error{
		"another server": func(ctx context.Context, w *world) error {
			return w.redis.HSet(ctx, w.space.State(), "run", "another").Err()
		},
		"emptied": func(ctx context.Context, w *world) error { return w.redis.FlushDB(ctx).Err() },
		"gone backwards": func(ctx context.Context, w *world) error {
			seq, err := w.redis.HGet(ctx, w.space.State(), "seq").Uint64()
			if err != nil {
				return err
			}
			return w.redis.HSet(ctx, w.space.State(), "seq", seq-2, "run", "another").Err()
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 0)
			w.beat()
			f := w.follow(nil, true)
			w.onBus(f)
			for range 3 {
				w.publish("other")
			}
			old := w.publish("other")
			eventually(t, "the messages are applied", applied(f, old.Seq))
			w.mu.Lock()
			if err := lose(t.Context(), w); err != nil {
				t.Fatal(err)
			}
			w.mu.Unlock()
			r := w.publish("work_1")
			eventually(t, "the new epoch is followed", applied(f, r.Seq))
			if f.clock.Valid(old.Seq, slotsOf("anything")) {
				t.Fatal("an answer of the old epoch is believed")
			}
			if r.Epoch == old.Epoch || !f.clock.Valid(r.Seq, slotsOf("work_1")) {
				t.Fatal("an answer of the new epoch is not")
			}
		})
	}
}

// TestBackwardsWithinAnEpoch is somebody's backup put back under a running server:
// numbers that meant one thing come again and mean another.
func TestBackwardsWithinAnEpoch(t *testing.T) {
	w := newWorld(t, 0)
	w.beat()
	f := w.follow(nil, true)
	w.onBus(f)
	w.publish("a")
	r := w.publish("b")
	eventually(t, "the messages are applied", applied(f, r.Seq))
	w.silent.Store(true)
	w.mu.Lock()
	w.redis.HSet(t.Context(), w.space.State(), "seq", r.Seq-1)
	w.redis.Del(t.Context(), w.space.Log())
	w.mu.Unlock()
	eventually(t, "the silence is noticed, and then the number", func() bool { return counted(f.m.sessions) >= 2 })
	w.silent.Store(false)
	w.publish("work_1") // the number of "b" again
	seen := counted(f.m.sessions)
	eventually(t, "two sessions have looked", func() bool { return counted(f.m.sessions) >= seen+2 })
	if f.Mode() != Blind {
		t.Fatal("the sequence is believed")
	}
	w.mu.Lock()
	w.redis.HSet(t.Context(), w.space.State(), "run", "another")
	w.mu.Unlock()
	w.onBus(f)
}

func TestSilenceIsSuspect(t *testing.T) {
	w := newWorld(t, 0)
	w.beat()
	f := w.follow(nil, true)
	w.onBus(f)
	w.silent.Store(true)
	eventually(t, "silence makes suspect", f.clock.Suspect)
	sessions := counted(f.m.sessions)
	eventually(t, "it has subscribed again", func() bool { return counted(f.m.sessions) > sessions+1 })
	if !f.clock.Suspect() {
		t.Fatal("a subscription alone was taken for a sign of life")
	}
	w.silent.Store(false)
	w.onBus(f)
}

func TestHalfOpenConnection(t *testing.T) {
	w := newWorld(t, 0)
	w.beat()
	f := w.follow(nil, true)
	w.onBus(f)
	stamp := f.clock.Applied()
	w.line.Swallow()
	r := w.publish("work_1")
	eventually(t, "swallowed bytes make suspect", f.clock.Suspect)
	if f.clock.Valid(stamp, nil) {
		t.Fatal("believed while suspect")
	}
	w.line.Heal()
	eventually(t, "what was swallowed is replayed", applied(f, r.Seq))
	if f.clock.Valid(stamp, slotsOf("work_1")) || !f.clock.Valid(stamp, slotsOf("work_2")) {
		t.Fatal("not what the log said")
	}
}

func TestCutConnectionIsNoticedAtOnce(t *testing.T) {
	w := newWorld(t, 0)
	w.beat()
	f := w.follow(nil, true)
	w.onBus(f)
	stamp := f.clock.Applied()
	w.line.Cut()
	eventually(t, "a cut makes suspect", f.clock.Suspect)
	r := w.publish("work_1")
	w.line.Heal()
	eventually(t, "what was missed is replayed", applied(f, r.Seq))
	if f.clock.Valid(stamp, slotsOf("work_1")) || !f.clock.Valid(stamp, slotsOf("work_2")) {
		t.Fatal("not what the log said")
	}
}

func TestReaderStartsOnAnOldLog(t *testing.T) {
	w := newWorld(t, 0)
	first := w.publish("work_1")
	for range 1200 {
		w.publish("work_2")
	}
	last := w.publish("work_3")
	w.beat()
	f := w.follow(nil, true)
	eventually(t, "the log is replayed", applied(f, last.Seq))
	if !f.clock.Valid(first.Seq, slotsOf("work_1")) || f.clock.Valid(first.Seq, slotsOf("work_2")) || f.clock.Floor() != first.Epoch {
		t.Fatal("not what the log said")
	}
}

func TestReaderStartsOnATrimmedLog(t *testing.T) {
	w := newWorld(t, 10)
	first := w.publish("work_1")
	var last invalidate.Receipt
	for range 500 {
		last = w.publish("work_2")
	}
	w.beat()
	f := w.follow(nil, true)
	eventually(t, "the log is replayed", applied(f, last.Seq))
	if f.clock.Valid(first.Seq, slotsOf("work_1")) || f.clock.Floor() <= first.Seq {
		t.Fatal("an answer from before the log is believed")
	}
}

func TestRunStops(t *testing.T) {
	w := newWorld(t, 0)
	w.beat()
	client := redis.NewClient(w.opts)
	defer client.Close()
	f, err := New(Config{Redis: client, Space: w.space, Silence: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx) }()
	<-f.Contact()
	if f.Mode() != Bus {
		t.Fatalf("contact with the %v", f.Mode())
	}
	cancel()
	select {
	case err := <-done:
		if err != nil || !f.clock.Suspect() {
			t.Fatalf("%v, suspect %v", err, f.clock.Suspect())
		}
	case <-time.After(patient):
		t.Fatal("it does not stop")
	}
}

func TestNothingToFollow(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Fatal("a follower of nothing")
	}
}
