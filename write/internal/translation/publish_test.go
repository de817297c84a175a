package translation_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

func change(w *writetest.World, a *identity.Actor, name, id string, more map[string]any) writetest.Payload {
	in := map[string]any{"id": id}
	for k, v := range more {
		in[k] = v
	}
	return w.Change(a, name, string(name[0]-32)+name[1:]+"Input", selection, in)
}

func at(version int) map[string]any { return map[string]any{"expectedVersion": version} }

func because(version int) map[string]any {
	return map[string]any{"expectedVersion": version, "reason": "For good reasons."}
}

func TestPublish(t *testing.T) {
	w := writetest.New(t)
	editor, work := w.User(identity.Editor), w.PublishedWork("it", "La Commedia")
	made := create(w, editor, input(w, work, nil))
	var after translation
	require.Equal(t, []string{"STALE_VERSION expectedVersion"}, change(w, editor, "publishTranslation", made.ID, at(7)).Codes())
	change(w, editor, "publishTranslation", made.ID, at(1)).Ok().Into("translation", &after)
	require.Equal(t, "PUBLISHED", after.Status)
	require.True(t, visible(w, made.ID))
	require.Equal(t, 3, writetest.One[int](w, "SELECT count(*)::int FROM view.text_line l JOIN view.expression e ON e.id = l.expression_id WHERE e.public_id = $1", made.ID))
	require.Equal(t, []string{"INVALID_STATE id"}, change(w, editor, "publishTranslation", made.ID, at(2)).Codes())

	require.Equal(t, []string{"TOO_SHORT reason"}, change(w, editor, "unpublishTranslation", made.ID, map[string]any{"expectedVersion": 2, "reason": "no"}).Codes())
	change(w, editor, "unpublishTranslation", made.ID, because(2)).Ok().Into("translation", &after)
	require.Equal(t, "UNPUBLISHED", after.Status)
	require.False(t, visible(w, made.ID))
	require.Equal(t, []string{"INVALID_STATE id"}, change(w, editor, "unpublishTranslation", made.ID, because(3)).Codes())
	change(w, editor, "publishTranslation", made.ID, at(3)).Ok()
	require.True(t, visible(w, made.ID))
}

func TestPublishAsksForWhatAReaderNeeds(t *testing.T) {
	w := writetest.New(t)
	editor, work := w.User(identity.Editor), w.PublishedWork("it", "La Commedia")
	unknown := map[string]any{"status": "UNKNOWN"}
	for name, c := range map[string]struct {
		in   map[string]any
		want []string
	}{
		"no text":           {map[string]any{"text": nil}, []string{"INVALID_STATE id"}},
		"no translator":     {map[string]any{"contributors": nil}, []string{"INVALID_STATE id"}},
		"no rights":         {map[string]any{"rights": nil}, []string{"RIGHTS_UNRESOLVED id"}},
		"unknown rights":    {map[string]any{"rights": unknown}, []string{"RIGHTS_UNRESOLVED id"}},
		"unknown, excerpt":  {map[string]any{"rights": unknown, "completeness": "EXCERPT"}, []string{}},
		"original":          {map[string]any{"kind": "ORIGINAL", "language": "la", "contributors": nil}, []string{}},
		"nothing whatever":  {map[string]any{"text": nil, "contributors": nil, "rights": nil}, []string{"INVALID_STATE id", "INVALID_STATE id", "RIGHTS_UNRESOLVED id"}},
		"only in a country": {map[string]any{"rights": map[string]any{"status": "PUBLIC_DOMAIN", "jurisdiction": "US", "evidenceUrl": "https://example.org"}}, []string{"RIGHTS_UNRESOLVED id"}},
	} {
		t.Run(name, func(t *testing.T) {
			made := create(w, editor, input(w, work, c.in))
			require.Equal(t, c.want, change(w, editor, "publishTranslation", made.ID, at(1)).Codes())
		})
	}
}

func TestDeleteAndRestore(t *testing.T) {
	w := writetest.New(t)
	editor, work := w.User(identity.Editor), w.PublishedWork("it", "La Commedia")
	original := w.PublishedText(work, "ORIGINAL", "it", "Nel mezzo")
	remove := func(id publicid.ID, version int) writetest.Payload {
		return w.Change(editor, "deleteTranslation", "DeleteTranslationInput", "deletedId",
			map[string]any{"id": id.String(), "expectedVersion": version, "reason": "A double."})
	}
	require.Equal(t, []string{"STALE_VERSION expectedVersion"}, remove(original, 9).Codes())
	remove(original, 1).Ok()
	require.False(t, visible(w, original.String()))
	require.Equal(t, []string{"NOT_FOUND id"}, remove(original, 2).Codes())
	require.Equal(t, []string{"NOT_FOUND id"}, change(w, editor, "publishTranslation", original.String(), at(2)).Codes())

	again := w.PublishedText(work, "ORIGINAL", "it", "Nel mezzo del cammin")
	require.Equal(t, []string{"DUPLICATE id"}, change(w, editor, "restoreTranslation", original.String(), nil).Codes())
	remove(again, 1).Ok()
	var after translation
	change(w, editor, "restoreTranslation", original.String(), nil).Ok().Into("translation", &after)
	require.Equal(t, "DRAFT", after.Status)
	require.Nil(t, after.DeletedAt)
	require.Equal(t, []string{"INVALID_STATE id"}, change(w, editor, "restoreTranslation", original.String(), nil).Codes())
	w.Exec("UPDATE core.works SET deleted_at = now() WHERE id = $1", work.UUID)
	require.Equal(t, []string{"INVALID_STATE id", "DUPLICATE id"}, change(w, editor, "restoreTranslation", again.String(), nil).Codes())
	w.Now = w.Now.Add(31 * 24 * time.Hour)
	require.Equal(t, []string{"INVALID_STATE id"}, change(w, editor, "restoreTranslation", again.String(), nil).Codes())
}

func TestOnlyEditorsPublish(t *testing.T) {
	w := writetest.New(t)
	text := w.PublishedText(w.PublishedWork("it", "La Commedia"), "TRANSLATION", "en", "Midway")
	for name, in := range map[string]map[string]any{
		"publishTranslation": at(1), "unpublishTranslation": because(1), "deleteTranslation": because(1), "restoreTranslation": {},
	} {
		in["id"] = text.String()
		query := "mutation($in: " + string(name[0]-32) + name[1:] + "Input!) { " + name + "(input: $in) { userErrors { code } } }"
		for _, a := range []*identity.Actor{w.Claim(text), w.User(identity.Reviewer), w.User(identity.Reader)} {
			require.Equal(t, "FORBIDDEN", w.Ask(a, query, map[string]any{"in": in}).Code(), name)
		}
		require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, query, map[string]any{"in": in}).Code(), name)
	}
	editor := w.User(identity.Editor)
	w.Now = w.Now.Add(6 * time.Minute)
	a := w.Ask(editor, "mutation($in: DeleteTranslationInput!) { deleteTranslation(input: $in) { deletedId } }",
		map[string]any{"in": map[string]any{"id": text.String(), "expectedVersion": 1, "reason": "A double."}})
	require.Equal(t, "REAUTH_REQUIRED", a.Code())
}

func TestEditable(t *testing.T) {
	w := writetest.New(t)
	work := w.PublishedWork("it", "La Commedia")
	text := w.PublishedText(work, "TRANSLATION", "en", "a\nb\n\nc")
	translator := w.Claim(text)
	ask := func(a *identity.Actor, selection string) string {
		answer := w.Ask(a, "query($id: ID!) { editable(id: $id) { ... on Translation { "+selection+" } } }", map[string]any{"id": text.String()})
		require.Empty(t, answer.Errors)
		return string(answer.Data["editable"])
	}
	read := func(a *identity.Actor) string { return ask(a, "version status text { revision plain }") }
	stranger, editor := w.User(identity.Contributor), w.User(identity.Editor)
	require.Contains(t, read(stranger), `"plain":"a\nb\n\nc"`)
	page := ask(stranger, "text { lines(first: 2) { nodes { position ref content stanzaStart } pageInfo { hasNextPage endCursor } } }")
	require.Contains(t, page, `{"position":2,"ref":"2","content":"b","stanzaStart":false}],"pageInfo":{"hasNextPage":true`)
	cursor := regexp.MustCompile(`"endCursor":"([^"]+)"`).FindStringSubmatch(page)[1]
	require.Contains(t, ask(stranger, `text { lines(first: 2, after: "`+cursor+`") { nodes { content stanzaStart } pageInfo { hasNextPage } } }`),
		`{"nodes":[{"content":"c","stanzaStart":true}],"pageInfo":{"hasNextPage":false}}`)
	w.Exec("UPDATE core.expressions SET status = 'DRAFT' WHERE id = $1", text.UUID)
	require.Equal(t, "null", read(stranger))
	require.Contains(t, read(translator), `"status":"DRAFT"`)
	require.Contains(t, read(editor), `"status":"DRAFT"`)
	w.Exec("UPDATE core.expressions SET deleted_at = now() WHERE id = $1", text.UUID)
	require.Equal(t, "null", read(translator))
	require.Contains(t, read(editor), `"status":"DRAFT"`)
}

// Rights bind whoever is neither editor nor translator, here as in the reader.
func TestEditableShowsNoMoreThanTheRights(t *testing.T) {
	w := writetest.New(t)
	text := w.PublishedText(w.PublishedWork("it", "La Commedia"), "TRANSLATION", "en", strings.Repeat("line\n", 100))
	w.Exec("UPDATE core.rights SET status = 'IN_COPYRIGHT' WHERE subject_id = $1", text.UUID)
	count := func(a *identity.Actor) int {
		answer := w.Ask(a, "query($id: ID!) { editable(id: $id) { ... on Translation { text { plain } } } }", map[string]any{"id": text.String()})
		require.Empty(t, answer.Errors)
		return strings.Count(string(answer.Data["editable"]), "line")
	}
	require.Equal(t, 10, count(w.User(identity.Contributor)))
	require.Equal(t, 10, count(w.User(identity.Reviewer, "en")))
	require.Equal(t, 100, count(w.Claim(text)))
	require.Equal(t, 100, count(w.User(identity.Editor)))
}

// The role of the write service may do all that the commands of texts do.
func TestTheWritersRoleIsEnough(t *testing.T) {
	w := writetest.New(t)
	editor, reviewer, work := w.User(identity.Editor), w.User(identity.Reviewer, "it"), w.PublishedWork("it", "La Commedia")
	original, in := w.PublishedText(work, "ORIGINAL", "it", "a\nb"), input(w, work, nil)
	w.Exec("SET LOCAL ROLE tercul_writer")
	made := create(w, editor, in)
	change(w, editor, "updateTranslation", made.ID, map[string]any{"expectedVersion": 1, "patch": map[string]any{"title": "x"}}).Ok()
	change(w, editor, "publishTranslation", made.ID, at(2)).Ok()
	w.Change(editor, "setText", "SetTextInput", selection, map[string]any{"expressionId": made.ID, "expectedRevision": 1, "plainText": "A\nB"}).Ok()
	w.Change(editor, "revertText", "RevertTextInput", selection, map[string]any{"expressionId": made.ID, "expectedRevision": 2, "toRevision": 1}).Ok()
	var alignment struct{ ID string }
	w.Change(reviewer, "upsertAlignment", "UpsertAlignmentInput", "alignment { id groups { linear } }", map[string]any{
		"leftId": original.String(), "rightId": made.ID, "leftRevision": 1, "rightRevision": 3,
		"groups": []any{map[string]any{"left": map[string]any{"from": 1, "to": 2}, "right": map[string]any{"from": 1, "to": 2}}},
	}).Ok().Into("alignment", &alignment)
	w.Change(editor, "approveAlignment", "ApproveAlignmentInput", "alignment { id }", map[string]any{"id": alignment.ID, "expectedVersion": 1}).Ok()
	w.Change(editor, "setRights", "SetRightsInput", "rights { class }", map[string]any{
		"subjectId": made.ID, "rights": map[string]any{"status": "LICENSED", "licenseId": "CC0-1.0", "evidenceUrl": "https://example.org"}}).Ok()
	for _, a := range []*identity.Actor{editor, reviewer} {
		require.Contains(t, string(w.Ask(a, "query($id: ID!) { editable(id: $id) { ... on Translation { text { plain } } } }",
			map[string]any{"id": made.ID}).Data["editable"]), "Midway")
	}
	w.Change(editor, "deleteTranslation", "DeleteTranslationInput", "deletedId", map[string]any{"id": made.ID, "expectedVersion": 5, "reason": "A double."}).Ok()
	change(w, editor, "restoreTranslation", made.ID, nil).Ok()
}
