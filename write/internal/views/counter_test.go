package views_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/views"
	"github.com/tercul/tercul/write/internal/writetest"
)

func TestOneForEachVisitorAndSubjectIn24Hours(t *testing.T) {
	w := begin(t)
	work, text := w.Published("La Commedia", "Nel mezzo")
	expect := func(of publicid.ID, n int, why string) {
		t.Helper()
		w.flush()
		require.Equal(t, n, w.stored(of), why)
	}
	for range 3 {
		w.open(work, "192.0.2.1", browser)
	}
	w.open(publicid.Of("PERSON", work.UUID), "192.0.2.1", browser)
	expect(work, 1, "the same visitor, by whatever kind the id says")
	w.open(text, "192.0.2.1", browser)
	expect(text, 1, "another subject")
	w.open(work, "192.0.2.2", browser)
	w.open(work, "192.0.2.1", browser+" of another")
	expect(work, 3, "another address, another program")
	w.open(work, "2001:db8::1", browser)
	w.open(work, "2001:db8::ffff:1", browser)
	expect(work, 4, "one subscriber's /64")
	w.open(work, "2001:db8:0:1::1", browser)
	expect(work, 5, "the next /64")

	w.clock = noon.Add(24*time.Hour - time.Second)
	w.open(work, "192.0.2.1", browser)
	expect(work, 5, "midnight begins no new 24 hours")
	w.clock = noon.Add(24 * time.Hour)
	w.open(work, "192.0.2.1", browser)
	w.open(work, "192.0.2.1", browser)
	expect(work, 6, "the next 24 hours")
	require.Equal(t, 7, outcomes(t, w.reg, "counted"))
	require.Equal(t, 6, outcomes(t, w.reg, "repeated"))
}

func TestWhoIsNotCounted(t *testing.T) {
	w := begin(t)
	work, _ := w.Published("La Commedia", "Nel mezzo")
	for _, agent := range []string{
		"", " ", "curl/8.5.0", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "python-requests/2.32", "Go-http-client/2.0",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36",
		"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)", "facebookexternalhit/1.1",
		"Mozilla/5.0 (compatible; bingbot/2.0)", "WhatsApp/2.23.20", "Feedfetcher-Google",
	} {
		w.open(work, "192.0.2.1", agent)
	}
	require.Equal(t, 12, outcomes(t, w.reg, "program"))
	for _, kind := range []string{"USER", "COMMENT", "TAG", "ALIGNMENT", publicid.Session} {
		w.open(publicid.Of(kind, work.UUID), "192.0.2.1", browser)
	}
	require.Equal(t, 5, outcomes(t, w.reg, "ignored"))
	for _, agent := range []string{
		browser, "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1",
		"Mozilla/5.0 (Linux; Android 14; CUBOT NOTE 50) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
		"Opera/9.80 (Windows NT 6.1) Presto/2.12.388 Version/12.18",
	} {
		w.open(work, "192.0.2.1", agent)
	}
	w.flush()
	require.Equal(t, 4, w.stored(work))
}

func TestOneAddressIsBounded(t *testing.T) {
	w := begin(t)
	work, text := w.Published("La Commedia", "Nel mezzo")
	for i := range views.PerSubject + 20 {
		w.open(work, "192.0.2.1", fmt.Sprintf("%s %d", browser, i))
	}
	w.open(text, "192.0.2.1", browser)
	w.open(work, "192.0.2.2", browser)
	w.flush()
	require.Equal(t, views.PerSubject+1, w.stored(work))
	require.Equal(t, 1, w.stored(text))
	require.Equal(t, 20, outcomes(t, w.reg, "bounded"))
	w.clock = noon.Add(24 * time.Hour)
	w.open(work, "192.0.2.1", browser)
	w.flush()
	require.Equal(t, views.PerSubject+2, w.stored(work), "the next day")
}

// A batch that is full takes more of what is in it, and nothing else.
func TestABatchIsBounded(t *testing.T) {
	w := begin(t)
	work, text := w.Published("La Commedia", "Nel mezzo")
	w.readers(work, 1)
	fill := map[string]any{}
	for i := range views.MaxFields {
		fill[fmt.Sprintf("%s:%d", text.UUID, i)] = 1
	}
	require.NoError(t, w.redis.HSet(t.Context(), "{tercul}:views:open", fill).Err())
	w.readers(work, 1)
	w.readers(text, 1)
	require.Equal(t, 2, outcomes(t, w.reg, "counted"))
	require.Equal(t, 1, outcomes(t, w.reg, "bounded"))
}

// Writers whose clocks differ by minutes count a visitor once, around midnight too.
func TestClocksThatDiffer(t *testing.T) {
	w := begin(t)
	work, _ := w.Published("La Commedia", "Nel mezzo")
	midnight := time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC)
	w.clock = midnight.Add(2 * time.Minute)
	late, _ := w.another(func() time.Time { return midnight.Add(-2 * time.Minute) })
	visit := views.Visit{Subject: work, Client: netip.MustParseAddr("192.0.2.1"), UserAgent: browser}
	w.counter.Record(t.Context(), visit)
	late.Record(t.Context(), visit)
	other := views.Visit{Subject: work, Client: netip.MustParseAddr("192.0.2.2"), UserAgent: browser}
	late.Record(t.Context(), other)
	w.counter.Record(t.Context(), other)
	w.flush()
	require.Equal(t, 2, w.stored(work))
}

// Nothing in Redis tells who was here, and the keys of the hashes go by themselves.
func TestRedisDoesNotKnowTheReaders(t *testing.T) {
	w := begin(t)
	work, _ := w.Published("La Commedia", "Nel mezzo")
	w.open(work, "192.0.2.77", browser)
	names, err := w.redis.Keys(t.Context(), "*").Result()
	require.NoError(t, err)
	require.Len(t, names, 7, "a batch, three keys, a visitor, two bounds")
	for _, name := range names {
		text := name
		if kind := w.redis.Type(t.Context(), name).Val(); kind == "hash" {
			text += fmt.Sprint(w.redis.HGetAll(t.Context(), name).Val())
		} else {
			text += w.redis.Get(t.Context(), name).Val()
			lasts := w.redis.TTL(t.Context(), name).Val()
			require.Positive(t, lasts, name)
			require.LessOrEqual(t, lasts, 72*time.Hour, name)
		}
		require.NotContains(t, text, "192.0.2")
		require.NotContains(t, text, "Firefox")
		if strings.Contains(name, "seen:") || strings.Contains(name, "from:") {
			require.NotContains(t, text, work.String())
		}
	}
}

// While Redis is away each process counts by itself; it comes back by itself.
func TestWithoutRedis(t *testing.T) {
	w := begin(t)
	work, text := w.Published("La Commedia", "Nel mezzo")
	gone := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1, DialTimeout: time.Second})
	defer func() { _ = gone.Close() }()
	for name, client := range map[string]redis.Cmdable{"away": gone, "none": nil} {
		t.Run(name, func(t *testing.T) {
			w.clock = w.clock.Add(48 * time.Hour)
			c, err := views.New(views.Config{Redis: client, Now: func() time.Time { return w.clock }})
			require.NoError(t, err)
			before := w.stored(work)
			for _, address := range []string{"192.0.2.1", "192.0.2.1", "192.0.2.2"} {
				c.Record(t.Context(), views.Visit{Subject: work, Client: netip.MustParseAddr(address), UserAgent: browser})
			}
			require.NoError(t, c.Drain(t.Context(), writetest.Savepoints{Tx: w.Tx}))
			require.Equal(t, before+2, w.stored(work))
			w.clock = w.clock.Add(24*time.Hour - time.Second)
			c.Record(t.Context(), views.Visit{Subject: work, Client: netip.MustParseAddr("192.0.2.1"), UserAgent: browser})
			w.clock = w.clock.Add(time.Second)
			c.Record(t.Context(), views.Visit{Subject: work, Client: netip.MustParseAddr("192.0.2.1"), UserAgent: browser})
			require.NoError(t, c.Drain(t.Context(), writetest.Savepoints{Tx: w.Tx}))
			require.Equal(t, before+3, w.stored(work))
			for i := range views.MaxFields + 5 { // memory is bounded
				u := text
				u.UUID[0], u.UUID[1] = byte(i), byte(i>>8)
				c.Record(context.Background(), views.Visit{Subject: u, Client: netip.MustParseAddr("192.0.2.1"), UserAgent: browser})
			}
			require.NoError(t, c.Drain(t.Context(), writetest.Savepoints{Tx: w.Tx}))
		})
	}
}
