package tag_test

import (
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/tag"
	"github.com/tercul/tercul/write/internal/writetest"
)

// Of those who make one tag at one moment one does, and the others are told of it.
func TestOneTag(t *testing.T) {
	pool := pgtest.Open(t, pgtest.Database(t)+"&role=tercul_writer")
	tx, err := pool.Begin(t.Context())
	require.NoError(t, err)
	who := (&writetest.World{T: t, Tx: tx, Now: time.Now()}).User(identity.Contributor)
	require.NoError(t, tx.Commit(t.Context()))
	validate, err := command.NewValidator()
	require.NoError(t, err)
	runner := &command.Runner{DB: pool, Validate: validate, Now: time.Now, Log: zerolog.Nop()}
	names := []string{"Sea voyage", "sea voyage", "SEA-VOYAGE", "Sea_Voyage", "sea  voyage"}
	taken := make(chan apperr.UserCode, len(names))
	var group errgroup.Group
	for _, name := range names {
		group.Go(func() error {
			_, faults, err := command.Run(identity.With(t.Context(), who), runner, "createTag", model.CreateTagInput{Name: name, Kind: "THEME"}, tag.Create)
			for _, f := range faults {
				taken <- f.Code
			}
			return err
		})
	}
	require.NoError(t, group.Wait())
	require.Len(t, taken, len(names)-1)
	require.Equal(t, apperr.UserTaken, <-taken)
}
