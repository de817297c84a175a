package app

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/pgtest"
)

// TestARetiredDocumentSaysSo: from the moment its end is set, in every answer of every
// layer and in 304s, and after it with the date.
func TestARetiredDocumentSaysSo(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	for name, redis := range map[string]bool{"by the outbox": false, "by the bus": true} {
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
			retired(t, s, env, redis)
		})
	}
}

// seq is the change up to which an answer is surely current.
func seq(t *testing.T, r reply) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(r.header.Get("X-Tercul-Seq"), 10, 64)
	require.NoError(t, err)
	return n
}

func retired(t *testing.T, s *running, env map[string]string, bus bool) {
	conn := owner(t, env)
	text := `query Mine { work(slug: "` + slug + `") { id mine: title } }`
	path, tag := "/graphql?documentId=sha256:"+sum(text), "doc:"+sum(text)[:16]
	exec := func(sql string, args ...any) {
		t.Helper()
		_, err := conn.Exec(t.Context(), sql, args...)
		require.NoError(t, err)
	}
	exec(`INSERT INTO ops.documents (hash, name, source) VALUES ($1, 'Mine', $2)`, sum(text), text)
	first := s.eventually(path, status(200))
	for range 4 { // until the lane answers
		first = s.get(path)
	}
	assert.Contains(t, strings.Fields(first.header.Get("Surrogate-Key")), tag, "an edge can be told")
	assert.Empty(t, first.header.Get("Deprecation")+first.header.Get("Sunset"))

	began, end := time.Now().UTC().Truncate(time.Second), time.Now().UTC().Add(40*24*time.Hour).Truncate(time.Second)
	exec(`UPDATE ops.documents SET status = 'DEPRECATED', deprecated_at = $2, sunset_at = $3 WHERE hash = $1`, sum(text), began, end)
	said := func(r reply) bool {
		return r.header.Get("Deprecation") == "@"+strconv.FormatInt(began.Unix(), 10) && r.header.Get("Sunset") == end.Format(http.TimeFormat)
	}
	r := s.eventually(path, said)
	assert.Equal(t, first.header.Get("Etag"), r.header.Get("Etag"), "the answer is the same")
	if bus {
		assert.Greater(t, seq(t, r), seq(t, first), "and yet a new one: what the edge holds is purged")
	} else {
		assert.Empty(t, r.header.Get("X-Tercul-Seq"), "its own numbers mean nothing to others")
	}
	for range 4 {
		r = s.get(path)
		assert.True(t, said(r), r.header)
		assert.True(t, said(s.get(path, "Accept-Encoding", "br")))
		r = s.get(path, "If-None-Match", first.header.Get("Etag"))
		assert.Equal(t, 304, r.status)
		assert.True(t, said(r), r.header)
		assert.True(t, said(s.ask(http.MethodHead, path, "")))
	}

	exec(`UPDATE ops.documents SET sunset_at = '2026-01-31' WHERE hash = $1`, sum(text))
	r = s.eventually(path, status(400))
	assert.Equal(t, apperr.PersistedQueryNotFound, assertError(t, r, 400))
	assert.Contains(t, r.body, "retired on 2026-01-31")
	assert.Contains(t, s.get("/graphql/sha256:"+strings.ToUpper(sum(text))).body, "retired on 2026-01-31", "however it is spelt")
	assert.NotContains(t, s.get("/graphql?documentId=sha256:"+sum("nothing")).body, "retired")

	exec(`UPDATE ops.documents SET status = 'ACTIVE', deprecated_at = NULL, sunset_at = NULL WHERE hash = $1`, sum(text))
	r = s.eventually(path, status(200))
	assert.Empty(t, r.header.Get("Deprecation")+r.header.Get("Sunset"))
}
