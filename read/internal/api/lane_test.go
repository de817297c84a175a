package api

import (
	"maps"
	"runtime"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/gqlhttp"
)

// laneHits is how many 200s the lane has answered.
func (s *service) laneHits() int { return int(testutil.ToFloat64(s.srv.meters.laneHit)) }

func TestLaneTakesOverAtTheThirdSighting(t *testing.T) {
	s := start(t, newMemory())
	for i := range 5 {
		assert.Equal(t, 200, s.get(canonical).status)
		assert.Equal(t, max(0, i-1), s.laneHits())
	}
	tag := s.get(canonical).header.Get("Etag")
	assert.Equal(t, 304, s.get(canonical, "If-None-Match", tag).status)
	assert.InDelta(t, 1, testutil.ToFloat64(s.srv.meters.laneNotModified), 0)
}

// A spelling is the URL, Accept and Accept-Encoding: what one of them was
// answered is never given to another.
func TestLaneTellsSpellingsApart(t *testing.T) {
	s := start(t, newMemory())
	warm := func(path string, headers ...string) reply {
		var r reply
		for range 4 {
			r = s.get(path, headers...)
		}
		return r
	}
	assert.Equal(t, "application/json; charset=utf-8", warm(canonical).header.Get("Content-Type"))
	assert.Equal(t, "application/graphql-response+json; charset=utf-8", warm(canonical, "Accept", gqlhttp.TypeGraphQL).header.Get("Content-Type"))
	assert.Equal(t, "br", warm(canonical, "Accept-Encoding", "br").header.Get("Content-Encoding"))
	assert.Equal(t, "gzip", warm(canonical, "Accept-Encoding", "gzip").header.Get("Content-Encoding"))
	assert.Equal(t, canonical, warm(inPath).header.Get("Content-Location"))
	assert.Empty(t, warm(canonical).header.Get("Content-Location"))
	assert.Equal(t, 16, s.laneHits(), "6 x 4, less the first two of each new entry and the first of each new spelling")
	assert.Equal(t, 406, s.get(canonical, "Accept", "text/html").status)
	assert.Equal(t, 406, s.get(canonical, "Accept-Encoding", "identity;q=0").status)
}

func TestLaneLeavesTheRestToTheChain(t *testing.T) {
	m := newMemory()
	s := start(t, m)
	for range 3 {
		s.get(canonical)
	}
	before := s.laneHits()
	s.ask("HEAD", canonical, "")
	s.get(canonical, "X-Tercul-Min-Seq", "1")
	s.get(canonical, "Accept", "application/json", "Accept", "*/*")
	s.get(canonical, "Accept-Encoding", strings.Repeat("gzip,", 500))
	s.get(canonical + "&x=" + strings.Repeat("x", maxLaneURI))
	assert.Equal(t, before, s.laneHits())
}

// Freshness is asked at each hit: an invalidated entry is not served once more.
func TestLaneNeverServesWhatL1WouldNot(t *testing.T) {
	m := newMemory()
	s := start(t, m)
	for range 4 {
		s.get(canonical)
	}
	old := maps.Clone(m.entries)
	require.Len(t, old, 1)
	m.invalidate(`{"data":{"work":{"title":"Purgatorio"}}}`)
	for range 4 {
		assert.Contains(t, s.get(canonical).body, "Purgatorio")
	}
	runtime.KeepAlive(old) // it was refused, not collected
}

func TestLaneDoesNotLearnWhatMayNotBeStored(t *testing.T) {
	m := newMemory()
	m.change = func(e *answer.Entry) { e.NoStore = true }
	s := start(t, m)
	for range 5 {
		s.get(canonical)
	}
	assert.Zero(t, s.laneHits())
}

// The table must not keep alive what L1 has let go of.
func TestLaneHoldsEntriesWeakly(t *testing.T) {
	m := newMemory()
	s := start(t, m)
	for range 4 {
		s.get(canonical)
	}
	hits := s.laneHits()
	m.invalidate(m.body)
	runtime.GC()
	runtime.GC()
	assert.Equal(t, 200, s.get(canonical).status)
	assert.Equal(t, hits, s.laneHits())
}

func TestLaneIsBounded(t *testing.T) {
	l := newLane(cold{}, newMemory(), 5)
	assert.Len(t, l.slots, 8)
	assert.Len(t, newLane(cold{}, newMemory(), 0).slots, 2)
	assert.Len(t, newLane(cold{}, newMemory(), 4096).slots, 4096)
	for range 100 {
		l.slots[l.index([]byte(strings.Repeat("x", 3)))].Store(&spelling{key: "xxx"})
	}
	assert.NotNil(t, l.find([]byte("xxx")))
	assert.Nil(t, l.find([]byte("yyy")))
}

// A document that was blocked goes at once, whatever is remembered of it.
func TestLaneForgetsWhenTheDocumentsChange(t *testing.T) {
	m := newMemory()
	s := start(t, m)
	for range 4 {
		s.get(canonical)
	}
	m.generation.Add(1)
	m.fail = apperr.New(apperr.PersistedQueryNotFound, "Blocked.")
	assertError(t, s.get(canonical), 400, apperr.PersistedQueryNotFound)
}
