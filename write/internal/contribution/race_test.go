package contribution_test

import (
	"context"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/contribution"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/job"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/work"
	"github.com/tercul/tercul/write/internal/writetest"
)

// crowd is a library that several people change at the same moment, each by a
// connection of their own, with the rights of the writer.
type crowd struct {
	t       *testing.T
	pool    *pgxpool.Pool
	watch   *pgxpool.Pool // sees who waits
	runner  *command.Runner
	desk    *contribution.Desk
	work    publicid.ID
	author  *identity.Actor
	editors [4]*identity.Actor
}

func newCrowd(t *testing.T, config contribution.Config) *crowd {
	ctx := context.Background()
	url := pgtest.Database(t)
	c := &crowd{t: t, pool: pgtest.Open(t, url+"&role=tercul_writer&pool_max_conns=12"), watch: pgtest.Open(t, url), desk: &contribution.Desk{Config: config}}
	tx, err := c.pool.Begin(ctx)
	require.NoError(t, err)
	w := &writetest.World{T: t, Tx: tx, Now: time.Now()}
	c.work, c.author = w.PublishedWork("it", "La Commedia"), w.User(identity.Contributor)
	for i := range c.editors {
		c.editors[i] = w.User(identity.Editor)
	}
	require.NoError(t, tx.Commit(ctx))
	validate, err := command.NewValidator()
	require.NoError(t, err)
	queue, err := job.NewQueue()
	require.NoError(t, err)
	c.runner = &command.Runner{DB: c.pool, Jobs: queue, Validate: validate, Now: time.Now, Log: zerolog.Nop()}
	return c
}

// do runs a command; it may have faults and does not fail.
func do[In any](c *crowd, who *identity.Actor, operation string, in In, body command.Body[In, publicid.ID]) (publicid.ID, command.Faults, error) {
	return command.Run(identity.With(context.Background(), who), c.runner, operation, in, body)
}

func must[In any](c *crowd, who *identity.Actor, operation string, in In, body command.Body[In, publicid.ID]) publicid.ID {
	c.t.Helper()
	id, faults, err := do(c, who, operation, in, body)
	require.NoError(c.t, err)
	require.Empty(c.t, faults)
	return id
}

func (c *crowd) edit(version int, words string) model.UpdateWorkInput {
	in := model.UpdateWorkInput{ID: c.work, ExpectedVersion: version}
	in.Patch.Description = given(words)
	return in
}

// proposed is a submitted contribution that describes the work.
func (c *crowd) proposed(version int, words string) publicid.ID {
	c.t.Helper()
	in := c.edit(version, words)
	id := must(c, c.author, "createContribution", model.CreateContributionInput{Title: "A change", Patch: model.ContributionPatch{UpdateWork: &in}}, c.desk.Create)
	return must(c, c.author, "submitContribution", model.SubmitContributionInput{ID: id, ExpectedVersion: 1}, c.desk.Submit)
}

func one[V any](c *crowd, query string, args ...any) (v V) {
	c.t.Helper()
	require.NoError(c.t, c.pool.QueryRow(context.Background(), query, args...).Scan(&v))
	return v
}

func (c *crowd) status(id publicid.ID) string {
	c.t.Helper()
	return one[string](c, "SELECT status FROM core.contributions WHERE id = $1", id.UUID)
}

// Four editors apply the same contribution: it is applied once.
func TestAppliedOnce(t *testing.T) {
	c := newCrowd(t, contribution.Config{Approvals: 1, Apply: "editor"})
	for round := range 5 {
		id := c.proposed(round+1, "A poem, "+time.Now().String())
		must(c, c.editors[0], "reviewContribution", model.ReviewContributionInput{ID: id, ContributionVersion: 1, Decision: model.ReviewDecisionApprove}, c.desk.Review)
		var group errgroup.Group
		refused := make([]command.Faults, len(c.editors))
		for i, who := range c.editors {
			group.Go(func() (err error) {
				_, refused[i], err = do(c, who, "applyContribution", model.ApplyContributionInput{ID: id, ExpectedVersion: 1}, c.desk.Apply)
				return err
			})
		}
		require.NoError(t, group.Wait())
		done := 0
		for _, faults := range refused {
			if len(faults) == 0 {
				done++
			} else {
				require.True(t, faults.Has("INVALID_STATE"), faults)
			}
		}
		require.Equal(t, 1, done)
		require.Equal(t, "APPLIED", c.status(id))
		require.Equal(t, round+2, one[int](c, "SELECT version FROM core.works WHERE id = $1", c.work.UUID))
		require.Equal(t, 1, one[int](c, "SELECT count(*)::int FROM core.revisions WHERE contribution_id = $1", id.UUID))
		require.Equal(t, 1, one[int](c, "SELECT count(*)::int FROM core.contribution_events WHERE contribution_id = $1 AND to_status = 'APPLIED'", id.UUID))
	}
}

// Reviewers approve at the same moment what needs two approvals: it is applied, once,
// and told of once.
func TestLastApprovals(t *testing.T) {
	c := newCrowd(t, contribution.Config{Approvals: 2})
	id := c.proposed(1, "A poem.")
	var group errgroup.Group
	for _, who := range c.editors {
		group.Go(func() error {
			_, _, err := do(c, who, "reviewContribution", model.ReviewContributionInput{ID: id, ContributionVersion: 1, Decision: model.ReviewDecisionApprove}, c.desk.Review)
			return err
		})
	}
	require.NoError(t, group.Wait())
	require.Equal(t, "APPLIED", c.status(id))
	require.Equal(t, 2, one[int](c, "SELECT count(*)::int FROM core.contribution_reviews"))
	require.Equal(t, 2, one[int](c, "SELECT version FROM core.works WHERE id = $1", c.work.UUID))
	require.Equal(t, 1, one[int](c, "SELECT count(*)::int FROM jobs.river_job WHERE kind = 'account_mail'"))
}

// inLine starts things one after the other while nobody gets at the work, and lets
// them go when all of them wait for it: the first in line is the first.
func (c *crowd) inLine(things ...func() error) {
	c.t.Helper()
	ctx := context.Background()
	tx, err := c.watch.Begin(ctx)
	require.NoError(c.t, err)
	defer func() { _ = tx.Rollback(ctx) }()
	_, err = tx.Exec(ctx, "SELECT FROM core.subjects WHERE id = $1 FOR UPDATE", c.work.UUID)
	require.NoError(c.t, err)
	var group errgroup.Group
	for i, thing := range things {
		group.Go(thing)
		c.waiting(i + 1)
	}
	require.NoError(c.t, tx.Commit(ctx))
	require.NoError(c.t, group.Wait())
}

// waiting waits until so many wait for a lock.
func (c *crowd) waiting(many int) {
	c.t.Helper()
	require.Eventually(c.t, func() bool {
		var waiting int
		err := c.watch.QueryRow(context.Background(), "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waiting)
		return err == nil && waiting == many
	}, 20*time.Second, time.Millisecond)
}

// person makes an author that everybody has from now on.
func (c *crowd) person(name string) (id publicid.ID) {
	c.t.Helper()
	tx, err := c.pool.Begin(context.Background())
	require.NoError(c.t, err)
	id = (&writetest.World{T: c.t, Tx: tx}).Person(name)
	require.NoError(c.t, tx.Commit(context.Background()))
	return id
}

// A contribution is applied while an editor changes the same work: one of them wins,
// and the other one learns of it.
func TestAppliedAgainstAnEdit(t *testing.T) {
	c := newCrowd(t, contribution.Config{Approvals: 1, Apply: "editor"})
	for round, first := range []string{"apply", "edit", "apply", "edit"} {
		id := c.proposed(round+1, "By a contributor, "+first)
		must(c, c.editors[0], "reviewContribution", model.ReviewContributionInput{ID: id, ContributionVersion: 1, Decision: model.ReviewDecisionApprove}, c.desk.Review)
		var ofEdit, ofApply command.Faults
		apply := func() (err error) {
			_, ofApply, err = do(c, c.editors[1], "applyContribution", model.ApplyContributionInput{ID: id, ExpectedVersion: 1}, c.desk.Apply)
			return err
		}
		edit := func() (err error) {
			_, ofEdit, err = do(c, c.editors[2], "updateWork", c.edit(round+1, "By an editor, "+first), work.Update)
			return err
		}
		words := "By a contributor, apply"
		if first == "apply" {
			c.inLine(apply, edit)
			require.Equal(t, "APPLIED", c.status(id))
			require.True(t, ofEdit.Has("STALE_VERSION"), ofEdit)
		} else {
			c.inLine(edit, apply)
			require.Equal(t, "CONFLICTED", c.status(id))
			require.Empty(t, ofEdit)
			words = "By an editor, edit"
		}
		require.Empty(t, ofApply)
		require.Equal(t, words, one[string](c, "SELECT description FROM core.works WHERE id = $1", c.work.UUID))
		require.Equal(t, round+2, one[int](c, "SELECT version FROM core.works WHERE id = $1", c.work.UUID), "one change was made")
	}
}

// The author takes back what is being applied: it is one of the two.
func TestWithdrawnAgainstApplied(t *testing.T) {
	c := newCrowd(t, contribution.Config{Approvals: 1})
	version := 1
	for range 6 {
		id := c.proposed(version, "By a contributor.")
		var group errgroup.Group
		group.Go(func() error {
			_, _, err := do(c, c.editors[0], "reviewContribution", model.ReviewContributionInput{ID: id, ContributionVersion: 1, Decision: model.ReviewDecisionApprove}, c.desk.Review)
			return err
		})
		group.Go(func() error {
			_, _, err := do(c, c.author, "withdrawContribution", model.WithdrawContributionInput{ID: id}, c.desk.Withdraw)
			return err
		})
		require.NoError(t, group.Wait())
		if status := c.status(id); status == "APPLIED" {
			version++
		} else {
			require.Equal(t, "WITHDRAWN", status)
		}
		require.Equal(t, version, one[int](c, "SELECT version FROM core.works WHERE id = $1", c.work.UUID))
	}
}

// The fiftieth open contribution is the last, however many are begun at once.
func TestFiftyAtTheSameMoment(t *testing.T) {
	c := newCrowd(t, contribution.Config{Approvals: 1})
	for range 47 {
		in := c.edit(1, "A poem.")
		must(c, c.author, "createContribution", model.CreateContributionInput{Title: "A change", Patch: model.ContributionPatch{UpdateWork: &in}}, c.desk.Create)
	}
	var group errgroup.Group
	for range 8 {
		group.Go(func() error {
			in := c.edit(1, "A poem.")
			_, _, err := do(c, c.author, "createContribution", model.CreateContributionInput{Title: "A change", Patch: model.ContributionPatch{UpdateWork: &in}}, c.desk.Create)
			return err
		})
	}
	require.NoError(t, group.Wait())
	require.Equal(t, 50, one[int](c, "SELECT count(*)::int FROM core.contributions"))
}

func given[V any](v V) (o graphql.Omittable[*V]) { return graphql.OmittableOf(&v) }
