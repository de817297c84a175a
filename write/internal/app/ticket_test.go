package app

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	read "github.com/tercul/tercul/read"
	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/shared/faulty"
	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/identity"
)

// page asks a reader for a work by a shipped document, as everybody does, with a ticket
// if there is one.
func page(t *testing.T, reader, work, ticket string) (status int, body string) {
	t.Helper()
	text, err := read.Operations.ReadFile("operations/WorkById.graphql")
	require.NoError(t, err)
	variables := url.QueryEscape(fmt.Sprintf(`{"id":%q}`, work))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+reader+"/graphql?documentId=sha256:"+document.ID(string(text))+"&variables="+variables, http.NoBody)
	require.NoError(t, err)
	if ticket != "" {
		r.Header.Set("X-Tercul-Min-Seq", ticket)
	}
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	text, err = io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(text)
}

// shows waits for a version, and tells how long it was not shown.
func shows(t *testing.T, reader, work string, version int) time.Duration {
	t.Helper()
	begun := time.Now()
	require.Eventually(t, func() bool {
		_, body := page(t, reader, work, "")
		return strings.Contains(body, fmt.Sprintf(`"version":%d`, version))
	}, 10*time.Second, time.Millisecond)
	return time.Since(begun)
}

// TestAChangeIsReadByItsTicket: what a mutation has acknowledged is in the very next
// answer of every reader that is given the number: one on the bus, one that knows no
// bus, and one whose line to the bus is whole, cut, whole again and half-open.
func TestAChangeIsReadByItsTicket(t *testing.T) {
	if testing.Short() {
		t.Skip("needs servers: -short")
	}
	const rounds, cutFrom, cutTo, muteFrom, muteTo = 50, 10, 20, 30, 40
	bus := pgtest.RedisURL(t)
	options, err := redis.ParseURL(bus)
	require.NoError(t, err)
	line := faulty.New(t, options.Addr)
	s := beginWith(t, map[string]string{"TERCUL_REDIS_URL": bus, "TERCUL_REDIS_SPACE": "ticket-test", "TERCUL_WRITE_PUBLISH": "5s", "TERCUL_REDIS_TIMEOUT": "5s"})
	s.account("eve", identity.Editor)
	bin := readerProgram(t)
	patience := []string{"TERCUL_DATABASE_URL=" + s.url, "TERCUL_REDIS_SPACE=ticket-test", "TERCUL_READ_TIMEOUT=30s", "TERCUL_DATABASE_STATEMENT_TIMEOUT=30s"}
	on := reads(t, bin, append(patience, "TERCUL_REDIS_URL="+bus)...)
	off := reads(t, bin, patience...)
	shaky := reads(t, bin, append(patience, fmt.Sprintf("TERCUL_REDIS_URL=redis://%s/%d", line.Addr(), options.DB))...)
	eve := s.as("eve")
	author := in(eve.change("createAuthor", "author { id }", map[string]any{"kind": "INDIVIDUAL", "names": []any{map[string]any{"language": "it", "name": "Dante Alighieri", "sortName": "Alighieri, Dante"}}}), "author", "id")
	work := eve.published(author, "it", "Inferno")
	version := s.version(work)

	var late []time.Duration
	for round := range rounds {
		switch round {
		case cutFrom:
			line.Cut()
		case muteFrom:
			line.Swallow()
		case cutTo, muteTo:
			line.Heal()
		}
		page(t, on, work, "") // it lies in the caches
		r := eve.attempt("updateWork", "work { version }", map[string]any{"id": work, "expectedVersion": version, "patch": map[string]any{"description": fmt.Sprintf("As of round %d.", round)}})
		require.Empty(t, r.faults("updateWork"))
		require.Empty(t, r.code)
		version++
		ticket := r.header.Get("X-Tercul-Seq")
		require.NotEmpty(t, ticket, s.log)
		var all sync.WaitGroup
		for name, reader := range map[string]string{"on the bus": on, "without a bus": off, "on a shaky line": shaky} {
			all.Go(func() {
				status, body := page(t, reader, work, ticket)
				if status != http.StatusOK || !strings.Contains(body, fmt.Sprintf(`"version":%d`, version)) {
					t.Errorf("round %d, %s: %d %s", round, name, status, body)
				}
			})
		}
		if round >= rounds/2 { // and without: the reader on the bus
			late = append(late, shows(t, on, work, version))
		}
		all.Wait()
	}
	slices.Sort(late)
	t.Logf("from the acknowledgement to the end of the first new answer without a ticket: median %s, at most %s", late[len(late)/2], late[len(late)-1])

	stale := eve.attempt("updateWork", "work { version }", map[string]any{"id": work, "expectedVersion": 1, "patch": map[string]any{"description": "Lost."}})
	require.Equal(t, []string{"STALE_VERSION"}, stale.faults("updateWork"))
	require.Empty(t, stale.header.Get("X-Tercul-Seq"), "nothing was changed")
	_, _, body := s.ask(http.MethodGet, "/metrics")
	require.Contains(t, body, `tercul_announce_commands_total{outcome="failed"} 0`)
	require.Contains(t, body, `tercul_announce_commands_total{outcome="late"} 0`)
}

// TestEveryRowIsAnnouncedOnce by the writer or by its relay, whichever comes first, and
// by no relay that begins later. A document registered and a repetition are answered
// with their numbers, too.
func TestEveryRowIsAnnouncedOnce(t *testing.T) {
	bus := pgtest.RedisURL(t)
	options, err := redis.ParseURL(bus)
	require.NoError(t, err)
	client := redis.NewClient(options)
	defer func() { _ = client.Close() }()
	env := map[string]string{"TERCUL_REDIS_URL": bus, "TERCUL_REDIS_SPACE": "once-test", "TERCUL_WRITE_PUBLISH": "5s", "TERCUL_REDIS_TIMEOUT": "5s"}
	s := beginWith(t, env)
	s.account("root", identity.Admin)
	root := s.as("root")
	number := func(r reply) uint64 {
		t.Helper()
		require.Empty(t, r.code, r.message)
		n, err := strconv.ParseUint(r.header.Get("X-Tercul-Seq"), 10, 64)
		require.NoError(t, err)
		return n
	}
	create := map[string]any{"kind": "INDIVIDUAL", "names": []any{map[string]any{"language": "it", "name": "Dante Alighieri", "sortName": "Alighieri, Dante"}}}
	root.header = map[string]string{"Idempotency-Key": "the-same-key"}
	first := number(root.attempt("createAuthor", "author { id }", create))
	again := number(root.attempt("createAuthor", "author { id }", create))
	require.GreaterOrEqual(t, again, first)
	root.header = nil
	draft := root.attempt("createWork", "work { id }", map[string]any{"originalLanguage": "it", "literatureType": "POETRY", "titles": []any{map[string]any{"language": "it", "title": "Rime"}}, "contributors": []any{}})
	require.Empty(t, draft.code)
	require.Empty(t, draft.header.Get("X-Tercul-Seq"), "nobody can read a draft, so there is nothing to wait for")
	registered := number(root.attempt("registerDocument", "document { id }", map[string]any{"name": "Mine", "source": "query Mine { works(first: 3) { nodes { slug } } }"}))
	require.Greater(t, registered, again)
	for range 20 {
		number(root.attempt("createAuthor", "author { id }", create))
	}
	_, err = s.db.Exec(t.Context(), "SELECT ops.announce('{by-hand}')") // nobody but the relay publishes this
	require.NoError(t, err)
	require.NoError(t, s.stop())
	env["TERCUL_DATABASE_URL"] = s.url
	start(t, settings(t, env)) // its relay begins with the last minute

	var rows []int64 // so far: the numbering of changes goes on
	require.NoError(t, s.db.QueryRow(t.Context(), "SELECT array_agg(id) FROM ops.outbox").Scan(&rows))
	seen := map[int64]uint64{}
	follow := invalidate.NewBus(client, cachekey.Space("once-test"))
	beats := 0
	sub := follow.Subscribe(t.Context())
	defer func() { _ = sub.Close() }()
	for beats < 2 {
		got, err := sub.ReceiveTimeout(t.Context(), time.Minute)
		require.NoError(t, err)
		if m, ok := got.(*redis.Message); ok && strings.HasPrefix(m.Payload, "1|h|") {
			beats++
		}
	}
	require.NoError(t, follow.Replay(t.Context(), 0, func(m invalidate.Message) bool {
		require.NotContains(t, seen, m.Outbox, "announced twice: %v", m.Tags)
		seen[m.Outbox] = m.Seq
		if slices.Contains(m.Tags, documentsTag) {
			require.LessOrEqual(t, m.Seq, registered)
		}
		return true
	}))
	for _, id := range rows {
		require.Contains(t, seen, id)
	}
}

// documentsTag is what a change of the table of documents announces.
const documentsTag = "api"
