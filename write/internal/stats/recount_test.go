package stats_test

import (
	"context"
	"encoding/json"
	"flag"
	"math"
	"testing"
	"time"

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

// counters are those of one subject.
type counters struct{ Views, Likes, Bookmarks, Comments, Collections int }

// shelf is a collection of the model.
type shelf struct {
	id      string
	version int
	public  bool
	gone    bool
	items   map[publicid.ID]bool
}

// library is what has happened, remembered by the test itself.
type library struct {
	*world
	rt        *rapid.T
	members   []*identity.Actor
	subjects  []publicid.ID
	brought   map[publicid.ID]counters
	views     map[publicid.ID]int
	likes     map[[2]any]bool
	bookmarks map[string]publicid.ID
	comments  map[string]publicid.ID
	shelves   []*shelf
}

// expected counts it all, one by one.
func (l *library) expected(id publicid.ID) (n counters) {
	n = l.brought[id]
	n.Views += l.views[id]
	for k := range l.likes {
		if k[1] == id {
			n.Likes++
		}
	}
	for _, about := range l.bookmarks {
		if about == id {
			n.Bookmarks++
		}
	}
	for _, about := range l.comments {
		if about == id {
			n.Comments++
		}
	}
	for _, s := range l.shelves {
		if s.public && !s.gone && s.items[id] {
			n.Collections++
		}
	}
	return n
}

func (l *library) stored(id publicid.ID) (n counters) {
	l.T.Helper()
	require.NoError(l.rt, json.Unmarshal([]byte(writetest.One[string](l.World, `SELECT coalesce((SELECT jsonb_build_object('Views', views, 'Likes', likes, 'Bookmarks', bookmarks,
		'Comments', comments, 'Collections', collections) FROM stats.totals WHERE subject_id = $1), '{}')::text`, id.UUID)), &n))
	return n
}

func (l *library) check(when string) {
	l.T.Helper()
	for _, id := range l.subjects {
		require.Equal(l.rt, l.expected(id), l.stored(id), "%s: %s", when, id)
	}
}

// made is the id and version of what a mutation answered.
func made(p writetest.Payload, field string) (v struct {
	ID      string
	Version int
}) {
	p.Ok().Into(field, &v)
	return v
}

func anyOf[K comparable, V any](rt *rapid.T, of map[K]V, less func(a, b K) bool) (k K, found bool) {
	list := make([]K, 0, len(of))
	for k := range of {
		at := len(list)
		for at > 0 && less(k, list[at-1]) {
			at--
		}
		list = append(list[:at], append([]K{k}, list[at:]...)...)
	}
	if len(list) == 0 {
		return k, false
	}
	return rapid.SampledFrom(list).Draw(rt, "which"), true
}

func before(a, b string) bool { return a < b }

// steps are what readers do, and what goes wrong behind everybody's back.
var steps = map[string]func(l *library, who *identity.Actor, id publicid.ID){
	"view": func(l *library, _ *identity.Actor, id publicid.ID) {
		n := rapid.IntRange(1, 9).Draw(l.rt, "n")
		l.open(id, l.Now.Add(-time.Duration(rapid.IntRange(0, 90).Draw(l.rt, "hours"))*time.Hour), n)
		l.views[id] += n
	},
	"like": func(l *library, who *identity.Actor, id publicid.ID) {
		l.Change(who, "like", "LikeInput", "", map[string]any{"subjectId": id.String()}).Ok()
		l.likes[[2]any{who, id}] = true
	},
	"unlike": func(l *library, who *identity.Actor, id publicid.ID) {
		l.Change(who, "unlike", "UnlikeInput", "", map[string]any{"subjectId": id.String()}).Ok()
		delete(l.likes, [2]any{who, id})
	},
	"bookmark": func(l *library, who *identity.Actor, id publicid.ID) {
		p := l.Change(who, "createBookmark", "CreateBookmarkInput", "bookmark { id version }", map[string]any{"subjectId": id.String()})
		if len(p.Faults) == 0 { // else it is there already
			l.bookmarks[who.Username+" "+made(p, "bookmark").ID] = id
		}
	},
	"unbookmark": func(l *library, _ *identity.Actor, _ publicid.ID) {
		if key, found := anyOf(l.rt, l.bookmarks, before); found {
			for _, who := range l.members {
				if name := who.Username + " "; len(key) > len(name) && key[:len(name)] == name {
					l.Change(who, "deleteBookmark", "DeleteBookmarkInput", "", map[string]any{"id": key[len(name):]}).Ok()
				}
			}
			delete(l.bookmarks, key)
		}
	},
	"comment": func(l *library, who *identity.Actor, id publicid.ID) {
		p := l.Change(who, "createComment", "CreateCommentInput", "comment { id version }", map[string]any{"subjectId": id.String(), "body": "Bello."})
		l.comments[made(p, "comment").ID] = id
	},
	"hide": func(l *library, _ *identity.Actor, _ publicid.ID) {
		if key, found := anyOf(l.rt, l.comments, before); found {
			mutation, input := "deleteComment", map[string]any{"id": key}
			if rapid.Bool().Draw(l.rt, "hide") {
				mutation, input = "hideComment", map[string]any{"id": key, "reason": "It is not about the work."}
			}
			l.Change(l.members[0], mutation, map[string]string{"deleteComment": "DeleteCommentInput", "hideComment": "HideCommentInput"}[mutation], "", input).Ok()
			delete(l.comments, key)
		}
	},
	"collect": func(l *library, who *identity.Actor, id publicid.ID) {
		public := rapid.Bool().Draw(l.rt, "public")
		p := l.Change(who, "createCollection", "CreateCollectionInput", "collection { id version }", map[string]any{
			"title": uuid.NewString(), "visibility": map[bool]string{true: "PUBLIC", false: "PRIVATE"}[public],
		})
		s := made(p, "collection")
		l.Change(who, "addCollectionItem", "AddCollectionItemInput", "", map[string]any{"collectionId": s.ID, "subjectId": id.String()}).Ok()
		l.shelves = append(l.shelves, &shelf{id: s.ID, version: s.Version, public: public, items: map[publicid.ID]bool{id: true}})
	},
	"drift": func(l *library, _ *identity.Actor, id publicid.ID) {
		l.Exec(`UPDATE stats.totals SET likes = $2::bigint, bookmarks = 3 * $2::bigint, comments = 77, collections = 5, views = 1, popularity = 3 WHERE subject_id = $1`,
			id.UUID, rapid.IntRange(0, 1000).Draw(l.rt, "likes"))
	},
	"lose": func(l *library, _ *identity.Actor, id publicid.ID) {
		l.Exec("DELETE FROM stats.totals WHERE subject_id = $1", id.UUID)
	},
	"erase": func(l *library, who *identity.Actor, _ publicid.ID) { // as the deletion of an account does
		l.Exec("DELETE FROM social.likes WHERE user_id = $1", who.UserID)
		for k := range l.likes {
			if k[0] == who {
				delete(l.likes, k)
			}
		}
	},
	"import": func(l *library, _ *identity.Actor, id publicid.ID) {
		n := counters{Views: rapid.IntRange(0, 500).Draw(l.rt, "views"), Likes: rapid.IntRange(0, 50).Draw(l.rt, "likes")}
		l.Exec("INSERT INTO stats.brought (subject_id, views, likes) VALUES ($1, $2, $3) ON CONFLICT (subject_id) DO UPDATE SET views = excluded.views, likes = excluded.likes", id.UUID, n.Views, n.Likes)
		l.brought[id] = n
	},
}

// clean are the steps after which the counters are right by themselves.
var clean = []string{"view", "like", "unlike", "bookmark", "unbookmark", "comment", "hide", "collect"}

func (l *library) do(names []string, most int) {
	for range rapid.IntRange(1, most).Draw(l.rt, "steps") {
		name := rapid.SampledFrom(names).Draw(l.rt, "step")
		steps[name](l, rapid.SampledFrom(l.members).Draw(l.rt, "who"), rapid.SampledFrom(l.subjects).Draw(l.rt, "subject"))
	}
}

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
