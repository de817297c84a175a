package tag_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/tag"
	"github.com/tercul/tercul/write/internal/writetest"
)

// crowd is a database on which members change tags side by side.
type crowd struct {
	t      *testing.T
	pool   *pgxpool.Pool
	runner *command.Runner
	ctx    context.Context //nolint:containedctx // it says who they are
}

func newCrowd(t *testing.T) crowd {
	pool := pgtest.Open(t, pgtest.Database(t)+"&role=tercul_writer&pool_max_conns=12")
	tx, err := pool.Begin(t.Context())
	require.NoError(t, err)
	who := (&writetest.World{T: t, Tx: tx, Now: time.Now()}).User(identity.Editor)
	require.NoError(t, tx.Commit(t.Context()))
	validate, err := command.NewValidator()
	require.NoError(t, err)
	return crowd{t, pool, &command.Runner{DB: pool, Validate: validate, Now: time.Now, Log: zerolog.Nop()}, identity.With(t.Context(), who)}
}

func (c crowd) one(sql string, args ...any) (n int) {
	c.t.Helper()
	require.NoError(c.t, c.pool.QueryRow(c.ctx, sql, args...).Scan(&n))
	return n
}

// chained counts synonyms that stand for synonyms.
func (c crowd) chained() int {
	return c.one("SELECT count(*) FROM core.tags y JOIN core.tags t ON t.id = y.synonym_of WHERE t.synonym_of IS NOT NULL")
}

// Whatever becomes a synonym of what at one moment, a synonym stands for a canonical
// tag; who comes too late is told, by a fault that can be mended.
func TestSynonymsThatMeet(t *testing.T) {
	c := newCrowd(t)
	tags := make([]publicid.ID, 4)
	for i := range tags {
		id, faults, err := command.Run(c.ctx, c.runner, "createTag", model.CreateTagInput{Name: "Tag " + strconv.Itoa(i), Kind: "THEME"}, tag.Create)
		require.NoError(t, err)
		require.Empty(t, faults)
		tags[i] = id
	}
	done := 0
	for range 25 {
		outcomes := make(chan bool, 6)
		var group errgroup.Group
		// A to B, B to C and C to D; then D is free again, or somebody else is.
		for _, way := range [][2]int{{0, 1}, {1, 2}, {2, 3}, {3, 0}, {1, -1}, {0, -1}} {
			in := model.UpdateTagInput{ID: tags[way[0]], ExpectedVersion: c.one("SELECT version FROM core.tags WHERE id = $1", tags[way[0]].UUID)}
			in.Patch.SynonymOf = graphql.OmittableOf[*publicid.ID](nil)
			if way[1] >= 0 {
				in.Patch.SynonymOf = graphql.OmittableOf(&tags[way[1]])
			}
			group.Go(func() error {
				_, faults, err := command.Run(c.ctx, c.runner, "updateTag", in, tag.Update)
				outcomes <- len(faults) == 0
				return err
			})
		}
		require.NoError(t, group.Wait())
		close(outcomes)
		for ok := range outcomes {
			if ok {
				done++
			}
		}
		require.Zero(t, c.chained())
		require.Zero(t, c.one("SELECT sum(missing + surplus) FROM view.verify()"))
	}
	require.Positive(t, done)
	require.Equal(t, done, c.one("SELECT count(*) FROM ops.audit_log WHERE action = 'updateTag'"))
}

// A synonym that goes with its tag to another is changed by that: who renames it at
// that moment has read what is no longer so.
func TestASynonymThatGoesWithItsTag(t *testing.T) {
	c := newCrowd(t)
	added := func(name string) publicid.ID {
		id, faults, err := command.Run(c.ctx, c.runner, "createTag", model.CreateTagInput{Name: name, Kind: "THEME"}, tag.Create)
		require.NoError(t, err)
		require.Empty(t, faults)
		return id
	}
	first, second, third := added("Sea"), added("Ocean"), added("Water")
	become := func(id, of publicid.ID, body command.Body[model.UpdateTagInput, publicid.ID]) error {
		in := model.UpdateTagInput{ID: id, ExpectedVersion: 1}
		in.Patch.SynonymOf = graphql.OmittableOf(&of)
		_, faults, err := command.Run(c.ctx, c.runner, "updateTag", in, body)
		require.Empty(t, faults)
		return err
	}
	require.NoError(t, become(first, second, tag.Update))
	moved, released := make(chan struct{}), make(chan struct{})
	var group errgroup.Group
	group.Go(func() error {
		return become(second, third, func(ctx context.Context, tx *command.Tx, in model.UpdateTagInput) (publicid.ID, error) {
			defer func() { <-released }()
			defer close(moved)
			return tag.Update(ctx, tx, in)
		})
	})
	<-moved
	stale := command.Faults{}
	group.Go(func() (err error) {
		in := model.UpdateTagInput{ID: first, ExpectedVersion: 2}
		name := "The sea"
		in.Patch.Name = graphql.OmittableOf(&name)
		_, stale, err = command.Run(c.ctx, c.runner, "updateTag", in, tag.Update)
		return err
	})
	require.Eventually(t, func() bool {
		return c.one("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_locks WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database()))") > 0
	}, 20*time.Second, time.Millisecond)
	close(released)
	require.NoError(t, group.Wait())
	require.True(t, stale.Has(apperr.UserStaleVersion), stale)
	require.Equal(t, 3, c.one("SELECT version FROM core.tags WHERE id = $1 AND synonym_of = $2 AND name = 'Sea'", first.UUID, third.UUID))
}

// The tables hold it too, against whoever writes to them by another door.
func TestSynonymsThatMeetInTheTables(t *testing.T) {
	c := newCrowd(t)
	ids := []string{}
	for i := range 4 {
		id, _, err := command.Run(c.ctx, c.runner, "createTag", model.CreateTagInput{Name: "Tag " + strconv.Itoa(i), Kind: "THEME"}, tag.Create)
		require.NoError(t, err)
		ids = append(ids, id.UUID.String())
	}
	for round := range 25 {
		_, err := c.pool.Exec(c.ctx, "UPDATE core.tags SET synonym_of = NULL WHERE synonym_of IS NOT NULL")
		require.NoError(t, err)
		var group errgroup.Group
		for i := range 3 {
			group.Go(func() error {
				return pgx.BeginFunc(c.ctx, c.pool, func(tx pgx.Tx) error {
					if i == 0 && round%2 == 0 { // one that comes as a synonym
						_, err := tx.Exec(c.ctx, `WITH s AS (INSERT INTO core.subjects (id, kind) VALUES (gen_random_uuid(), 'TAG') RETURNING id)
							INSERT INTO core.tags (id, name, name_canonical, synonym_of) SELECT id, 'x', id::text, $1 FROM s`, ids[1])
						return err
					}
					_, err := tx.Exec(c.ctx, "UPDATE core.tags SET synonym_of = $2 WHERE id = $1", ids[i], ids[i+1])
					return err
				})
			})
		}
		if err := group.Wait(); err != nil {
			var refused *pgconn.PgError
			require.ErrorAs(t, err, &refused)
			require.Contains(t, []string{"tags_synonym_of_canonical", ""}, refused.ConstraintName)
			require.Contains(t, []string{"23514", "40P01"}, refused.Code)
		}
		require.Zero(t, c.chained())
	}
	require.Zero(t, c.one("SELECT sum(missing + surplus) FROM view.verify()"))
}

// Of those who make one tag at one moment one does, and the others are told of it.
func TestOneTag(t *testing.T) {
	c := newCrowd(t)
	names := []string{"Sea voyage", "sea voyage", "SEA-VOYAGE", "Sea_Voyage", "sea  voyage"}
	taken := make(chan apperr.UserCode, len(names))
	var group errgroup.Group
	for _, name := range names {
		group.Go(func() error {
			_, faults, err := command.Run(c.ctx, c.runner, "createTag", model.CreateTagInput{Name: name, Kind: "THEME"}, tag.Create)
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
