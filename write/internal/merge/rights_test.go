package merge_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

func (p pair) state(subject publicid.ID, status string) {
	p.Exec("DELETE FROM core.rights WHERE subject_id = $1", subject.UUID)
	if status != "" {
		p.Exec("INSERT INTO core.rights (id, subject_id, status) VALUES (gen_random_uuid(), $1, $2)", subject.UUID, status)
	}
}

func (p pair) class(text publicid.ID) string {
	return writetest.One[string](p.World, "SELECT rights_class FROM view.expression WHERE id = $1", text.UUID)
}

// No text is opened by a merge, nor closed.
func TestRightsStay(t *testing.T) {
	for name, c := range map[string]struct{ target, source, original, other string }{
		"each its own":         {"PUBLIC_DOMAIN", "IN_COPYRIGHT", "OPEN", "RESTRICTED"},
		"the other way":        {"IN_COPYRIGHT", "PUBLIC_DOMAIN", "RESTRICTED", "OPEN"},
		"nothing of the other": {"PUBLIC_DOMAIN", "", "OPEN", "UNKNOWN"},
		"nothing of the one":   {"", "PUBLIC_DOMAIN", "UNKNOWN", "OPEN"},
		"nothing":              {"", "", "UNKNOWN", "UNKNOWN"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newPair(t)
			w.state(w.original, "")
			w.state(w.other, "")
			w.state(w.target, c.target)
			w.state(w.source, c.source)
			require.Equal(t, c.original+c.other, w.class(w.original)+w.class(w.other))
			w.merge(w.target, w.source).Ok()
			require.Equal(t, c.original+c.other, w.class(w.original)+w.class(w.other))
			w.sound(w.source)
		})
	}
}

func TestRightsOfStubs(t *testing.T) {
	w := newPair(t)
	w.Exec("UPDATE core.expressions SET expression_kind = 'ADAPTATION' WHERE id = $1", w.original.UUID)
	w.state(w.other, "")
	w.state(w.source, "PUBLIC_DOMAIN")
	w.merge(w.target, w.source).Ok()
	require.Equal(t, "OPEN", writetest.One[string](w.World, "SELECT rights_class FROM view.work WHERE id = $1", w.target.UUID))
	w.sound(w.source)
}

// What nobody has seen is not published by a merge.
func TestNothingIsPublished(t *testing.T) {
	w := newPair(t)
	w.Unpublish(w.source)
	w.merge(w.target, w.source).Ok()
	require.Equal(t, []uuid.UUID{w.original.UUID}, writetest.One[[]uuid.UUID](w.World, "SELECT array_agg(id) FROM view.expression"))
	require.Equal(t, w.target.UUID, writetest.One[uuid.UUID](w.World, "SELECT work_id FROM core.expressions WHERE id = $1 AND status = 'UNPUBLISHED'", w.translation.UUID))
	w.sound(w.source)
}

// An address that is taken in the target gets a number; a chain of merges leads on in
// one step.
func TestAddresses(t *testing.T) {
	w := newPair(t)
	third := w.PublishedWork("it", "Commedia")
	again := w.PublishedText(third, "TRANSLATION", "en", "Midway")
	w.slug(third, uuid.Nil, "commedia")
	w.slug(again, third.UUID, "en.longfellow")
	w.merge(w.source, third).Ok()
	w.leads(third, "commedia", w.source)
	require.Equal(t, "en.longfellow-2", writetest.One[string](w.World, "SELECT slug FROM view.expression WHERE id = $1", again.UUID))
	require.Equal(t, "en.longfellow", writetest.One[string](w.World, "SELECT slug FROM view.expression WHERE id = $1", w.translation.UUID))
	w.merge(w.target, w.source).Ok()
	w.leads(third, "commedia", w.target)
	w.leads(w.source, "comoedia", w.target)
	require.Equal(t, "la-commedia/en.longfellow-2", writetest.One[string](w.World, "SELECT work_slug || '/' || slug FROM view.expression WHERE id = $1", again.UUID))
	w.sound(w.source, third)
}

// What waits for review is of the target afterwards, as it was before the merge; what
// is decided stays.
func TestContributions(t *testing.T) {
	w := newPair(t)
	author := w.User(identity.Contributor)
	propose := func(kind, status string, target publicid.ID) uuid.UUID {
		id, err := publicid.New("CONTRIBUTION")
		require.NoError(t, err)
		w.Exec("INSERT INTO core.subjects (id, kind) VALUES ($1, 'CONTRIBUTION')", id.UUID)
		w.Exec(`INSERT INTO core.contributions (id, author_id, contribution_type, target_id, title, base_version, patch, status) VALUES ($1, $2, $3, $4, 'x', 1, '{}', $5)`,
			id.UUID, author.UserID, kind, target.UUID, status)
		return id.UUID
	}
	edit, text, decided := propose("EDIT_WORK", "SUBMITTED", w.source), propose("EDIT_TRANSLATION", "SUBMITTED", w.translation), propose("EDIT_WORK", "REJECTED", w.source)
	w.Exec("UPDATE core.works SET version = 5 WHERE id = $1", w.target.UUID)
	w.merge(w.target, w.source).Ok()
	of := func(id uuid.UUID) (target uuid.UUID, base int) {
		require.NoError(t, w.Tx.QueryRow(t.Context(), "SELECT target_id, base_version FROM core.contributions WHERE id = $1", id).Scan(&target, &base))
		return target, base
	}
	target, base := of(edit)
	require.Equal(t, w.target.UUID, target)
	require.Equal(t, 5, base, "and the target is at 6: applying compares")
	target, base = of(text)
	require.Equal(t, w.translation.UUID, target)
	require.Equal(t, 2, base, "moving a text changes nothing that is edited")
	target, base = of(decided)
	require.Equal(t, w.source.UUID, target)
	require.Equal(t, 1, base)
	require.Equal(t, w.source.String(), writetest.One[string](w.World, "SELECT detail ->> 'mergedFrom' FROM core.contribution_events WHERE contribution_id = $1", edit))
}
