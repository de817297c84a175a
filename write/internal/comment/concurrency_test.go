package comment_test

import (
	"context"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/comment"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

// TestRepliesAtTheSameMoment has eight members reply to one comment at once.
func TestRepliesAtTheSameMoment(t *testing.T) {
	ctx := context.Background()
	pool := pgtest.Open(t, pgtest.Database(t))
	tx, err := pool.Begin(ctx)
	require.NoError(t, err)
	w := &writetest.World{T: t, Tx: tx, Now: time.Now()}
	work, _ := w.Published("La Commedia")
	members := make([]*identity.Actor, 8)
	for i := range members {
		members[i] = w.User(identity.Reader)
	}
	require.NoError(t, tx.Commit(ctx))
	validate, err := command.NewValidator()
	require.NoError(t, err)
	runner := &command.Runner{DB: pool, Validate: validate, Now: time.Now, Log: zerolog.Nop()}
	say := func(ctx context.Context, who *identity.Actor, parent *publicid.ID) (publicid.ID, error) {
		id, faults, err := command.Run(identity.With(ctx, who), runner, "createComment",
			model.CreateCommentInput{SubjectID: work, Body: "Now.", ParentID: parent}, comment.Create)
		require.Empty(t, faults)
		return id, err
	}
	root, err := say(ctx, members[0], nil)
	require.NoError(t, err)
	var group errgroup.Group
	for _, who := range members {
		group.Go(func() error {
			_, err := say(ctx, who, &root)
			return err
		})
	}
	require.NoError(t, group.Wait())
	var paths, counted int
	var last string
	require.NoError(t, pool.QueryRow(ctx, `SELECT count(DISTINCT path), max(path), (SELECT comments FROM stats.totals WHERE subject_id = $2)
		FROM social.comments WHERE parent_id = $1`, root.UUID, work.UUID).Scan(&paths, &last, &counted))
	require.Equal(t, 8, paths)
	require.Equal(t, "000001.000008", last)
	require.Equal(t, 9, counted)
}
