package analysis_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/riverqueue/river"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/analysis"
	"github.com/tercul/tercul/write/internal/analysis/langid"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/job"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/text"
)

// library is a published work with an original text that has no lines.
const library = `
INSERT INTO core.subjects (id, kind) VALUES ('00000001-0000-7000-8000-000000000001', 'WORK'), ('00000001-0000-7000-8000-000000000002', 'EXPRESSION');
INSERT INTO core.works (id, original_language, literature_type, status, published_at) VALUES ('00000001-0000-7000-8000-000000000001', 'it', 'POETRY', 'PUBLISHED', now());
INSERT INTO core.work_titles (id, work_id, language, title, sort_title) VALUES (gen_random_uuid(), '00000001-0000-7000-8000-000000000001', 'it', 'Inferno', 'Inferno');
INSERT INTO core.expressions (id, work_id, expression_kind, language, title, status, published_at)
	VALUES ('00000001-0000-7000-8000-000000000002', '00000001-0000-7000-8000-000000000001', 'ORIGINAL', 'it', 'Inferno', 'PUBLISHED', now());
INSERT INTO core.rights (id, subject_id, status) VALUES (gen_random_uuid(), '00000001-0000-7000-8000-000000000002', 'PUBLIC_DOMAIN');
INSERT INTO core.subjects (id, kind) VALUES ('00000001-0000-7000-8000-000000000003', 'USER');
INSERT INTO auth.users (id, username, username_canonical, status) VALUES ('00000001-0000-7000-8000-000000000003', 'editor', 'editor', 'ACTIVE');`

// TestFromTextToAnalysis: a text is written and committed, and some time after that
// the reader's view has its analysis; then it is changed.
func TestFromTextToAnalysis(t *testing.T) {
	ctx := context.Background()
	url := pgtest.Database(t)
	_, err := pgtest.Open(t, url).Exec(ctx, library)
	require.NoError(t, err)
	db := pgtest.Open(t, url+"&role=tercul_writer")
	queue, err := job.NewQueue()
	require.NoError(t, err)
	validate, err := command.NewValidator()
	require.NoError(t, err)

	workers := river.NewWorkers()
	river.AddWorker(workers, &analysis.Worker{DB: db, Languages: langid.New()})
	river.AddWorker(workers, &analysis.Catcher{DB: db, Queue: queue})
	service, err := job.NewService(job.Config{DB: db, Workers: workers, Log: zerolog.New(zerolog.NewTestWriter(t)), Metrics: prometheus.NewRegistry(), Grace: time.Second})
	require.NoError(t, err)
	life, end := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- service.Run().Run(life, func() {}) }()

	runner := &command.Runner{DB: db, Jobs: queue, Validate: validate, Now: time.Now, Log: zerolog.Nop()}
	id := publicid.Of("EXPRESSION", uuid.MustParse("00000001-0000-7000-8000-000000000002"))
	editor := identity.With(ctx, &identity.Actor{UserID: uuid.MustParse("00000001-0000-7000-8000-000000000003"), Role: identity.Editor, Verified: true})
	set := func(revision int, words string) {
		_, faults, err := command.Run(editor, runner, "setText", model.SetTextInput{ExpressionID: id, ExpectedRevision: revision, PlainText: &words}, text.Set)
		require.NoError(t, err)
		require.Empty(t, faults)
	}
	lines := func(revision int) (n int) {
		_ = db.QueryRow(ctx, `SELECT (m ->> 'value')::int FROM view.text_analysis a, jsonb_array_elements(a.measures) m
			WHERE a.expression_id = $1 AND a.revision = $2 AND m ->> 'name' = 'LINES'`, id.UUID, revision).Scan(&n)
		return n
	}
	set(0, dante)
	require.Eventually(t, func() bool { return lines(1) == 6 }, 30*time.Second, 20*time.Millisecond)
	set(1, strings.Repeat(dante+"\n", 4000))
	require.Eventually(t, func() bool { return lines(2) == 24_000 }, 60*time.Second, 20*time.Millisecond, "more than one page of lines")
	require.Equal(t, 6, lines(1))

	tx, err := db.Begin(ctx)
	require.NoError(t, err)
	_, err = queue.Enqueue(ctx, tx, analysis.CatchArgs{})
	require.NoError(t, err)
	require.NoError(t, tx.Commit(ctx))
	require.Eventually(t, func() bool {
		var done bool
		return db.QueryRow(ctx, "SELECT state = 'completed' FROM jobs.river_job WHERE kind = 'analyze_missing'").Scan(&done) == nil && done
	}, 30*time.Second, 20*time.Millisecond)
	end()
	require.NoError(t, <-ended)
	var failed int
	require.NoError(t, db.QueryRow(ctx, "SELECT count(*) FROM jobs.river_job WHERE state <> 'completed'").Scan(&failed))
	require.Zero(t, failed)
}
