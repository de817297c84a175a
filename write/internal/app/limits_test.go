package app

import (
	"maps"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/faulty"
	"github.com/tercul/tercul/shared/limit"
	"github.com/tercul/tercul/shared/pgtest"
)

// limitedSite is a writer that counts, behind one proxy, which the tests play.
func limitedSite(t *testing.T, more map[string]string) *site {
	t.Helper()
	url := pgtest.Database(t)
	env := settings(t, map[string]string{
		"TERCUL_DATABASE_URL": url, "TERCUL_WRITE_LIMITS": "on", "TERCUL_WRITE_DOCUMENTS": "any", "TERCUL_REDIS_TIMEOUT": "2s",
		"TERCUL_WRITE_PROXIES": "127.0.0.0/8", "TERCUL_REDIS_SPACE": "limits-" + t.Name(),
	})
	maps.Copy(env, more)
	return &site{start(t, env), pgtest.Open(t, url), url, env["TERCUL_MAIL_DROP"]}
}

// behind is somebody behind the proxy.
func (s *site) behind(address string) *caller {
	p := s.program()
	p.header = map[string]string{"X-Forwarded-For": address}
	return p
}

const typename = "{ __typename }"

func (c *caller) status(query string) int {
	c.t.Helper()
	return c.do(query, nil).status
}

func TestLimitsByAddress(t *testing.T) {
	for name, more := range map[string]map[string]string{"with Redis": {"TERCUL_REDIS_URL": pgtest.RedisURL(t)}, "without": {}} {
		t.Run(name, func(t *testing.T) {
			more["TERCUL_WRITE_LIMIT_COUNTS"] = "anonymous-requests:2"
			s := limitedSite(t, more)
			for range 2 {
				require.Equal(t, http.StatusOK, s.behind("198.51.100.9").status(typename))
			}
			r := s.behind("198.51.100.9").do(typename, nil)
			require.Equal(t, http.StatusTooManyRequests, r.status)
			require.Equal(t, "RATE_LIMITED", r.code)
			require.Regexp(t, `^1[78]\d\d$`, r.header.Get("Retry-After"))
			require.Equal(t, `"anonymous-requests";q=2;w=3600`, r.header.Get("RateLimit-Policy"))
			require.Equal(t, http.StatusTooManyRequests, s.behind("1.1.1.1, 198.51.100.9").status(typename), "what it writes itself is not believed")
			require.Equal(t, http.StatusOK, s.behind("198.51.100.10").status(typename))
			require.NotContains(t, s.log.String(), "198.51.100")
			_, _, metrics := s.ask(http.MethodGet, "/metrics")
			require.Contains(t, metrics, `tercul_limit_decisions_total{outcome="refused",rule="anonymous-requests"} 2`)
		})
	}
}

// A writer that no proxy is known of believes nobody about addresses.
func TestNobodySaysWhereTheyAreFrom(t *testing.T) {
	s := limitedSite(t, map[string]string{"TERCUL_WRITE_PROXIES": "", "TERCUL_WRITE_LIMIT_COUNTS": "anonymous-requests:1"})
	require.Equal(t, http.StatusOK, s.behind("198.51.100.1").status(typename))
	require.Equal(t, http.StatusTooManyRequests, s.behind("198.51.100.2").status(typename))
}

// Two writers count together; when Redis goes, each allows half of what guards an
// account, and as much as before of the rest.
func TestLimitsOfTwoWritersAndWithoutRedis(t *testing.T) {
	address, err := url.Parse(pgtest.RedisURL(t))
	require.NoError(t, err)
	proxy := faulty.New(t, address.Host)
	address.Host = proxy.Addr()
	more := map[string]string{"TERCUL_REDIS_URL": address.String(), "TERCUL_WRITE_LIMIT_COUNTS": "login:4,anonymous-requests:4"}
	one, other := limitedSite(t, more), limitedSite(t, more)
	login := func(s *site, name string) string { return s.behind("198.51.100.9").login("BEARER", name).code }
	for _, s := range []*site{one, other, one, other} {
		require.Empty(t, login(s, "ada"))
		require.Equal(t, http.StatusOK, s.behind("198.51.100.9").status(typename))
	}
	for _, s := range []*site{one, other} {
		require.Equal(t, "RATE_LIMITED", login(s, "ada"))
		require.Equal(t, http.StatusTooManyRequests, s.behind("198.51.100.9").status(typename))
	}
	proxy.Cut()
	for range 2 {
		require.Empty(t, login(one, "ada"))
	}
	require.Equal(t, "RATE_LIMITED", login(one, "ada"), "half of four")
	require.Equal(t, "RATE_LIMITED", login(one, "ADA"))
	for range 4 {
		require.Equal(t, http.StatusOK, one.behind("198.51.100.9").status(typename))
	}
	require.Equal(t, http.StatusTooManyRequests, one.behind("198.51.100.9").status(typename))
	require.Empty(t, login(other, "ada"), "by itself")
}

func TestLimitsAreRelaxedOrOff(t *testing.T) {
	relaxed := limitedSite(t, map[string]string{"TERCUL_WRITE_LIMITS": "relaxed"})
	r := relaxed.behind("198.51.100.9").do(typename, nil)
	require.Equal(t, `"anonymous-requests";q=10000;w=3600`, r.header.Get("RateLimit-Policy"))
	off := limitedSite(t, map[string]string{"TERCUL_WRITE_LIMITS": "off"})
	r = off.behind("198.51.100.9").do(typename, nil)
	require.Equal(t, http.StatusOK, r.status)
	require.Empty(t, r.header.Get("RateLimit-Policy"))
}

func TestRulesOfLimits(t *testing.T) {
	c := LimitConfig{Counts: map[string]int{"login": 9, "requests": 100_000}}
	byName := func(shared bool) map[string]limit.Rule {
		rules := map[string]limit.Rule{}
		for _, r := range c.rules(shared) {
			rules[r.Name] = r
		}
		return rules
	}
	require.Equal(t, limit.Rule{Name: "login", Rate: 9, Burst: 9, Period: 15 * time.Minute, AloneRate: 4, AloneBurst: 4}, byName(true)["login"])
	require.Equal(t, limit.Rule{Name: "login", Rate: 9, Burst: 9, Period: 15 * time.Minute}, byName(false)["login"], "one process is all there is")
	require.Equal(t, limit.Rule{Name: "writes", Rate: 100, Burst: 100, Period: time.Hour}, byName(true)["writes"])
	c.Mode = limitsRelaxed
	require.Equal(t, 900, byName(true)["login"].Rate)
	require.Equal(t, 100_000, byName(true)["requests"].Rate)
}
