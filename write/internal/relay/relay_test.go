package relay

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/pgtest"
)

// world is a database, a bus, and what a reader hears on it.
type world struct {
	t     *testing.T
	url   string
	conn  *pgx.Conn
	redis *redis.Client
	bus   *invalidate.Bus
	heard chan invalidate.Message
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, url: pgtest.Database(t), redis: pgtest.Redis(t), heard: make(chan invalidate.Message, 10_000)}
	w.conn = w.connect()
	space := cachekey.Space(t.Name())
	w.bus = invalidate.NewBus(w.redis, space)
	sub := w.bus.Subscribe(t.Context())
	_, err := sub.Receive(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = sub.Close() })
	go func() {
		for {
			got, err := sub.Receive(context.Background())
			if err != nil {
				return
			}
			if m, ok := got.(*redis.Message); ok {
				if message, err := invalidate.Decode(m.Payload); err == nil {
					w.heard <- message
				}
			}
		}
	}()
	return w
}

func (w *world) connect() *pgx.Conn {
	w.t.Helper()
	conn, err := pgx.Connect(w.t.Context(), w.url)
	require.NoError(w.t, err)
	w.t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func (w *world) publisher() *invalidate.Publisher {
	return invalidate.NewPublisher(invalidate.PublisherConfig{Redis: w.redis, Space: cachekey.Space(w.t.Name())})
}

// start runs a relay until the end of the test or the call of what it returns.
func (w *world) start(change func(*Config)) (stop func()) {
	w.t.Helper()
	cfg := Config{
		Connect:   func(ctx context.Context) (*pgx.Conn, error) { return pgx.Connect(ctx, w.url) },
		Publisher: w.publisher(), Memory: w.bus, Log: zerolog.Nop(), Beat: 50 * time.Millisecond,
	}
	if change != nil {
		change(&cfg)
	}
	r, err := New(cfg)
	require.NoError(w.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx, func() {}) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			require.NoError(w.t, <-done)
		})
	}
	w.t.Cleanup(stop)
	return stop
}

func (w *world) announce(on *pgx.Conn, tag string) {
	w.t.Helper()
	_, err := on.Exec(w.t.Context(), "SELECT ops.announce(ARRAY[$1])", tag)
	require.NoError(w.t, err)
}

// await waits for a message, and answers those before it. The fence waits for
// every older transaction of the server, also for those of other tests.
func (w *world) await(what string, is func(invalidate.Message) bool) (before []invalidate.Message, m invalidate.Message) {
	w.t.Helper()
	limit := time.After(5 * time.Minute)
	for {
		select {
		case m := <-w.heard:
			if is(m) {
				return before, m
			}
			before = append(before, m)
		case <-limit:
			w.t.Fatalf("never heard %s, only %v", what, before)
		}
	}
}

func tagged(tag string) func(invalidate.Message) bool {
	return func(m invalidate.Message) bool { return len(m.Tags) == 1 && m.Tags[0] == tag }
}

func beat(m invalidate.Message) bool { return m.Kind == invalidate.Heartbeat }

func TestCommittedAnnouncementsArePublished(t *testing.T) {
	w := newWorld(t)
	w.start(nil)
	w.await("a heartbeat", beat)
	w.announce(w.conn, "list:work")
	_, m := w.await("the announcement", tagged("list:work"))
	require.Equal(t, invalidate.Invalidation, m.Kind)
	require.NotZero(t, m.XID)
	_, later := w.await("a fence above it", func(h invalidate.Message) bool { return beat(h) && h.XID > m.XID })
	require.Equal(t, m.Seq, later.Seq)
	before, _ := w.await("another heartbeat", beat)
	require.Empty(t, before, "nothing is published twice without need")
}

// Ids and transactions commit out of order: none may be passed over, and an old
// transaction holds back nobody's announcement but its own.
func TestNoAnnouncementIsPassedOver(t *testing.T) {
	w := newWorld(t)
	w.start(nil)
	w.await("a heartbeat", beat)
	slow, err := w.connect().Begin(t.Context())
	require.NoError(t, err)
	_, err = slow.Exec(t.Context(), "SELECT ops.announce('{slow}')")
	require.NoError(t, err)
	w.announce(w.conn, "fast")
	_, fast := w.await("the fast one, while the slow one is open", tagged("fast"))
	_, held := w.await("a heartbeat", beat)
	require.LessOrEqual(t, held.XID, fast.XID, "the fence stays below what may still commit")
	require.NoError(t, slow.Commit(t.Context()))
	_, late := w.await("the slow one", tagged("slow"))
	require.Less(t, late.Outbox, fast.Outbox)
	w.await("a fence above both", func(h invalidate.Message) bool { return beat(h) && h.XID > fast.XID })
}

func TestAnotherRelayGoesOnWhereOneStopped(t *testing.T) {
	w := newWorld(t)
	stop := w.start(nil)
	w.announce(w.conn, "first")
	_, first := w.await("the first", tagged("first"))
	w.await("a fence above it", func(h invalidate.Message) bool { return beat(h) && h.XID > first.XID })
	stop()
	w.announce(w.conn, "meanwhile")
	_, err := w.conn.Exec(t.Context(), "UPDATE ops.outbox SET at = at - interval '1 hour'") // no minute of grace helps
	require.NoError(t, err)
	w.start(nil)
	before, _ := w.await("what was committed while none was running", tagged("meanwhile"))
	for _, m := range before {
		require.False(t, tagged("first")(m), "what was published long ago is left alone")
	}
}

func TestANewEpochHearsTheLastMinuteAgain(t *testing.T) {
	w := newWorld(t)
	w.start(nil)
	w.announce(w.conn, "recent")
	_, first := w.await("it", tagged("recent"))
	require.NoError(t, w.redis.FlushDB(t.Context()).Err())
	_, again := w.await("it again, in the new epoch", tagged("recent"))
	require.Greater(t, again.Epoch, first.Epoch)
	require.Greater(t, again.Seq, first.Seq)
}

func TestManyAnnouncementsAtOnce(t *testing.T) {
	w := newWorld(t)
	_, err := w.conn.Exec(t.Context(), "INSERT INTO ops.outbox (tags) SELECT ARRAY['work_' || n] FROM generate_series(1, $1) n", 2*readLimit+7)
	require.NoError(t, err)
	w.announce(w.conn, "last")
	w.start(nil)
	before, _ := w.await("the last", tagged("last"))
	seen := map[int64]bool{}
	for _, m := range before {
		if m.Kind == invalidate.Invalidation {
			require.False(t, seen[m.Outbox])
			seen[m.Outbox] = true
		}
	}
	require.Len(t, seen, 2*readLimit+7)
}

func TestTheRelayComesBackWithPostgres(t *testing.T) {
	w := newWorld(t)
	w.start(func(c *Config) {
		c.Connect = func(ctx context.Context) (*pgx.Conn, error) {
			config, err := pgx.ParseConfig(w.url)
			if err != nil {
				return nil, err
			}
			config.RuntimeParams["application_name"] = "relay under test"
			return pgx.ConnectConfig(ctx, config)
		}
	})
	w.await("a heartbeat", beat)
	for n := range 3 {
		_, err := w.conn.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'relay under test' AND datname = current_database()")
		require.NoError(t, err)
		tag := fmt.Sprintf("after-%d", n)
		w.announce(w.conn, tag)
		w.await(tag, tagged(tag))
	}
}

// failing fails as often as it is told.
type failing struct {
	Publisher
	mu    sync.Mutex
	fails int
}

func (f *failing) Publish(ctx context.Context, rows []invalidate.Row) (invalidate.Receipt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fails > 0 {
		f.fails--
		return invalidate.Receipt{}, errors.New("redis is away")
	}
	return f.Publisher.Publish(ctx, rows)
}

func TestTheRelayComesBackWithRedis(t *testing.T) {
	w := newWorld(t)
	w.start(func(c *Config) { c.Publisher = &failing{Publisher: c.Publisher, fails: 2} })
	w.await("a heartbeat", beat)
	w.announce(w.conn, "patient")
	w.await("it, in the end", tagged("patient"))
}

// steady takes longer than a beat for what it publishes, and has more by then.
type steady struct {
	Publisher
	conn *pgx.Conn
}

func (s steady) Publish(ctx context.Context, rows []invalidate.Row) (invalidate.Receipt, error) {
	if _, err := s.conn.Exec(ctx, "SELECT ops.announce('{more}')"); err != nil {
		return invalidate.Receipt{}, err
	}
	time.Sleep(60 * time.Millisecond)
	return s.Publisher.Publish(ctx, rows)
}

func TestSteadyWritesHoldBackNoHeartbeat(t *testing.T) {
	w := newWorld(t)
	w.start(func(c *Config) { c.Publisher = steady{c.Publisher, w.connect()}; c.Beat = 50 * time.Millisecond })
	w.announce(w.conn, "more")
	w.await("a heartbeat", beat)
	for range 3 {
		rows := 0
		w.await("a heartbeat", func(m invalidate.Message) bool {
			if rows++; rows > 20 {
				t.Fatal("rows, and no heartbeat among them")
			}
			return beat(m)
		})
	}
}

func TestTheFenceNeverPassesARowThatWasNotRead(t *testing.T) {
	r := &Relay{covered: nothing}
	full := page{rows: make([]invalidate.Row, readLimit), xmin: 30, snapshot: "30:31:"}
	full.rows[readLimit-1].XID = 15
	at := place{}.after(full)
	r.advance(at, true)
	require.EqualValues(t, 15, r.fence)
	require.Equal(t, nothing, r.covered)
	at = at.after(page{xmin: 40, snapshot: "40:40:"}) // what has been committed since may lie before the place
	r.advance(at, false)
	require.EqualValues(t, 30, r.fence)
	require.Equal(t, "30:31:", r.covered)
}

// TestALongBacklogAboveAnOldTransaction is published once, though the fence stays below it.
func TestALongBacklogAboveAnOldTransaction(t *testing.T) {
	const length = 3 * readLimit
	w := newWorld(t)
	slow, err := w.connect().Begin(t.Context())
	require.NoError(t, err)
	_, err = slow.Exec(t.Context(), "SELECT ops.announce('{slow}')")
	require.NoError(t, err)
	_, err = w.conn.Exec(t.Context(), "INSERT INTO ops.outbox (tags, at) SELECT '{backlog}', now() - interval '1 hour' FROM generate_series(1, $1)", length)
	require.NoError(t, err)
	_, err = w.publisher().Heartbeat(t.Context(), 3) // of a relay that stopped long ago
	require.NoError(t, err)
	w.start(nil)
	for range 5 {
		w.await("a heartbeat", beat)
	}
	require.NoError(t, slow.Commit(t.Context()))
	w.announce(w.conn, "last")
	before, _ := w.await("the last", tagged("last"))
	late := 0
	for _, m := range before {
		require.False(t, tagged("backlog")(m), "published again")
		if tagged("slow")(m) {
			late++
		}
	}
	require.Equal(t, 1, late)
}
