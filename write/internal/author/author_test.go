package author_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/writetest"
)

const selection = "author { id slug name version names { language name sortName kind } birth birthYear deathYear bio country deletedAt }"

type author struct {
	ID, Slug, Name       string
	Version              int
	Names                []struct{ Language, Name, SortName, Kind string }
	BirthYear, DeathYear *int
	Birth, Bio, Country  *string
}

func input(more map[string]any) map[string]any {
	in := map[string]any{
		"names": []any{map[string]any{"language": "it", "name": "Dante Alighieri"}, map[string]any{"language": "zh", "name": "但丁"}},
		"birth": "1265", "death": "1321-09-14", "country": "IT",
	}
	for k, v := range more {
		in[k] = v
	}
	return in
}

func create(w *writetest.World, editor *identity.Actor) (made author) {
	w.Change(editor, "createAuthor", "CreateAuthorInput", selection, input(nil)).Ok().Into("author", &made)
	return made
}

func TestCreate(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	made := create(w, editor)
	require.Equal(t, "dante-alighieri", made.Slug)
	require.Equal(t, "Dante Alighieri", made.Names[0].SortName, "nobody of his time is filed under a family name")
	require.Equal(t, "但丁", made.Names[1].SortName)
	require.Equal(t, 1265, *made.BirthYear)
	require.Equal(t, 1321, *made.DeathYear)
	for name, c := range map[string]struct {
		in   map[string]any
		want []string
	}{
		"no names":   {map[string]any{"names": []any{}}, []string{"TOO_SHORT names"}},
		"no primary": {map[string]any{"names": []any{map[string]any{"language": "it", "name": "x", "kind": "ALIAS"}}}, []string{"INVALID names"}},
		"dies first": {map[string]any{"birth": "1300", "death": "1200"}, []string{"INVALID death"}},
		"no date":    {map[string]any{"birth": "1990-15-99", "death": "1990/1890"}, []string{"INVALID birth", "INVALID death"}},
		"no country": {map[string]any{"country": "XX"}, []string{"INVALID country"}},
		"long bio":   {map[string]any{"bio": long(10001)}, []string{"TOO_LONG bio"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, w.Change(editor, "createAuthor", "CreateAuthorInput", selection, input(c.in)).Codes())
		})
	}
	in := map[string]any{"in": input(nil)}
	const query = "mutation($in: CreateAuthorInput!) { createAuthor(input: $in) { author { id } contribution { status } } }"
	require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, query, in).Code())
	require.Equal(t, "FORBIDDEN", w.Ask(w.User(identity.Reader), query, in).Code())
	require.JSONEq(t, `{"author": null, "contribution": {"status": "SUBMITTED"}}`, string(w.Ask(w.User(identity.Reviewer), query, in).Data["createAuthor"]))
	require.Empty(t, w.Ask(w.User(identity.Admin), query, in).Code())
}

func long(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'x'
	}
	return string(b)
}

func TestChange(t *testing.T) {
	w := writetest.New(t)
	editor, admin := w.User(identity.Editor), w.User(identity.Admin)
	made := create(w, editor)
	var now author
	edit := func(version int, patch map[string]any) writetest.Payload {
		return w.Change(editor, "updateAuthor", "UpdateAuthorInput", selection, map[string]any{"id": made.ID, "expectedVersion": version, "patch": patch})
	}
	edit(1, map[string]any{"bio": "A poet.", "birth": nil}).Ok().Into("author", &now)
	require.Equal(t, "A poet.", *now.Bio)
	require.Nil(t, now.BirthYear)
	require.Equal(t, 1321, *now.DeathYear)
	require.Equal(t, []string{"BLANK patch"}, edit(2, map[string]any{}).Codes(), "nothing is no edit")
	require.Equal(t, []string{"INVALID patch.birth"}, edit(2, map[string]any{"birth": "1265-02-30"}).Codes())
	require.Equal(t, []string{"INVALID patch.death"}, edit(2, map[string]any{"birth": "1330"}).Codes())
	require.Equal(t, []string{"BLANK patch.kind"}, edit(2, map[string]any{"kind": nil}).Codes())
	require.Equal(t, []string{"STALE_VERSION expectedVersion"}, edit(1, map[string]any{"bio": "x"}).Codes())
	w.Change(editor, "setAuthorNames", "SetAuthorNamesInput", selection, map[string]any{"id": made.ID, "expectedVersion": 2,
		"names": []any{map[string]any{"language": "en", "name": "Dante", "sortName": "Dante"}}}).Ok().Into("author", &now)
	require.Equal(t, "Dante", now.Name)
	require.Equal(t, 3, writetest.One[int](w, "SELECT count(*)::int FROM core.revisions r JOIN core.subjects s ON s.id = r.subject_id WHERE s.public_id = $1", made.ID))

	const query = "mutation($in: DeleteAuthorInput!) { deleteAuthor(input: $in) { deletedId userErrors { code } } }"
	in := map[string]any{"id": made.ID, "expectedVersion": 3, "reason": "A double."}
	require.Equal(t, "FORBIDDEN", w.Ask(editor, query, map[string]any{"in": in}).Code())
	w.Change(editor, "createWork", "CreateWorkInput", "work { id }", map[string]any{"originalLanguage": "it", "literatureType": "POETRY",
		"titles": []any{map[string]any{"language": "it", "title": "x"}}, "contributors": []any{map[string]any{"personId": made.ID}}}).Ok()
	require.Equal(t, []string{"INVALID_STATE id"}, w.Change(admin, "deleteAuthor", "DeleteAuthorInput", "deletedId", in).Codes())
	w.Exec("DELETE FROM core.work_contributors")
	w.Change(admin, "deleteAuthor", "DeleteAuthorInput", "deletedId", in).Ok()
	require.Equal(t, []string{"NOT_FOUND id"}, w.Change(admin, "deleteAuthor", "DeleteAuthorInput", "deletedId", in).Codes())
}

// The longest biography goes through in every script: the audit keeps what fits it.
func TestLongestBio(t *testing.T) {
	w := writetest.New(t)
	editor, person := w.User(identity.Editor), w.Person("Dante")
	w.Change(editor, "updateAuthor", "UpdateAuthorInput", "author { id }", map[string]any{"id": person.String(), "expectedVersion": 1,
		"patch": map[string]any{"bio": strings.Repeat("я", 10_000)}}).Ok()
	require.JSONEq(t, `{"bytes": 20010}`, writetest.One[string](w, "SELECT detail::text FROM ops.audit_log WHERE subject_id = $1 AND action = 'updateAuthor'", person.UUID))
}
