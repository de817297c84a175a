package work_test

import (
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	works "github.com/tercul/tercul/write/internal/work"
	"github.com/tercul/tercul/write/internal/writetest"
)

// Works of one title that are made at the same moment each get an address.
func TestOneTitleAtTheSameMoment(t *testing.T) {
	const count = 6
	pool := pgtest.Open(t, pgtest.Database(t)+"&role=tercul_writer")
	tx, err := pool.Begin(t.Context())
	require.NoError(t, err)
	w := &writetest.World{T: t, Tx: tx, Now: time.Now()}
	editor, author := w.User(identity.Editor), w.Person("One")
	require.NoError(t, tx.Commit(t.Context()))
	validate, err := command.NewValidator()
	require.NoError(t, err)
	runner := &command.Runner{DB: pool, Validate: validate, Now: time.Now, Log: zerolog.Nop()}
	in := model.CreateWorkInput{OriginalLanguage: "it", LiteratureType: "POETRY", Titles: []model.TitleInput{{Language: "it", Title: "One", Kind: "PRIMARY"}},
		Contributors: []model.WorkContributorInput{{PersonID: author, Role: "AUTHOR", Certainty: "CERTAIN"}}}
	var group errgroup.Group
	for range count {
		group.Go(func() error {
			_, faults, err := command.Run(identity.With(t.Context(), editor), runner, "createWork", in, works.Create)
			require.Empty(t, faults)
			return err
		})
	}
	require.NoError(t, group.Wait())
	var slugs []string
	require.NoError(t, pool.QueryRow(t.Context(), "SELECT array_agg(slug ORDER BY slug) FROM core.slugs WHERE kind = 'WORK'").Scan(&slugs))
	require.Equal(t, []string{"one", "one-2", "one-3", "one-4", "one-5", "one-6"}, slugs)
}
