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
