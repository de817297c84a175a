package category_test

import (
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/99designs/gqlgen/graphql"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/category"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

// Of two moves that would make a circle together one is done and one refused.
func TestMovesThatMeet(t *testing.T) {
	pool := pgtest.Open(t, pgtest.Database(t)+"&role=tercul_writer")
	tx, err := pool.Begin(t.Context())
	require.NoError(t, err)
	admin := (&writetest.World{T: t, Tx: tx, Now: time.Now()}).User(identity.Admin)
	require.NoError(t, tx.Commit(t.Context()))
	validate, err := command.NewValidator()
	require.NoError(t, err)
	runner := &command.Runner{DB: pool, Validate: validate, Now: time.Now, Log: zerolog.Nop()}
	ctx := identity.With(t.Context(), admin)
	roots := make([]publicid.ID, 2)
	for i, slug := range []string{"a", "b"} {
		in := model.CreateCategoryInput{Slug: slug, Kind: "GENRE", Names: []model.CategoryNameInput{{Language: "en", Name: slug}}}
		id, faults, err := command.Run(ctx, runner, "createCategory", in, category.Create)
		require.NoError(t, err)
		require.Empty(t, faults)
		roots[i] = id
	}
	refused := make(chan apperr.UserCode, 2)
	var group errgroup.Group
	for i := range roots {
		group.Go(func() error {
			in := model.UpdateCategoryInput{ID: roots[i], ExpectedVersion: 1, Patch: model.CategoryPatch{ParentID: graphql.OmittableOf(&roots[1-i])}}
			_, faults, err := command.Run(ctx, runner, "updateCategory", in, category.Update)
			for _, f := range faults {
				refused <- f.Code
			}
			return err
		})
	}
	require.NoError(t, group.Wait())
	close(refused)
	require.Equal(t, apperr.UserCycle, <-refused)
	require.Empty(t, refused)
	var shown int
	require.NoError(t, pool.QueryRow(ctx, "SELECT count(*) FROM view.category").Scan(&shown))
	require.Equal(t, 2, shown)
}
