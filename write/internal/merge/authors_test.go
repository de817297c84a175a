package merge_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

func TestMergeAuthors(t *testing.T) {
	w := newWorld(t)
	dante, alighieri := w.Person("Dante"), w.Person("Alighieri")
	w.slug(dante, uuid.Nil, "dante")
	w.slug(alighieri, uuid.Nil, "alighieri")
	w.Exec(`INSERT INTO core.person_names (id, person_id, language, name, sort_name, position) VALUES (gen_random_uuid(), $1, 'it', 'Dante', 'Dante', 1), (gen_random_uuid(), $1, 'de', 'Dante', 'Dante', 2)`, alighieri.UUID)
	w.Exec("UPDATE core.persons SET bio = 'A poet.', birth_edtf = '1265', birth_year = 1265 WHERE id = $1", alighieri.UUID)
	w.Exec("UPDATE core.persons SET death_edtf = '1321', death_year = 1321 WHERE id = $1", dante.UUID)
	comedy, life := w.PublishedWork("it", "La Commedia"), w.PublishedWork("it", "Vita nova")
	text := w.PublishedText(life, "TRANSLATION", "en", "In the book")
	w.Exec("INSERT INTO core.work_contributors (work_id, person_id, role) VALUES ($1, $2, 'AUTHOR'), ($1, $3, 'AUTHOR'), ($4, $3, 'AUTHOR')", comedy.UUID, dante.UUID, alighieri.UUID, life.UUID)
	w.Exec("INSERT INTO core.expression_contributors (expression_id, person_id, role) VALUES ($1, $2, 'EDITOR')", text.UUID, alighieri.UUID)
	member := w.User(identity.Contributor)
	w.Exec("UPDATE core.persons SET claimed_by = $2 WHERE id = $1", alighieri.UUID, member.UserID)
	w.Change(member, "like", "LikeInput", "stats { likes }", map[string]any{"subjectId": alighieri.String()}).Ok()

	w.merge(dante, alighieri).Ok()
	w.sound(alighieri)
	w.leads(alighieri, "alighieri", dante)
	require.Equal(t, 2, writetest.One[int](w.World, "SELECT work_count FROM view.person WHERE id = $1", dante.UUID))
	require.Equal(t, 2, writetest.One[int](w.World, "SELECT count(*)::int FROM view.work WHERE author_ids @> ARRAY[$1::uuid]", dante.UUID))
	require.Equal(t, "en Dante PRIMARY, en Alighieri ALIAS, it Dante PRIMARY, de Dante PRIMARY", names(w, dante))
	require.Equal(t, "A poet. 1321", writetest.One[string](w.World, "SELECT concat_ws(' ', bio, birth_edtf, death_edtf) FROM view.person WHERE id = $1", dante.UUID), "the dates of a life go together")
	require.Equal(t, member.UserID, writetest.One[uuid.UUID](w.World, "SELECT claimed_by FROM core.persons WHERE id = $1", dante.UUID))
	require.Equal(t, 1, writetest.One[int](w.World, "SELECT likes::int FROM stats.totals WHERE subject_id = $1", dante.UUID))
	require.Equal(t, "merged "+alighieri.String(), writetest.One[string](w.World, "SELECT message FROM core.revisions WHERE subject_id = $1", dante.UUID))
	require.Equal(t, "Alighieri", writetest.One[string](w.World, "SELECT snapshot #>> '{names,0,name}' FROM core.revisions WHERE subject_id = $1", alighieri.UUID))
	require.Equal(t, 2, writetest.One[int](w.World, "SELECT count(*)::int FROM ops.audit_log WHERE action = 'mergeAuthors' AND actor_id = $1", w.editor.UserID))
}

func names(w world, id publicid.ID) string {
	return writetest.One[string](w.World, "SELECT string_agg(concat_ws(' ', language, name, name_kind), ', ' ORDER BY position) FROM core.person_names WHERE person_id = $1", id.UUID)
}

// A work can be set back to when it named two people who are one by now.
func TestRevertAfterAMerge(t *testing.T) {
	w := newWorld(t)
	dante, alighieri := w.Person("Dante"), w.Person("Alighieri")
	var made struct {
		ID           string
		Version      int
		Contributors []struct{ PersonID string }
	}
	w.Change(w.editor, "createWork", "CreateWorkInput", "work { id }", map[string]any{"originalLanguage": "it", "literatureType": "POETRY",
		"titles":       []any{map[string]any{"language": "it", "title": "La Commedia"}},
		"contributors": []any{map[string]any{"personId": alighieri.String()}, map[string]any{"personId": dante.String()}, map[string]any{"personId": alighieri.String(), "role": "EDITOR"}}}).Ok().Into("work", &made)
	w.merge(dante, alighieri).Ok()
	w.Change(w.editor, "revertWork", "RevertWorkInput", "work { version contributors { personId } }", map[string]any{"id": made.ID, "toVersion": 1, "expectedVersion": 1}).Ok().Into("work", &made)
	require.Len(t, made.Contributors, 2)
	require.Equal(t, dante.String(), made.Contributors[0].PersonID)
	w.sound(alighieri)
}

func TestClaims(t *testing.T) {
	w := newWorld(t)
	a, b, c := w.Person("A"), w.Person("B"), w.Person("C")
	for _, id := range []publicid.ID{b, c} {
		w.Exec("UPDATE core.persons SET claimed_by = $2 WHERE id = $1", id.UUID, w.User(identity.Contributor).UserID)
	}
	clash := w.merge(a, b, c)
	require.Equal(t, []string{"CONFLICT sourceIds.1"}, clash.Codes())
	require.Equal(t, b.String(), clash.Faults[0].Params[0].Value)
	w.merge(a, b).Ok()
	require.Equal(t, []string{"CONFLICT sourceIds.0"}, w.merge(a, c).Codes())
	stale := w.mergeAt(w.editor, a, []publicid.ID{c}, []any{map[string]any{"id": a.String(), "version": 1}, map[string]any{"id": c.String(), "version": 1}}, nil)
	require.Equal(t, []string{"STALE_VERSION expectedVersions.0.version"}, stale.Codes())
	w.sound(b)
}
