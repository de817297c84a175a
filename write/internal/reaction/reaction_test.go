package reaction_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

const selection = "stats { subjectId views likes bookmarks comments collections asOf }"

type stats struct {
	SubjectID string
	Likes     int
	AsOf      *time.Time
}

func like(w *writetest.World, who *identity.Actor, id publicid.ID) writetest.Payload {
	return w.Change(who, "like", "LikeInput", selection, map[string]any{"subjectId": id.String()})
}

func unlike(w *writetest.World, who *identity.Actor, id publicid.ID) writetest.Payload {
	return w.Change(who, "unlike", "UnlikeInput", selection, map[string]any{"subjectId": id.String()})
}

func TestLike(t *testing.T) {
	w := writetest.New(t)
	reader, other := w.User(identity.Reader), w.User(identity.Reader)
	work, _ := w.Published("La Commedia", "Nel mezzo")
	told := writetest.One[int](w, "SELECT count(*)::int FROM ops.outbox")
	var now stats
	for range 2 {
		like(w, reader, work).Ok().Into("stats", &now)
		require.Equal(t, 1, now.Likes, "again changes nothing")
		require.Equal(t, work.String(), now.SubjectID)
		require.NotNil(t, now.AsOf)
	}
	like(w, other, work).Ok().Into("stats", &now)
	require.Equal(t, 2, now.Likes)
	require.Equal(t, 2, writetest.One[int](w, "SELECT likes::int FROM view.subject_stats WHERE subject_id = $1", work.UUID))
	require.Equal(t, told, writetest.One[int](w, "SELECT count(*)::int FROM ops.outbox"), "a counter purges nothing")
	for range 2 {
		unlike(w, reader, work).Ok().Into("stats", &now)
		require.Equal(t, 1, now.Likes)
	}
}

func TestWhatCanBeLiked(t *testing.T) {
	w := writetest.New(t)
	reader := w.User(identity.Reader)
	work, text := w.Published("La Commedia", "Nel mezzo")
	old, _ := w.Published("The Comedy")
	w.Unpublish(old)
	require.Equal(t, []string{"NOT_FOUND subjectId"}, like(w, reader, old).Codes())
	require.Equal(t, []string{"NOT_FOUND subjectId"}, unlike(w, reader, old).Codes())
	require.Equal(t, []string{"NOT_FOUND subjectId"}, like(w, reader, publicid.Of("PERSON", work.UUID)).Codes(), "the id of another kind")
	w.Exec("INSERT INTO core.id_redirects (old_id, new_id, reason) VALUES ($1, $2, 'MERGE')", old.UUID, work.UUID)
	a := w.Ask(reader, "mutation($in: LikeInput!) { like(input: $in) { stats { likes } } }", map[string]any{"in": map[string]any{"subjectId": "junk"}})
	require.Equal(t, "BAD_REQUEST", a.Code())
	require.Equal(t, "variables.in.subjectId", a.Errors[0].Extensions.Field)
	require.Equal(t, 400, a.Status)
	var now stats
	like(w, reader, old).Ok().Into("stats", &now)
	require.Equal(t, work.String(), now.SubjectID, "a merged id stands for the survivor")
	unlike(w, reader, old).Ok().Into("stats", &now)
	require.Zero(t, now.Likes)

	like(w, reader, text).Ok()
	w.Unpublish(work)
	var gone *stats
	unlike(w, reader, text).Ok().Into("stats", &gone)
	require.Nil(t, gone, "a like can be taken back from what is out of sight, whose counters are not told")
	require.Zero(t, writetest.One[int](w, "SELECT likes::int FROM stats.totals WHERE subject_id = $1", text.UUID))
}

func TestWhoMayLike(t *testing.T) {
	w := writetest.New(t)
	work, _ := w.Published("La Commedia")
	in := map[string]any{"in": map[string]any{"subjectId": work.String()}}
	fresh := w.User(identity.Reader)
	fresh.Verified = false
	for _, query := range []string{
		"mutation($in: LikeInput!) { like(input: $in) { stats { likes } } }", "mutation($in: UnlikeInput!) { unlike(input: $in) { stats { likes } } }",
	} {
		require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, query, in).Code())
		require.Equal(t, "FORBIDDEN", w.Ask(fresh, query, in).Code())
		require.Empty(t, w.Ask(w.User(identity.Reader), query, in).Code())
	}
}

func TestLikesAreListed(t *testing.T) {
	w := writetest.New(t)
	reader := w.User(identity.Reader)
	const query = "query($first: Int, $after: String) { viewerLikes(first: $first, after: $after) { nodes { id kind title } edges { cursor } pageInfo { hasNextPage endCursor } } }"
	type list struct {
		Nodes    []struct{ ID, Kind, Title string }
		Edges    []struct{ Cursor string }
		PageInfo struct {
			HasNextPage bool
			EndCursor   *string
		}
	}
	read := func(first int, after *string) (l list) {
		a := w.Ask(reader, query, map[string]any{"first": first, "after": after})
		require.Empty(t, a.Errors)
		require.NoError(t, json.Unmarshal(a.Data["viewerLikes"], &l))
		return l
	}
	require.Empty(t, read(10, nil).Nodes)
	var works []publicid.ID
	for _, title := range []string{"One", "Two", "Three"} {
		work, _ := w.Published(title)
		like(w, reader, work).Ok()
		works = append(works, work)
	}
	w.Now = w.Now.Add(time.Second)
	person := w.User(identity.Reader)
	like(w, reader, publicid.Of("USER", person.UserID)).Ok()
	first := read(2, nil)
	require.Equal(t, "USER", first.Nodes[0].Kind)
	require.Equal(t, "Three", first.Nodes[1].Title, "of the same moment the later id first")
	require.True(t, first.PageInfo.HasNextPage)
	rest := read(2, first.PageInfo.EndCursor)
	require.Equal(t, "Two", rest.Nodes[0].Title)
	require.Equal(t, "One", rest.Nodes[1].Title)
	require.False(t, rest.PageInfo.HasNextPage)
	require.Equal(t, *rest.PageInfo.EndCursor, rest.Edges[1].Cursor)
	w.Unpublish(works[1])
	require.Len(t, read(10, nil).Nodes, 3)
	require.Equal(t, "BAD_REQUEST", w.Ask(reader, query, map[string]any{"first": 101}).Code())
	require.Equal(t, "BAD_REQUEST", w.Ask(reader, query, map[string]any{"after": "WyJvdGhlciIsMV0"}).Code())
	require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, query, nil).Code())
}

func TestState(t *testing.T) {
	w := writetest.New(t)
	reader, other := w.User(identity.Reader), w.User(identity.Reader)
	work, text := w.Published("La Commedia", "Nel mezzo", "mi ritrovai", "che la diritta")
	const query = "query($ids: [ID!]!) { viewerState(subjectIds: $ids) { subjectId liked bookmarked collectionIds progress } }"
	type state struct {
		SubjectID         string
		Liked, Bookmarked bool
		CollectionIDs     []string
		Progress          *string
	}
	read := func(who *identity.Actor, ids ...string) (s []state) {
		a := w.Ask(who, query, map[string]any{"ids": ids})
		require.Empty(t, a.Errors)
		require.NoError(t, json.Unmarshal(a.Data["viewerState"], &s))
		return s
	}
	like(w, reader, work).Ok()
	for _, ref := range []string{"1.3", "1.2"} {
		w.Change(reader, "createBookmark", "CreateBookmarkInput", "bookmark { id }", map[string]any{"subjectId": text.String(), "ref": ref}).Ok()
	}
	var made struct{ ID string }
	w.Change(reader, "createCollection", "CreateCollectionInput", "collection { id }", map[string]any{"title": "Mine"}).Ok().Into("collection", &made)
	w.Change(reader, "addCollectionItem", "AddCollectionItemInput", "item { note }", map[string]any{"collectionId": made.ID, "subjectId": work.String()}).Ok()
	unknown := "work_01h455vb4pex5vsknk084sn02q"
	ref := "1.2"
	require.Equal(t, []state{
		{text.String(), false, true, []string{}, &ref}, {unknown, false, false, []string{}, nil}, {work.String(), true, false, []string{made.ID}, nil},
	}, read(reader, text.String(), unknown, work.String()))
	require.Equal(t, []state{{work.String(), false, false, []string{}, nil}}, read(other, work.String()), "nobody sees what others do")
	w.Exec("UPDATE core.text_lines SET ref = '2.2' WHERE expression_id = $1 AND ref = '1.2'", text.UUID)
	require.Equal(t, "2.2", *read(reader, text.String())[0].Progress, "a line is told by its present ref")

	require.Equal(t, "BAD_REQUEST", w.Ask(reader, query, map[string]any{"ids": []string{}}).Code())
	many := make([]string, 101)
	for i := range many {
		many[i] = unknown
	}
	require.NotEmpty(t, w.Ask(reader, query, map[string]any{"ids": many}).Code())
	require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, query, map[string]any{"ids": []string{unknown}}).Code())
}
