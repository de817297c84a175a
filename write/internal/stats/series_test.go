package stats_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

type point struct {
	At                                               time.Time
	WorkViews, TextViews, Likes, Bookmarks, Comments int
}

type answer struct {
	WorkID, From, To, Grain string
	Points                  []point
}

const asked = `query($id: ID!, $from: Date!, $to: Date!, $grain: Grain!) { workAnalytics(workId: $id, from: $from, to: $to, grain: $grain) {
	workId from to grain points { at workViews textViews likes bookmarks comments } } }`

func (w *world) analytics(who *identity.Actor, id publicid.ID, from, to, grain string) (*answer, writetest.Answer) {
	w.T.Helper()
	a := w.Ask(who, asked, map[string]any{"id": id.String(), "from": from, "to": to, "grain": grain})
	var out *answer
	if len(a.Errors) == 0 {
		require.NoError(w.T, json.Unmarshal(a.Data["workAnalytics"], &out))
	}
	return out, a
}

func TestWhoMaySeeHowAWorkIsRead(t *testing.T) {
	w := begin(t)
	work := w.PublishedWork("it", "La Commedia")
	w.PublishedText(work, "ORIGINAL", "it", "Nel mezzo")
	maker, claimant, stranger, reader := w.User(identity.Contributor), w.User(identity.Contributor), w.User(identity.Reviewer), w.User(identity.Reader)
	w.Exec("UPDATE core.works SET created_by = $2 WHERE id = $1", work.UUID, maker.UserID)
	w.Exec("UPDATE core.persons SET claimed_by = $2 WHERE id = (SELECT person_id FROM core.work_contributors WHERE work_id = $1)", work.UUID, claimant.UserID)
	for _, who := range []*identity.Actor{maker, claimant, w.User(identity.Editor), w.User(identity.Admin)} {
		got, a := w.analytics(who, work, "2026-03-01", "2026-03-02", "DAY")
		require.Empty(t, a.Errors)
		require.NotNil(t, got)
		require.Len(t, got.Points, 2)
		require.Equal(t, []string{work.String(), "2026-03-01", "2026-03-02", "DAY"}, []string{got.WorkID, got.From, got.To, got.Grain})
	}
	got, a := w.analytics(stranger, work, "2026-03-01", "2026-03-02", "DAY")
	require.Empty(t, a.Errors)
	require.Nil(t, got, "not own")
	nothing, err := publicid.New("WORK")
	require.NoError(t, err)
	got, _ = w.analytics(w.User(identity.Editor), nothing, "2026-03-01", "2026-03-02", "DAY")
	require.Nil(t, got, "not there")
	_, a = w.analytics(reader, work, "2026-03-01", "2026-03-02", "DAY")
	require.Equal(t, "FORBIDDEN", a.Code())
	_, a = w.analytics(nil, work, "2026-03-01", "2026-03-02", "DAY")
	require.Equal(t, "UNAUTHENTICATED", a.Code())
}

func TestWhatCannotBeAsked(t *testing.T) {
	w := begin(t)
	w.Now = noon
	work := w.PublishedWork("it", "La Commedia")
	editor := w.User(identity.Editor)
	editor.ReauthAt = noon
	for _, c := range []struct{ from, to, grain, field string }{
		{"2026-03-02", "2026-03-01", "DAY", "to"},
		{"1999-12-31", "2026-03-01", "MONTH", "from"},
		{"2026-01-01", "2201-01-01", "MONTH", "to"},
		{"2026-01-01", "2027-02-05", "DAY", "to"},
		{"2026-02-20", "2026-03-08", "HOUR", "to"},
		{"2026-01-08", "2026-01-09", "HOUR", "from"},
	} {
		_, a := w.analytics(editor, work, c.from, c.to, c.grain)
		require.Equal(t, "BAD_REQUEST", a.Code(), c)
		require.Equal(t, c.field, a.Errors[0].Extensions.Field, c)
	}
	for _, c := range []struct {
		from, to, grain string
		points          int
	}{
		{"2026-01-01", "2027-02-04", "DAY", 400}, {"2026-02-20", "2026-03-07", "HOUR", 384}, {"2026-01-09", "2026-01-09", "HOUR", 24},
		{"2026-03-08", "2026-03-09", "WEEK", 2}, {"2026-03-09", "2026-03-15", "WEEK", 1}, {"2026-01-31", "2026-02-01", "MONTH", 2},
		{"2018-07-23", "2026-03-22", "WEEK", 400}, {"2020-01-01", "2053-04-30", "MONTH", 400},
	} {
		got, a := w.analytics(editor, work, c.from, c.to, c.grain)
		require.Empty(t, a.Errors, c)
		require.Len(t, got.Points, c.points, c)
		for i, p := range got.Points[1:] {
			require.True(t, p.At.After(got.Points[i].At))
		}
	}
	_, a := w.analytics(editor, work, "2026-03-32", "2026-04-01", "DAY")
	require.Equal(t, "BAD_REQUEST", a.Code())
}

// Everything falls into the step that it belongs to, whatever the zone of the server.
func TestSeries(t *testing.T) {
	w := begin(t)
	w.Now = noon
	w.Exec("SET LOCAL TimeZone = 'Asia/Tokyo'")
	work := w.PublishedWork("it", "La Commedia")
	text := w.PublishedText(work, "ORIGINAL", "it", "Nel mezzo")
	other := w.PublishedWork("it", "Vita nuova")
	editor := w.User(identity.Editor)
	sunday, monday := time.Date(2026, 3, 8, 23, 30, 0, 0, time.UTC), time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)
	w.open(work, sunday, 2)
	w.open(work, monday, 3)
	w.open(text, monday, 5)
	w.open(text, monday.Add(time.Hour), 7)
	w.open(other, monday, 100)
	w.Exec("INSERT INTO social.likes (user_id, subject_id, created_at) VALUES ($1, $2, $3), ($1, $4, $5)", editor.UserID, work.UUID, sunday, text.UUID, monday)
	w.Exec("INSERT INTO social.bookmarks (id, user_id, subject_id, created_at) VALUES ($1, $1, $2, $3)", editor.UserID, text.UUID, monday.Add(90*time.Minute))
	for i, status := range []string{"VISIBLE", "HIDDEN", "VISIBLE"} {
		c, err := publicid.New("COMMENT")
		require.NoError(t, err)
		w.Exec("INSERT INTO core.subjects (id, kind) VALUES ($1, 'COMMENT')", c.UUID)
		w.Exec("INSERT INTO social.comments (id, subject_id, author_id, root_id, depth, path, body, status, created_at) VALUES ($1, $2, $3, $1, 0, $4, 'Bello.', $5, $6)",
			c.UUID, work.UUID, editor.UserID, fmt.Sprintf("00000%d", i+1), status, monday.Add(time.Duration(i-1)*time.Minute))
	}
	points := func(from, to, grain string) []point {
		got, a := w.analytics(editor, work, from, to, grain)
		require.Empty(t, a.Errors)
		return got.Points
	}
	first, second := point{At: sunday.Truncate(24 * time.Hour), WorkViews: 2, Likes: 1, Comments: 1}, point{At: monday, WorkViews: 3, TextViews: 12, Likes: 1, Bookmarks: 1, Comments: 1}
	require.Equal(t, []point{first, second, {At: monday.AddDate(0, 0, 1)}}, points("2026-03-08", "2026-03-10", "DAY"))
	require.Equal(t, []point{second}, points("2026-03-09", "2026-03-15", "WEEK"))
	first.At = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	require.Equal(t, []point{first, second}, points("2026-03-04", "2026-03-09", "WEEK"))
	all := point{At: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), WorkViews: 5, TextViews: 12, Likes: 2, Bookmarks: 1, Comments: 2}
	require.Equal(t, []point{{At: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)}, all}, points("2026-02-15", "2026-03-09", "MONTH"))
	hours := points("2026-03-09", "2026-03-09", "HOUR")
	require.Len(t, hours, 24)
	require.Equal(t, point{At: monday, WorkViews: 3, TextViews: 5, Likes: 1, Comments: 1}, hours[0])
	require.Equal(t, point{At: monday.Add(time.Hour), TextViews: 7, Bookmarks: 1}, hours[1])
}
