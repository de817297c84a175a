package app

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/read/internal/cache"
	"github.com/tercul/tercul/read/internal/catalog"
	"github.com/tercul/tercul/read/internal/evict"
	"github.com/tercul/tercul/read/internal/operation"
	"github.com/tercul/tercul/shared/pgtest"
)

// probed is how many answers were found so after a delay.
func (s *running) probed(after, outcome string) (n float64) {
	s.t.Helper()
	families, err := s.r.metrics.Gather()
	require.NoError(s.t, err)
	for _, f := range families {
		if f.GetName() != "tercul_probe_answers_total" {
			continue
		}
		for _, m := range f.GetMetric() {
			labels := map[string]string{}
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			if labels["after"] == after && labels["outcome"] == outcome {
				n += m.GetCounter().GetValue()
			}
		}
	}
	return n
}

// TestProbe has a healthy reader find its own answers fresh after each delay, in
// memory and in Redis, while works are edited and asked for.
func TestProbe(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	env := settings(t, "TERCUL_REDIS_URL", pgtest.RedisURL(t), "TERCUL_REDIS_SPACE", "app-"+t.Name(), "TERCUL_READ_PROBE", "600")
	publish(t, env)
	s := beginWith(t, env, func(c *Config) {
		c.probeDelays = []time.Duration{4 * time.Second, 5 * time.Second, 6 * time.Second} // longer than the worst delay that is promised
	})
	s.onTheBus()
	path := s.document("WorkPage") + vars(`{"slug":"`+slug+`"}`)
	conn, n := owner(t, env), 0
	require.Eventually(t, func() bool {
		n++
		text := fmt.Sprint("A description for the probe, number ", n)
		describe(t, conn, &text)
		for _, coding := range []string{"identity", "br"} {
			require.Equal(t, 200, s.get(path, "Accept-Encoding", coding).status)
		}
		return s.probed("4s", "fresh") > 3 && s.probed("5s", "fresh") > 3 && s.probed("6s", "fresh") > 3
	}, 40*time.Second, 200*time.Millisecond)
	for _, after := range []string{"4s", "5s", "6s"} {
		assert.Zero(t, s.probed(after, "stale"), after)
		assert.Contains(t, s.get("/metrics").body, `tercul_probe_nines{after="`+after+`"}`)
	}
}

// believer is a clock that takes everything for true.
type believer struct{ cache.Clock }

func (believer) Valid(uint64, []uint32) bool          { return true }
func (believer) ValidAt(int64, uint64, []uint32) bool { return true }
func (believer) Judge(uint64, []uint32) evict.Verdict { return evict.Valid }

// TestProbeSeesABrokenClock: what the caches take for true and is not is counted,
// and told once for each sample.
func TestProbeSeesABrokenClock(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	env := settings(t, "TERCUL_READ_PROBE", "600")
	s := beginWith(t, env, func(c *Config) {
		c.probeDelays = []time.Duration{100 * time.Millisecond, 200 * time.Millisecond, 300 * time.Millisecond}
		c.believe = func(c cache.Clock) cache.Clock { return believer{c} }
	})
	path := s.document("WorkPage") + vars(`{"slug":"`+slug+`"}`)
	old := s.get(path)
	conn, n := owner(t, env), 0
	require.Eventually(t, func() bool {
		n++
		text := fmt.Sprint("A description that the reader will not believe in, number ", n)
		describe(t, conn, &text)
		return s.probed("0.1s", "stale") > 0 && s.probed("0.2s", "stale") > 0 && s.probed("0.3s", "stale") > 0
	}, time.Minute, 3*time.Second) // what changed within the last second is not judged
	assert.Equal(t, old.body, s.get(path).body, "the clock is broken indeed")
	assert.Zero(t, s.probed("0.1s", "fresh"))
	assert.Contains(t, s.logs.String(), `"message":"a cached answer is out of date"`)
	assert.NotContains(t, s.logs.String(), slug, "what is read is nobody's business")
}

// TestNobodyProbesUnasked: off, the chain has no trace of it.
func TestNobodyProbesUnasked(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	s := begin(t, settings(t))
	assert.Nil(t, s.r.chain.prober)
	assert.NotContains(t, s.get("/metrics").body, "tercul_probe")
}

// TestHitsPayNothingForProbes counts what the lane allocates while probes go on.
func TestHitsPayNothingForProbes(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	s := beginWith(t, settings(t, "TERCUL_READ_PROBE", "600"), func(*Config) {})
	q, err := s.r.registry.Parse(t.Context(), operation.Request{
		DocumentID: strings.TrimPrefix(s.document("WorkPage"), "/graphql?documentId="), Variables: []byte(`{"slug":"` + slug + `"}`),
	})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.Eventually(t, func() bool {
		_, err := s.r.chain.source.Answer(ctx, q.Query)
		return err == nil && s.r.chain.l1.Peek(q.Query) != nil
	}, 10*time.Second, time.Millisecond)
	assert.Zero(t, testing.AllocsPerRun(1000, func() {
		if res, err := s.r.chain.source.Answer(ctx, q.Query); err != nil || res.CacheStatus != "tercul-l1; hit" {
			t.Error(res.CacheStatus, err)
		}
	}))
}

// TestWhatExpiresIsNotProbed: each of those fields is in the catalogue, and a
// document that shows one is left out.
func TestWhatExpiresIsNotProbed(t *testing.T) {
	for name, object := range catalog.Objects {
		for field := range object.Fields {
			if strings.Contains(strings.ToLower(field), "stats") || field == "likeCount" {
				assert.True(t, catalog.Expires(name, field), "%s.%s", name, field)
			}
		}
	}
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	s := begin(t, settings(t, "TERCUL_DOCUMENTS", "any"))
	for text, want := range map[string]bool{
		`{ work(slug: "x") { slug } }`:                                                        true,
		`{ work(slug: "x") { ...f } } fragment f on Work { slug }`:                            true,
		`{ work(slug: "x") { ...f } } fragment f on Work { stats { likes } }`:                 false,
		`{ node(id: "work_00000000000000000000000000") { ... on Work { stats { likes } } } }`: false,
		`{ works(first: 1, sort: YEAR) { nodes { slug } } }`:                                  true,
		`{ works(first: 1, sort: POPULAR) { nodes { slug } } }`:                               false,
		`query q($s: WorkSort = POPULAR) { works(first: 1, sort: $s) { nodes { slug } } }`:    false,
		`{ __schema { queryType { name } } }`:                                                 false,
	} {
		q, err := s.r.registry.Parse(t.Context(), operation.Request{Query: text})
		require.NoError(t, err, text)
		kept := again(q.Query)
		assert.Equal(t, want, kept != nil, text)
		if kept != nil {
			assert.Equal(t, q.Key, kept.Key)
			assert.NotSame(t, q.Vars, kept.Vars, "the request's own memory is not held")
		}
	}
	given, err := s.r.registry.Parse(t.Context(), operation.Request{
		Query: `query q($s: WorkSort!) { works(first: 1, sort: $s) { nodes { slug } } }`, Variables: []byte(`{"s":"POPULAR"}`),
	})
	require.NoError(t, err)
	assert.Nil(t, again(given.Query))
}
