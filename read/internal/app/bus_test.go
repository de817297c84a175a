package app

import (
	"cmp"
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/read/internal/evict"
	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/invalidate"
)

// publish does for a test what the writer's relay does: it puts the outbox on
// the bus and keeps the bus alive, until the test ends or stops it.
func publish(t testing.TB, env map[string]string) (stop func()) {
	t.Helper()
	options, err := redis.ParseURL(env["TERCUL_REDIS_URL"])
	require.NoError(t, err)
	client := redis.NewClient(options)
	conn, err := pgx.Connect(t.Context(), env["TERCUL_DATABASE_URL"])
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	publisher := invalidate.NewPublisher(invalidate.PublisherConfig{Redis: client, Space: cachekey.Space(cmp.Or(env["TERCUL_REDIS_SPACE"], "tercul"))})
	go func() {
		defer close(done)
		var last uint64
		for ctx.Err() == nil {
			last = relayOnce(ctx, conn, publisher, last)
			select {
			case <-ctx.Done():
			case <-time.After(100 * time.Millisecond):
			}
		}
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		<-done
		_ = conn.Close(context.Background())
		_ = client.Close()
	})
	t.Cleanup(stop)
	return stop
}

// ownFence is the first transaction that may still be at work in this database. The
// writer's relay asks for the snapshot's xmin, which the tests of other packages hold
// back with theirs.
const ownFence = `SELECT least(pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
	(SELECT min(backend_xid::text::bigint) FROM pg_stat_activity WHERE datname = current_database()))`

// relayOnce publishes what was committed below the fence and then beats.
func relayOnce(ctx context.Context, conn *pgx.Conn, publisher *invalidate.Publisher, last uint64) uint64 {
	var fence uint64
	if conn.QueryRow(ctx, ownFence).Scan(&fence) != nil {
		return last
	}
	rows, err := conn.Query(ctx, "SELECT id, xid::text::bigint, tags FROM ops.outbox WHERE xid < $1::text::xid8 AND xid >= $2::text::xid8 ORDER BY id", strconv.FormatUint(fence, 10), strconv.FormatUint(last, 10))
	if err != nil {
		return last
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r invalidate.Row, err error) {
		return r, row.Scan(&r.ID, &r.XID, &r.Tags)
	})
	if err != nil {
		return last
	}
	if _, err := publisher.Publish(ctx, list); err != nil {
		return last
	}
	_, _ = publisher.Heartbeat(ctx, fence)
	return fence
}

// onTheBus waits until a reader hears of changes by the bus.
func (s *running) onTheBus() {
	s.t.Helper()
	require.Eventually(s.t, func() bool { return s.r.follower.Mode() == evict.Bus }, 10*time.Second, 10*time.Millisecond)
}
