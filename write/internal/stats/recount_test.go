package stats_test

import (
	"context"
	"flag"
	"math"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/stats"
	"github.com/tercul/tercul/write/internal/writetest"
)

// TestCountersAreWhatTheyCount has readers do things in any order, then spoils the
// counters, and holds both what commands count and what a recount finds against a
// count of the test's own.
func TestCountersAreWhatTheyCount(t *testing.T) {
	require.NoError(t, flag.Set("rapid.checks", "40")) // each is some thirty requests
	rapid.Check(t, func(rt *rapid.T) {
		l := &library{
			world: begin(t), rt: rt, brought: map[publicid.ID]counters{}, views: map[publicid.ID]int{}, likes: map[[2]any]bool{},
			bookmarks: map[string]publicid.ID{}, comments: map[string]publicid.ID{},
		}
		defer func() { _ = l.Tx.Rollback(context.Background()) }()
		l.members = []*identity.Actor{l.User(identity.Editor), l.User(identity.Reader), l.User(identity.Reader)}
		work, text := l.Published("La Commedia", "Nel mezzo")
		other, _ := l.Published("Vita nuova", "In quella parte")
		l.subjects = []publicid.ID{work, text, other}
		l.do(clean, 12)
		l.check("commands")
		l.refresh(l.Now) // popularity follows; no counter was wrong
		require.Zero(rt, l.mend(), "nothing was wrong")
		l.do(append([]string{"drift", "lose", "erase", "import"}, clean...), 8)
		l.mend()
		l.check("recount")
		require.Zero(rt, l.mend(), "once is enough")
		l.do(clean, 4)
		l.check("commands after the recount")
	})
}

func TestPopularityOfTheCounters(t *testing.T) {
	w := begin(t)
	work, _ := w.Published("La Commedia", "Nel mezzo")
	w.Exec("INSERT INTO stats.brought (subject_id, views, likes, bookmarks) VALUES ($1, 100, 3, 2)", work.UUID)
	require.EqualValues(t, 1, w.mend())
	popularity := func() float64 {
		return writetest.One[float64](w.World, "SELECT popularity FROM view.work WHERE id = $1", work.UUID)
	}
	require.InDelta(t, math.Log10(136), popularity(), 1e-9)
	told := writetest.One[int](w.World, "SELECT count(*)::int FROM ops.outbox")
	w.open(work, noon, 50)
	require.InDelta(t, math.Log10(136), popularity(), 1e-9, "it follows by the hour")
	require.Equal(t, told, writetest.One[int](w.World, "SELECT count(*)::int FROM ops.outbox"), "counters purge nothing")
	w.refresh(noon)
	require.InDelta(t, math.Log10(186), popularity(), 1e-9)
}

// A recount overlooks nothing that is counted at the same moment.
func TestRecountSideBySide(t *testing.T) {
	db := pgtest.Open(t, pgtest.Database(t)+"&role=tercul_writer")
	ctx := context.Background()
	id := uuid.Must(uuid.NewV7())
	exec(t, db, `WITH s AS (INSERT INTO core.subjects (id, kind) VALUES ($1, 'WORK') RETURNING id)
		INSERT INTO core.works (id, original_language, literature_type) SELECT id, 'it', 'POETRY' FROM s`, id)
	const members = 4
	var users []uuid.UUID
	for i := range members {
		u := uuid.Must(uuid.NewV7())
		users = append(users, u)
		exec(t, db, "INSERT INTO core.subjects (id, kind) VALUES ($1, 'USER')", u)
		exec(t, db, `INSERT INTO auth.users (id, username, username_canonical, email, email_canonical, status) VALUES ($1, $2, $2, $2 || '@example.org', $2 || '@example.org', 'ACTIVE')`, u, "member"+string(rune('a'+i)))
	}
	done := make(chan error, members+1)
	for i, u := range users {
		go func() {
			for n := range 25 {
				if err := react(ctx, db, u, id, n%2 == 0 || i == 0); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	go func() {
		for range 25 {
			if _, err := stats.Mend(ctx, db); err != nil {
				done <- err
				return
			}
			tx, err := db.Begin(ctx)
			if err == nil {
				_, err = stats.Recount(ctx, tx, []uuid.UUID{id})
			}
			if err == nil {
				err = tx.Commit(ctx)
			}
			if err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for range members + 1 {
		require.NoError(t, <-done)
	}
	var likes, counted int
	require.NoError(t, db.QueryRow(ctx, "SELECT (SELECT count(*) FROM social.likes), (SELECT likes FROM stats.totals)").Scan(&likes, &counted))
	require.Equal(t, likes, counted)
}

// react likes or unlikes as the commands do: the subject first, then what is counted,
// then the counter.
func react(ctx context.Context, db *pgxpool.Pool, user, id uuid.UUID, like bool) error {
	tx, err := db.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(ctx) }()
	if _, err := tx.Exec(ctx, "SELECT FROM core.subjects WHERE id = $1 FOR NO KEY UPDATE", id); err != nil {
		return err
	}
	change, by := "INSERT INTO social.likes (user_id, subject_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", int64(1)
	if !like {
		change, by = "DELETE FROM social.likes WHERE user_id = $1 AND subject_id = $2", -1
	}
	tag, err := tx.Exec(ctx, change, user, id)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO stats.totals AS t (subject_id, kind, likes) VALUES ($1, 'WORK', greatest($2::bigint, 0))
		ON CONFLICT (subject_id) DO UPDATE SET likes = greatest(t.likes + $2::bigint, 0)`, id, by*tag.RowsAffected())
	if err != nil {
		return err
	}
	return tx.Commit(ctx)
}

func exec(t *testing.T, db *pgxpool.Pool, sql string, args ...any) {
	t.Helper()
	_, err := db.Exec(context.Background(), sql, args...)
	require.NoError(t, err)
}
