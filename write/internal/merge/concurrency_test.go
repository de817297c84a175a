package merge_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/author"
	"github.com/tercul/tercul/write/internal/bookmark"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/comment"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/reaction"
	"github.com/tercul/tercul/write/internal/work"
	"github.com/tercul/tercul/write/internal/writetest"
)

// meeting is a database on which commands of an editor run side by side.
type meeting struct {
	t      *testing.T
	pool   *pgxpool.Pool
	runner *command.Runner
	ctx    context.Context //nolint:containedctx // it says who the editor is
}

func meet(t *testing.T, prepare func(w *writetest.World)) meeting {
	pool := pgtest.Open(t, pgtest.Database(t)+"&role=tercul_writer&pool_max_conns=16&statement_timeout=3000")
	tx, err := pool.Begin(t.Context())
	require.NoError(t, err)
	w := &writetest.World{T: t, Tx: tx, Now: time.Now()}
	editor := w.User(identity.Editor)
	prepare(w)
	require.NoError(t, tx.Commit(t.Context()))
	validate, err := command.NewValidator()
	require.NoError(t, err)
	return meeting{t, pool, &command.Runner{DB: pool, Validate: validate, Now: time.Now, Log: zerolog.Nop()}, identity.With(t.Context(), editor)}
}

func (m meeting) works(target publicid.ID, sources ...publicid.ID) (command.Faults, error) {
	in := model.MergeWorksInput{SourceIds: sources, TargetID: target}
	for _, id := range append(sources, target) {
		in.ExpectedVersions = append(in.ExpectedVersions, model.ExpectedVersionInput{ID: id, Version: 1})
	}
	_, faults, err := command.Run(m.ctx, m.runner, "mergeWorks", in, work.Merge)
	return faults, err
}

func (m meeting) authors(target, source publicid.ID) (command.Faults, error) {
	in := model.MergeAuthorsInput{SourceIds: []publicid.ID{source}, TargetID: target,
		ExpectedVersions: []model.ExpectedVersionInput{{ID: source, Version: 1}, {ID: target, Version: 1}}}
	_, faults, err := command.Run(m.ctx, m.runner, "mergeAuthors", in, author.Merge)
	return faults, err
}

func (m meeting) one(sql string, args ...any) (n int) {
	m.t.Helper()
	require.NoError(m.t, m.pool.QueryRow(m.ctx, sql, args...).Scan(&n))
	return n
}

// waiting waits until so many wait for a lock.
func (m meeting) waiting(many int) {
	m.t.Helper()
	require.Eventually(m.t, func() bool {
		return m.one("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_locks WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database()))") == many
	}, 20*time.Second, 10*time.Millisecond)
}

// Of two merges of the same two into each other one is done and one refused.
func TestMergesThatMeet(t *testing.T) {
	const rounds = 12
	pairs := make([][2]publicid.ID, rounds)
	m := meet(t, func(w *writetest.World) {
		for i := range pairs {
			if i%2 == 0 {
				pairs[i] = [2]publicid.ID{w.PublishedWork("it", "One"), w.PublishedWork("it", "Other")}
				w.PublishedText(pairs[i][0], "ORIGINAL", "it", "Nel mezzo")
				w.PublishedText(pairs[i][1], "TRANSLATION", "en", "Midway")
				continue
			}
			pairs[i] = [2]publicid.ID{w.Person("One"), w.Person("Other")}
			for _, person := range pairs[i] {
				w.Exec("INSERT INTO core.work_contributors (work_id, person_id, role) VALUES ($1, $2, 'AUTHOR')", pairs[0][0].UUID, person.UUID)
			}
		}
	})
	done := make(chan bool, 2*rounds)
	var group errgroup.Group
	for _, p := range pairs {
		for _, way := range [][2]publicid.ID{p, {p[1], p[0]}} {
			group.Go(func() error {
				var faults command.Faults
				var err error
				if p[0].Kind == "WORK" {
					faults, err = m.works(way[0], way[1])
				} else {
					faults, err = m.authors(way[0], way[1])
				}
				if len(faults) > 0 {
					require.True(t, faults.Has(apperr.UserNotFound), faults.Error())
				}
				done <- len(faults) == 0
				return err
			})
		}
	}
	require.NoError(t, group.Wait())
	close(done)
	succeeded := 0
	for ok := range done {
		if ok {
			succeeded++
		}
	}
	require.Equal(t, rounds, succeeded)
	require.Equal(t, rounds, m.one("SELECT count(*) FROM view.redirect"))
	require.Equal(t, rounds/2, m.one("SELECT count(*) FROM view.work"))
	require.Equal(t, rounds, m.one("SELECT count(*) FROM view.expression e JOIN view.work w ON w.id = e.work_id"))
	require.Zero(t, m.one("SELECT sum(missing + surplus) FROM view.verify()"))
}

// Nobody is credited to an author who is merged away at the same moment: who names
// the source waits for the merge, and then does not find it.
func TestCreditsDuringAMerge(t *testing.T) {
	var target, source publicid.ID
	m := meet(t, func(w *writetest.World) { target, source = w.Person("One"), w.Person("Other") })
	merged, released := make(chan struct{}), make(chan struct{})
	release := sync.OnceFunc(func() { close(released) })
	defer release()
	var group errgroup.Group
	group.Go(func() error {
		in := model.MergeAuthorsInput{SourceIds: []publicid.ID{source}, TargetID: target,
			ExpectedVersions: []model.ExpectedVersionInput{{ID: source, Version: 1}, {ID: target, Version: 1}}}
		_, faults, err := command.Run(m.ctx, m.runner, "mergeAuthors", in, func(ctx context.Context, tx *command.Tx, in model.MergeAuthorsInput) (publicid.ID, error) {
			defer func() { <-released }()
			defer close(merged)
			return author.Merge(ctx, tx, in)
		})
		require.Empty(t, faults)
		return err
	})
	<-merged
	refused := make(chan command.Faults, 1)
	group.Go(func() error {
		in := model.CreateWorkInput{OriginalLanguage: "it", LiteratureType: "POETRY", Titles: []model.TitleInput{{Language: "it", Title: "One", Kind: "PRIMARY"}},
			Contributors: []model.WorkContributorInput{{PersonID: source, Role: "AUTHOR", Certainty: "CERTAIN"}}}
		_, faults, err := command.Run(m.ctx, m.runner, "createWork", in, work.Create)
		refused <- faults
		return err
	})
	m.waiting(1)
	release()
	require.NoError(t, group.Wait())
	require.True(t, (<-refused).Has(apperr.UserNotFound))
	require.Zero(t, m.one("SELECT count(*) FROM core.work_contributors"))
}

// What is hung on a source while it is merged ends at the target.
func TestWhatIsHungOnASourceDuringAMerge(t *testing.T) {
	var target, source publicid.ID
	who := make([]*identity.Actor, 12)
	m := meet(t, func(w *writetest.World) {
		target, source = w.PublishedWork("it", "One"), w.PublishedWork("it", "Other")
		for i := range who {
			who[i] = w.User(identity.Reader)
		}
	})
	merged, released := make(chan struct{}), make(chan struct{})
	release := sync.OnceFunc(func() { close(released) })
	defer release()
	var group errgroup.Group
	group.Go(func() error {
		in := model.MergeWorksInput{SourceIds: []publicid.ID{source}, TargetID: target,
			ExpectedVersions: []model.ExpectedVersionInput{{ID: source, Version: 1}, {ID: target, Version: 1}}}
		_, faults, err := command.Run(m.ctx, m.runner, "mergeWorks", in, func(ctx context.Context, tx *command.Tx, in model.MergeWorksInput) (publicid.ID, error) {
			defer func() { <-released }()
			defer close(merged)
			return work.Merge(ctx, tx, in)
		})
		require.Empty(t, faults)
		return err
	})
	<-merged
	for i, member := range who {
		group.Go(func() (err error) {
			var faults command.Faults
			ctx := identity.With(t.Context(), member)
			switch i % 3 {
			case 0:
				_, faults, err = command.Run(ctx, m.runner, "like", model.LikeInput{SubjectID: source}, reaction.Like)
			case 1:
				_, faults, err = command.Run(ctx, m.runner, "createComment", model.CreateCommentInput{SubjectID: source, Body: "Ah."}, comment.Create)
			default:
				_, faults, err = command.Run(ctx, m.runner, "createBookmark", model.CreateBookmarkInput{SubjectID: source, Labels: []string{}}, bookmark.Create)
			}
			require.Empty(t, faults)
			return err
		})
	}
	m.waiting(len(who))
	release()
	require.NoError(t, group.Wait())
	for table, column := range map[string]string{"social.likes": "likes", "social.comments": "comments", "social.bookmarks": "bookmarks"} {
		require.Equal(t, len(who)/3, m.one("SELECT count(*) FROM "+table+" WHERE subject_id = $1", target.UUID), table)
		require.Equal(t, len(who)/3, m.one("SELECT coalesce((SELECT "+column+" FROM stats.totals WHERE subject_id = $1), 0)", target.UUID), table)
	}
}
