package collection_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

const (
	selection = "collection { id slug owner { username } title description visibility curation members { user { id } role } itemCount pendingCount version createdAt updatedAt }"
	itemOf    = "item { subject { id title } note addedBy { username } approval addedAt }"
)

type collection struct {
	ID, Slug, Title, Visibility, Curation string
	Owner                                 struct{ Username string }
	Description                           *string
	Members                               []struct {
		User struct{ ID string }
		Role string
	}
	ItemCount, PendingCount, Version int
}

type item struct {
	Subject  struct{ ID, Title string }
	Note     *string
	AddedBy  struct{ Username string }
	Approval string
}

func create(w *writetest.World, who *identity.Actor, title string, more map[string]any) writetest.Payload {
	in := map[string]any{"title": title}
	for k, v := range more {
		in[k] = v
	}
	return w.Change(who, "createCollection", "CreateCollectionInput", selection, in)
}

func created(w *writetest.World, who *identity.Actor, title string, more map[string]any) (c collection) {
	create(w, who, title, more).Ok().Into("collection", &c)
	return c
}

func edit(w *writetest.World, who *identity.Actor, id string, version int, patch map[string]any) writetest.Payload {
	return w.Change(who, "updateCollection", "UpdateCollectionInput", selection, map[string]any{"id": id, "expectedVersion": version, "patch": patch})
}

func remove(w *writetest.World, who *identity.Actor, id string, version int) writetest.Payload {
	return w.Change(who, "deleteCollection", "DeleteCollectionInput", "deletedId", map[string]any{"id": id, "expectedVersion": version})
}

// act does something with an item.
func act(w *writetest.World, who *identity.Actor, what, id string, about publicid.ID, more map[string]any) writetest.Payload {
	in := map[string]any{"collectionId": id, "subjectId": about.String()}
	for k, v := range more {
		in[k] = v
	}
	name := strings.ToUpper(what[:1]) + what[1:] + "CollectionItemInput"
	if what == "remove" {
		return w.Change(who, "removeCollectionItem", name, selection, in)
	}
	return w.Change(who, what+"CollectionItem", name, itemOf, in)
}

// order is what everybody sees in a collection.
func order(w *writetest.World, id string) string {
	return writetest.One[string](w, `SELECT coalesce(string_agg(v.title, ' ' ORDER BY i.rank), '') FROM view.collection_item i JOIN core.subjects s ON s.id = i.collection_id
		JOIN view.work v ON v.id = i.subject_id WHERE s.public_id = $1`, id)
}

func counted(w *writetest.World, about publicid.ID) int {
	return writetest.One[int](w, "SELECT coalesce(max(collections), 0)::int FROM view.subject_stats WHERE subject_id = $1", about.UUID)
}

func works(w *writetest.World, titles ...string) []publicid.ID {
	out := make([]publicid.ID, len(titles))
	for i, title := range titles {
		out[i], _ = w.Published(title)
	}
	return out
}

func TestCreate(t *testing.T) {
	w := writetest.New(t)
	reader, other := w.User(identity.Reader), w.User(identity.Reader)
	made := created(w, reader, " Sea Poems ", map[string]any{"description": "All of them.", "visibility": "PUBLIC"})
	require.Equal(t, "Sea Poems", made.Title)
	require.Equal(t, "sea-poems", made.Slug)
	require.Equal(t, "CLOSED", made.Curation)
	require.Equal(t, reader.Username, made.Owner.Username)
	require.Equal(t, "sea-poems", writetest.One[string](w, "SELECT slug FROM view.collection WHERE public_id = $1 AND owner_id = $2", made.ID, reader.UserID))
	require.Equal(t, "sea-poems", created(w, other, "Sea Poems", nil).Slug, "each owner has their own names")
	require.Equal(t, "sea-poems-2", created(w, reader, "Sea, Poems", nil).Slug)
	for name, c := range map[string]struct {
		title string
		more  map[string]any
		want  []string
	}{
		"taken":              {"SEA poems", nil, []string{"TAKEN title"}},
		"empty":              {"", nil, []string{"BLANK title"}},
		"blank":              {"  ", nil, []string{"BLANK title"}},
		"long":               {strings.Repeat("ü", 151), nil, []string{"TOO_LONG title"}},
		"two lines":          {"a\nb", nil, []string{"INVALID title"}},
		"a long description": {"x", map[string]any{"description": strings.Repeat("ü", 5001)}, []string{"TOO_LONG description"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, create(w, reader, c.title, c.more).Codes())
		})
	}
	const query = "mutation($in: CreateCollectionInput!) { createCollection(input: $in) { collection { id } } }"
	in := map[string]any{"in": map[string]any{"title": "x"}}
	require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, query, in).Code())
	fresh := w.User(identity.Reader)
	fresh.Verified = false
	require.Equal(t, "FORBIDDEN", w.Ask(fresh, query, in).Code())
	ids := map[string]bool{}
	for range 2 {
		var c collection
		w.Change(other, "createCollection", "CreateCollectionInput", selection, map[string]any{"title": "Once"}, "Idempotency-Key", "key-00001").Ok().Into("collection", &c)
		ids[c.ID] = true
	}
	require.Len(t, ids, 1)
}

func TestFiveHundred(t *testing.T) {
	w := writetest.New(t)
	reader := w.User(identity.Reader)
	w.Exec("SET LOCAL tercul.defer_refresh = 'on'")
	w.Exec("INSERT INTO core.subjects (id, kind) SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'COLLECTION' FROM generate_series(1, 500) n")
	w.Exec("INSERT INTO social.collections (id, owner_id, title) SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, $1, 'c' || n FROM generate_series(1, 500) n", reader.UserID)
	w.Exec("SET LOCAL tercul.defer_refresh = ''")
	require.Equal(t, []string{"LIMIT_REACHED"}, create(w, reader, "One more", nil).Codes())
}

func TestUpdate(t *testing.T) {
	w := writetest.New(t)
	reader, editor, helper, other, admin := w.User(identity.Reader), w.User(identity.Editor), w.User(identity.Reader), w.User(identity.Reader), w.User(identity.Admin)
	created(w, reader, "Other", nil)
	made := created(w, reader, "Sea", map[string]any{"description": "All."})
	var now collection
	edit(w, reader, made.ID, 1, map[string]any{"title": "SEA", "curation": "OPEN"}).Ok().Into("collection", &now)
	require.Equal(t, "SEA", now.Title)
	require.Equal(t, "sea", now.Slug, "the address stays")
	require.Equal(t, "All.", *now.Description)
	require.Equal(t, 2, now.Version)
	for _, c := range []struct {
		patch map[string]any
		want  []string
	}{
		{map[string]any{"title": "other"}, []string{"TAKEN patch.title"}},
		{map[string]any{"title": ""}, []string{"BLANK patch.title"}},
		{map[string]any{"title": nil, "visibility": nil, "curation": nil}, []string{"BLANK patch.title", "BLANK patch.visibility", "BLANK patch.curation"}},
		{map[string]any{"title": strings.Repeat("x", 151)}, []string{"TOO_LONG patch.title"}},
		{map[string]any{"description": strings.Repeat("x", 5001)}, []string{"TOO_LONG patch.description"}},
		{map[string]any{"members": []any{member(reader, "EDITOR")}}, []string{"INVALID patch.members.0.userId"}},
		{map[string]any{"members": []any{map[string]any{"userId": "user_01h455vb4pex5vsknk084sn02q", "role": "EDITOR"}}}, []string{"NOT_FOUND patch.members.0"}},
		{map[string]any{"members": []any{map[string]any{"userId": made.ID, "role": "EDITOR"}}}, []string{"INVALID patch.members.0.userId"}},
		{map[string]any{"members": []any{member(helper, "EDITOR"), member(helper, "MODERATOR")}}, []string{"DUPLICATE patch.members"}},
	} {
		require.Equal(t, c.want, edit(w, reader, made.ID, 2, c.patch).Codes(), c.patch)
	}
	require.Equal(t, []string{"STALE_VERSION expectedVersion"}, edit(w, reader, made.ID, 1, map[string]any{}).Codes())

	require.Equal(t, []string{"NOT_FOUND id"}, edit(w, editor, made.ID, 2, map[string]any{}).Codes(), "a private one does not exist for others")
	edit(w, reader, made.ID, 2, map[string]any{"members": []any{member(helper, "EDITOR"), member(other, "MODERATOR")}}).Ok().Into("collection", &now)
	require.Len(t, now.Members, 2)
	edit(w, helper, made.ID, 3, map[string]any{"description": nil}).Ok().Into("collection", &now)
	require.Nil(t, now.Description)
	require.Len(t, now.Members, 2, "members that are not given stay")
	require.Equal(t, []string{"FORBIDDEN patch.members"}, edit(w, helper, made.ID, 4, map[string]any{"members": []any{}}).Codes())
	require.Equal(t, []string{"FORBIDDEN id"}, edit(w, other, made.ID, 4, map[string]any{}).Codes(), "a moderator sees it")
	edit(w, admin, made.ID, 4, map[string]any{"visibility": "UNLISTED"}).Ok()
	require.Equal(t, []string{"FORBIDDEN id"}, edit(w, editor, made.ID, 5, map[string]any{}).Codes(), "now others see it")
	edit(w, reader, made.ID, 5, map[string]any{"members": []any{}}).Ok().Into("collection", &now)
	require.Empty(t, now.Members)

	require.Equal(t, []string{"FORBIDDEN id"}, remove(w, helper, made.ID, 6).Codes())
	require.Equal(t, []string{"STALE_VERSION expectedVersion"}, remove(w, reader, made.ID, 5).Codes())
	remove(w, reader, made.ID, 6).Ok()
	require.Equal(t, []string{"NOT_FOUND id"}, remove(w, reader, made.ID, 7).Codes())
	require.Zero(t, writetest.One[int](w, "SELECT count(*)::int FROM view.collection WHERE public_id = $1", made.ID))
	created(w, reader, "Sea", nil)
	remove(w, admin, created(w, reader, "Last", nil).ID, 1).Ok()
}

func TestCounterIsOfPublicCollections(t *testing.T) {
	w := writetest.New(t)
	reader := w.User(identity.Reader)
	of := works(w, "A", "B")
	made := created(w, reader, "Sea", nil)
	for _, work := range of {
		act(w, reader, "add", made.ID, work, nil).Ok()
	}
	require.Zero(t, counted(w, of[0]))
	for i, c := range []struct {
		visibility string
		want       int
	}{{"UNLISTED", 0}, {"PUBLIC", 1}, {"PUBLIC", 1}, {"PRIVATE", 0}, {"PUBLIC", 1}} {
		edit(w, reader, made.ID, i+1, map[string]any{"visibility": c.visibility}).Ok()
		require.Equal(t, c.want, counted(w, of[0]), c.visibility)
		require.Equal(t, c.want, counted(w, of[1]), c.visibility)
	}
	remove(w, reader, made.ID, 6).Ok()
	require.Zero(t, counted(w, of[0]))
}

func TestMine(t *testing.T) {
	w := writetest.New(t)
	reader := w.User(identity.Reader)
	var ids []string
	for i, visibility := range []string{"PUBLIC", "UNLISTED", "PRIVATE", "PRIVATE"} {
		ids = append(ids, created(w, reader, fmt.Sprint("c", i), map[string]any{"visibility": visibility}).ID)
	}
	created(w, w.User(identity.Reader), "Another's", map[string]any{"visibility": "PUBLIC"})
	remove(w, reader, ids[3], 1).Ok()
	read := func(after *string) (found []string, end *string) {
		a := w.Ask(reader, "query($after: String) { viewerCollections(first: 2, after: $after) { nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } } }", map[string]any{"after": after})
		require.Empty(t, a.Errors)
		var l struct {
			Nodes    []struct{ ID string }
			PageInfo struct{ EndCursor *string }
		}
		require.NoError(t, json.Unmarshal(a.Data["viewerCollections"], &l))
		for _, n := range l.Nodes {
			found = append(found, n.ID)
		}
		return found, l.PageInfo.EndCursor
	}
	found, end := read(nil)
	require.Equal(t, []string{ids[2], ids[1]}, found)
	found, _ = read(end)
	require.Equal(t, ids[:1], found)
	require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, "{ viewerCollections { nodes { id } } }", nil).Code())
}
