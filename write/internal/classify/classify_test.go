package classify_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

const selection = "filed { subject { id kind } version tags { id name } categories { path } }"

type filed struct {
	Subject    struct{ ID, Kind string }
	Version    int
	Tags       []struct{ ID, Name string }
	Categories []struct{ Path string }
}

func subject(w *writetest.World, kind string) uuid.UUID {
	id, err := publicid.New(kind)
	require.NoError(w.T, err)
	w.Exec("INSERT INTO core.subjects (id, kind) VALUES ($1, $2)", id.UUID, kind)
	return id.UUID
}

func newTag(w *writetest.World, name string) string {
	id := subject(w, "TAG")
	w.Exec("INSERT INTO core.tags (id, name, name_canonical) VALUES ($1, $2, lower($2))", id, name)
	return publicid.Of("TAG", id).String()
}

func newCategory(w *writetest.World, path string) string {
	id := subject(w, "CATEGORY")
	w.Exec("INSERT INTO core.categories (id, category_kind, names, path) VALUES ($1, 'GENRE', '{}', $2)", id, path)
	return publicid.Of("CATEGORY", id).String()
}

func change(w *writetest.World, who *identity.Actor, mutation string, about publicid.ID, tags ...string) writetest.Payload {
	inputs := map[string]string{"tagSubject": "TagSubjectInput", "untagSubject": "UntagSubjectInput"}
	return w.Change(who, mutation, inputs[mutation], selection, map[string]any{"subjectId": about.String(), "tagIds": append([]string{}, tags...)})
}

func TestTag(t *testing.T) {
	w := writetest.New(t)
	w.Exec("SET LOCAL ROLE tercul_writer")
	contributor, other, editor := w.User(identity.Contributor), w.User(identity.Contributor), w.User(identity.Editor)
	work, text := w.Published("The Odyssey", "Sing")
	sea, war := newTag(w, "Sea"), newTag(w, "War")
	var now filed
	change(w, contributor, "tagSubject", work, sea).Ok().Into("filed", &now)
	require.Equal(t, 2, now.Version)
	require.Equal(t, "Sea", now.Tags[0].Name)
	change(w, other, "tagSubject", work, sea).Ok().Into("filed", &now)
	require.Equal(t, 2, now.Version, "what is there changes nothing")
	change(w, other, "tagSubject", work, war, sea).Ok().Into("filed", &now)
	require.Len(t, now.Tags, 2)
	require.Equal(t, 2, writetest.One[int](w, "SELECT jsonb_array_length(snapshot -> 'tagIds') FROM core.revisions WHERE subject_id = $1 AND version = 3", work.UUID))
	require.Equal(t, 2, writetest.One[int](w, "SELECT cardinality(tag_ids) FROM view.work WHERE id = $1", work.UUID))
	require.Equal(t, 1, writetest.One[int](w, "SELECT usage_count FROM view.tag WHERE public_id = $1", sea))
	for _, about := range []publicid.ID{text, w.Person("Homer")} {
		change(w, contributor, "tagSubject", about, war).Ok()
	}

	require.Equal(t, []string{"FORBIDDEN tagIds.0", "NOT_FOUND tagIds.1"}, change(w, other, "untagSubject", work, sea, newTag(w, "Peace")).Codes())
	change(w, other, "untagSubject", work, war).Ok().Into("filed", &now)
	require.Len(t, now.Tags, 1)
	change(w, editor, "untagSubject", work, sea).Ok().Into("filed", &now)
	require.Empty(t, now.Tags)
	require.Equal(t, []string{"NOT_FOUND tagIds.0"}, change(w, editor, "untagSubject", work, sea).Codes(), "again there is nothing to take off")
	require.Equal(t, 2, writetest.One[int](w, "SELECT count(*)::int FROM ops.audit_log WHERE action = 'untagSubject' AND subject_id = $1", work.UUID))
	require.Zero(t, writetest.One[int](w, "SELECT sum(missing + surplus)::int FROM view.verify()"))
}

func TestTagRefuses(t *testing.T) {
	w := writetest.New(t)
	w.Exec("SET LOCAL ROLE tercul_writer")
	contributor, editor := w.User(identity.Contributor), w.User(identity.Editor)
	work, _ := w.Published("The Odyssey")
	sea := newTag(w, "Sea")
	require.Equal(t, []string{"TOO_SHORT tagIds"}, change(w, editor, "tagSubject", work).Codes())
	require.Equal(t, []string{"DUPLICATE tagIds"}, change(w, editor, "tagSubject", work, sea, sea).Codes())
	require.Equal(t, []string{"INVALID subjectId", "INVALID tagIds.0"}, change(w, editor, "tagSubject", publicid.Of("USER", work.UUID), work.String()).Codes())
	banned := newTag(w, "Bad")
	w.Exec("UPDATE core.tags SET status = 'BANNED' WHERE name = 'Bad'")
	require.Equal(t, []string{"NOT_FOUND tagIds.1"}, change(w, editor, "tagSubject", work, sea, banned).Codes())
	many := make([]string, 30)
	for i := range many {
		many[i] = newTag(w, fmt.Sprint("Tag ", i))
	}
	change(w, contributor, "tagSubject", work, many...).Ok()
	full := change(w, contributor, "tagSubject", work, sea)
	require.Equal(t, []string{"LIMIT_REACHED tagIds"}, full.Codes())
	require.Equal(t, []string{"TOO_MANY tagIds"}, change(w, contributor, "tagSubject", work, append(slices.Clone(many), sea)...).Codes())

	w.Unpublish(work)
	require.Equal(t, []string{"NOT_FOUND subjectId"}, change(w, contributor, "untagSubject", work, many[0]).Codes())
	change(w, editor, "untagSubject", work, many[0]).Ok()
	w.Exec("UPDATE core.works SET deleted_at = now() WHERE id = $1", work.UUID)
	require.Equal(t, []string{"NOT_FOUND subjectId"}, change(w, editor, "tagSubject", work, sea).Codes())
	survivor, _ := w.Published("Odyssey")
	w.Exec("INSERT INTO core.id_redirects (old_id, new_id, reason) VALUES ($1, $2, 'MERGE')", work.UUID, survivor.UUID)
	var now filed
	change(w, editor, "tagSubject", work, sea).Ok().Into("filed", &now)
	require.Equal(t, survivor.String(), now.Subject.ID)
}

func TestRoles(t *testing.T) {
	w := writetest.New(t)
	w.Exec("SET LOCAL ROLE tercul_writer")
	work, _ := w.Published("The Odyssey")
	sea, epic := newTag(w, "Sea"), newCategory(w, "/epic/")
	ask := func(who *identity.Actor, mutation, inputType string, in map[string]any) string {
		in["subjectId"] = work.String()
		return w.Ask(who, "mutation($in: "+inputType+"!) { "+mutation+"(input: $in) { filed { version } userErrors { code } } }", map[string]any{"in": in}).Code()
	}
	tags, categories := map[string]any{"tagIds": []string{sea}}, map[string]any{"categoryIds": []string{epic}, "expectedVersion": 1}
	require.Equal(t, "UNAUTHENTICATED", ask(nil, "tagSubject", "TagSubjectInput", tags))
	require.Equal(t, "FORBIDDEN", ask(w.User(identity.Reader), "tagSubject", "TagSubjectInput", tags))
	require.Equal(t, "FORBIDDEN", ask(w.User(identity.Reader), "untagSubject", "UntagSubjectInput", tags))
	require.Empty(t, ask(w.User(identity.Reviewer), "tagSubject", "TagSubjectInput", tags))
	require.Equal(t, "UNAUTHENTICATED", ask(nil, "setCategories", "SetCategoriesInput", categories))
	for _, role := range []identity.Role{identity.Reader, identity.Contributor, identity.Reviewer} {
		require.Equal(t, "FORBIDDEN", ask(w.User(role), "setCategories", "SetCategoriesInput", categories), role)
	}
	require.Empty(t, ask(w.User(identity.Editor), "setCategories", "SetCategoriesInput", categories))
}

func TestSetCategories(t *testing.T) {
	w := writetest.New(t)
	w.Exec("SET LOCAL ROLE tercul_writer")
	editor := w.User(identity.Editor)
	work, _ := w.Published("The Odyssey")
	set := func(version int, categories ...string) writetest.Payload {
		return w.Change(editor, "setCategories", "SetCategoriesInput", selection, map[string]any{"subjectId": work.String(), "expectedVersion": version, "categoryIds": append([]string{}, categories...)})
	}
	a, b, c := newCategory(w, "/a/"), newCategory(w, "/b/"), newCategory(w, "/c/")
	var now filed
	set(1, a, b).Ok().Into("filed", &now)
	require.Len(t, now.Categories, 2)
	set(2, b, c).Ok().Into("filed", &now)
	require.Equal(t, "/b/ /c/", now.Categories[0].Path+" "+now.Categories[1].Path)
	require.Equal(t, 3, now.Version)
	require.Equal(t, []string{"/b/", "/c/"}, writetest.One[[]string](w, "SELECT ARRAY(SELECT path FROM view.category WHERE work_count = 1 ORDER BY path)"))
	stale := set(1, a)
	require.Equal(t, []string{"STALE_VERSION expectedVersion"}, stale.Codes())
	require.Equal(t, "3", stale.Faults[0].Params[0].Value)
	require.Equal(t, []string{"NOT_FOUND categoryIds.1"}, set(3, a, "cat_01h455vb4pex5vsknk084sn02q").Codes())
	require.Equal(t, []string{"DUPLICATE categoryIds"}, set(3, a, a).Codes())
	eleven := make([]string, 11)
	for i := range eleven {
		eleven[i] = newCategory(w, fmt.Sprintf("/n%d/", i))
	}
	require.Equal(t, []string{"TOO_MANY categoryIds"}, set(3, eleven...).Codes())
	set(3).Ok().Into("filed", &now)
	require.Empty(t, now.Categories)
	require.Equal(t, 3, writetest.One[int](w, "SELECT count(*)::int FROM core.revisions WHERE subject_id = $1 AND message = 'filed'", work.UUID))
}
