package app

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/faulty"
	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/identity"
)

// TestChangesOutliveRedis: while the line to Redis is cut or mute they are acknowledged
// without a number, most of them without waiting; when it is whole again they have
// numbers again, and every row is on the bus, once.
func TestChangesOutliveRedis(t *testing.T) {
	bus := pgtest.RedisURL(t)
	options, err := redis.ParseURL(bus)
	require.NoError(t, err)
	client := redis.NewClient(options)
	defer func() { _ = client.Close() }()
	line := faulty.New(t, options.Addr)
	s := beginWith(t, map[string]string{
		"TERCUL_REDIS_URL": fmt.Sprintf("redis://%s/%d", line.Addr(), options.DB), "TERCUL_REDIS_SPACE": "away-test", "TERCUL_WRITE_PUBLISH": "500ms",
	})
	s.account("eve", identity.Editor)
	eve, n := s.as("eve"), 0
	edit := func() (numbered bool) {
		t.Helper()
		n++
		r := eve.attempt("createAuthor", "author { id }", map[string]any{"kind": "INDIVIDUAL", "names": []any{map[string]any{"language": "it", "name": fmt.Sprint("Nobody ", n), "sortName": "Nobody"}}})
		require.Empty(t, r.code, r.message)
		require.Empty(t, r.faults("createAuthor"))
		return r.header.Get("X-Tercul-Seq") != ""
	}
	require.Eventually(t, edit, time.Minute, time.Millisecond)
	for name, fault := range map[string]func(){"cut": line.Cut, "mute": line.Swallow} {
		fault()
		for range 20 {
			require.False(t, edit(), name)
		}
		_, _, body := s.ask(http.MethodGet, "/metrics")
		require.NotContains(t, body, `tercul_announce_commands_total{outcome="resting"} 0`, name)
		line.Heal()
		require.Eventually(t, edit, time.Minute, 20*time.Millisecond, name)
	}
	var rows []int64 // so far: the numbering of changes goes on
	require.NoError(t, s.db.QueryRow(t.Context(), "SELECT array_agg(id) FROM ops.outbox").Scan(&rows))
	follow := invalidate.NewBus(client, cachekey.Space("away-test"))
	require.Eventually(t, func() bool {
		seen := map[int64]bool{}
		require.NoError(t, follow.Replay(t.Context(), 0, func(m invalidate.Message) bool {
			require.False(t, seen[m.Outbox], "announced twice")
			seen[m.Outbox] = true
			return true
		}))
		return !slices.ContainsFunc(rows, func(id int64) bool { return !seen[id] })
	}, time.Minute, 20*time.Millisecond)
	require.Contains(t, s.log.String(), "changes are on the bus before they are acknowledged again")
}
