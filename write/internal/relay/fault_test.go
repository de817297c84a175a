package relay

import (
	"context"
	"net"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/faulty"
	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/pgtest"
)

// throughPostgres gives the relay a line to Postgres that can be broken.
func (w *world) throughPostgres(c *Config) *faulty.Proxy {
	w.t.Helper()
	config, err := pgx.ParseConfig(w.url)
	require.NoError(w.t, err)
	line := faulty.New(w.t, net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port))))
	config.Host, config.Port = line.HostPort()
	c.Connect = func(ctx context.Context) (*pgx.Conn, error) { return pgx.ConnectConfig(ctx, config) }
	return line
}

// throughRedis does the same for Redis, by a client that has no timeouts of its own.
func (w *world) throughRedis(c *Config) *faulty.Proxy {
	w.t.Helper()
	line := faulty.New(w.t, w.redis.Options().Addr)
	client := redis.NewClient(&redis.Options{
		Addr: line.Addr(), DB: w.redis.Options().DB, MaxRetries: -1, DialerRetries: 1,
		ReadTimeout: -1, WriteTimeout: -1, ContextTimeoutEnabled: true,
	})
	w.t.Cleanup(func() { _ = client.Close() })
	space := cachekey.Space(w.t.Name())
	c.Publisher = invalidate.NewPublisher(invalidate.PublisherConfig{Redis: client, Space: space})
	c.Memory = invalidate.NewBus(client, space)
	return line
}

// TestTheRelayOutlivesAHungConnection: bytes are swallowed, and nothing ever says
// that the connection is gone.
func TestTheRelayOutlivesAHungConnection(t *testing.T) {
	for name, through := range map[string]func(*world, *Config) *faulty.Proxy{
		"postgres": (*world).throughPostgres, "redis": (*world).throughRedis,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			var line *faulty.Proxy
			w.start(func(c *Config) { line = through(w, c); c.Step = 500 * time.Millisecond })
			w.await("a heartbeat", beat)
			line.Swallow()
			w.announce(w.conn, "meanwhile")
			w.quiet(time.Second) // longer than a step: the old connection is given up
			line.Heal()
			w.await("it, on another connection", tagged("meanwhile"))
		})
	}
}

// quiet drops what is heard until nothing was for a while.
func (w *world) quiet(d time.Duration) {
	for {
		select {
		case <-w.heard:
		case <-time.After(d):
			return
		}
	}
}

// TestADatabaseThatHasGoneBack has a fence that this database will not reach for
// long: it was remembered from another one.
func TestADatabaseThatHasGoneBack(t *testing.T) {
	w := newWorld(t)
	_, err := w.publisher().Heartbeat(t.Context(), 1<<40)
	require.NoError(t, err)
	w.announce(w.conn, "before")
	w.start(nil)
	w.await("that everything has changed", tagged("*"))
	w.await("the last minute", tagged("before"))
	w.await("a fence of this database", func(m invalidate.Message) bool { return beat(m) && m.XID < 1<<40 })
	w.announce(w.conn, "after")
	_, m := w.await("what comes after", tagged("after"))
	require.Less(t, m.XID, uint64(1<<40))
}

// TestAnotherDatabaseIsPromoted: it lacks the last rows and gives their ids again, while
// an old transaction holds the fence back, so that nothing shows by the numbers.
func TestAnotherDatabaseIsPromoted(t *testing.T) {
	w := newWorld(t)
	promoted := &world{t: t, url: pgtest.Database(t)}
	_, err := promoted.connect().Exec(t.Context(), "BEGIN; SELECT pg_current_xact_id()")
	require.NoError(t, err)
	var url atomic.Value
	url.Store(w.url)
	connected := make(chan *pgx.Conn, 100)
	w.start(func(c *Config) {
		c.Connect = func(ctx context.Context) (*pgx.Conn, error) {
			config, err := pgx.ParseConfig(url.Load().(string))
			if err != nil {
				return nil, err
			}
			config.RuntimeParams["role"] = "tercul_writer"
			conn, err := pgx.ConnectConfig(ctx, config)
			if err == nil {
				connected <- conn
			}
			return conn, err
		}
	})
	w.await("a heartbeat", beat)
	w.announce(w.conn, "lost")
	_, lost := w.await("it", tagged("lost"))

	url.Store(promoted.url)
	_, err = w.conn.Exec(t.Context(), "SELECT pg_terminate_backend($1)", int32((<-connected).PgConn().PID()))
	require.NoError(t, err)
	w.await("that everything may have changed", tagged("*"))
	other := promoted.connect()
	promoted.announce(other, "after")
	_, after := w.await("what comes after", tagged("after"))
	require.Equal(t, lost.Outbox, after.Outbox)
}

// TestTheLastMinuteIsOwedUntilItIsPublished: the first attempt fails after the bus
// has begun a new epoch.
func TestTheLastMinuteIsOwedUntilItIsPublished(t *testing.T) {
	w := newWorld(t)
	w.announce(w.conn, "recent")
	var publisher *failing
	w.start(func(c *Config) { publisher = &failing{Publisher: c.Publisher}; c.Publisher = publisher })
	_, first := w.await("it", tagged("recent"))
	w.await("two heartbeats", beat)
	w.await("two heartbeats", beat)
	publisher.mu.Lock()
	publisher.fails = 1
	publisher.mu.Unlock()
	require.NoError(t, w.redis.FlushDB(t.Context()).Err())
	w.await("it, in the new epoch", func(m invalidate.Message) bool { return tagged("recent")(m) && m.Epoch > first.Epoch })
}
