package app

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/pgtest"
)

// owner connects past the reader's role.
func owner(t *testing.T, env map[string]string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), env["TERCUL_DATABASE_URL"])
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	return conn
}

// TestAChangeIsSeenEverywhere: a commit reaches what the lane, L1 and Redis
// hold, with a bus and without one.
func TestAChangeIsSeenEverywhere(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	for name, more := range map[string][]string{
		"outbox alone": nil,
		"with Redis":   {"TERCUL_REDIS_URL", pgtest.RedisURL(t), "TERCUL_REDIS_SPACE", "life-test"},
	} {
		t.Run(name, func(t *testing.T) {
			env := settings(t, more...)
			s := begin(t, env)
			path := s.document("WorkPage") + vars(`{"slug":"`+slug+`"}`)
			for range 4 {
				require.Equal(t, 200, s.get(path).status)
			}
			require.Positive(t, s.lane(t), "the lane has it")
			old := s.get(path)
			_, err := owner(t, env).Exec(t.Context(),
				`UPDATE core.works SET description = 'A description as it was not before.' WHERE id = (SELECT id FROM view.work WHERE slug = $1)`, slug)
			require.NoError(t, err)
			fresh := s.eventually(path, func(r reply) bool { return strings.Contains(r.body, "as it was not before") })
			assert.NotEqual(t, old.header.Get("Etag"), fresh.header.Get("Etag"))
			assert.Equal(t, 200, s.get(path, "If-None-Match", old.header.Get("Etag")).status)
			for range 4 {
				assert.Contains(t, s.get(path).body, "as it was not before")
			}
		})
	}
}

// lane is how many answers the lane has given.
func (s *running) lane(t *testing.T) (n float64) {
	t.Helper()
	families, err := s.r.metrics.Gather()
	require.NoError(t, err)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if f.GetName() == "tercul_http_requests_total" && l.GetValue() == "lane" {
					n += m.GetCounter().GetValue()
				}
			}
		}
	}
	return n
}

// TestDocumentsOfTheTable: registered, run, blocked, by their announcements alone,
// with a bus and without one; what was remembered of a blocked one is forgotten.
func TestDocumentsOfTheTable(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	for name, redis := range map[string]bool{"outbox alone": false, "with Redis": true} {
		t.Run(name, func(t *testing.T) {
			var more []string
			if redis {
				more = []string{"TERCUL_REDIS_URL", pgtest.RedisURL(t)}
			}
			env := settings(t, more...)
			if redis {
				publish(t, env)
			}
			s := begin(t, env)
			if redis {
				s.onTheBus()
			}
			documentsComeAndGo(t, s, owner(t, env))
		})
	}
}

func documentsComeAndGo(t *testing.T, s *running, conn *pgx.Conn) {
	text := `query Mine { apiInfo { mine: name } }`
	path := "/graphql?documentId=sha256:" + sum(text)
	assert.Equal(t, apperr.PersistedQueryNotFound, assertError(t, s.get(path), 400))
	_, err := conn.Exec(t.Context(), `INSERT INTO ops.documents (hash, name, source) VALUES ($1, 'Mine', $2)`, sum(text), text)
	require.NoError(t, err)
	s.eventually(path, status(200))
	for range 4 {
		assert.Contains(t, s.get(path).body, `"mine":`)
	}
	_, err = conn.Exec(t.Context(), `UPDATE ops.documents SET status = 'BLOCKED' WHERE hash = $1`, sum(text))
	require.NoError(t, err)
	r := s.eventually(path, status(400))
	assert.Equal(t, apperr.PersistedQueryNotFound, assertError(t, r, 400))
}

// TestAnyDocument is the development switch: an explorer's documents run.
func TestAnyDocument(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	s := begin(t, settings(t, "TERCUL_DOCUMENTS", "any", "TERCUL_HTTP_DRAFT_CODES", "true"))
	ask := func(q string) reply { return s.get("/graphql?query="+url.QueryEscape(q), "Accept", graphql) }
	r := ask(`{ works(first: 1) { nodes { slug } } }`)
	require.Equal(t, 200, r.status, r.body)
	assert.Contains(t, r.body, `"slug":`)
	assert.Empty(t, r.header.Get("Content-Location"), "only registered documents have a canonical URL")
	r = ask(`{ __schema { queryType { name fields { name } } } }`)
	require.Equal(t, 200, r.status, r.body)
	assert.Contains(t, r.body, `"parallelText"`)
	assert.Contains(t, r.header.Get("Surrogate-Key"), "api")
	r = ask(`{ __schema { queryType { name } } works(first: 1) { nodes { slug } } }`)
	assert.Equal(t, 422, r.status, "the schema and the library are asked apart: %s", r.body)
	assert.Equal(t, 422, ask(`{ nothing }`).status)
}

// TestShutdownDrains: readiness first, then the listener, then what is in flight.
func TestShutdownDrains(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	env := settings(t, "TERCUL_READ_DRAIN", "300ms", "TERCUL_READ_TIMEOUT", "2s")
	proxy, through := through(t, env["TERCUL_DATABASE_URL"])
	env["TERCUL_DATABASE_URL"] = through
	s := begin(t, env)
	path := s.document("WorkPage") + vars(`{"slug":"`+slug+`"}`)
	proxy.Slow(150 * time.Millisecond)
	inFlight, stopped := make(chan reply, 1), make(chan error, 1)
	go func() { inFlight <- s.get(path) }()
	require.Eventually(t, func() bool { return s.total(t, "tercul_cache_requests_total") > 0 }, 5*time.Second, time.Millisecond)
	go func() { stopped <- s.stop() }()
	r := s.eventually("/readyz", status(503))
	assert.Contains(t, r.body, "draining")
	assert.Equal(t, 200, (<-inFlight).status)
	require.NoError(t, <-stopped)
	assert.Zero(t, s.get("/healthz").status, "the port is closed")
}
