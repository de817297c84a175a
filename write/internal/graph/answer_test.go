package graph_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

const editable = `query($id: ID!) { editable(id: $id) { __typename ... on Work { id } ... on Author { id } } }`

// TestEditableShowsDraftsToWhomTheyConcern: others are told nothing, not even that
// there is something.
func TestEditableShowsDraftsToWhomTheyConcern(t *testing.T) {
	w := writetest.New(t)
	maker, other, editor := w.User(identity.Contributor), w.User(identity.Contributor), w.User(identity.Editor)
	kind := func(actor *identity.Actor, id publicid.ID) string {
		a := w.Ask(actor, editable, map[string]any{"id": id})
		require.Empty(t, a.Code())
		var found *struct {
			Typename string `json:"__typename"`
			ID       string
		}
		require.NoError(t, json.Unmarshal(a.Data["editable"], &found))
		if found == nil {
			return ""
		}
		require.Equal(t, id.String(), found.ID)
		return found.Typename
	}
	work, author := w.PublishedWork("it", "Inferno"), w.Person("Dante")
	for _, actor := range []*identity.Actor{maker, other, editor} {
		require.Equal(t, "Work", kind(actor, work))
	}
	w.Exec("UPDATE core.works SET status = 'DRAFT', created_by = $2 WHERE id = $1", work.UUID, maker.UserID)
	w.Exec("UPDATE core.persons SET status = 'DRAFT', created_by = $2 WHERE id = $1", author.UUID, maker.UserID)
	for id, typename := range map[publicid.ID]string{work: "Work", author: "Author"} {
		require.Equal(t, typename, kind(maker, id), "its maker")
		require.Equal(t, typename, kind(editor, id), "an editor")
		require.Empty(t, kind(other, id), "somebody else")
	}
	w.Exec("UPDATE core.works SET status = 'PUBLISHED', deleted_at = now() WHERE id = $1", work.UUID)
	require.Empty(t, kind(other, work), "what was deleted")
	require.Equal(t, "Work", kind(editor, work), "who can restore it")
	for _, of := range []string{"WORK", "PERSON", "EXPRESSION", "TAG", "COLLECTION", "USER"} {
		id, err := publicid.New(of)
		require.NoError(t, err)
		require.Empty(t, kind(editor, id), of)
	}
	require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, editable, map[string]any{"id": work}).Code())
	require.Equal(t, "FORBIDDEN", w.Ask(w.User(identity.Reader), editable, map[string]any{"id": work}).Code())
}

// TestIDsOfTheWrongForm are the request's fault, and named.
func TestIDsOfTheWrongForm(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	for _, id := range []any{"", "work_", "work_x", "1", 1, "work_00000000000000000000000000x", "WORK_01h455vb4pex5vsknk084sn02q", "nothing_01h455vb4pex5vsknk084sn02q"} {
		a := w.Ask(editor, editable, map[string]any{"id": id})
		require.Equal(t, "BAD_REQUEST", a.Code(), id)
		require.Contains(t, a.Errors[0].Extensions.Field, "id", id)
	}
}

// TestListsTakePages of the sizes that they say, and no foreign cursors.
func TestListsTakePages(t *testing.T) {
	w := writetest.New(t)
	reader := w.User(identity.Reader)
	for range 3 {
		w.Change(reader, "like", "LikeInput", "stats { likes }", map[string]any{"subjectId": w.PublishedWork("it", "Inferno")}).Ok()
	}
	const list = `query($n: Int, $after: String) { viewerLikes(first: $n, after: $after) { nodes { __typename } pageInfo { hasNextPage endCursor } } }`
	page := func(variables map[string]any) (nodes int, more bool, end string) {
		a := w.Ask(reader, list, variables)
		require.Empty(t, a.Code())
		var found struct {
			Nodes    []any
			PageInfo struct {
				HasNextPage bool
				EndCursor   string
			}
		}
		require.NoError(t, json.Unmarshal(a.Data["viewerLikes"], &found))
		return len(found.Nodes), found.PageInfo.HasNextPage, found.PageInfo.EndCursor
	}
	nodes, more, end := page(map[string]any{"n": 2})
	require.Equal(t, []any{2, true}, []any{nodes, more})
	nodes, more, _ = page(map[string]any{"n": 2, "after": end})
	require.Equal(t, []any{1, false}, []any{nodes, more})
	nodes, more, _ = page(nil)
	require.Equal(t, []any{3, false}, []any{nodes, more})
	for _, after := range []string{"x", end + "x", "bnVsbA"} {
		require.Equal(t, "BAD_REQUEST", w.Ask(reader, list, map[string]any{"after": after}).Code(), after)
	}
	require.Equal(t, "BAD_REQUEST", w.Ask(reader, `query($a: String) { viewerComments(after: $a) { nodes { id } } }`, map[string]any{"a": end}).Code(), "of another list")
}

// TestAWorkNamesTheTextsThatOneMaySee: of its drafts a stranger is not told that they are.
func TestAWorkNamesTheTextsThatOneMaySee(t *testing.T) {
	w := writetest.New(t)
	work := w.PublishedWork("it", "Inferno")
	public, draft, claimed := w.PublishedText(work, "ORIGINAL", "it", "a"), w.PublishedText(work, "TRANSLATION", "en", "a"), w.PublishedText(work, "TRANSLATION", "de", "a")
	maker, translator := w.User(identity.Contributor), w.Claim(claimed)
	w.Exec("UPDATE core.expressions SET status = 'DRAFT', created_by = $2 WHERE id = $1", draft.UUID, maker.UserID)
	w.Exec("UPDATE core.expressions SET status = 'WITHHELD' WHERE id = $1", claimed.UUID)
	for name, c := range map[string]struct {
		actor *identity.Actor
		sees  []string
	}{
		"a stranger":     {w.User(identity.Contributor), []string{public.String()}},
		"a reviewer":     {w.User(identity.Reviewer, "en"), []string{public.String()}},
		"its maker":      {maker, []string{public.String(), draft.String()}},
		"its translator": {translator, []string{public.String(), claimed.String()}},
		"an editor":      {w.User(identity.Editor), []string{public.String(), claimed.String(), draft.String()}},
	} {
		a := w.Ask(c.actor, `query($id: ID!) { editable(id: $id) { ... on Work { expressions { id } } } }`, map[string]any{"id": work})
		require.Empty(t, a.Errors)
		var found struct{ Expressions []struct{ ID string } }
		require.NoError(t, json.Unmarshal(a.Data["editable"], &found))
		ids := []string{}
		for _, e := range found.Expressions {
			ids = append(ids, e.ID)
		}
		require.ElementsMatch(t, c.sees, ids, name)
	}
}
