package api_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/writetest"
)

// run sends a shipped document by its id, as whoever is no editor does, and gives
// what it answers for its one field.
func (d *door) run(actor *identity.Actor, name string, variables map[string]any) string {
	d.t.Helper()
	body, err := json.Marshal(map[string]any{"documentId": "sha256:" + document.ID(shipped(d.t, name)), "variables": variables})
	require.NoError(d.t, err)
	r := d.send(actor, http.MethodPost, "/graphql", string(body))
	require.Empty(d.t, r.code(), name+": "+r.text)
	for _, field := range r.body.Data {
		return string(field)
	}
	return ""
}

// change is run of a mutation that has nothing to be mended.
func (d *door) change(actor *identity.Actor, name string, in map[string]any) string {
	d.t.Helper()
	answer := d.run(actor, name, map[string]any{"input": in})
	require.Contains(d.t, answer, `"userErrors":[]`, name)
	return answer
}

// TestContributorsEditByShippedDocuments: a translator changes a text of theirs and
// aligns it, and a reviewer approves that.
func TestContributorsEditByShippedDocuments(t *testing.T) {
	w := writetest.New(t)
	d := open(t, w, nil)
	work := w.PublishedWork("it", "Inferno")
	original, text := w.PublishedText(work, "ORIGINAL", "it", "a\nb"), w.PublishedText(work, "TRANSLATION", "en", "A\nB")
	translator, reviewer, editor := w.Claim(text), w.User(identity.Reviewer, "en"), w.User(identity.Editor)

	require.Contains(t, d.run(translator, "Editable", map[string]any{"id": text}), `"expressionStatus":"PUBLISHED"`)
	require.Contains(t, d.run(translator, "EditableText", map[string]any{"id": text, "first": 1}), `"content":"A"`)
	d.change(translator, "UpdateTranslation", map[string]any{"id": text, "expectedVersion": 1, "patch": map[string]any{"title": "Hell"}})
	require.Contains(t, d.change(translator, "SetText", map[string]any{"expressionId": text, "expectedRevision": 1, "plainText": "A\nC"}), `"revision":2`)
	aligned := d.change(translator, "UpsertAlignment", map[string]any{
		"leftId": original, "rightId": text, "leftRevision": 1, "rightRevision": 2,
		"groups": []any{map[string]any{"left": map[string]any{"from": 1, "to": 2}, "right": map[string]any{"from": 1, "to": 2}}},
	})
	var made struct{ Alignment struct{ ID, Status string } }
	require.NoError(t, json.Unmarshal([]byte(aligned), &made))
	require.Equal(t, "SUGGESTED", made.Alignment.Status)
	require.Contains(t, d.change(reviewer, "ApproveAlignment", map[string]any{"id": made.Alignment.ID, "expectedVersion": 1}), `"status":"APPROVED"`)
	require.Contains(t, d.change(editor, "RevertText", map[string]any{"expressionId": text, "toRevision": 1, "expectedRevision": 2}), `"revision":3`)
}

// TestContributorsProposeByShippedDocuments: what they make waits for review.
func TestContributorsProposeByShippedDocuments(t *testing.T) {
	w := writetest.New(t)
	d := open(t, w, nil)
	member, author, work := w.User(identity.Contributor), w.Person("Dante"), w.PublishedWork("it", "Inferno")
	for name, in := range map[string]map[string]any{
		"CreateAuthor": {"names": []any{map[string]any{"language": "pt", "name": "Florbela Espanca"}}},
		"CreateWork": {
			"originalLanguage": "it", "literatureType": "POETRY", "titles": []any{map[string]any{"language": "it", "title": "Rime"}},
			"contributors": []any{map[string]any{"personId": author}},
		},
		"CreateTranslation": {"workId": work, "language": "en", "title": "Hell", "contributors": []any{map[string]any{"personId": author}}},
	} {
		require.Contains(t, d.change(member, name, in), `"status":"SUBMITTED"`, name)
	}
}

// TestTheShippedEditableTellsAll that can be edited, each with its version.
func TestTheShippedEditableTellsAll(t *testing.T) {
	w := writetest.New(t)
	d := open(t, w, nil)
	editor, work := w.User(identity.Editor), w.PublishedWork("it", "Inferno")
	made := func(answer, object string) any {
		var payload map[string]json.RawMessage
		require.NoError(t, json.Unmarshal([]byte(answer), &payload))
		var found struct{ ID string }
		require.NoError(t, json.Unmarshal(payload[object], &found))
		return found.ID
	}
	tag := d.change(editor, "CreateTag", map[string]any{"name": "afterlife"})
	category := d.change(w.User(identity.Admin), "CreateCategory", map[string]any{"slug": "epic", "kind": "GENRE", "names": []any{map[string]any{"language": "en", "name": "Epic"}}})
	for typename, id := range map[string]any{
		"Work": work, "Author": w.Person("Dante"), "Translation": w.PublishedText(work, "TRANSLATION", "en", "A"),
		"Tag": made(tag, "tag"), "Category": made(category, "category"),
	} {
		answer := d.run(w.User(identity.Contributor), "Editable", map[string]any{"id": id})
		require.Contains(t, answer, `"__typename":"`+typename+`"`)
		require.Contains(t, answer, `"version":1`)
	}
}
