package app

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/pgtest"
)

// limits are the settings of a reader behind one proxy, which the tests play.
func limits(t *testing.T, requests string, more ...string) map[string]string {
	return settings(t, append([]string{
		"TERCUL_READ_LIMIT_REQUESTS", requests, "TERCUL_READ_LIMIT_PROXIES", "127.0.0.0/8",
		"TERCUL_READ_LIMIT_SECRET", "sixteen bytes or more", "TERCUL_REDIS_SPACE", "app-" + t.Name(),
	}, more...)...)
}

// list is one of a hundred different ones.
func (s *running) list(n int) string {
	return s.document("Works") + vars(fmt.Sprintf(`{"first":%d}`, n+1))
}

// from asks as the proxy does for an address.
func (s *running) from(address, path string) reply {
	s.t.Helper()
	return s.get(path, "X-Forwarded-For", address)
}

func noLimitShown(t *testing.T, r reply) {
	t.Helper()
	require.Equal(t, http.StatusOK, r.status, r.body)
	for _, name := range []string{"RateLimit", "RateLimit-Policy", "Retry-After"} {
		assert.Empty(t, r.header.Get(name), name)
	}
}

func refused(t *testing.T, r reply) {
	t.Helper()
	assert.Equal(t, apperr.RateLimited, assertError(t, r, http.StatusTooManyRequests))
	assert.Contains(t, r.body, `"retryable":true`)
	assert.Equal(t, `"requests";q=3;w=3600`, r.header.Get("RateLimit-Policy"))
	assert.Regexp(t, `^"requests";r=0;t=1(1[0-9][0-9]|200)$`, r.header.Get("RateLimit"))
	assert.Regexp(t, `^1(1[0-9][0-9]|200)$`, r.header.Get("Retry-After"))
	assert.Empty(t, r.header.Get("Surrogate-Control"))
}

func TestMissesAreLimited(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	for name, redis := range map[string]string{"with Redis": pgtest.RedisURL(t), "without": ""} {
		t.Run(name, func(t *testing.T) {
			s := begin(t, limits(t, "3", "TERCUL_REDIS_URL", redis))
			known := s.list(0)
			noLimitShown(t, s.from("198.51.100.9", known))
			for range 5 {
				noLimitShown(t, s.from("198.51.100.9", known)) // hits of the cache and of the lane
			}
			noLimitShown(t, s.from("198.51.100.9", s.list(1)))
			noLimitShown(t, s.from("198.51.100.9", s.list(2)))
			refused(t, s.from("198.51.100.9", s.list(3)))
			refused(t, s.from("1.1.1.1, 198.51.100.9", s.list(3))) // what it writes itself is not believed
			noLimitShown(t, s.from("198.51.100.9", known))         // still answered from the cache
			noLimitShown(t, s.from("198.51.100.10", s.list(3)))    // somebody else
			noLimitShown(t, s.from("198.51.100.9", s.list(3)))     // who has it cached for everybody
			for n := range 3 {
				noLimitShown(t, s.from(fmt.Sprintf("2001:db8:1:2::%d", n+1), s.list(10+n)))
			}
			refused(t, s.from("2001:db8:1:2:ffff::1", s.list(20))) // of the same network
			noLimitShown(t, s.from("2001:db8:1:3::1", s.list(20)))
			assert.NotContains(t, s.logs.String(), "198.51.100")
			assert.Contains(t, s.get("/metrics").body, `tercul_limit_decisions_total{outcome="refused",rule="requests"} 3`)
		})
	}
}

// TestReadersCountTogether: the second reader knows what the first was asked.
func TestReadersCountTogether(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	env := limits(t, "3", "TERCUL_REDIS_URL", pgtest.RedisURL(t))
	one, other := begin(t, env), begin(t, env)
	noLimitShown(t, one.from("198.51.100.9", one.list(1)))
	noLimitShown(t, other.from("198.51.100.9", one.list(2)))
	noLimitShown(t, one.from("198.51.100.9", one.list(3)))
	refused(t, other.from("198.51.100.9", one.list(4)))
}

func TestLimitsWithDeadRedis(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	proxy, redis := through(t, pgtest.RedisURL(t))
	s := begin(t, limits(t, "3", "TERCUL_REDIS_URL", redis))
	noLimitShown(t, s.from("198.51.100.9", s.list(0)))
	proxy.Cut()
	for n := range 3 {
		noLimitShown(t, s.from("198.51.100.9", s.list(1+n))) // by a bucket of its own
	}
	refused(t, s.from("198.51.100.9", s.list(4)))
	proxy.Heal()
	// It finds out by what it is asked: an address that has used up the process's own
	// bucket is let in by Redis, which has counted one.
	require.Eventually(t, func() bool {
		return s.from("198.51.100.9", s.list(4)).status == http.StatusOK
	}, 15*time.Second, 50*time.Millisecond)
}

// TestNobodyIsRefusedForAnother: of many who ask the same, the load is charged to
// one. Where that one is refused, the others are answered all the same.
func TestNobodyIsRefusedForAnother(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	s := begin(t, limits(t, "3"))
	for n := range 3 {
		noLimitShown(t, s.from("198.51.100.9", s.list(n)))
	}
	for round := range 10 {
		path := s.list(50 + round)
		var wg sync.WaitGroup
		var replies [8]reply
		for i := range replies {
			address := "198.51.100.9"
			if i%2 == 1 {
				address = fmt.Sprintf("203.0.113.%d", 10*round+i)
			}
			wg.Go(func() { replies[i] = s.from(address, path) })
		}
		wg.Wait()
		for i, r := range replies {
			if i%2 == 1 {
				noLimitShown(t, r)
			}
		}
	}
}

func TestUnlimitedUnlessSet(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	s := begin(t, settings(t))
	for n := range 100 {
		noLimitShown(t, s.from("198.51.100.9", s.list(n)))
	}
	assert.NotContains(t, s.get("/metrics").body, "tercul_limit")
}

func TestSettingsOfLimits(t *testing.T) {
	env := map[string]string{
		"TERCUL_DATABASE_URL": "postgres://h/d", "TERCUL_REDIS_URL": "redis://h/0", "TERCUL_READ_LIMIT_REQUESTS": "100",
		"TERCUL_READ_LIMIT_PROXIES": "10.0.0.0/8,fd00::/8",
	}
	_, err := LoadConfig(env)
	require.ErrorContains(t, err, "TERCUL_READ_LIMIT_SECRET is not set")
	env["TERCUL_READ_LIMIT_SECRET"] = "short"
	_, err = LoadConfig(env)
	require.ErrorContains(t, err, "TERCUL_READ_LIMIT_SECRET=(hidden) must be at least 16")
	env["TERCUL_READ_LIMIT_SECRET"] = strings.Repeat("x", 16)
	cfg, err := LoadConfig(env)
	require.NoError(t, err)
	assert.Equal(t, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}, cfg.Limit.Proxies)
	assert.Equal(t, 100, cfg.Limit.rule().Burst)
	env["TERCUL_READ_LIMIT_PROXIES"] = "10.0.0.1"
	_, err = LoadConfig(env)
	require.ErrorContains(t, err, "TERCUL_READ_LIMIT_PROXIES")
}
