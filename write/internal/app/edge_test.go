//go:build varnish

// These need a Varnish: make test-edge and make bench-edge add it to the private root.

package app

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/edge/varnishtest"
	"github.com/tercul/tercul/write/internal/identity"
)

const edgeKey = "known to these tests alone"

// edged is a writer, a reader and a Varnish, as they are deployed.
type edged struct {
	*caller
	front  *url.URL
	author any
}

func newEdged(t testing.TB) *edged {
	t.Helper()
	redis := pgtest.RedisURL(t)
	// The reader's port is needed before the writer starts, and the database before the reader.
	database := pgtest.Database(t)
	front := varnishtest.Start(t, readers(t, database, redis), edgeKey)
	env := settings(t, map[string]string{
		"TERCUL_DATABASE_URL": database, "TERCUL_REDIS_URL": redis, "TERCUL_WRITE_DOCUMENTS": "any", "TERCUL_LOG_LEVEL": "info",
		"TERCUL_EDGE_VARNISH_URLS": front.String(), "TERCUL_EDGE_VARNISH_KEY": edgeKey, "TERCUL_EDGE_AGAIN": "2s",
	})
	s := &site{start(t, env), pgtest.Open(t, database), database, env["TERCUL_MAIL_DROP"]}
	s.account("ada", identity.Admin)
	s.account("eve", identity.Editor)
	e := &edged{caller: s.as("eve"), front: front}
	made := e.change("createAuthor", "author { id }", map[string]any{"kind": "INDIVIDUAL", "names": []any{map[string]any{"language": "it", "name": "Dante Alighieri", "sortName": "Alighieri, Dante"}}})
	e.author = in(made, "author", "id")
	return e
}

// ask is a question about a work, as everybody asks the edge.
func (e *edged) ask(work string) (body, status string) {
	e.t.Helper()
	return e.from(e.front.String()+"/graphql?query="+url.QueryEscape(`{ work(id: "`+work+`") { description } }`), "")
}

func (e *edged) from(address, ticket string) (body, status string) {
	e.t.Helper()
	r, err := http.NewRequest(http.MethodGet, address, http.NoBody)
	require.NoError(e.t, err)
	if ticket != "" {
		r.Header.Set("X-Tercul-Min-Seq", ticket)
	}
	response, err := http.DefaultClient.Do(r)
	require.NoError(e.t, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	require.NoError(e.t, err)
	require.Equal(e.t, http.StatusOK, response.StatusCode, string(text))
	return string(text), response.Header.Get("Cache-Status")
}

func (e *edged) describe(work string, version int, text string) {
	e.t.Helper()
	e.change("updateWork", "work { version }", map[string]any{"id": work, "expectedVersion": version, "patch": map[string]any{"description": text}})
}

// fresh asks until the edge gives a text, and tells how long that took.
func (e *edged) fresh(work, text string, since time.Time) time.Duration {
	e.t.Helper()
	for deadline := since.Add(time.Minute); ; time.Sleep(time.Millisecond) {
		if body, _ := e.ask(work); strings.Contains(body, text) {
			return time.Since(since)
		}
		require.True(e.t, time.Now().Before(deadline), "never fresh")
	}
}

// version of a work that was just published.
const publishedVersion = 2

func TestAnEditReachesTheEdge(t *testing.T) {
	e := newEdged(t)
	work := e.published(e.author, "it", "Inferno")
	other := e.published(e.author, "it", "Purgatorio")
	for i := range 5 {
		text := fmt.Sprintf("Described %d times.", i)
		e.describe(work, publishedVersion+i, text)
		e.fresh(work, text, time.Now())
		e.ask(other)
	}
	require.Eventually(t, func() bool { _, _ = e.ask(work); _, s := e.ask(work); return strings.Contains(s, "edge; hit") }, time.Minute, 50*time.Millisecond)

	// An admin's purge goes the same way.
	at := &caller{site: e.site, client: e.client}
	at.bearer = at.login("BEARER", "ada").text("login", "accessToken")
	require.Eventually(t, func() bool { _, _ = e.ask(other); _, s := e.ask(other); return strings.Contains(s, "edge; hit") }, time.Minute, 50*time.Millisecond)
	at.change("purgeCache", "purge { tags }", map[string]any{"tags": []string{"*"}, "mode": "HARD"})
	require.Eventually(t, func() bool { _, s := e.ask(other); return !strings.Contains(s, "edge; hit") }, time.Minute, time.Millisecond)

	_, _, ready := e.service.ask(http.MethodGet, "/readyz")
	require.Contains(t, ready, `"name":"edge varnish `+e.front.Host+`","state":"up","required":false`)
	_, _, metrics := e.service.ask(http.MethodGet, "/metrics")
	require.Contains(t, metrics, `tercul_edge_leads{edge="varnish `+e.front.Host+`"} 1`)
	require.NotContains(t, e.log.String()+ready+metrics, edgeKey)
}

// BenchmarkEdge prints how long after the acknowledgement of an edit the edge gives it, asked
// over and over meanwhile.
func BenchmarkEdge(b *testing.B) {
	n := 300
	if text := os.Getenv("TERCUL_BENCH_EDITS"); text != "" {
		var err error
		n, err = strconv.Atoi(text)
		require.NoError(b, err, "TERCUL_BENCH_EDITS")
	}
	e := newEdged(b)
	work := e.published(e.author, "it", "Inferno")
	for b.Loop() {
		took := make([]time.Duration, n)
		for i := range took {
			text := fmt.Sprintf("Described %d times.", i)
			e.describe(work, publishedVersion+i, text)
			took[i] = e.fresh(work, text, time.Now())
		}
		slices.Sort(took)
		fmt.Printf("\n%-44s %9s %9s %9s\n%-44d %9s %9s %9s\n", "edit acknowledged -> fresh at Varnish, edits", "p50", "p99", "most", n,
			took[n/2].Round(time.Millisecond), took[n*99/100].Round(time.Millisecond), took[n-1].Round(time.Millisecond))
	}
}
