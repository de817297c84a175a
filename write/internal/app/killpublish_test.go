package app

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/identity"
)

// acknowledged is a change that somebody was told of, with its number if it had one.
type acknowledged struct {
	id  string
	seq uint64
}

// ledger compares what was committed with what was announced.
type ledger struct {
	t         *testing.T
	db        *pgxpool.Pool
	bus       *invalidate.Bus
	last      uint64
	announced map[int64]invalidate.Message
	named     map[string]uint64 // the number of the first message with a tag
}

// read takes in what the log has that is new.
func (l *ledger) read() {
	l.t.Helper()
	err := l.bus.Replay(l.t.Context(), l.last, func(m invalidate.Message) bool { l.note(m); return true })
	require.NoError(l.t, err)
}

func (l *ledger) note(m invalidate.Message) {
	l.t.Helper()
	if m.Seq <= l.last {
		return
	}
	require.NotContains(l.t, l.announced, m.Outbox, "announced twice")
	l.last, l.announced[m.Outbox] = m.Seq, m
	for _, tag := range m.Tags {
		if _, known := l.named[tag]; !known {
			l.named[tag] = m.Seq
		}
	}
}

func (l *ledger) committed() (ids []int64) {
	l.t.Helper()
	rows, err := l.db.Query(l.t.Context(), "SELECT id FROM ops.outbox")
	require.NoError(l.t, err)
	ids, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	require.NoError(l.t, err)
	return ids
}

// owed counts rows that are committed and not announced.
func (l *ledger) owed(ids []int64) (n int) {
	for _, id := range ids {
		if _, there := l.announced[id]; !there {
			n++
		}
	}
	return n
}

// awaitBeat takes in what is announced up to the first heartbeat.
func (l *ledger) awaitBeat(sub *redis.PubSub) {
	l.t.Helper()
	for {
		got, err := sub.ReceiveTimeout(l.t.Context(), time.Minute)
		require.NoError(l.t, err)
		text, ok := got.(*redis.Message)
		if !ok {
			continue
		}
		m, err := invalidate.Decode(text.Payload)
		require.NoError(l.t, err)
		if m.Kind == invalidate.Heartbeat {
			return
		}
		l.note(m)
	}
}

// edit makes persons until the writer is gone, and answers what was acknowledged.
func (c *caller) edit() (all []acknowledged) {
	for n := 0; ; n++ {
		body := fmt.Sprintf(`{"query":"mutation { createAuthor(input: {kind: INDIVIDUAL, names: [{language: \"it\", name: \"Nobody %d\", sortName: \"Nobody\"}]}) { author { id } userErrors { code } } }"}`, n)
		r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://"+c.addr+"/graphql", strings.NewReader(body))
		require.NoError(c.t, err)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+c.bearer)
		answer, err := c.client.Do(r)
		if err != nil {
			return all // it was killed
		}
		var out struct {
			Data struct {
				CreateAuthor struct{ Author struct{ ID string } }
			}
		}
		err = json.NewDecoder(answer.Body).Decode(&out)
		_ = answer.Body.Close()
		if err != nil {
			return all
		}
		a := acknowledged{id: out.Data.CreateAuthor.Author.ID}
		if text := answer.Header.Get("X-Tercul-Seq"); text != "" {
			a.seq, err = strconv.ParseUint(text, 10, 64)
		}
		if err != nil || a.id == "" {
			c.t.Errorf("an answer that is none: %d %v", answer.StatusCode, err)
			return all
		}
		all = append(all, a)
	}
}

// TestAWriterKilledOnTheWayToTheCaches is killed before it commits, between commit and
// publication, in the middle of one, between that and the acknowledgement, and at any
// moment; and started anew. By the first heartbeat of the next one every change that was
// committed has been announced, once, and nothing else ever is. Who was given a number
// finds the change at or below it.
func TestAWriterKilledOnTheWayToTheCaches(t *testing.T) {
	rounds := 10
	if os.Getenv("TERCUL_TEST_LONG") != "" {
		rounds = 200
	}
	url, redisURL := pgtest.Database(t), pgtest.RedisURL(t)
	options, err := redis.ParseURL(redisURL)
	require.NoError(t, err)
	client := redis.NewClient(options)
	defer func() { _ = client.Close() }()
	db := pgtest.Open(t, url)
	space := fmt.Sprint("kill-test-", options.DB) // channels are shared by all databases of a server
	bus := invalidate.NewBus(client, cachekey.Space(space))
	l := &ledger{t: t, db: db, bus: bus, announced: map[int64]invalidate.Message{}, named: map[string]uint64{}}
	env := settings(t, map[string]string{
		"TERCUL_DATABASE_URL": url, "TERCUL_WRITE_DOCUMENTS": "any", "TERCUL_REDIS_URL": redisURL, "TERCUL_REDIS_SPACE": space, "TERCUL_WRITE_PUBLISH": "5s",
	})
	(&site{service: &service{t: t}, db: db, url: url}).account("eve", identity.Editor)

	steps := []string{beforeCommit, afterCommit, inPublish, afterPublish, "any"}
	var owed, numbered, unnumbered int
	var took []time.Duration
	for round := range rounds + 1 {
		sub := bus.Subscribe(t.Context())
		_, err := sub.Receive(t.Context())
		require.NoError(t, err)
		l.read()
		before := l.committed()
		owed += l.owed(before)

		step, now := steps[round%len(steps)], maps.Clone(env)
		now[killAt] = fmt.Sprintf("%s:%d", step, 5+rand.IntN(20))
		began := time.Now()
		s, kill, ended := launch(t, now)
		l.awaitBeat(sub)
		took = append(took, time.Since(began))
		_ = sub.Close()
		require.Zero(t, l.owed(before), "round %d: committed before the process began, and not announced by its first heartbeat", round)
		if round == rounds {
			kill()
			break
		}

		require.Eventually(t, s.reachable, 30*time.Second, 5*time.Millisecond, s.log)
		at := (&site{service: s, db: db, url: url}).program()
		session := at.login("BEARER", "eve")
		at.bearer = session.text("login", "accessToken")
		require.NotEmpty(t, at.bearer, "%s %s %v: %s", session.code, session.message, session.data, s.log)
		var mu sync.Mutex
		var told []acknowledged
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				acks := at.edit()
				mu.Lock()
				defer mu.Unlock()
				told = append(told, acks...)
			})
		}
		if step == "any" {
			select {
			case <-time.After(time.Duration(rand.Int64N(int64(300 * time.Millisecond)))): // the fault itself
			case <-ended:
			}
			kill()
		}
		select {
		case <-ended:
		case <-time.After(time.Minute):
			t.Fatalf("round %d: it was not killed %s", round, step)
		}
		all.Wait()
		l.read()
		for _, a := range told {
			if a.seq == 0 {
				unnumbered++
				continue
			}
			numbered++
			require.Contains(t, l.named, a.id, "round %d: acknowledged with a number, and not announced", round)
			require.LessOrEqual(t, l.named[a.id], a.seq)
		}
	}

	l.read()
	committed := map[int64]bool{} // the last process, too, was killed in the middle of something
	for _, id := range l.committed() {
		committed[id] = true
	}
	for id := range l.announced {
		require.True(t, committed[id], "announced, and not committed")
	}
	require.Positive(t, owed, "no kill came between a commit and its publication")
	require.Positive(t, numbered)
	slices.Sort(took)
	t.Logf("%d kills, %d rows announced, %d of them by the next process; %d changes acknowledged with a number, %d without; from the start of a process to its first heartbeat: median %s, at most %s",
		rounds, len(l.announced), owed, numbered, unnumbered, took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond))
}
