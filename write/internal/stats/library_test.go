package stats_test

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
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
