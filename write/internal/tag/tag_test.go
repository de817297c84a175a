package tag_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/writetest"
)

const selection = "tag { id slug name kind synonymOf { id } synonyms { name } version }"

type word struct {
	ID, Slug, Name, Kind string
	SynonymOf            *struct{ ID string }
	Synonyms             []struct{ Name string }
	Version              int
}

func create(w *writetest.World, who *identity.Actor, name string, headers ...string) writetest.Payload {
	return w.Change(who, "createTag", "CreateTagInput", selection, map[string]any{"name": name}, headers...)
}

func made(w *writetest.World, who *identity.Actor, name string) (t word) {
	create(w, who, name).Ok().Into("tag", &t)
	return t
}

func update(w *writetest.World, who *identity.Actor, t word, patch map[string]any) writetest.Payload {
	return w.Change(who, "updateTag", "UpdateTagInput", selection, map[string]any{"id": t.ID, "expectedVersion": t.Version, "patch": patch})
}

func TestCreate(t *testing.T) {
	w := writetest.New(t)
	w.Exec("SET LOCAL ROLE tercul_writer")
	contributor := w.User(identity.Contributor)
	var first, again word
	create(w, contributor, " Sea voyage ", "Idempotency-Key", "voyage-0001").Ok().Into("tag", &first)
	require.Equal(t, word{ID: first.ID, Slug: "sea-voyage", Name: "Sea voyage", Kind: "FREEFORM", Synonyms: first.Synonyms, Version: 1}, first)
	create(w, contributor, " Sea voyage ", "Idempotency-Key", "voyage-0001").Ok().Into("tag", &again)
	require.Equal(t, first.ID, again.ID)
	require.Equal(t, "createTag", writetest.One[string](w, "SELECT action FROM ops.audit_log WHERE actor_id = $1", contributor.UserID))
	require.Equal(t, "Sea voyage", writetest.One[string](w, "SELECT name FROM view.tag WHERE public_id = $1", first.ID))

	symbol := made(w, contributor, "🦄")
	require.Equal(t, strings.ReplaceAll(symbol.ID, "_", "-"), symbol.Slug, "nothing of it can be spoken")
	taken := create(w, contributor, "sea-VOYAGE")
	require.Equal(t, []string{"TAKEN name"}, taken.Codes())
	require.Equal(t, first.ID, taken.Faults[0].Params[0].Value)
	for name, want := range map[string]string{"": "BLANK name", "-": "BLANK name", "a\nb": "INVALID name", strings.Repeat("a", 101): "TOO_LONG name"} {
		require.Contains(t, create(w, contributor, name).Codes(), want)
	}
}

func TestRoles(t *testing.T) {
	w := writetest.New(t)
	w.Exec("SET LOCAL ROLE tercul_writer")
	the := made(w, w.User(identity.Contributor), "Sea")
	ask := func(who *identity.Actor, mutation, inputType string, in map[string]any) string {
		return w.Ask(who, "mutation($in: "+inputType+"!) { "+mutation+"(input: $in) { tag { id } userErrors { code } } }", map[string]any{"in": in}).Code()
	}
	change := map[string]any{"id": the.ID, "expectedVersion": 1, "patch": map[string]any{"kind": "THEME"}}
	require.Equal(t, "UNAUTHENTICATED", ask(nil, "createTag", "CreateTagInput", map[string]any{"name": "Sky"}))
	require.Equal(t, "FORBIDDEN", ask(w.User(identity.Reader), "createTag", "CreateTagInput", map[string]any{"name": "Sky"}))
	require.Empty(t, ask(w.User(identity.Contributor), "createTag", "CreateTagInput", map[string]any{"name": "Sky"}))
	require.Equal(t, "UNAUTHENTICATED", ask(nil, "updateTag", "UpdateTagInput", change))
	for _, role := range []identity.Role{identity.Reader, identity.Contributor, identity.Reviewer} {
		require.Equal(t, "FORBIDDEN", ask(w.User(role), "updateTag", "UpdateTagInput", change), role)
	}
	require.Empty(t, ask(w.User(identity.Admin), "updateTag", "UpdateTagInput", change))
	require.Contains(t, string(w.Ask(w.User(identity.Contributor), "query($id: ID!) { editable(id: $id) { ... on Tag { kind version } } }", map[string]any{"id": the.ID}).Data["editable"]), "THEME")
}

func TestUpdate(t *testing.T) {
	w := writetest.New(t)
	w.Exec("SET LOCAL ROLE tercul_writer")
	editor := w.User(identity.Editor)
	sea, sky := made(w, editor, "Sea"), made(w, editor, "Sky")
	update(w, editor, sea, map[string]any{"name": "SEA", "kind": "MOTIF"}).Ok().Into("tag", &sea)
	require.Equal(t, "SEA MOTIF 2 sea", sea.Name+" "+sea.Kind+" "+string(rune('0'+sea.Version))+" "+sea.Slug, "one's own name can be written otherwise, and the address stays")
	require.ElementsMatch(t, []string{"TAKEN patch.name", "BLANK patch.kind"}, update(w, editor, sea, map[string]any{"name": "sky", "kind": nil}).Codes())
	stale := sea
	stale.Version = 1
	late := update(w, editor, stale, map[string]any{"kind": "THEME"})
	require.Equal(t, []string{"STALE_VERSION expectedVersion"}, late.Codes())
	require.Equal(t, "2", late.Faults[0].Params[0].Value)
	require.Equal(t, []string{"NOT_FOUND id"}, update(w, editor, word{ID: "tag_01h455vb4pex5vsknk084sn02q", Version: 1}, map[string]any{"kind": "THEME"}).Codes())
	require.Equal(t, []string{"INVALID id"}, update(w, editor, word{ID: "work_01h455vb4pex5vsknk084sn02q", Version: 1}, map[string]any{"kind": "THEME"}).Codes())
	require.Equal(t, "Sky", sky.Name)
}

// A tag that becomes a synonym takes its own with it, and works are found under the
// canonical one until it stands for itself again.
func TestSynonyms(t *testing.T) {
	w := writetest.New(t)
	w.Exec("SET LOCAL ROLE tercul_writer")
	editor := w.User(identity.Editor)
	ocean, sea, main := made(w, editor, "Ocean"), made(w, editor, "Sea"), made(w, editor, "The main")
	work, _ := w.Published("The Odyssey")
	w.Exec("INSERT INTO core.subject_tags (subject_id, tag_id) SELECT $1, id FROM core.subjects WHERE public_id = $2", work.UUID, sea.ID)
	shown := func() []string {
		return writetest.One[[]string](w, "SELECT ARRAY(SELECT t.name FROM view.work w JOIN view.tag t ON t.id = ANY (w.tag_ids) WHERE w.id = $1)", work.UUID)
	}
	update(w, editor, main, map[string]any{"synonymOf": sea.ID}).Ok().Into("tag", &main)
	require.Equal(t, sea.ID, main.SynonymOf.ID)
	require.Equal(t, []string{"CYCLE patch.synonymOf"}, update(w, editor, sea, map[string]any{"synonymOf": main.ID}).Codes())
	require.Equal(t, []string{"CYCLE patch.synonymOf"}, update(w, editor, sea, map[string]any{"synonymOf": sea.ID}).Codes())
	indirect := update(w, editor, ocean, map[string]any{"synonymOf": main.ID})
	require.Equal(t, []string{"INVALID patch.synonymOf"}, indirect.Codes())
	require.Equal(t, sea.ID, indirect.Faults[0].Params[0].Value)
	require.Equal(t, []string{"NOT_FOUND patch.synonymOf"}, update(w, editor, ocean, map[string]any{"synonymOf": "tag_01h455vb4pex5vsknk084sn02q"}).Codes())

	require.Equal(t, []string{"Sea"}, shown())
	update(w, editor, sea, map[string]any{"synonymOf": ocean.ID}).Ok().Into("tag", &sea)
	require.Equal(t, []string{"Ocean"}, shown())
	require.Equal(t, []string{"Sea", "The main"}, writetest.One[[]string](w, "SELECT synonyms FROM view.tag WHERE public_id = $1", ocean.ID))
	require.Equal(t, ocean.ID, writetest.One[string](w, "SELECT core.typeid('TAG', subject_id) FROM view.slug WHERE kind = 'TAG' AND slug = 'the-main'"))

	update(w, editor, sea, map[string]any{"synonymOf": nil}).Ok().Into("tag", &sea)
	require.Nil(t, sea.SynonymOf)
	require.Equal(t, []string{"Sea"}, shown())
	w.Exec("UPDATE core.tags SET status = 'BANNED' WHERE name = 'Ocean'")
	require.Equal(t, []string{"INVALID_STATE patch.synonymOf"}, update(w, editor, sea, map[string]any{"synonymOf": ocean.ID}).Codes())
	require.Zero(t, writetest.One[int](w, "SELECT sum(missing + surplus)::int FROM view.verify()"))
}
