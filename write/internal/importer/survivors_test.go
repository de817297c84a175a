package importer

import (
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/ids"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	works "github.com/tercul/tercul/write/internal/work"
	"github.com/tercul/tercul/write/internal/writetest"
)

// merge has an editor make one work of two that came by imports.
func (b *base) merge(source, target string) {
	b.t.Helper()
	pool := pgtest.Open(b.t, b.url+"&role=tercul_writer")
	tx, err := pool.Begin(b.t.Context())
	require.NoError(b.t, err)
	editor := (&writetest.World{T: b.t, Tx: tx, Now: time.Now()}).User(identity.Editor)
	require.NoError(b.t, tx.Commit(b.t.Context()))
	validate, err := command.NewValidator()
	require.NoError(b.t, err)
	runner := &command.Runner{DB: pool, Validate: validate, Now: time.Now, Log: zerolog.Nop()}
	from, to := publicid.Of("WORK", ids.For(ids.Work, source)), publicid.Of("WORK", ids.For(ids.Work, target))
	in := model.MergeWorksInput{SourceIds: []publicid.ID{from}, TargetID: to}
	for _, id := range []publicid.ID{from, to} {
		var version int
		require.NoError(b.t, b.conn.QueryRow(b.t.Context(), "SELECT version FROM core.works WHERE id = $1", id.UUID).Scan(&version))
		in.ExpectedVersions = append(in.ExpectedVersions, model.ExpectedVersionInput{ID: id, Version: version})
	}
	_, faults, err := command.Run(identity.With(b.t.Context(), editor), runner, "mergeWorks", in, works.Merge)
	require.NoError(b.t, err)
	require.Empty(b.t, faults)
}

// What a source still says of a work that editors merged into another goes to that
// other: new texts, comments and places in collections.
func TestWhatComesToAMergedWorkGoesToTheSurvivor(t *testing.T) {
	b := newBase(t)
	twins := small().with("works.jsonl",
		`{"id":"hell","author_ids":["dante"],"title":"L'Inferno","original_language":"it","literature_type":"poetry"}`)
	b.load(twins)
	b.merge("hell", "inferno-01")
	again := func(l library) Result {
		r, err := b.try(l)
		require.NoError(t, err)
		for _, p := range r.Problems {
			require.False(t, p.Rejected, p)
		}
		return r
	}
	require.False(t, again(twins).Changed, "what was merged stays so")

	later := twins.with("translations.jsonl",
		`{"id":"hell--es","work_id":"hell","language":"es","title":"El infierno","translator":"Ana Ruiz","text":"En medio del camino","license":"Public-Domain"}`).
		with("collections.jsonl", `{"id":"c2","owner":"ada","title":"Ends","items":[{"kind":"work","id":"hell"},{"kind":"work","id":"inferno-01"}]}`).
		with("comments.jsonl", `{"id":"k5","subject":{"kind":"work","id":"hell"},"author":"bob","parent":"k4","body":"A reply.","created":"2024-06-05T00:00:00Z"}`)
	require.True(t, again(later).Changed)
	survivor := ids.For(ids.Work, "inferno-01")
	require.Equal(t, survivor.String(), b.one("SELECT work_id FROM core.expressions WHERE id = $1", ids.For(ids.Translation, "hell--es")))
	require.Equal(t, "es.ruiz|"+survivor.String(), b.one("SELECT slug || '|' || scope_id FROM core.slugs WHERE subject_id = $1", ids.For(ids.Translation, "hell--es")))
	require.Equal(t, "El infierno", b.one("SELECT title FROM view.expression WHERE id = $1", ids.For(ids.Translation, "hell--es")), "readers see it")
	require.Equal(t, survivor.String(), b.one("SELECT subject_id FROM social.comments WHERE id = $1", ids.For(ids.Comment, "k5")))
	require.Equal(t, []string{survivor.String()}, b.list("SELECT subject_id::text FROM social.collection_items WHERE collection_id = $1", ids.For(ids.Collection, "c2")))
	b.verified()
	require.False(t, again(later).Changed, "again there is nothing to do")

	r := again(later.replaced("works.jsonl", `"id":"hell",`, `"id":"hell","text":"Nel mezzo",`))
	require.Contains(t, r.Problems, Problem{File: "works.jsonl", Line: 3, ID: "hell", Field: "text", Reason: "is of a work that was merged into one that has its original text; it is left out"})
	require.Equal(t, "0", b.one("SELECT count(*) FROM core.expressions WHERE work_id = $1", ids.For(ids.Work, "hell")))
}
