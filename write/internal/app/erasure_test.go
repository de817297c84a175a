package app

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/account"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/job"
)

// work has the running writer do a job, and waits until it is done.
func (s *site) work(args river.JobArgs) {
	s.t.Helper()
	queue, err := job.NewQueue()
	require.NoError(s.t, err)
	var id int64
	require.NoError(s.t, pgx.BeginFunc(s.t.Context(), s.db, func(tx pgx.Tx) (err error) {
		id, err = queue.Enqueue(s.t.Context(), tx, args)
		return err
	}))
	require.Eventually(s.t, func() bool {
		var state string
		require.NoError(s.t, s.db.QueryRow(s.t.Context(), "SELECT state::text FROM jobs.river_job WHERE id = $1", id).Scan(&state))
		return state == "completed"
	}, waited, tick, "%s: %s", args.Kind(), s.log)
}

// leaving is a member who has written something, and is about to go.
type leaving struct {
	*caller
	id, comment, answered, open, hidden string
}

// writes has a member do what members do: comment, with and without an answer of
// bob's, like, bookmark, keep a search, and make a collection that everybody sees and one
// that nobody does.
func (s *site) writes(name string, about string, bob *caller) *leaving {
	s.join(name)
	l := &leaving{caller: s.as(name)}
	l.id, _ = s.id(name)
	comment := func(c *caller, body string, parent any) string {
		id, _ := in(c.change("createComment", "comment { id }", map[string]any{"subjectId": about, "body": body, "parentId": parent}), "comment", "id").(string)
		return id
	}
	l.comment = comment(l.caller, "The words of "+name+".", nil)
	l.answered = comment(l.caller, "What "+name+" asks?", nil)
	comment(bob, "The answer to "+name+".", l.answered)
	l.change("like", "stats { likes }", map[string]any{"subjectId": about})
	l.change("createBookmark", "bookmark { id }", map[string]any{"subjectId": about, "note": "a note of " + name})
	l.change("createSearchPreset", "preset { id }", map[string]any{"name": "of " + name, "query": name})
	collect := func(visibility string) string {
		id, _ := in(l.change("createCollection", "collection { id }", map[string]any{"title": visibility + " of " + name, "visibility": visibility}), "collection", "id").(string)
		l.change("addCollectionItem", "item { approval }", map[string]any{"collectionId": id, "subjectId": about})
		return id
	}
	l.open, l.hidden = collect("PUBLIC"), collect("PRIVATE")
	l.change("updateProfile", "viewer { username }", map[string]any{"expectedVersion": 1, "patch": map[string]any{"displayName": strings.ToUpper(name), "bio": "The life of " + name + "."}})
	return l
}

// everything is what the read service says of a member and of what they wrote.
func (l *leaving) everything(address, about string) string {
	l.t.Helper()
	query, err := json.Marshal(about)
	require.NoError(l.t, err)
	name := l.name()
	return public(l.t, address, `{ user(username: "`+name+`") { displayName bio } node(id: "`+l.id+`") { id } open: node(id: "`+l.open+`") { ... on Collection { title itemCount owner { username } items { nodes { subject { id } } } } }
		byName: collection(owner: "`+name+`", slug: "public-of-`+name+`") { title } hidden: node(id: "`+l.hidden+`") { id }
		comments(subjectId: `+string(query)+`, sort: OLDEST) { nodes { body deleted author { username } replies { body author { username } } } } }`)
}

func (l *leaving) name() string {
	var name string
	require.NoError(l.t, l.db.QueryRow(l.t.Context(), "SELECT username FROM auth.users WHERE core.typeid('USER', id) = $1", l.id).Scan(&name))
	return name
}

// An account is deleted the whole way, by one member who leaves what she wrote and by one
// who takes it with her, and readers see what is left of each.
func TestAnAccountThatIsDeleted(t *testing.T) {
	redis := pgtest.RedisURL(t)
	s := beginWith(t, map[string]string{"TERCUL_REDIS_URL": redis})
	address := readers(t, s.url, redis)
	s.account("root", identity.Admin)
	s.join("bob")
	root, bob := s.as("root"), s.as("bob")
	author := in(root.change("createAuthor", "author { id }", map[string]any{"names": []any{map[string]any{"language": "it", "name": "Dante Alighieri"}}}), "author", "id")
	about := root.published(author, "it", "Inferno")
	ada, eve := s.writes("ada", about, bob), s.writes("eve", about, bob)
	for _, l := range []*leaving{ada, eve} {
		seen := l.everything(address, about)
		for _, words := range []string{"The words of ", "What ", "The answer to ", "PUBLIC of ", "The life of "} {
			require.Contains(t, seen, words+l.name())
		}
	}
	ada.change("deleteAccount", "ok", map[string]any{"password": goodPassword, "confirm": "ada"})
	eve.change("deleteAccount", "ok", map[string]any{"password": goodPassword, "confirm": "eve", "eraseContent": true})
	for _, l := range []*leaving{ada, eve} {
		require.Equal(t, "UNAUTHENTICATED", l.do(viewerText, nil).code, "their sessions end at once")
	}

	// Within a week nothing has gone, and who signs in has it back.
	s.exec("UPDATE auth.users SET delete_after = delete_after - interval '6 days'")
	s.work(account.TidyArgs{})
	require.Contains(t, eve.everything(address, about), "The life of eve")
	require.Empty(t, s.program().login("BEARER", "eve").faults("login"))
	s.exec("UPDATE auth.users SET delete_after = delete_after - interval '2 days'")
	s.work(account.TidyArgs{})
	require.Contains(t, eve.everything(address, about), "The life of eve", "she has come back")
	again := s.as("eve")
	again.change("deleteAccount", "ok", map[string]any{"password": goodPassword, "confirm": "EVE", "eraseContent": true})
	s.exec("UPDATE auth.users SET delete_after = now() WHERE username = 'eve'")
	s.work(account.TidyArgs{})

	// What is left of her who left it.
	seen := func(l *leaving) (all struct {
		User, Node, Hidden, ByName *struct{ ID string }
		Open                       *struct {
			Title     string
			ItemCount int
			Owner     *struct{ Username string }
			Items     struct {
				Nodes []struct{ Subject struct{ ID string } }
			}
		}
		Comments struct {
			Nodes []struct {
				Body    string
				Deleted bool
				Author  *struct{ Username string }
				Replies []struct{ Body string }
			}
		}
	},
	) {
		require.NoError(t, json.Unmarshal([]byte(l.everything(address, about)), &all))
		return all
	}
	require.Eventually(t, func() bool {
		return seen(ada).User == nil && seen(eve).Open == nil && len(seen(eve).Comments.Nodes) == 3
	}, waited, tick)
	left := seen(ada)
	require.Nil(t, left.Node)
	require.Nil(t, left.Hidden)
	require.Nil(t, left.ByName, "an address by her name leads nowhere")
	require.NotNil(t, left.Open)
	require.Equal(t, "PUBLIC of ada", left.Open.Title)
	require.Nil(t, left.Open.Owner)
	require.Equal(t, 1, left.Open.ItemCount)
	require.Len(t, left.Open.Items.Nodes, 1)
	for i, words := range []string{"The words of ada.", "What ada asks?"} {
		require.Equal(t, words, left.Comments.Nodes[i].Body)
		require.Nil(t, left.Comments.Nodes[i].Author)
	}
	// And of her who took it with her: an empty place where somebody has answered.
	gone := seen(eve)
	require.Nil(t, gone.User)
	require.Nil(t, gone.Node)
	empty := gone.Comments.Nodes[2]
	require.True(t, empty.Deleted)
	require.Empty(t, empty.Body)
	require.Nil(t, empty.Author)
	require.Equal(t, "The answer to eve.", empty.Replies[0].Body)

	s.forgotten(t, "ada", "eve")
	require.Contains(t, public(t, address, `{ changes(since: 0) { nodes { kind change } } }`), `"COLLECTION"`)
}

// forgotten looks whether anything in the database tells who these were, but their names.
func (s *site) forgotten(t *testing.T, names ...string) {
	for _, name := range names {
		require.Equal(t, []string{"INVALID_CREDENTIALS"}, s.program().login("BEARER", name).faults("login"))
		taken := s.program().attempt("register", "ok", map[string]any{"username": name, "email": name + "2@example.org", "password": goodPassword})
		require.Equal(t, []string{"TAKEN"}, taken.faults("register"), "the name is given to nobody else")
		s.program().change("register", "ok", map[string]any{"username": name + "2", "email": name + "@example.org", "password": goodPassword})
	}
	s.exec("DELETE FROM auth.one_time_tokens WHERE user_id IN (SELECT id FROM auth.users WHERE username LIKE '%2')")
	for query, want := range map[string]int{
		"SELECT count(*) FROM auth.users WHERE username = ANY ($1) AND (email IS NOT NULL OR status <> 'DELETED')":                         0,
		"SELECT count(*) FROM auth.credentials c JOIN auth.users u ON u.id = c.user_id WHERE u.username = ANY ($1)":                        0,
		"SELECT count(*) FROM auth.sessions c JOIN auth.users u ON u.id = c.user_id WHERE u.username = ANY ($1)":                           0,
		"SELECT count(*) FROM auth.security_events c JOIN auth.users u ON u.id = c.user_id WHERE u.username = ANY ($1)":                    0,
		"SELECT count(*) FROM social.profiles c JOIN auth.users u ON u.id = c.user_id WHERE u.username = ANY ($1)":                         0,
		"SELECT count(*) FROM social.bookmarks c JOIN auth.users u ON u.id = c.user_id WHERE u.username = ANY ($1)":                        0,
		"SELECT count(*) FROM social.search_presets c JOIN auth.users u ON u.id = c.user_id WHERE u.username = ANY ($1)":                   0,
		"SELECT count(*) FROM social.likes c JOIN auth.users u ON u.id = c.user_id WHERE u.username = ANY ($1)":                            1,
		"SELECT count(*) FROM social.comments c WHERE body ~ 'eve' AND body !~ 'answer' AND $1::text[] IS NOT NULL":                        0,
		"SELECT count(*) FROM ops.audit_log a JOIN auth.users u ON u.id = a.subject_id WHERE a.action = 'erase' AND u.username = ANY ($1)": 2,
		"SELECT count(*) FROM view.verify() WHERE missing + surplus > 0 AND $1::text[] IS NOT NULL":                                        0,
	} {
		var n int
		require.NoError(t, s.db.QueryRow(t.Context(), query, names).Scan(&n), query)
		require.Equal(t, want, n, query)
	}
}
