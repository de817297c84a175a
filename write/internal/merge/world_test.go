package merge_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

// world is a database with the writer's own rights, and an editor.
type world struct {
	*writetest.World
	editor *identity.Actor
}

func newWorld(t testing.TB) world {
	t.Helper()
	w := writetest.New(t)
	w.Exec("SET LOCAL ROLE tercul_writer")
	return world{w, w.User(identity.Editor)}
}

// merge merges sources into a target, at the versions that they have.
func (w world) merge(target publicid.ID, sources ...publicid.ID) writetest.Payload {
	w.T.Helper()
	return w.mergeAt(w.editor, target, sources, w.versions(append(sources, target)...), nil)
}

func (w world) mergeAt(who *identity.Actor, target publicid.ID, sources []publicid.ID, versions []any, more map[string]any, headers ...string) writetest.Payload {
	w.T.Helper()
	name, inputType, selection := operation(target)
	return w.Change(who, name, inputType, selection, input(target, sources, versions, more), headers...)
}

func operation(target publicid.ID) (name, inputType, selection string) {
	if target.Kind == "PERSON" {
		return "mergeAuthors", "MergeAuthorsInput", "author { id version name }"
	}
	return "mergeWorks", "MergeWorksInput", "work { id version title }"
}

func input(target publicid.ID, sources []publicid.ID, versions []any, more map[string]any) map[string]any {
	in := map[string]any{"targetId": target.String(), "expectedVersions": versions}
	ids := []any{}
	for _, s := range sources {
		ids = append(ids, s.String())
	}
	in["sourceIds"] = ids
	for k, v := range more {
		in[k] = v
	}
	return in
}

func (w world) versions(ids ...publicid.ID) []any {
	w.T.Helper()
	out := []any{}
	for _, id := range ids {
		table := map[string]string{"WORK": "core.works", "PERSON": "core.persons"}[id.Kind]
		out = append(out, map[string]any{"id": id.String(), "version": writetest.One[int](w.World, "SELECT coalesce((SELECT version FROM "+table+" WHERE id = $1), 1)", id.UUID)})
	}
	return out
}

// sound holds that the read model is what it should be, and that no row points at
// what was merged away but those that tell of it.
func (w world) sound(gone ...publicid.ID) {
	w.T.Helper()
	require.Zero(w.T, writetest.One[int](w.World, "SELECT sum(missing + surplus)::int FROM view.verify()"))
	for _, column := range moved {
		table, name := column[:strings.LastIndexByte(column, '.')], column[strings.LastIndexByte(column, '.')+1:]
		for _, id := range gone {
			require.Zero(w.T, writetest.One[int](w.World, "SELECT count(*)::int FROM "+table+" WHERE "+name+" = $1", id.UUID), "%s of %s", column, id)
		}
	}
}

// references are the columns that point at subjects, works or persons.
func (w world) references() []string {
	w.T.Helper()
	return writetest.One[[]string](w.World, `SELECT array_agg(DISTINCT c.conrelid::regclass || '.' || a.attname) FROM pg_constraint c
		JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
		WHERE c.contype = 'f' AND c.confrelid IN ('core.subjects'::regclass, 'core.works'::regclass, 'core.persons'::regclass) AND c.conparentid = 0`)
}

// leads holds that an old id and an old address lead to the survivor, in one step.
func (w world) leads(old publicid.ID, slug string, survivor publicid.ID) {
	w.T.Helper()
	require.Equal(w.T, survivor.String(), writetest.One[string](w.World, "SELECT new_public_id FROM view.redirect WHERE old_public_id = $1", old.String()))
	require.Equal(w.T, []uuid.UUID{survivor.UUID}, writetest.One[[]uuid.UUID](w.World, "SELECT view.survivors(ARRAY[$1::uuid])", old.UUID))
	require.Equal(w.T, survivor.UUID, writetest.One[uuid.UUID](w.World, "SELECT subject_id FROM view.slug WHERE kind = $1 AND slug = $2", old.Kind, slug))
	require.False(w.T, writetest.One[bool](w.World, "SELECT EXISTS (SELECT FROM view.subject WHERE id = $1)", old.UUID))
}

func (w world) slug(id publicid.ID, scope uuid.UUID, slug string) {
	w.T.Helper()
	w.Exec("INSERT INTO core.slugs (kind, scope_id, slug, subject_id) VALUES ($1, $2, $3, $4)", id.Kind, scope, slug, id.UUID)
}
