package category_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/writetest"
)

const selection = "category { id path slug parent { path } kind names { language name } ordinal version }"

type node struct {
	ID, Path, Slug, Kind string
	Parent               *struct{ Path string }
	Names                []struct{ Language, Name string }
	Ordinal, Version     int
}

func create(w *writetest.World, who *identity.Actor, parent, slug string, more map[string]any) writetest.Payload {
	in := map[string]any{"slug": slug, "kind": "GENRE", "names": []any{map[string]any{"language": "en", "name": "A name"}}}
	if parent != "" {
		in["parentId"] = parent
	}
	for k, v := range more {
		in[k] = v
	}
	return w.Change(who, "createCategory", "CreateCategoryInput", selection, in)
}

func made(w *writetest.World, who *identity.Actor, parent, slug string) (c node) {
	create(w, who, parent, slug, nil).Ok().Into("category", &c)
	return c
}

func update(w *writetest.World, who *identity.Actor, c node, patch map[string]any) writetest.Payload {
	return w.Change(who, "updateCategory", "UpdateCategoryInput", selection, map[string]any{"id": c.ID, "expectedVersion": c.Version, "patch": patch})
}

func TestCreate(t *testing.T) {
	w := writetest.New(t)
	w.Exec("SET LOCAL ROLE tercul_writer")
	admin := w.User(identity.Admin)
	genre := made(w, admin, "", "genre")
	require.Equal(t, "/genre/", genre.Path)
	require.Nil(t, genre.Parent)
	epic, lyric := made(w, admin, genre.ID, "epic"), made(w, admin, genre.ID, "lyric")
	require.Equal(t, "/genre/epic/", epic.Path)
	require.Equal(t, "/genre/", epic.Parent.Path)
	require.Equal(t, []int{0, 1}, []int{epic.Ordinal, lyric.Ordinal})
	require.Equal(t, "createCategory", writetest.One[string](w, "SELECT action FROM ops.audit_log WHERE actor_id = $1 LIMIT 1", admin.UserID))
	require.Equal(t, 1, writetest.One[int](w, "SELECT depth FROM view.category WHERE public_id = $1", epic.ID))

	require.Equal(t, []string{"TAKEN slug"}, create(w, admin, genre.ID, "epic", nil).Codes())
	for name, c := range map[string]struct {
		parent, slug string
		more         map[string]any
		want         []string
	}{
		"no slug":      {"", "", nil, []string{"BLANK slug"}},
		"dots":         {"", "a.b", nil, []string{"INVALID slug"}},
		"long":         {"", strings.Repeat("a", 61), nil, []string{"TOO_LONG slug"}},
		"no parent":    {"cat_01h455vb4pex5vsknk084sn02q", "x", nil, []string{"NOT_FOUND parentId"}},
		"other parent": {"tag_01h455vb4pex5vsknk084sn02q", "x", nil, []string{"INVALID parentId"}},
		"no names":     {"", "x", map[string]any{"names": []any{}}, []string{"TOO_SHORT names"}},
		"two names": {"", "x", map[string]any{"names": []any{map[string]any{"language": "en", "name": "a"}, map[string]any{"language": "en", "name": "b"}}},
			[]string{"DUPLICATE names"}},
		"blank name":     {"", "", map[string]any{"names": []any{map[string]any{"language": "en", "name": ""}}}, []string{"BLANK slug", "BLANK names.0.name"}},
		"no language":    {"", "x", map[string]any{"names": []any{map[string]any{"language": "zz", "name": "a"}}}, []string{"INVALID names.0.language"}},
		"all that is so": {genre.ID, "epic", map[string]any{"names": []any{map[string]any{"language": "zz", "name": "a"}}}, []string{"INVALID names.0.language", "TAKEN slug"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.ElementsMatch(t, c.want, create(w, admin, c.parent, c.slug, c.more).Codes())
		})
	}
	below := epic
	for _, slug := range []string{"c", "d", "e"} {
		below = made(w, admin, below.ID, slug)
	}
	require.Equal(t, "/genre/epic/c/d/e/", below.Path)
	require.Equal(t, []string{"LIMIT_REACHED parentId"}, create(w, admin, below.ID, "f", nil).Codes())
}

func TestRoles(t *testing.T) {
	w := writetest.New(t)
	w.Exec("SET LOCAL ROLE tercul_writer")
	the := made(w, w.User(identity.Admin), "", "genre")
	for mutation, in := range map[string]map[string]any{
		"createCategory": {"slug": "form", "kind": "FORM", "names": []any{map[string]any{"language": "en", "name": "Form"}}},
		"updateCategory": {"id": the.ID, "expectedVersion": 1, "patch": map[string]any{"kind": "FORM"}},
	} {
		ask := func(who *identity.Actor) string {
			return w.Ask(who, "mutation($in: "+strings.ToUpper(mutation[:1])+mutation[1:]+"Input!) { "+mutation+"(input: $in) { category { id } userErrors { code } } }", map[string]any{"in": in}).Code()
		}
		require.Equal(t, "UNAUTHENTICATED", ask(nil))
		for _, role := range []identity.Role{identity.Reader, identity.Contributor, identity.Reviewer, identity.Editor} {
			require.Equal(t, "FORBIDDEN", ask(w.User(role)), role)
		}
		require.Empty(t, ask(w.User(identity.Admin)))
	}
}

func TestRename(t *testing.T) {
	w := writetest.New(t)
	w.Exec("SET LOCAL ROLE tercul_writer")
	admin := w.User(identity.Admin)
	genre := made(w, admin, "", "genre")
	epic := made(w, admin, genre.ID, "epic")
	made(w, admin, epic.ID, "mock")
	other := made(w, admin, genre.ID, "epic-verse")
	work, _ := w.Published("The Odyssey")
	w.Exec("INSERT INTO core.subject_categories (subject_id, category_id) SELECT $1, id FROM core.categories WHERE path = '/genre/epic/mock/'", work.UUID)
	update(w, admin, epic, map[string]any{"slug": "epos", "kind": "FORM", "ordinal": 7, "names": []any{map[string]any{"language": "de", "name": "Epos"}}}).Ok().Into("category", &epic)
	require.Equal(t, "/genre/epos/", epic.Path)
	require.Equal(t, 7, epic.Ordinal)
	require.Equal(t, 2, epic.Version)
	require.Equal(t, "Epos", epic.Names[0].Name)
	require.Equal(t, []string{"/genre/", "/genre/epic-verse/", "/genre/epos/", "/genre/epos/mock/"}, writetest.One[[]string](w, "SELECT array_agg(path ORDER BY path) FROM view.category"))
	require.Equal(t, 1, writetest.One[int](w, "SELECT work_count FROM view.category WHERE path = '/genre/epos/'"))

	require.ElementsMatch(t, []string{"TAKEN patch.slug"}, update(w, admin, epic, map[string]any{"slug": "epic-verse"}).Codes())
	require.ElementsMatch(t, []string{"BLANK patch.slug", "BLANK patch.kind", "INVALID patch.names.0.language"},
		update(w, admin, epic, map[string]any{"slug": nil, "kind": nil, "names": []any{map[string]any{"language": "zz", "name": "x"}}}).Codes())
	epic.Version = 1
	late := update(w, admin, epic, map[string]any{"slug": "x"})
	require.Equal(t, []string{"STALE_VERSION expectedVersion"}, late.Codes())
	require.Equal(t, []string{"NOT_FOUND id"}, update(w, admin, node{ID: "cat_01h455vb4pex5vsknk084sn02q", Version: 1}, map[string]any{}).Codes())
	require.Equal(t, "/genre/epic-verse/", other.Path)
	require.Zero(t, writetest.One[int](w, "SELECT sum(missing + surplus)::int FROM view.verify()"))
}

func TestMove(t *testing.T) {
	w := writetest.New(t)
	w.Exec("SET LOCAL ROLE tercul_writer")
	admin := w.User(identity.Admin)
	a, b := made(w, admin, "", "a"), made(w, admin, "", "b")
	a1 := made(w, admin, a.ID, "one")
	a2 := made(w, admin, a1.ID, "two")
	a3 := made(w, admin, a2.ID, "three")
	update(w, admin, a1, map[string]any{"parentId": b.ID}).Ok().Into("category", &a1)
	require.Equal(t, "/b/one/", a1.Path)
	require.Equal(t, "/b/one/two/three/", writetest.One[string](w, "SELECT path FROM view.category WHERE public_id = $1", a3.ID))
	require.Equal(t, []string{"b", "one", "two"}, writetest.One[[]string](w, `SELECT ARRAY(SELECT p.slug FROM unnest(c.ancestor_ids) WITH ORDINALITY u (id, n)
		JOIN view.category p ON p.id = u.id ORDER BY u.n) FROM view.category c WHERE c.public_id = $1`, a3.ID))
	for _, under := range []node{a1, a2, a3} {
		require.Equal(t, []string{"CYCLE patch.parentId"}, update(w, admin, a1, map[string]any{"parentId": under.ID}).Codes())
	}
	update(w, admin, a, map[string]any{"parentId": b.ID}).Ok().Into("category", &a)
	require.Equal(t, 1, a.Ordinal, "the last among its new siblings")
	a4 := made(w, admin, a.ID, "four")
	require.Equal(t, []string{"LIMIT_REACHED patch.parentId"}, update(w, admin, a1, map[string]any{"parentId": a4.ID}).Codes(), "three levels below three")
	update(w, admin, a1, map[string]any{"parentId": a.ID}).Ok().Into("category", &a1)
	require.Equal(t, "/b/a/one/two/three/", writetest.One[string](w, "SELECT path FROM core.categories WHERE id = (SELECT id FROM core.subjects WHERE public_id = $1)", a3.ID))
	update(w, admin, a1, map[string]any{"parentId": nil}).Ok().Into("category", &a1)
	require.Equal(t, "/one/", a1.Path)
	require.Nil(t, a1.Parent)
	require.Equal(t, []string{"NOT_FOUND patch.parentId"}, update(w, admin, a1, map[string]any{"parentId": "cat_01h455vb4pex5vsknk084sn02q"}).Codes())
	require.Zero(t, writetest.One[int](w, "SELECT sum(missing + surplus)::int FROM view.verify()"))
}
