package stats_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/stats"
	"github.com/tercul/tercul/write/internal/writetest"
)

// opened is views of something in an hour.
type opened struct {
	id   publicid.ID
	hour time.Time
	n    int
}

// place is one of a ranking.
type place struct {
	id       publicid.ID
	score, z float64
}

// plainly ranks as the documentation says, hour by hour and day by day.
func plainly(events []opened, of func(publicid.ID) []publicid.ID, now time.Time, period int) []place {
	present := now.Truncate(time.Hour)
	half := float64(period) / 4
	var all float64
	for age := range period {
		all += math.Pow(2, -float64(age)/half)
	}
	type sums struct {
		views, weighted float64
		days            [30]float64
	}
	found := map[publicid.ID]*sums{}
	for _, e := range events {
		age := int(present.Sub(e.hour.Truncate(time.Hour)).Hours())
		for _, id := range of(e.id) {
			if found[id] == nil {
				found[id] = &sums{}
			}
			switch {
			case age < 0 || age >= period+30*24:
			case age < period:
				found[id].views += float64(e.n)
				found[id].weighted += float64(e.n) * math.Pow(2, -float64(age)/half)
			default:
				found[id].days[(age-period)/24] += float64(e.n)
			}
		}
	}
	var out []place
	for id, s := range found {
		var mean, square float64
		for _, n := range s.days {
			mean += n / 30
			square += n * n / 30
		}
		deviation := math.Max(1, math.Sqrt(math.Max(0, square-mean*mean)))
		if rate := s.weighted * 24 / all; s.views >= 3 && rate > mean {
			out = append(out, place{id, (rate - mean) / deviation, (s.views*24/float64(period) - mean) / deviation})
		}
	}
	sort.Slice(out, func(i, j int) bool {
		if a, b := math.Round(out[i].score*1e9), math.Round(out[j].score*1e9); a != b {
			return a > b
		}
		return out[i].id.UUID.String() < out[j].id.UUID.String()
	})
	return out[:min(len(out), 100)]
}

// month makes up views of two months: some works are read evenly, some more at a
// weekend, some hardly, some all of a sudden.
func (w *world) month(now time.Time, subjects []publicid.ID) (events []opened) {
	r := rand.New(rand.NewPCG(1, 2)) // the same in each run
	for i, id := range subjects {
		for age := range 61 * 24 {
			rate := float64(i%7) / 6
			if i%4 < 2 && age < 5*(i+1) {
				rate += 1 + float64(i)/4
			}
			if i%5 == 0 && (age/24)%7 < 2 {
				rate *= 2
			}
			n := int(rate + r.Float64())
			if n > 0 && r.Float64() < 0.3 {
				events = append(events, opened{id, now.Add(-time.Duration(age) * time.Hour).Truncate(time.Hour), n})
			}
		}
	}
	_, err := w.Tx.CopyFrom(w.T.Context(), pgx.Identifier{"stats", "hourly"}, []string{"hour", "subject_id", "views"}, pgx.CopyFromSlice(len(events), func(i int) ([]any, error) {
		return []any{events[i].hour, events[i].id.UUID, events[i].n}, nil
	}))
	require.NoError(w.T, err)
	w.Exec("INSERT INTO stats.daily (day, subject_id, views) SELECT (hour AT TIME ZONE 'UTC')::date, subject_id, sum(views) FROM stats.hourly GROUP BY 1, 2")
	return events
}

func (w *world) ranking(period, scope, kind string) (out []place) {
	w.T.Helper()
	rows, err := w.Tx.Query(w.T.Context(), "SELECT subject_id, score, z_score, rank FROM stats.trending WHERE period = $1 AND scope = $2 AND kind = $3 ORDER BY rank", period, scope, kind)
	require.NoError(w.T, err)
	defer rows.Close()
	for rows.Next() {
		var p place
		var rank int
		require.NoError(w.T, rows.Scan(&p.id.UUID, &p.score, &p.z, &rank))
		p.id.Kind = kind
		out = append(out, p)
		require.Len(w.T, out, rank)
	}
	require.NoError(w.T, rows.Err())
	return out
}

func same(t *testing.T, want, got []place, of string) {
	t.Helper()
	require.Len(t, got, len(want), of)
	for i := range want {
		require.Equal(t, want[i].id, got[i].id, "%s: place %d", of, i+1)
		require.InDelta(t, want[i].score, got[i].score, 1e-6, of)
		require.InDelta(t, want[i].z, got[i].z, 1e-6, of)
	}
}

// TestTrendingIsWhatItSays makes up two months of views and compares each ranking with
// a plain computation of it.
func TestTrendingIsWhatItSays(t *testing.T) {
	w := begin(t)
	now := noon.Add(17 * time.Minute)
	var works, texts []publicid.ID
	language := map[publicid.ID]string{}
	above := map[publicid.ID][]publicid.ID{}
	for i := range 12 {
		work := w.PublishedWork("it", fmt.Sprintf("Opera %d", i))
		works = append(works, work)
		for _, l := range []string{"it", "en", "zh-Hans"}[:1+i%3] {
			kind := map[bool]string{true: "ORIGINAL", false: "TRANSLATION"}[l == "it"]
			text := w.PublishedText(work, kind, l, "")
			texts, language[text] = append(texts, text), l
			above[text] = []publicid.ID{work}
			for _, person := range w.list("SELECT unnest(author_ids || translator_ids)::text FROM view.expression WHERE id = $1", text.UUID) {
				id := publicid.ID{Kind: "PERSON"}
				require.NoError(t, id.UUID.UnmarshalText([]byte(person)))
				above[text] = append(above[text], id)
			}
		}
	}
	events := w.month(now, append(append([]publicid.ID{}, works...), texts...))
	w.refresh(now)

	for _, p := range stats.Periods {
		for _, kind := range []string{"WORK", "EXPRESSION", "PERSON"} {
			for _, scope := range []string{"*", "it", "en", "zh-Hans"} {
				want := plainly(events, func(id publicid.ID) (out []publicid.ID) {
					if scope != "*" && language[id] != scope {
						return nil
					}
					for _, o := range append([]publicid.ID{id}, above[id]...) {
						if o.Kind == kind {
							out = append(out, o)
						}
					}
					return out
				}, now, p.Hours)
				require.NotEmpty(t, want, "%s %s %s", p.Name, kind, scope)
				same(t, want, w.ranking(p.Name, scope, kind), p.Name+" "+kind+" "+scope)
			}
		}
	}
	// It is what the public API has.
	require.Equal(t, writetest.One[int](w.World, "SELECT count(*)::int FROM stats.trending"), writetest.One[int](w.World, "SELECT count(*)::int FROM view.trending"))

	// Out of sight, out of the ranking, from the next refresh on at the latest.
	first := w.ranking("DAY", "*", "WORK")[0].id
	w.Unpublish(first)
	w.refresh(now)
	require.NotEqual(t, first, w.ranking("DAY", "*", "WORK")[0].id)
}

// Where a period ends, to the hour: the oldest hour of it, the newest of the usual.
func TestBordersOfAPeriod(t *testing.T) {
	w := begin(t)
	work := w.PublishedWork("it", "La Commedia")
	other := w.PublishedWork("it", "Vita nuova")
	present := noon.Truncate(time.Hour)
	w.open(work, present.Add(-23*time.Hour), 3)
	w.open(other, present.Add(-24*time.Hour), 30)
	w.refresh(present)
	require.Len(t, w.ranking("DAY", "*", "WORK"), 1)
	require.Len(t, w.ranking("WEEK", "*", "WORK"), 2)
	require.InDelta(t, 3.0, w.ranking("DAY", "*", "WORK")[0].z, 1e-9)
	w.refresh(present.Add(59 * time.Minute))
	require.Len(t, w.ranking("DAY", "*", "WORK"), 1, "the same hour")
	w.refresh(present.Add(time.Hour))
	require.Empty(t, w.ranking("DAY", "*", "WORK"), "a day is over")
	w.refresh(present.Add((30*24 - 25) * time.Hour))
	require.Len(t, w.ranking("MONTH", "*", "WORK"), 2)
	w.refresh(present.Add((30*24 - 24) * time.Hour))
	require.Len(t, w.ranking("MONTH", "*", "WORK"), 1)
	w.refresh(present.Add(-2 * time.Hour * 24))
	require.Empty(t, w.ranking("MONTH", "*", "WORK"), "a clock that is behind does not see what is to come")
	// What hardly anybody reads does not trend by two readers; a flood in the usual does.
	third := w.PublishedWork("it", "Fiore")
	w.open(third, present, 2)
	w.refresh(present)
	require.Len(t, w.ranking("DAY", "*", "WORK"), 1)
}

func TestHoursAreForgotten(t *testing.T) {
	w := begin(t)
	work := w.PublishedWork("it", "La Commedia")
	w.open(work, noon, 3)
	w.refresh(noon.Add(61 * 24 * time.Hour))
	require.Equal(t, 1, writetest.One[int](w.World, "SELECT count(*)::int FROM stats.hourly"))
	w.refresh(noon.Add(62*24*time.Hour + time.Hour))
	require.Zero(t, writetest.One[int](w.World, "SELECT count(*)::int FROM stats.hourly"))
	require.Zero(t, writetest.One[int](w.World, "SELECT count(*)::int FROM stats.batches"))
	require.Equal(t, 3, writetest.One[int](w.World, "SELECT views FROM stats.daily"), "days are kept")
	require.Zero(t, w.mend())
	// A writer whose clock is years ahead does not forget what is new.
	w.open(work, time.Now(), 2)
	w.refresh(time.Now().AddDate(5, 0, 0))
	require.Equal(t, 1, writetest.One[int](w.World, "SELECT count(*)::int FROM stats.hourly"))
	require.Equal(t, 1, writetest.One[int](w.World, "SELECT count(*)::int FROM stats.batches"))
}
