package limit_test

import (
	"bytes"
	"context"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/limit"
	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/shared/rds"
)

var secret = []byte("sixteen bytes or more")

func newLimiter(t testing.TB, cfg limit.Config) *limit.Limiter {
	t.Helper()
	if cfg.Secret == nil {
		cfg.Secret = secret
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 10 * time.Second // a loaded machine is not what a test is about
	}
	l, err := limit.New(cfg)
	require.NoError(t, err)
	return l
}

func allow(t testing.TB, l *limit.Limiter, asks ...limit.Ask) limit.Decision {
	t.Helper()
	d, err := l.Allow(t.Context(), asks...)
	require.NoError(t, err)
	return d
}

func hourly(name string, rate int) limit.Rule {
	return limit.Rule{Name: name, Rate: rate, Period: time.Hour, Burst: rate}
}

// clock is set by hand.
type clock struct{ now atomic.Pointer[time.Time] }

func newClock() *clock {
	c := &clock{}
	c.set(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	return c
}

func (c *clock) set(t time.Time)         { c.now.Store(&t) }
func (c *clock) Now() time.Time          { return *c.now.Load() }
func (c *clock) advance(d time.Duration) { c.set(c.Now().Add(d)) }

func TestBurstThenRefusal(t *testing.T) {
	for name, cfg := range map[string]limit.Config{"redis": {Redis: pgtest.Redis(t)}, "alone": {}} {
		t.Run(name, func(t *testing.T) {
			cfg.Rules = []limit.Rule{hourly("requests", 3)}
			l := newLimiter(t, cfg)
			ask := limit.Ask{Rule: "requests", Subject: "somebody"}
			for left := 2; left >= 0; left-- {
				d := allow(t, l, ask)
				require.True(t, d.Allowed)
				require.NoError(t, d.Err())
				assert.Equal(t, left, d.Tightest.Remaining)
				assert.Zero(t, d.RetryAfter())
				assert.InDelta(t, 20*60*float64(3-left), d.Tightest.Reset.Seconds(), 30)
			}
			d := allow(t, l, ask)
			assert.False(t, d.Allowed)
			assert.False(t, d.Alone)
			assert.InDelta(t, 20*60, d.RetryAfter().Seconds(), 30)
			err := apperr.From(d.Err())
			assert.Equal(t, apperr.RateLimited, err.Code)
			assert.Equal(t, d.RetryAfter(), err.RetryAfter)
			var refusal *limit.Refusal
			require.ErrorAs(t, err, &refusal)
			assert.Equal(t, d, refusal.Decision)
			assert.True(t, allow(t, l, limit.Ask{Rule: "requests", Subject: "another"}).Allowed)
		})
	}
}

// TestRefillIsEven: what is used up comes back one by one.
func TestRefillIsEven(t *testing.T) {
	time := newClock()
	l := newLimiter(t, limit.Config{Rules: []limit.Rule{hourly("requests", 2)}, Now: time.Now})
	ask := limit.Ask{Rule: "requests", Subject: "somebody"}
	require.True(t, allow(t, l, ask).Allowed)
	require.True(t, allow(t, l, ask).Allowed)
	d := allow(t, l, ask)
	require.False(t, d.Allowed)
	time.advance(d.RetryAfter() - 1000)
	require.False(t, allow(t, l, ask).Allowed, "a microsecond early")
	time.advance(1000)
	require.True(t, allow(t, l, ask).Allowed)
	require.False(t, allow(t, l, ask).Allowed)
	time.advance(-5 * 24 * 60 * 60 * 1e9) // the clock jumps back
	d = allow(t, l, ask)
	assert.InDelta(t, 30*60, d.RetryAfter().Seconds(), 0.001, "and nobody is held for days")
}

// TestAgreesWithRedisRate holds the script against the library it is kin to, which
// asks of one rule at a time.
func TestAgreesWithRedisRate(t *testing.T) {
	client := pgtest.Redis(t)
	for _, of := range []struct{ rate, burst int }{{1, 1}, {7, 3}, {100, 100}, {3, 10}} {
		rule := limit.Rule{Name: "requests", Rate: of.rate, Burst: of.burst, Period: 24 * time.Hour}
		l := newLimiter(t, limit.Config{Redis: client, Rules: []limit.Rule{rule}})
		oracle := redis_rate.NewLimiter(client)
		for range of.burst + 3 {
			subject := rule.Name + string(rune('a'+of.rate))
			want, err := oracle.Allow(t.Context(), subject, redis_rate.Limit{Rate: of.rate, Burst: of.burst, Period: rule.Period})
			require.NoError(t, err)
			got := allow(t, l, limit.Ask{Rule: "requests", Subject: subject})
			assert.Equal(t, want.Allowed == 1, got.Allowed)
			assert.Equal(t, want.Remaining, got.Tightest.Remaining)
			assert.InDelta(t, want.ResetAfter.Seconds(), got.Tightest.Reset.Seconds(), 30)
			if want.Allowed == 0 {
				assert.InDelta(t, want.RetryAfter.Seconds(), got.RetryAfter().Seconds(), 30)
			}
		}
	}
}

func TestARefusedRequestUsesUpNothing(t *testing.T) {
	for name, redis := range map[string]redis.Scripter{"redis": pgtest.Redis(t), "alone": nil} {
		t.Run(name, func(t *testing.T) {
			l := newLimiter(t, limit.Config{Redis: redis, Rules: []limit.Rule{
				hourly("requests", 10), hourly("writes", 1), {Name: "daily", Rate: 1, Burst: 1, Period: 24 * time.Hour},
			}})
			ask := func(rules ...string) limit.Decision {
				asks := make([]limit.Ask, len(rules))
				for i, rule := range rules {
					asks[i] = limit.Ask{Rule: rule, Subject: "somebody"}
				}
				return allow(t, l, asks...)
			}
			d := ask("requests", "writes")
			require.True(t, d.Allowed)
			assert.Equal(t, "writes", d.Tightest.Rule.Name)
			for range 5 {
				d = ask("requests", "writes", "daily")
				require.False(t, d.Allowed)
				assert.Equal(t, "writes", d.Tightest.Rule.Name)
				assert.Equal(t, 9, d.States[0].Remaining)
				assert.Equal(t, 1, d.States[2].Remaining)
			}
			require.True(t, ask("daily").Allowed, "it was never charged")
			d = ask("writes", "daily")
			assert.Equal(t, "daily", d.Tightest.Rule.Name, "of two that refuse the longer one decides")
			assert.Greater(t, d.RetryAfter(), 23*time.Hour)
			assert.Equal(t, 8, ask("requests").Tightest.Remaining)
		})
	}
}

func TestOneRoundTrip(t *testing.T) {
	client, err := rds.Open(rds.Config{URL: pgtest.RedisURL(t), Timeout: 10 * time.Second}, rds.Options{})
	require.NoError(t, err)
	defer client.Close()
	l := newLimiter(t, limit.Config{Redis: client, Rules: []limit.Rule{hourly("a", 9), hourly("b", 9), hourly("c", 9)}})
	asks := []limit.Ask{{Rule: "a", Subject: "x"}, {Rule: "b", Subject: "x"}, {Rule: "c", Subject: "y"}}
	allow(t, l, asks...) // loads the script
	before := client.Exchanges()
	require.True(t, allow(t, l, asks...).Allowed)
	assert.Equal(t, before+1, client.Exchanges())
}

// TestTogetherTheyAllowNoMore: many processes, one bucket.
func TestTogetherTheyAllowNoMore(t *testing.T) {
	client := pgtest.Redis(t)
	var allowed atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		l := newLimiter(t, limit.Config{Redis: client, Rules: []limit.Rule{hourly("requests", 20)}})
		for range 3 {
			wg.Go(func() {
				for range 10 {
					if d, err := l.Allow(context.Background(), limit.Ask{Rule: "requests", Subject: "x"}); err == nil && d.Allowed {
						allowed.Add(1)
					}
				}
			})
		}
	}
	wg.Wait()
	assert.EqualValues(t, 20, allowed.Load())
}

func TestNothingReadableStandsInRedis(t *testing.T) {
	client := pgtest.Redis(t)
	l := newLimiter(t, limit.Config{Redis: client, Space: "house", Rules: []limit.Rule{hourly("requests", 9)}})
	allow(t, l, limit.Ask{Rule: "requests", Subject: "203.0.113.7"})
	other := newLimiter(t, limit.Config{Redis: client, Space: "house", Secret: []byte("another secret, of more than 16"), Rules: []limit.Rule{hourly("requests", 9)}})
	assert.Equal(t, 8, allow(t, other, limit.Ask{Rule: "requests", Subject: "203.0.113.7"}).Tightest.Remaining)
	keys, err := client.Keys(t.Context(), "*").Result()
	require.NoError(t, err)
	require.Len(t, keys, 2, "another secret, another key")
	for _, key := range keys {
		assert.True(t, strings.HasPrefix(key, "house:l1:requests:"), key)
		assert.NotContains(t, key, "203")
		left, err := client.PTTL(t.Context(), key).Result()
		require.NoError(t, err)
		assert.InDelta(t, 400, left.Seconds(), 60, "it expires when the bucket is full")
	}
}

// wire is the way to Redis, which can be cut or swallow everything.
type wire struct{ state atomic.Int32 }

const (
	whole int32 = iota
	cut
	silent
)

func (w *wire) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if w.state.Load() == cut {
		return nil, net.ErrClosed
	}
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	return wireConn{conn, w}, err
}

type wireConn struct {
	net.Conn
	wire *wire
}

func (c wireConn) Write(p []byte) (int, error) {
	switch c.wire.state.Load() {
	case cut:
		return 0, net.ErrClosed
	case silent:
		return len(p), nil
	}
	return c.Conn.Write(p)
}

func through(t *testing.T, w *wire) *redis.Client {
	t.Helper()
	o, err := redis.ParseURL(pgtest.RedisURL(t))
	require.NoError(t, err)
	o.Dialer, o.ContextTimeoutEnabled, o.MaxRetries, o.DialerRetries = w.dial, true, -1, 1
	client := redis.NewClient(o)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func TestWithoutRedis(t *testing.T) {
	for name, fault := range map[string]int32{"down": cut, "slow": silent} {
		t.Run(name, func(t *testing.T) {
			var logs bytes.Buffer
			wire, now, registry := &wire{}, newClock(), prometheus.NewRegistry()
			client := through(t, wire)
			require.NoError(t, client.Ping(t.Context()).Err())
			strict := limit.Rule{Name: "sign-in", Rate: 5, Period: time.Hour, Burst: 5, AloneRate: 2, AloneBurst: 2}
			l := newLimiter(t, limit.Config{
				Redis: client, Rules: []limit.Rule{hourly("requests", 10), strict}, Timeout: 500 * time.Millisecond,
				Metrics: registry, Log: zerolog.New(&logs), Now: now.Now,
			})
			ask := limit.Ask{Rule: "requests", Subject: "x"}
			require.Equal(t, 9, allow(t, l, ask).Tightest.Remaining)
			require.False(t, allow(t, l, ask).Alone)
			require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(gauge("0")), "tercul_limit_alone"))

			wire.state.Store(fault)
			for left := 9; left >= 0; left-- {
				d := allow(t, l, ask)
				require.True(t, d.Allowed)
				assert.True(t, d.Alone)
				assert.Equal(t, left, d.Tightest.Remaining, "a bucket of its own")
			}
			require.False(t, allow(t, l, ask).Allowed)
			for range 2 {
				require.True(t, allow(t, l, limit.Ask{Rule: "sign-in", Subject: "x"}).Allowed)
			}
			require.False(t, allow(t, l, limit.Ask{Rule: "sign-in", Subject: "x"}).Allowed, "sign-in is stricter")
			require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(gauge("1")), "tercul_limit_alone"))
			assert.Equal(t, 1, strings.Count(logs.String(), "\n"), logs.String())
			now.advance(2 * time.Second)
			require.True(t, allow(t, l, ask).Alone, "the probe finds it away still")

			wire.state.Store(whole)
			require.True(t, allow(t, l, ask).Alone, "it is left alone between probes")
			now.advance(time.Second)
			d := allow(t, l, ask)
			require.False(t, d.Alone)
			assert.Equal(t, 7, d.Tightest.Remaining, "what was counted there still holds")
			require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(gauge("0")), "tercul_limit_alone"))
			assert.Equal(t, 2, strings.Count(logs.String(), "\n"), logs.String())
			assert.Contains(t, logs.String(), "in Redis again")
		})
	}
}

func gauge(value string) string {
	return "# HELP tercul_limit_alone 1 while this process counts rate limits by itself, as Redis is away.\n" +
		"# TYPE tercul_limit_alone gauge\ntercul_limit_alone " + value + "\n"
}

// TestSlowRedisIsNotWaitedFor: the timeout is the default one.
func TestSlowRedisIsNotWaitedFor(t *testing.T) {
	wire := &wire{}
	client := through(t, wire)
	require.NoError(t, client.Ping(t.Context()).Err())
	l, err := limit.New(limit.Config{Redis: client, Secret: secret, Rules: []limit.Rule{hourly("requests", 10)}})
	require.NoError(t, err)
	wire.state.Store(silent)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	d, err := l.Allow(ctx, limit.Ask{Rule: "requests", Subject: "x"})
	require.NoError(t, err)
	assert.True(t, d.Allowed)
	assert.True(t, d.Alone)
	assert.NoError(t, ctx.Err(), "it would have waited for the caller's deadline")
}

// TestACallerWhoLeavesSaysNothingOfRedis: it is not left alone for that.
func TestACallerWhoLeavesSaysNothingOfRedis(t *testing.T) {
	l := newLimiter(t, limit.Config{Redis: pgtest.Redis(t), Rules: []limit.Rule{hourly("requests", 100)}})
	gone, leave := context.WithCancel(t.Context())
	leave()
	for range 10 {
		d, err := l.Allow(gone, limit.Ask{Rule: "requests", Subject: "x"})
		require.NoError(t, err)
		require.True(t, d.Alone)
	}
	assert.False(t, allow(t, l, limit.Ask{Rule: "requests", Subject: "x"}).Alone)
}

// TestTheProcessKeepsSoMany: the least used bucket is forgotten.
func TestTheProcessKeepsSoMany(t *testing.T) {
	l := newLimiter(t, limit.Config{Rules: []limit.Rule{hourly("requests", 1)}, Subjects: 2})
	ask := func(subject string) bool { return allow(t, l, limit.Ask{Rule: "requests", Subject: subject}).Allowed }
	require.True(t, ask("a"))
	require.True(t, ask("b"))
	require.False(t, ask("a"))
	require.True(t, ask("c"))
	assert.False(t, ask("a"))
	assert.True(t, ask("b"))
}

func TestDecisionsAreCounted(t *testing.T) {
	registry := prometheus.NewRegistry()
	l := newLimiter(t, limit.Config{Rules: []limit.Rule{hourly("requests", 9), hourly("writes", 1)}, Metrics: registry})
	for range 3 {
		allow(t, l, limit.Ask{Rule: "requests", Subject: "x"}, limit.Ask{Rule: "writes", Subject: "x"})
	}
	require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP tercul_limit_decisions_total Requests asked of a rate limit, by rule and outcome. What another rule refused is not counted.
# TYPE tercul_limit_decisions_total counter
tercul_limit_decisions_total{outcome="allowed",rule="requests"} 1
tercul_limit_decisions_total{outcome="allowed",rule="writes"} 1
tercul_limit_decisions_total{outcome="refused",rule="writes"} 2
`), "tercul_limit_decisions_total"))
	problems, err := testutil.GatherAndLint(registry)
	require.NoError(t, err)
	assert.Empty(t, problems)
}

func TestMistakes(t *testing.T) {
	good := hourly("requests", 1)
	for name, rules := range map[string][]limit.Rule{
		"twice":      {good, good},
		"name":       {{Name: `a"b`, Rate: 1, Period: time.Hour, Burst: 1}},
		"no name":    {{Rate: 1, Period: time.Hour, Burst: 1}},
		"no rate":    {{Name: "a", Period: time.Hour, Burst: 1}},
		"no burst":   {{Name: "a", Rate: 1, Period: time.Hour}},
		"no period":  {{Name: "a", Rate: 1, Burst: 1}},
		"too long":   {{Name: "a", Rate: 1, Period: 1000 * time.Hour, Burst: 1}},
		"too much":   {{Name: "a", Rate: 1e9, Period: time.Hour, Burst: 1}},
		"too little": {{Name: "a", Rate: 1, Period: time.Hour, Burst: 1, AloneRate: -1}},
	} {
		_, err := limit.New(limit.Config{Rules: rules, Secret: secret})
		require.Error(t, err, name)
	}
	_, err := limit.New(limit.Config{Rules: []limit.Rule{good}, Secret: []byte("short")})
	require.ErrorContains(t, err, "secret")
	l := newLimiter(t, limit.Config{Rules: []limit.Rule{good}})
	_, err = l.Allow(t.Context(), limit.Ask{Rule: "request"})
	require.ErrorContains(t, err, `no rule "request"`)
	_, err = l.Allow(t.Context(), limit.Ask{Rule: "requests"}, limit.Ask{Rule: "requests", Subject: "x"})
	require.ErrorContains(t, err, "twice")
	assert.True(t, allow(t, l).Allowed, "nothing asked, nothing refused")
}
