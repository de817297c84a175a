package stats_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/stats"
	"github.com/tercul/tercul/write/internal/writetest"
)

// Days of UTC, up to and with today; likes and bookmarks to the moment.
func TestBordersOfAStretch(t *testing.T) {
	w := begin(t)
	today := noon.Truncate(24 * time.Hour)
	at := map[string]int{"today": 0, "6 days": 6, "7 days": 7, "29 days": 29, "30 days": 30, "364 days": 364, "365 days": 365, "tomorrow": -1}
	for name, days := range at {
		work := w.PublishedWork("it", "Opera di "+name)
		w.open(work, today.AddDate(0, 0, -days), 9)
	}
	liked := w.PublishedWork("it", "Opera amata")
	reader := w.User(identity.Reader)
	w.Exec("INSERT INTO social.likes (user_id, subject_id, created_at) VALUES ($1, $2, $3)", reader.UserID, liked.UUID, today.Add(-6*24*time.Hour))
	marked := w.PublishedWork("it", "Opera segnata")
	w.Exec("INSERT INTO social.bookmarks (id, user_id, subject_id, created_at) VALUES ($1, $1, $2, $3)", reader.UserID, marked.UUID, today.Add(-6*24*time.Hour-time.Second))

	of := func(stretch string) []string {
		return w.list(`SELECT v.title || ' ' || round(p.popularity::numeric, 3) FROM stats.popularity p JOIN view.work v ON v.id = p.subject_id
			WHERE p.stretch = $1 ORDER BY v.title`, stretch)
	}
	w.refresh(noon)
	week := []string{"Opera amata 0.778", "Opera di 6 days 1.000", "Opera di today 1.000"}
	require.Equal(t, week, of("WEEK"))
	require.Equal(t, []string{"Opera amata 0.778", "Opera di 29 days 1.000", "Opera di 6 days 1.000", "Opera di 7 days 1.000", "Opera di today 1.000", "Opera segnata 1.041"}, of("MONTH"))
	require.Len(t, of("YEAR"), 8)
	w.refresh(today.Add(24*time.Hour - time.Nanosecond))
	require.Equal(t, week, of("WEEK"), "the same day")
	w.refresh(today.Add(24 * time.Hour))
	require.Equal(t, []string{"Opera di today 1.000", "Opera di tomorrow 1.000"}, of("WEEK"))
	require.Len(t, w.list("SELECT subject_id::text FROM view.popularity WHERE stretch = 'ALL' AND popularity = 1"), 8, "for all time as well")
}

// A refresh says once what it has replaced, and nothing else.
func TestARefreshAnnouncesOnce(t *testing.T) {
	w := begin(t)
	for _, title := range []string{"La Commedia", "Vita nuova", "Convivio"} {
		work := w.PublishedWork("it", title)
		text := w.PublishedText(work, "ORIGINAL", "it", "")
		w.open(work, noon, 5)
		w.open(text, noon, 5)
	}
	for range 2 {
		last := writetest.One[int64](w.World, "SELECT max(id) FROM ops.outbox")
		w.refresh(noon)
		require.Equal(t, []string{"popular trending:day trending:week trending:month"}, w.list("SELECT array_to_string(tags, ' ') FROM ops.outbox WHERE id > $1", last))
		require.NotEmpty(t, w.ranking("DAY", "it", "WORK"))
	}
	// Others' changes of a ranking are announced as ever.
	last := writetest.One[int64](w.World, "SELECT max(id) FROM ops.outbox")
	w.Exec("SELECT set_config('tercul.silent', '', true)")
	w.Exec("UPDATE stats.trending SET score = 99 WHERE period = 'WEEK'")
	require.Equal(t, []string{"trending:week"}, w.list("SELECT array_to_string(tags, ' ') FROM ops.outbox WHERE id > $1", last))
}

// An import's ranking stays until something is counted here.
func TestARankingThatWasBrought(t *testing.T) {
	w := begin(t)
	work := w.PublishedWork("it", "La Commedia")
	w.Exec("INSERT INTO stats.trending (period, kind, rank, subject_id, score, z_score) VALUES ('DAY', 'WORK', 1, $1, 7, 7)", work.UUID)
	w.refresh(noon)
	require.Len(t, w.ranking("DAY", "*", "WORK"), 1)
	w.open(work, noon.Add(-50*24*time.Hour), 5)
	w.refresh(noon)
	require.Empty(t, w.ranking("DAY", "*", "WORK"))
}

var errWorn = errors.New("worn out")

// The jobs note when they were done, and only then.
func TestRunsAreNoted(t *testing.T) {
	w := begin(t)
	now := noon
	tick := func() time.Time { now = now.Add(time.Second); return now }
	reg := prometheus.NewPedanticRegistry()
	require.NoError(t, stats.Observe(reg, w.db()))
	require.ErrorIs(t, stats.Noted(t.Context(), w.db(), "stats_refresh", tick, func(context.Context) (int64, error) { return 1, errWorn }), errWorn)
	n, err := testutil.GatherAndCount(reg)
	require.NoError(t, err)
	require.Zero(t, n)
	require.NoError(t, (&stats.Refresher{DB: w.db(), Now: tick}).Work(t.Context(), nil))
	require.NoError(t, (&stats.Recounter{DB: w.db(), Now: tick}).Work(t.Context(), nil))
	require.NoError(t, testutil.GatherAndCompare(reg, strings.NewReader(`
# HELP tercul_stats_last_run_duration_seconds How long that took.
# TYPE tercul_stats_last_run_duration_seconds gauge
tercul_stats_last_run_duration_seconds{job="stats_recount"} 1
tercul_stats_last_run_duration_seconds{job="stats_refresh"} 2
`), "tercul_stats_last_run_duration_seconds"))
}
