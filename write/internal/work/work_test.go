package work_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/writetest"
)

const selection = "work { id slug status version title titles { language title sortTitle kind } contributors { name role } description created yearFrom yearTo tags { name } deletedAt }"

type work struct {
	ID, Slug, Status, Title string
	Version                 int
	Titles                  []struct{ Language, Title, SortTitle, Kind string }
	Contributors            []struct{ Name, Role string }
	Description, Created    *string
	YearFrom, YearTo        *int
	DeletedAt               *time.Time
}

func input(w *writetest.World, more map[string]any) map[string]any {
	in := map[string]any{
		"originalLanguage": "it", "literatureType": "POETRY", "created": "1304/1321",
		"titles":       []any{map[string]any{"language": "it", "title": "La Commedia"}},
		"contributors": []any{map[string]any{"personId": w.Person("Dante Alighieri").String()}},
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

func create(w *writetest.World, editor *identity.Actor) (made work) {
	w.Change(editor, "createWork", "CreateWorkInput", selection, input(w, nil)).Ok().Into("work", &made)
	return made
}

func TestCreate(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	made := create(w, editor)
	require.Equal(t, "DRAFT", made.Status)
	require.Equal(t, 1, made.Version)
	require.Equal(t, "la-commedia", made.Slug)
	require.Equal(t, "Commedia", made.Titles[0].SortTitle)
	require.Equal(t, 1304, *made.YearFrom)
	require.Equal(t, 1321, *made.YearTo)
	require.Equal(t, "Dante Alighieri", made.Contributors[0].Name)
	require.Equal(t, 1, writetest.One[int](w, "SELECT count(*)::int FROM core.revisions r JOIN core.subjects s ON s.id = r.subject_id WHERE s.public_id = $1 AND r.actor_id = $2", made.ID, editor.UserID))
	require.Equal(t, "createWork", writetest.One[string](w, "SELECT action FROM ops.audit_log WHERE actor_id = $1", editor.UserID))
	require.Equal(t, "la-commedia-2", create(w, editor).Slug)
}

func TestCreateRefuses(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	title := func(more map[string]any) map[string]any {
		in := map[string]any{"language": "it", "title": "x"}
		for k, v := range more {
			in[k] = v
		}
		return in
	}
	nobody := map[string]any{"personId": "prsn_01h455vb4pex5vsknk084sn02q"}
	for name, c := range map[string]struct {
		in   map[string]any
		want []string
	}{
		"no titles":     {map[string]any{"titles": []any{}}, []string{"TOO_SHORT titles"}},
		"reversed":      {map[string]any{"created": "1304/1200"}, []string{"INVALID created"}},
		"no such month": {map[string]any{"created": "2020-13"}, []string{"INVALID created"}},
		"blank title":   {map[string]any{"titles": []any{title(map[string]any{"title": ""})}}, []string{"BLANK titles.0.title"}},
		"no primary":    {map[string]any{"titles": []any{title(map[string]any{"kind": "ALTERNATIVE"})}}, []string{"INVALID titles"}},
		"two primaries": {map[string]any{"titles": []any{title(nil), title(map[string]any{"title": "y"})}}, []string{"DUPLICATE titles.1.kind"}},
		"twice": {map[string]any{"titles": []any{title(nil), title(map[string]any{"kind": "ALTERNATIVE"})}},
			[]string{"DUPLICATE titles.1"}},
		"controls":     {map[string]any{"titles": []any{title(map[string]any{"title": "a\u202eb"})}}, []string{"INVALID titles.0.title"}},
		"no such":      {map[string]any{"contributors": []any{nobody}}, []string{"NOT_FOUND contributors.0"}},
		"other kind":   {map[string]any{"contributors": []any{map[string]any{"personId": "work_01h455vb4pex5vsknk084sn02q"}}}, []string{"INVALID contributors.0.personId"}},
		"no date":      {map[string]any{"created": "some day"}, []string{"INVALID created"}},
		"no tag":       {map[string]any{"tagIds": []any{"tag_01h455vb4pex5vsknk084sn02q"}}, []string{"NOT_FOUND tagIds.0"}},
		"no category":  {map[string]any{"categoryIds": []any{"cat_01h455vb4pex5vsknk084sn02q"}}, []string{"NOT_FOUND categoryIds.0"}},
		"all at once":  {map[string]any{"created": "?", "titles": []any{title(map[string]any{"title": ""})}}, []string{"BLANK titles.0.title", "INVALID created"}},
		"no language":  {map[string]any{"originalLanguage": "qqq-x-nothing"}, nil},
		"odd language": {map[string]any{"originalLanguage": "zz"}, []string{"INVALID originalLanguage"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := w.Change(editor, "createWork", "CreateWorkInput", selection, input(w, c.in))
			require.ElementsMatch(t, c.want, p.Codes())
		})
	}
	require.Zero(t, writetest.One[int](w, "SELECT count(*)::int FROM core.works WHERE original_language <> 'qqq-x-nothing'"))
}

func TestRoles(t *testing.T) {
	w := writetest.New(t)
	in := map[string]any{"in": input(w, nil)}
	const query = "mutation($in: CreateWorkInput!) { createWork(input: $in) { work { id } contribution { status } userErrors { code } } }"
	require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, query, in).Code())
	require.Equal(t, "FORBIDDEN", w.Ask(w.User(identity.Reader), query, in).Code())
	for _, role := range []identity.Role{identity.Contributor, identity.Reviewer} {
		require.JSONEq(t, `{"work": null, "contribution": {"status": "SUBMITTED"}, "userErrors": []}`, string(w.Ask(w.User(role), query, in).Data["createWork"]), role)
	}
	require.Zero(t, writetest.One[int](w, "SELECT count(*)::int FROM core.works"))
	for _, role := range []identity.Role{identity.Editor, identity.Admin} {
		require.Empty(t, w.Ask(w.User(role), query, in).Code(), role)
	}
}

func TestIdempotency(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	in := input(w, nil)
	var first, second work
	w.Change(editor, "createWork", "CreateWorkInput", selection, in, "Idempotency-Key", "key-00001").Ok().Into("work", &first)
	w.Change(editor, "createWork", "CreateWorkInput", selection, in, "Idempotency-Key", "key-00001").Ok().Into("work", &second)
	require.Equal(t, first.ID, second.ID)
	in["description"] = "Another"
	a := w.Ask(editor, "mutation($in: CreateWorkInput!) { createWork(input: $in) { work { id } } }", map[string]any{"in": in}, "Idempotency-Key", "key-00001")
	require.Equal(t, "IDEMPOTENCY_CONFLICT", a.Code())
	w.Now = w.Now.Add(25 * time.Hour)
	w.Change(editor, "createWork", "CreateWorkInput", selection, in, "Idempotency-Key", "key-00001").Ok().Into("work", &second)
	require.NotEqual(t, first.ID, second.ID)
}

func TestUpdate(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	made := create(w, editor)
	edit := func(version int, patch map[string]any) writetest.Payload {
		return w.Change(editor, "updateWork", "UpdateWorkInput", selection, map[string]any{"id": made.ID, "expectedVersion": version, "patch": patch})
	}
	var after work
	edit(1, map[string]any{"description": "A poem."}).Ok().Into("work", &after)
	require.Equal(t, "A poem.", *after.Description)
	require.Equal(t, 2, after.Version)
	require.Equal(t, "1304/1321", *after.Created, "what is not given stays")

	stale := edit(1, map[string]any{"description": "Late."})
	require.Equal(t, []string{"STALE_VERSION expectedVersion"}, stale.Codes())
	require.Equal(t, "2", stale.Faults[0].Params[0].Value)

	edit(2, map[string]any{"description": nil, "created": nil}).Ok().Into("work", &after)
	require.Nil(t, after.Description)
	require.Nil(t, after.YearFrom, "null takes away, and the years follow the date")
	require.Equal(t, []string{"BLANK patch"}, edit(3, map[string]any{}).Codes(), "nothing is no edit")
	require.Equal(t, []string{"BLANK patch.description"}, edit(3, map[string]any{"description": "   "}).Codes())
	require.Equal(t, []string{"INVALID patch.created"}, edit(3, map[string]any{"created": "1304/1200"}).Codes())
	require.Equal(t, []string{"BLANK patch.literatureType"}, edit(3, map[string]any{"literatureType": nil}).Codes())
	require.Equal(t, []string{"NOT_FOUND id"}, w.Change(editor, "updateWork", "UpdateWorkInput", selection,
		map[string]any{"id": "work_01h455vb4pex5vsknk084sn02q", "expectedVersion": 1, "patch": map[string]any{"description": "x"}}).Codes())
}

func TestLife(t *testing.T) {
	w := writetest.New(t)
	editor, admin := w.User(identity.Editor), w.User(identity.Admin)
	made := create(w, editor)
	act := func(who *identity.Actor, mutation, inputType string, version int, more map[string]any) writetest.Payload {
		in := map[string]any{"id": made.ID}
		if version > 0 {
			in["expectedVersion"] = version
		}
		for k, v := range more {
			in[k] = v
		}
		select_ := selection
		if mutation == "deleteWork" {
			select_ = "deletedId"
		}
		return w.Change(who, mutation, inputType, select_, in)
	}
	require.Equal(t, []string{"RIGHTS_UNRESOLVED id", "INVALID_STATE stub"}, act(editor, "publishWork", "PublishWorkInput", 1, nil).Codes())
	w.Exec("INSERT INTO core.rights (id, subject_id, status) SELECT gen_random_uuid(), id, 'PUBLIC_DOMAIN' FROM core.subjects WHERE public_id = $1", made.ID)
	var now work
	act(editor, "publishWork", "PublishWorkInput", 1, map[string]any{"stub": true}).Ok().Into("work", &now)
	require.Equal(t, "PUBLISHED", now.Status)
	require.Equal(t, "La Commedia", writetest.One[string](w, "SELECT title FROM view.work WHERE public_id = $1", made.ID))
	require.Equal(t, []string{"INVALID_STATE id"}, act(editor, "publishWork", "PublishWorkInput", 2, nil).Codes())

	require.Equal(t, []string{"TOO_SHORT reason"}, act(editor, "unpublishWork", "UnpublishWorkInput", 2, map[string]any{"reason": "no"}).Codes())
	act(editor, "unpublishWork", "UnpublishWorkInput", 2, map[string]any{"reason": "A mistake."}).Ok()
	require.Zero(t, writetest.One[int](w, "SELECT count(*)::int FROM view.work WHERE public_id = $1", made.ID))

	act(admin, "deleteWork", "DeleteWorkInput", 3, map[string]any{"reason": "A double."}).Ok()
	require.Equal(t, []string{"NOT_FOUND id"}, act(editor, "updateWork", "UpdateWorkInput", 4, map[string]any{"patch": map[string]any{"description": "x"}}).Codes())
	w.Now = w.Now.Add(31 * 24 * time.Hour)
	require.Equal(t, []string{"INVALID_STATE id"}, act(editor, "restoreWork", "RestoreWorkInput", 0, nil).Codes())
	w.Now = w.Now.Add(-2 * 24 * time.Hour)
	act(editor, "restoreWork", "RestoreWorkInput", 0, nil).Ok().Into("work", &now)
	require.Equal(t, "DRAFT", now.Status)

	w.Change(editor, "setWorkTitles", "SetWorkTitlesInput", selection, map[string]any{"id": made.ID, "expectedVersion": 5,
		"titles": []any{map[string]any{"language": "en", "title": "The Comedy"}}}).Ok().Into("work", &now)
	require.Equal(t, "The Comedy", now.Title)
	w.Change(editor, "revertWork", "RevertWorkInput", selection, map[string]any{"id": made.ID, "expectedVersion": 6, "toVersion": 1}).Ok().Into("work", &now)
	require.Equal(t, "La Commedia", now.Title)
	require.Equal(t, 7, now.Version)
	require.Equal(t, []string{"NOT_FOUND toVersion"}, w.Change(editor, "revertWork", "RevertWorkInput", selection,
		map[string]any{"id": made.ID, "expectedVersion": 7, "toVersion": 99}).Codes())
}

func TestSensitive(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	made := create(w, editor)
	w.Now = w.Now.Add(6 * time.Minute)
	a := w.Ask(editor, "mutation($in: DeleteWorkInput!) { deleteWork(input: $in) { deletedId } }",
		map[string]any{"in": map[string]any{"id": made.ID, "expectedVersion": 1, "reason": "A double."}})
	require.Equal(t, "REAUTH_REQUIRED", a.Code())
	require.Equal(t, 401, a.Status)
}

func TestOriginalText(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	var made work
	w.Change(editor, "createWork", "CreateWorkInput", selection, input(w, map[string]any{"text": "Nel mezzo\n\ndel cammin"})).Ok().Into("work", &made)
	id := writetest.One[string](w, `SELECT core.typeid('EXPRESSION', e.id) FROM core.expressions e JOIN core.subjects s ON s.id = e.work_id
		WHERE s.public_id = $1 AND e.expression_kind = 'ORIGINAL' AND e.language = 'it' AND e.title = 'La Commedia' AND e.text_revision = 1 AND e.line_count = 2`, made.ID)
	require.Equal(t, []string{"BLANK text"}, w.Change(editor, "createWork", "CreateWorkInput", selection, input(w, map[string]any{"text": " "})).Codes())

	state := func(status string) {
		w.Change(editor, "setRights", "SetRightsInput", "rights { class }", map[string]any{"subjectId": id,
			"rights": map[string]any{"status": status, "evidenceUrl": "https://example.org"}}).Ok()
	}
	readable := func() int {
		return writetest.One[int](w, "SELECT count(*)::int FROM view.text_line l JOIN view.expression e ON e.id = l.expression_id WHERE e.public_id = $1", id)
	}
	state("UNKNOWN")
	change := func(name string, version int, more map[string]any) {
		in := map[string]any{"id": made.ID, "expectedVersion": version}
		for k, v := range more {
			in[k] = v
		}
		w.Change(editor, name, strings.ToUpper(name[:1])+name[1:]+"Input", selection, in).Ok()
	}
	change("publishWork", 1, nil)
	require.Zero(t, readable(), "what is not known waits")
	state("PUBLIC_DOMAIN")
	change("unpublishWork", 2, map[string]any{"reason": "Once more."})
	change("publishWork", 3, nil)
	require.Equal(t, 2, readable())
}
