package translation_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

const selection = `translation { id slug status version workId kind language title origin completeness year quality provenance sourceExpressionId
	contributors { personId name role creditedAs } rights { status class } text { revision lineCount plain } deletedAt }`

type translation struct {
	ID, Slug, Status, WorkID, Kind, Language, Title, Origin, Completeness string
	Version, Quality                                                      int
	Year                                                                  *int
	Provenance, SourceExpressionID                                        *string
	Contributors                                                          []struct{ PersonID, Name, Role string }
	Rights                                                                []struct{ Status, Class string }
	Text                                                                  *struct {
		Revision, LineCount int
		Plain               string
	}
	DeletedAt *time.Time
}

func input(w *writetest.World, work publicid.ID, more map[string]any) map[string]any {
	in := map[string]any{
		"workId": work.String(), "language": "en", "title": "The Comedy", "year": 1867,
		"contributors": []any{map[string]any{"personId": w.Person("Henry Wadsworth Longfellow").String()}},
		"text":         "Midway upon the journey of our life\r\nI found myself within a forest dark,\n\nAh me!",
		"rights":       map[string]any{"status": "PUBLIC_DOMAIN", "evidenceUrl": "https://example.org/longfellow"},
	}
	for k, v := range more {
		if v == nil {
			delete(in, k)
		} else {
			in[k] = v
		}
	}
	return in
}

func create(w *writetest.World, a *identity.Actor, in map[string]any) (made translation) {
	w.T.Helper()
	w.Change(a, "createTranslation", "CreateTranslationInput", selection, in).Ok().Into("translation", &made)
	return made
}

func visible(w *writetest.World, id string) bool {
	return writetest.One[bool](w, "SELECT EXISTS (SELECT FROM view.expression WHERE public_id = $1)", id)
}

func TestCreate(t *testing.T) {
	w := writetest.New(t)
	editor, work := w.User(identity.Editor), w.PublishedWork("it", "La Commedia")
	in := input(w, work, nil)
	made := create(w, editor, in)
	require.Equal(t, "DRAFT", made.Status)
	require.Equal(t, 1, made.Version)
	require.Equal(t, "en.longfellow", made.Slug)
	require.Equal(t, work.String(), made.WorkID)
	require.Equal(t, "TRANSLATOR", made.Contributors[0].Role)
	require.Equal(t, "OPEN", made.Rights[0].Class)
	require.Equal(t, 1, made.Text.Revision)
	require.Equal(t, "Midway upon the journey of our life\nI found myself within a forest dark,\n\nAh me!", made.Text.Plain)
	require.Equal(t, 1, made.Quality)
	require.False(t, visible(w, made.ID), "a draft")
	require.Equal(t, "en.longfellow-2", create(w, editor, in).Slug)

	bare := create(w, editor, input(w, work, map[string]any{"text": nil, "rights": nil, "contributors": nil, "origin": "MACHINE", "provenance": "Engine 3"}))
	require.Nil(t, bare.Text)
	require.Zero(t, bare.Quality)
	require.Equal(t, "en.machine", bare.Slug)
	require.Equal(t, 1, writetest.One[int](w, "SELECT count(*)::int FROM core.revisions r JOIN core.subjects s ON s.id = r.subject_id WHERE s.public_id = $1", bare.ID))
}

func TestCreateRefuses(t *testing.T) {
	w := writetest.New(t)
	editor, work := w.User(identity.Editor), w.PublishedWork("it", "La Commedia")
	w.PublishedText(work, "ORIGINAL", "it", "Nel mezzo")
	other := w.PublishedText(w.PublishedWork("la", "Aeneis"), "ORIGINAL", "la", "Arma virumque cano")
	person := w.Person("P").String()
	for name, c := range map[string]struct {
		in   map[string]any
		want []string
	}{
		"no work":          {map[string]any{"workId": "work_01h455vb4pex5vsknk084sn02q"}, []string{"NOT_FOUND workId"}},
		"other kind":       {map[string]any{"workId": other.String()}, []string{"INVALID workId"}},
		"blank title":      {map[string]any{"title": ""}, []string{"BLANK title"}},
		"odd language":     {map[string]any{"language": "zz"}, []string{"INVALID language"}},
		"second original":  {map[string]any{"kind": "ORIGINAL", "language": "it"}, []string{"DUPLICATE language"}},
		"source elsewhere": {map[string]any{"sourceExpressionId": other.String()}, []string{"NOT_FOUND sourceExpressionId"}},
		"source of original": {map[string]any{"kind": "ORIGINAL", "language": "la", "sourceExpressionId": other.String()},
			[]string{"INVALID sourceExpressionId"}},
		"nameless machine": {map[string]any{"origin": "MACHINE_POSTEDITED"}, []string{"BLANK provenance"}},
		"no person":        {map[string]any{"contributors": []any{map[string]any{"personId": "prsn_01h455vb4pex5vsknk084sn02q"}}}, []string{"NOT_FOUND contributors.0"}},
		"twice": {map[string]any{"contributors": []any{map[string]any{"personId": person}, map[string]any{"personId": person}}},
			[]string{"DUPLICATE contributors.1"}},
		"no year":      {map[string]any{"year": 0}, []string{"INVALID year"}},
		"year":         {map[string]any{"year": 3000}, []string{"INVALID year"}},
		"http":         {map[string]any{"sourceUrl": "http://example.org"}, []string{"INVALID sourceUrl"}},
		"empty text":   {map[string]any{"text": " \n "}, []string{"BLANK text"}},
		"control":      {map[string]any{"text": "a\u202eb"}, []string{"INVALID text"}},
		"no evidence":  {map[string]any{"rights": map[string]any{"status": "PUBLIC_DOMAIN"}}, []string{"BLANK rights.evidenceUrl"}},
		"several":      {map[string]any{"language": "zz", "origin": "MACHINE"}, []string{"INVALID language", "BLANK provenance"}},
		"jurisdiction": {map[string]any{"rights": map[string]any{"status": "UNKNOWN", "jurisdiction": "Italy"}}, []string{"INVALID rights.jurisdiction"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.ElementsMatch(t, c.want, w.Change(editor, "createTranslation", "CreateTranslationInput", selection, input(w, work, c.in)).Codes())
		})
	}
	require.Equal(t, 2, writetest.One[int](w, "SELECT count(*)::int FROM core.expressions"))
}

func TestCreateRoles(t *testing.T) {
	w := writetest.New(t)
	in := map[string]any{"in": input(w, w.PublishedWork("it", "La Commedia"), nil)}
	const query = "mutation($in: CreateTranslationInput!) { createTranslation(input: $in) { translation { id } contribution { status } userErrors { code } } }"
	require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, query, in).Code())
	require.Equal(t, "FORBIDDEN", w.Ask(w.User(identity.Reader), query, in).Code())
	for _, role := range []identity.Role{identity.Contributor, identity.Reviewer} {
		require.JSONEq(t, `{"translation": null, "contribution": {"status": "SUBMITTED"}, "userErrors": []}`,
			string(w.Ask(w.User(role), query, in).Data["createTranslation"]), role)
	}
	editor := w.User(identity.Editor)
	require.Empty(t, w.Ask(editor, query, in).Code())
	w.Now = w.Now.Add(6 * time.Minute)
	require.Equal(t, "REAUTH_REQUIRED", w.Ask(editor, query, in).Code(), "it opens a text")
	delete(in["in"].(map[string]any), "rights")
	require.Empty(t, w.Ask(editor, query, in).Code())
}

func TestCreateOnce(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	in := input(w, w.PublishedWork("it", "La Commedia"), nil)
	var first, second translation
	w.Change(editor, "createTranslation", "CreateTranslationInput", selection, in, "Idempotency-Key", "key-00001").Ok().Into("translation", &first)
	w.Change(editor, "createTranslation", "CreateTranslationInput", selection, in, "Idempotency-Key", "key-00001").Ok().Into("translation", &second)
	require.Equal(t, first.ID, second.ID)
}

func TestUpdate(t *testing.T) {
	w := writetest.New(t)
	editor, work := w.User(identity.Editor), w.PublishedWork("it", "La Commedia")
	w.PublishedText(work, "ORIGINAL", "it", "Nel mezzo")
	french := w.PublishedText(work, "TRANSLATION", "fr", "Au milieu")
	made := w.PublishedText(work, "TRANSLATION", "en", "Midway")
	edit := func(a *identity.Actor, version int, patch map[string]any) writetest.Payload {
		return w.Change(a, "updateTranslation", "UpdateTranslationInput", selection,
			map[string]any{"id": made.String(), "expectedVersion": version, "patch": patch, "message": "Better."})
	}
	var after translation
	edit(editor, 1, map[string]any{"title": "The Comedy", "year": 1867, "sourceExpressionId": french.String(), "quality": 3}).Ok().Into("translation", &after)
	require.Equal(t, "The Comedy", after.Title)
	require.Equal(t, french.String(), *after.SourceExpressionID)
	require.Equal(t, 2, after.Version)
	require.Equal(t, "The Comedy", writetest.One[string](w, "SELECT title FROM view.expression WHERE id = $1", made.UUID))
	require.True(t, writetest.One[bool](w, "SELECT relay FROM view.expression WHERE id = $1", made.UUID))
	require.Equal(t, "Better.", writetest.One[string](w, "SELECT message FROM core.revisions WHERE subject_id = $1 AND version = 2", made.UUID))

	stale := edit(editor, 1, map[string]any{"title": "Late"})
	require.Equal(t, []string{"STALE_VERSION expectedVersion"}, stale.Codes())
	require.Equal(t, "2", stale.Faults[0].Params[0].Value)
	anonymous := w.Person("Anonymous")
	require.Equal(t, []string{"INVALID patch.year"}, edit(editor, 2, map[string]any{"year": 0}).Codes())
	require.Equal(t, []string{"BLANK patch"}, edit(editor, 2, map[string]any{}).Codes(), "nothing is no edit")
	edit(editor, 2, map[string]any{"year": nil, "sourceExpressionId": nil, "contributors": []any{map[string]any{"personId": anonymous.String()}}}).
		Ok().Into("translation", &after)
	require.Nil(t, after.Year)
	require.Nil(t, after.SourceExpressionID)
	require.Len(t, after.Contributors, 1)
	require.Equal(t, "Anonymous", after.Contributors[0].Name)

	for name, c := range map[string]struct {
		patch map[string]any
		want  []string
	}{
		"null title":     {map[string]any{"title": nil}, []string{"BLANK patch.title"}},
		"blank title":    {map[string]any{"title": ""}, []string{"BLANK patch.title"}},
		"null language":  {map[string]any{"language": nil}, []string{"BLANK patch.language"}},
		"odd language":   {map[string]any{"language": "zz"}, []string{"INVALID patch.language"}},
		"made original":  {map[string]any{"kind": "ORIGINAL"}, []string{"INVALID_STATE patch.kind"}},
		"machine":        {map[string]any{"origin": "MACHINE"}, []string{"BLANK patch.provenance"}},
		"from itself":    {map[string]any{"sourceExpressionId": made.String()}, []string{"CYCLE patch.sourceExpressionId"}},
		"no such source": {map[string]any{"sourceExpressionId": "expr_01h455vb4pex5vsknk084sn02q"}, []string{"NOT_FOUND patch.sourceExpressionId"}},
		"no such person": {map[string]any{"contributors": []any{map[string]any{"personId": "prsn_01h455vb4pex5vsknk084sn02q"}}},
			[]string{"NOT_FOUND patch.contributors.0"}},
		"wrong kind": {map[string]any{"contributors": []any{map[string]any{"personId": made.String()}}}, []string{"INVALID patch.contributors.0.personId"}},
		"quality":    {map[string]any{"quality": 5}, []string{"INVALID patch.quality"}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, edit(editor, 3, c.patch).Codes()) })
	}
	w.Exec("UPDATE core.expressions SET source_expression_id = $2 WHERE id = $1", french.UUID, made.UUID)
	require.Equal(t, []string{"CYCLE patch.sourceExpressionId"}, edit(editor, 3, map[string]any{"sourceExpressionId": french.String()}).Codes())
}

func TestWhoMayUpdate(t *testing.T) {
	w := writetest.New(t)
	work := w.PublishedWork("it", "La Commedia")
	seen := w.PublishedText(work, "TRANSLATION", "en", "Midway")
	draft := w.PublishedText(work, "TRANSLATION", "de", "Mitten")
	w.Exec("UPDATE core.expressions SET status = 'DRAFT' WHERE id = $1", draft.UUID)
	edit := func(a *identity.Actor, id publicid.ID, version int, patch map[string]any) []string {
		return w.Change(a, "updateTranslation", "UpdateTranslationInput", selection,
			map[string]any{"id": id.String(), "expectedVersion": version, "patch": patch}).Codes()
	}
	title := map[string]any{"title": "New"}
	translator := w.Claim(seen)
	require.Empty(t, edit(translator, seen, 1, title))
	require.Equal(t, []string{"FORBIDDEN patch.quality"}, edit(translator, seen, 2, map[string]any{"quality": 4}))
	require.Equal(t, []string{"NOT_FOUND id"}, edit(translator, draft, 1, title), "a draft that is not theirs")
	require.Empty(t, edit(w.Claim(draft), draft, 1, title), "a draft that is")
	for _, role := range []identity.Role{identity.Contributor, identity.Reviewer} {
		require.Equal(t, []string{"FORBIDDEN id"}, edit(w.User(role), seen, 2, title), role)
		require.Equal(t, []string{"NOT_FOUND id"}, edit(w.User(role), draft, 2, title), role)
	}
	require.Empty(t, edit(w.User(identity.Editor), seen, 2, title))
	a := w.Ask(w.User(identity.Reader), "mutation($in: UpdateTranslationInput!) { updateTranslation(input: $in) { userErrors { code } } }",
		map[string]any{"in": map[string]any{"id": seen.String(), "expectedVersion": 2, "patch": title}})
	require.Equal(t, "FORBIDDEN", a.Code())
}
