package collection_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

func member(a *identity.Actor, role string) map[string]any {
	return map[string]any{"userId": publicid.Of("USER", a.UserID).String(), "role": role}
}

func TestItems(t *testing.T) {
	w := writetest.New(t)
	reader := w.User(identity.Reader)
	of := works(w, "A", "B", "C", "D", "E")
	made := created(w, reader, "Sea", map[string]any{"visibility": "PUBLIC"})
	var in item
	act(w, reader, "add", made.ID, of[0], map[string]any{"note": "The first."}).Ok().Into("item", &in)
	require.Equal(t, "A", in.Subject.Title)
	require.Equal(t, "The first.", *in.Note)
	require.Equal(t, reader.Username, in.AddedBy.Username)
	require.Equal(t, "APPROVED", in.Approval)
	act(w, reader, "add", made.ID, of[1], nil).Ok()
	act(w, reader, "add", made.ID, of[2], map[string]any{"afterItem": of[0].String()}).Ok()
	require.Equal(t, "A C B", order(w, made.ID))
	require.Equal(t, 1, counted(w, of[0]))
	require.Equal(t, []string{"DUPLICATE subjectId"}, act(w, reader, "add", made.ID, of[0], nil).Codes())
	require.Equal(t, []string{"NOT_FOUND afterItem"}, act(w, reader, "add", made.ID, of[3], map[string]any{"afterItem": of[4].String()}).Codes())
	require.Equal(t, []string{"TOO_LONG note"}, act(w, reader, "add", made.ID, of[3], map[string]any{"note": strings.Repeat("ü", 1001)}).Codes())
	require.Equal(t, []string{"NOT_FOUND subjectId"}, act(w, reader, "add", made.ID, parse(t, made.ID), nil).Codes(), "a collection cannot be collected")
	require.Equal(t, []string{"INVALID collectionId"}, act(w, reader, "add", of[0].String(), of[3], nil).Codes())
	w.Unpublish(of[4])
	require.Equal(t, []string{"NOT_FOUND subjectId"}, act(w, reader, "add", made.ID, of[4], nil).Codes())

	move := func(about publicid.ID, after *publicid.ID) writetest.Payload {
		more := map[string]any{}
		if after != nil {
			more["afterItem"] = after.String()
		}
		return act(w, reader, "move", made.ID, about, more)
	}
	move(of[1], nil).Ok()
	require.Equal(t, "B A C", order(w, made.ID))
	move(of[1], &of[0]).Ok()
	require.Equal(t, "A B C", order(w, made.ID))
	move(of[0], &of[2]).Ok()
	require.Equal(t, "B C A", order(w, made.ID))
	move(of[0], &of[2]).Ok()
	require.Equal(t, "B C A", order(w, made.ID), "where it is already")
	require.Equal(t, []string{"INVALID afterItem"}, move(of[0], &of[0]).Codes())
	require.Equal(t, []string{"NOT_FOUND subjectId"}, move(of[3], nil).Codes())
	require.Equal(t, []string{"NOT_FOUND afterItem"}, move(of[0], &of[3]).Codes())

	var now collection
	act(w, reader, "remove", made.ID, of[2], nil).Ok().Into("collection", &now)
	require.Equal(t, 2, now.ItemCount)
	require.Equal(t, "B A", order(w, made.ID))
	require.Zero(t, counted(w, of[2]))
	require.Equal(t, []string{"NOT_FOUND subjectId"}, act(w, reader, "remove", made.ID, of[2], nil).Codes())
	require.Equal(t, 1, now.Version, "items are no part of the description")
	in.Note = nil
	require.Equal(t, []string{"B", "A"}, items(t, w, reader, made.ID))
}

func parse(t *testing.T, id string) publicid.ID {
	parsed, err := publicid.Parse(id)
	require.NoError(t, err)
	return parsed
}

// items is what the owner and members see in a collection, page by page; nil where
// there is nothing to see.
func items(t *testing.T, w *writetest.World, who *identity.Actor, id string) (titles []string) {
	var after *string
	for {
		a := w.Ask(who, `query($id: ID!, $after: String) { viewerCollectionItems(collectionId: $id, first: 1, after: $after) {
			nodes { subject { title } approval } edges { cursor } pageInfo { hasNextPage endCursor } } }`, map[string]any{"id": id, "after": after})
		require.Empty(t, a.Errors)
		var l *struct {
			Nodes    []item
			PageInfo struct {
				HasNextPage bool
				EndCursor   *string
			}
		}
		require.NoError(t, json.Unmarshal(a.Data["viewerCollectionItems"], &l))
		if l == nil {
			return nil
		}
		for _, n := range l.Nodes {
			titles = append(titles, n.Subject.Title)
		}
		if !l.PageInfo.HasNextPage {
			return titles
		}
		after = l.PageInfo.EndCursor
	}
}

func TestRanksRunOut(t *testing.T) {
	w := writetest.New(t)
	reader := w.User(identity.Reader)
	of := works(w, "A", "B", "C")
	made := created(w, reader, "Sea", map[string]any{"visibility": "PUBLIC"})
	for _, work := range of[:2] {
		act(w, reader, "add", made.ID, work, nil).Ok()
	}
	// An import may have put ranks side by side: nothing goes between a and a0.
	w.Exec("UPDATE social.collection_items SET rank = CASE subject_id WHEN $1 THEN 'a' ELSE 'a0' END", of[0].UUID)
	act(w, reader, "add", made.ID, of[2], map[string]any{"afterItem": of[0].String()}).Ok()
	require.Equal(t, "A C B", order(w, made.ID))
	require.Equal(t, "0000100", writetest.One[string](w, "SELECT rank FROM social.collection_items WHERE subject_id = $1", of[0].UUID))
}

func TestFiveThousandItems(t *testing.T) {
	w := writetest.New(t)
	reader := w.User(identity.Reader)
	of := works(w, "A")
	made := created(w, reader, "Sea", nil)
	w.Exec("SET LOCAL tercul.defer_refresh = 'on'")
	w.Exec("INSERT INTO core.subjects (id, kind) SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'WORK' FROM generate_series(1, 5000) n")
	w.Exec(`INSERT INTO social.collection_items (collection_id, subject_id, rank)
		SELECT $1, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, lpad((n * 100)::text, 7, '0') FROM generate_series(1, 5000) n`, parse(t, made.ID).UUID)
	w.Exec("SET LOCAL tercul.defer_refresh = ''")
	require.Equal(t, []string{"LIMIT_REACHED collectionId"}, act(w, reader, "add", made.ID, of[0], nil).Codes())
}

func TestWhoMayAdd(t *testing.T) {
	w := writetest.New(t)
	reader, helper, other, moderator, admin := w.User(identity.Reader), w.User(identity.Reader), w.User(identity.Reader), w.User(identity.Reader), w.User(identity.Admin)
	of := works(w, "A", "B", "C", "D", "E")
	made := created(w, reader, "Sea", nil)
	require.Equal(t, []string{"NOT_FOUND collectionId"}, act(w, other, "add", made.ID, of[0], nil).Codes(), "private")
	require.Nil(t, items(t, w, other, made.ID))
	edit(w, reader, made.ID, 1, map[string]any{"visibility": "PUBLIC", "members": []any{member(helper, "EDITOR"), member(moderator, "MODERATOR")}}).Ok()
	require.Equal(t, []string{"FORBIDDEN collectionId"}, act(w, other, "add", made.ID, of[0], nil).Codes(), "closed")
	act(w, helper, "add", made.ID, of[0], nil).Ok()
	act(w, moderator, "add", made.ID, of[1], nil).Ok()
	edit(w, reader, made.ID, 2, map[string]any{"curation": "MODERATED"}).Ok()
	var in item
	act(w, other, "add", made.ID, of[2], nil).Ok().Into("item", &in)
	require.Equal(t, "PENDING", in.Approval)
	act(w, moderator, "add", made.ID, of[3], nil).Ok().Into("item", &in)
	require.Equal(t, "APPROVED", in.Approval)
	require.Equal(t, "A B D", order(w, made.ID))
	require.Zero(t, counted(w, of[2]))
	require.Equal(t, []string{"A", "B", "C", "D"}, items(t, w, moderator, made.ID), "those who help see what waits")
	require.Nil(t, items(t, w, other, made.ID))

	require.Equal(t, []string{"FORBIDDEN collectionId"}, act(w, other, "approve", made.ID, of[2], nil).Codes())
	act(w, moderator, "approve", made.ID, of[2], nil).Ok().Into("item", &in)
	require.Equal(t, "APPROVED", in.Approval)
	require.Equal(t, 1, counted(w, of[2]))
	require.Equal(t, "A B C D", order(w, made.ID))
	require.Equal(t, []string{"INVALID_STATE subjectId"}, act(w, reader, "approve", made.ID, of[2], nil).Codes())
	require.Equal(t, []string{"NOT_FOUND subjectId"}, act(w, reader, "approve", made.ID, of[4], nil).Codes())

	require.Equal(t, []string{"FORBIDDEN collectionId"}, act(w, moderator, "move", made.ID, of[2], nil).Codes())
	require.Equal(t, []string{"FORBIDDEN collectionId"}, act(w, other, "move", made.ID, of[2], nil).Codes())
	act(w, helper, "move", made.ID, of[2], nil).Ok()
	require.Equal(t, []string{"FORBIDDEN collectionId"}, act(w, other, "remove", made.ID, of[0], nil).Codes())
	require.Equal(t, []string{"FORBIDDEN collectionId"}, act(w, moderator, "remove", made.ID, of[0], nil).Codes())
	act(w, other, "remove", made.ID, of[2], nil).Ok() // what they added themselves
	act(w, admin, "remove", made.ID, of[0], nil).Ok()

	act(w, other, "add", made.ID, of[4], nil).Ok()
	act(w, moderator, "remove", made.ID, of[4], nil).Ok() // while it waits
	edit(w, reader, made.ID, 3, map[string]any{"curation": "OPEN"}).Ok()
	act(w, other, "add", made.ID, of[4], nil).Ok().Into("item", &in)
	require.Equal(t, "APPROVED", in.Approval)
	edit(w, reader, made.ID, 4, map[string]any{"visibility": "PRIVATE"}).Ok()
	require.Equal(t, []string{"NOT_FOUND collectionId"}, act(w, other, "remove", made.ID, of[4], nil).Codes(), "out of sight")
	require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, "mutation($in: AddCollectionItemInput!) { addCollectionItem(input: $in) { item { note } } }",
		map[string]any{"in": map[string]any{"collectionId": made.ID, "subjectId": of[0].String()}}).Code())
}
