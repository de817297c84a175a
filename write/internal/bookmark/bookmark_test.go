package bookmark_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/writetest"
)

const selection = "bookmark { id subject { id kind title } ref note labels private version createdAt updatedAt }"

type bookmark struct {
	ID        string
	Subject   struct{ ID, Kind string }
	Ref, Note *string
	Labels    []string
	Private   bool
	Version   int
}

func put(w *writetest.World, who *identity.Actor, in map[string]any) (b bookmark) {
	w.Change(who, "createBookmark", "CreateBookmarkInput", selection, in).Ok().Into("bookmark", &b)
	return b
}

func TestCreate(t *testing.T) {
	w := writetest.New(t)
	reader, other := w.User(identity.Reader), w.User(identity.Reader)
	work, text := w.Published("La Commedia", "Nel mezzo", "mi ritrovai")
	whole := put(w, reader, map[string]any{"subjectId": text.String(), "note": "Here.", "labels": []string{"rome", "dark"}})
	require.Equal(t, text.String(), whole.Subject.ID)
	require.Nil(t, whole.Ref)
	require.True(t, whole.Private)
	require.Equal(t, []string{"rome", "dark"}, whole.Labels)
	line := put(w, reader, map[string]any{"subjectId": text.String(), "ref": "1.2"})
	require.NotEqual(t, whole.ID, line.ID)
	require.Equal(t, "1.2", *line.Ref)
	again := put(w, reader, map[string]any{"subjectId": text.String(), "ref": "1.2", "note": "Other."})
	require.Equal(t, line, again, "what is bookmarked is answered as it is")
	require.NotEqual(t, line.ID, put(w, other, map[string]any{"subjectId": text.String(), "ref": "1.2"}).ID)
	require.Equal(t, 3, writetest.One[int](w, "SELECT bookmarks::int FROM view.subject_stats WHERE subject_id = $1", text.UUID))

	many := make([]string, 21)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	for name, c := range map[string]struct {
		more map[string]any
		want string
	}{
		"no such line":     {map[string]any{"ref": "9.9"}, "NOT_FOUND ref"},
		"no text":          {map[string]any{"subjectId": work.String(), "ref": "1.1"}, "NOT_FOUND ref"},
		"no such thing":    {map[string]any{"subjectId": "work_01h455vb4pex5vsknk084sn02q"}, "NOT_FOUND subjectId"},
		"a long note":      {map[string]any{"note": strings.Repeat("ü", 5001)}, "TOO_LONG note"},
		"many labels":      {map[string]any{"labels": many}, "TOO_MANY labels"},
		"a long label":     {map[string]any{"labels": []string{strings.Repeat("ü", 41)}}, "TOO_LONG labels.0"},
		"an empty label":   {map[string]any{"labels": []string{""}}, "BLANK labels.0"},
		"the same label":   {map[string]any{"labels": []string{"a", "a"}}, "DUPLICATE labels"},
		"turns in a label": {map[string]any{"labels": []string{"a\u202e"}}, "INVALID labels.0"},
	} {
		t.Run(name, func(t *testing.T) {
			in := map[string]any{"subjectId": text.String()}
			for k, v := range c.more {
				in[k] = v
			}
			require.Equal(t, []string{c.want}, w.Change(reader, "createBookmark", "CreateBookmarkInput", selection, in).Codes())
		})
	}
	const query = "mutation($in: CreateBookmarkInput!) { createBookmark(input: $in) { bookmark { id } } }"
	in := map[string]any{"in": map[string]any{"subjectId": text.String()}}
	require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, query, in).Code())
	fresh := w.User(identity.Reader)
	fresh.Verified = false
	require.Equal(t, "FORBIDDEN", w.Ask(fresh, query, in).Code())
}

func TestChange(t *testing.T) {
	w := writetest.New(t)
	reader, admin := w.User(identity.Reader), w.User(identity.Admin)
	_, text := w.Published("La Commedia", "Nel mezzo")
	made := put(w, reader, map[string]any{"subjectId": text.String(), "note": "Here.", "labels": []string{"rome"}})
	edit := func(who *identity.Actor, version int, patch map[string]any) writetest.Payload {
		return w.Change(who, "updateBookmark", "UpdateBookmarkInput", selection, map[string]any{"id": made.ID, "expectedVersion": version, "patch": patch})
	}
	var now bookmark
	edit(reader, 1, map[string]any{"private": false}).Ok().Into("bookmark", &now)
	require.False(t, now.Private)
	require.Equal(t, "Here.", *now.Note, "what is not given stays")
	require.Equal(t, 2, now.Version)
	edit(reader, 2, map[string]any{"note": nil, "labels": []string{}}).Ok().Into("bookmark", &now)
	require.Nil(t, now.Note)
	require.Empty(t, now.Labels)
	require.Equal(t, []string{"STALE_VERSION expectedVersion"}, edit(reader, 2, map[string]any{"note": "x"}).Codes())
	require.Equal(t, []string{"BLANK patch.private"}, edit(reader, 3, map[string]any{"private": nil}).Codes())
	require.Equal(t, []string{"TOO_LONG patch.note"}, edit(reader, 3, map[string]any{"note": strings.Repeat("x", 5001)}).Codes())
	require.Equal(t, []string{"TOO_LONG patch.labels.0"}, edit(reader, 3, map[string]any{"labels": []string{strings.Repeat("x", 41)}}).Codes())
	require.Equal(t, []string{"NOT_FOUND id"}, edit(admin, 3, map[string]any{"note": "x"}).Codes(), "nobody knows of another's")

	remove := func(who *identity.Actor, id string) []string {
		return w.Change(who, "deleteBookmark", "DeleteBookmarkInput", "deletedId", map[string]any{"id": id}).Codes()
	}
	require.Equal(t, []string{"NOT_FOUND id"}, remove(admin, made.ID))
	require.Equal(t, []string{"INVALID id"}, remove(reader, text.String()))
	require.Empty(t, remove(reader, made.ID))
	require.Equal(t, []string{"NOT_FOUND id"}, remove(reader, made.ID))
	require.Zero(t, writetest.One[int](w, "SELECT bookmarks::int FROM stats.totals WHERE subject_id = $1", text.UUID))
}

func TestList(t *testing.T) {
	w := writetest.New(t)
	reader := w.User(identity.Reader)
	work, text := w.Published("La Commedia", "Nel mezzo", "mi ritrovai", "che la diritta")
	for i := range 3 {
		put(w, reader, map[string]any{"subjectId": text.String(), "ref": fmt.Sprintf("1.%d", i+1), "labels": []string{fmt.Sprint("l", i)}})
	}
	put(w, reader, map[string]any{"subjectId": work.String()})
	put(w, w.User(identity.Reader), map[string]any{"subjectId": work.String()})
	read := func(filter map[string]any, first int, after *string) (refs []string, more bool, end *string) {
		a := w.Ask(reader, `query($filter: BookmarkFilter, $first: Int, $after: String) { viewerBookmarks(filter: $filter, first: $first, after: $after) {
			nodes { ref } edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }`, map[string]any{"filter": filter, "first": first, "after": after})
		require.Empty(t, a.Errors)
		var l struct {
			Nodes    []struct{ Ref *string }
			PageInfo struct {
				HasNextPage bool
				EndCursor   *string
			}
		}
		require.NoError(t, json.Unmarshal(a.Data["viewerBookmarks"], &l))
		for _, n := range l.Nodes {
			if n.Ref == nil {
				refs = append(refs, "")
			} else {
				refs = append(refs, *n.Ref)
			}
		}
		return refs, l.PageInfo.HasNextPage, l.PageInfo.EndCursor
	}
	refs, more, end := read(nil, 2, nil)
	require.Equal(t, []string{"", "1.3"}, refs)
	require.True(t, more)
	refs, more, _ = read(nil, 2, end)
	require.Equal(t, []string{"1.2", "1.1"}, refs)
	require.False(t, more)
	refs, _, _ = read(map[string]any{"kind": "EXPRESSION"}, 10, nil)
	require.Len(t, refs, 3)
	refs, _, _ = read(map[string]any{"label": "l1"}, 10, nil)
	require.Equal(t, []string{"1.2"}, refs)
	refs, _, _ = read(map[string]any{"subjectId": work.String()}, 10, nil)
	require.Equal(t, []string{""}, refs)
}
