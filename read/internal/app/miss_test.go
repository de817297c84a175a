package app

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
)

// TestAMissCostsOneStatement counts what one miss of a deep document asks of
// Postgres and of Redis: one statement, and one exchange before the answer with
// one more behind it, which stores it.
func TestAMissCostsOneStatement(t *testing.T) {
	env := settings(t, "TERCUL_REDIS_URL", pgtest.RedisURL(t))
	publish(t, env)
	s, other := begin(t, env), begin(t, env)
	s.onTheBus()
	other.onTheBus()
	warm := s.document("Languages") // opens the connections
	for range 2 {
		require.Equal(t, http.StatusOK, s.get(warm).status)
		require.Equal(t, http.StatusOK, other.get(warm).status)
	}
	s.settled()
	path := s.document("WorkPage") + "&variables=" + url.QueryEscape(`{"slug":"dante-inferno-01"}`)
	statements, exchanges := s.r.db.Statements(), s.r.redis.Exchanges()
	r := s.get(path)
	require.Equal(t, http.StatusOK, r.status, r.body)
	require.Contains(t, r.header.Get("Cache-Status"), "fwd=miss")
	require.Equal(t, uint64(1), s.r.db.Statements()-statements)
	require.Eventually(t, func() bool { return s.r.redis.Exchanges()-exchanges >= 2 }, 2*time.Second, time.Millisecond)
	require.Equal(t, uint64(2), s.r.redis.Exchanges()-exchanges, "asked, and stored behind the request")
	statements, exchanges = s.r.db.Statements(), s.r.redis.Exchanges()
	require.Contains(t, s.get(path).header.Get("Cache-Status"), "tercul-l1; hit")
	require.Equal(t, statements, s.r.db.Statements())
	require.Equal(t, exchanges, s.r.redis.Exchanges())

	// Another reader finds it in Redis, and asks Postgres nothing.
	statements = other.r.db.Statements()
	require.Contains(t, other.get(path).header.Get("Cache-Status"), "tercul-l2; hit")
	require.Equal(t, statements, other.r.db.Statements())
}

// settled waits until nothing is written to Redis any more.
func (s *running) settled() {
	s.t.Helper()
	last := s.r.redis.Exchanges()
	require.Eventually(s.t, func() bool {
		now := s.r.redis.Exchanges()
		same := now == last
		last = now
		return same
	}, 5*time.Second, 100*time.Millisecond)
}
