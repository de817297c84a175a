package app

import (
	"context"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/views"
)

const browserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

// publish makes a work that everybody sees.
func publish(t *testing.T, db *pgxpool.Pool) publicid.ID {
	t.Helper()
	id := publicid.Of("WORK", uuid.Must(uuid.NewV7()))
	for _, statement := range []string{
		"INSERT INTO core.subjects (id, kind) VALUES ($1, 'WORK')",
		"INSERT INTO core.works (id, original_language, literature_type, status, published_at) VALUES ($1, 'it', 'POETRY', 'PUBLISHED', now())",
		"INSERT INTO core.work_titles (id, work_id, language, title, sort_title) VALUES ($1, $1, 'it', 'Vita nuova', 'Vita nuova')",
	} {
		_, err := db.Exec(t.Context(), statement, id.UUID)
		require.NoError(t, err)
	}
	return id
}

func viewsOf(t *testing.T, db *pgxpool.Pool, id publicid.ID) (n int) {
	t.Helper()
	require.NoError(t, db.QueryRow(context.Background(), "SELECT coalesce((SELECT views FROM stats.totals WHERE subject_id = $1), 0)", id.UUID).Scan(&n))
	return n
}

// What Redis holds is stored by a job, and the other jobs run as well.
func TestViewsInRedisAreStored(t *testing.T) {
	url, redisURL := pgtest.Database(t), pgtest.RedisURL(t)
	db := pgtest.Open(t, url)
	id := publish(t, db)
	options, err := redis.ParseURL(redisURL)
	require.NoError(t, err)
	client := redis.NewClient(options)
	defer func() { _ = client.Close() }()
	counter, err := views.New(views.Config{Redis: client, Space: "views-test", Timeout: 10 * time.Second})
	require.NoError(t, err)
	for last := range byte(5) {
		counter.Record(t.Context(), views.Visit{Subject: id, Client: netip.AddrFrom4([4]byte{192, 0, 2, last}), UserAgent: browserAgent})
	}
	s := start(t, settings(t, map[string]string{"TERCUL_DATABASE_URL": url, "TERCUL_REDIS_URL": redisURL, "TERCUL_REDIS_SPACE": "views-test"}))
	require.Eventually(t, func() bool {
		var jobs int
		require.NoError(t, db.QueryRow(t.Context(), "SELECT count(*) FROM stats.runs").Scan(&jobs))
		return jobs == 3 && viewsOf(t, db, id) == 5
	}, 30*time.Second, 50*time.Millisecond)
	_, _, body := s.ask(http.MethodGet, "/metrics")
	for _, job := range []string{"view_flush", "stats_refresh", "stats_recount"} {
		require.Contains(t, body, `tercul_stats_last_run_timestamp_seconds{job="`+job+`"}`)
	}
	require.Contains(t, body, `tercul_views_waiting{where="redis"} 0`)
}

// Without Redis a process stores what it counted, on the way down at the latest.
func TestViewsOfAProcessAreStored(t *testing.T) {
	url := pgtest.Database(t)
	db := pgtest.Open(t, url)
	id := publish(t, db)
	s := start(t, settings(t, map[string]string{"TERCUL_DATABASE_URL": url}))
	for _, path := range []string{id.String(), id.String(), "nothing"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.addr+"/views/"+path, http.NoBody)
		require.NoError(t, err)
		r.Header.Set("User-Agent", browserAgent)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		answer, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		_ = answer.Body.Close()
		require.Equal(t, http.StatusAccepted, answer.StatusCode)
	}
	require.NoError(t, s.stop())
	require.Equal(t, 1, viewsOf(t, db, id))
	require.NotContains(t, s.log.String(), "127.0.0.1:", "no address of a reader")
}
