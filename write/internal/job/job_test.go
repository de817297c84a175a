package job_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/riverqueue/river"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/job"
)

type note struct {
	Text string `json:"text"`
}

func (note) Kind() string { return "note" }

type noteWorker struct {
	river.WorkerDefaults[note]
	done chan string
}

func (w *noteWorker) Work(ctx context.Context, j *river.Job[note]) error {
	switch j.Args.Text {
	case "fail":
		return errors.New("it fails")
	case "panic":
		panic("it panics")
	case "slow":
		w.done <- "slow begun"
		<-ctx.Done()
		return ctx.Err()
	}
	w.done <- j.Args.Text
	return nil
}

// TestJobs enqueues in transactions and has the service work on what was
// committed, on a database of its own as the writer's role.
func TestJobs(t *testing.T) {
	ctx := context.Background()
	db := pgtest.Open(t, pgtest.Database(t)+"&role=tercul_writer")
	queue, err := job.NewQueue()
	require.NoError(t, err)
	enqueue := func(text string, commit bool) {
		tx, err := db.Begin(ctx)
		require.NoError(t, err)
		defer func() { _ = tx.Rollback(ctx) }()
		_, err = queue.Enqueue(ctx, tx, note{text})
		require.NoError(t, err)
		if commit {
			require.NoError(t, tx.Commit(ctx))
		}
	}
	enqueue("rolled back", false)
	enqueue("fail", true)
	enqueue("panic", true)
	enqueue("done", true)

	worker := &noteWorker{done: make(chan string, 10)}
	workers := river.NewWorkers()
	river.AddWorker(workers, worker)
	reg := prometheus.NewPedanticRegistry()
	service, err := job.NewService(job.Config{DB: db, Workers: workers, Log: zerolog.Nop(), Metrics: reg, Grace: 200 * time.Millisecond})
	require.NoError(t, err)
	life, end := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- service.Run().Run(life, func() {}) }()
	require.Equal(t, "done", await(t, worker.done))
	state := func(text string) (state string) {
		err := db.QueryRow(ctx, "SELECT state::text FROM jobs.river_job WHERE args ->> 'text' = $1", text).Scan(&state)
		if errors.Is(err, pgx.ErrNoRows) {
			return "none"
		}
		require.NoError(t, err)
		return state
	}
	require.Equal(t, "none", state("rolled back"))
	for _, text := range []string{"fail", "panic"} {
		require.Eventually(t, func() bool { s := state(text); return s == "retryable" || s == "available" }, 10*time.Second, 10*time.Millisecond, text)
	}
	n, err := testutil.GatherAndCount(reg, "tercul_jobs", "tercul_job_duration_seconds", "tercul_job_oldest_seconds")
	require.NoError(t, err)
	require.GreaterOrEqual(t, n, 4)

	// What is at work when the process ends is given up, and is there to be done again.
	enqueue("slow", true)
	require.Equal(t, "slow begun", await(t, worker.done))
	end()
	require.NoError(t, await(t, ended))
	require.NotEqual(t, "completed", state("slow"))
	require.NotEqual(t, "discarded", state("slow"))
}

func await[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(20 * time.Second):
		require.FailNow(t, "nothing came")
	}
	return v
}
