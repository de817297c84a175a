package job

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
	"github.com/rs/zerolog"

	"github.com/tercul/tercul/shared/run"
	tsql "github.com/tercul/tercul/sql"
)

// Config is what a Service needs.
type Config struct {
	DB       *pgxpool.Pool
	Workers  *river.Workers
	Periodic []*river.PeriodicJob
	Log      zerolog.Logger
	Metrics  prometheus.Registerer
	// Grace is how long jobs at work may take on the way down.
	Grace time.Duration
}

// Times that hold for every job.
const (
	// Timeout ends a job that says nothing of its own.
	Timeout = time.Minute
	// Stuck is how long after its start a job is taken to have died with its process,
	// and is done again; one with a longer timeout of its own when that is over.
	Stuck = 2 * Timeout
	// attempts with pauses that grow with the fourth power: the last after two days.
	attempts = 15
)

// Background is the queue of what takes long and is waited for by nobody: each
// process does one of it at a time, so that mail need not wait.
const Background = "background"

// Service works on jobs.
type Service struct {
	cfg    Config
	client *river.Client[pgx.Tx]
}

// NewService returns a Service, which does not work yet.
func NewService(cfg Config) (*Service, error) {
	m, err := newMetrics(cfg.Metrics, cfg.DB)
	if err != nil {
		return nil, err
	}
	client, err := river.NewClient(riverpgxv5.New(cfg.DB), &river.Config{
		Schema: tsql.JobSchema, Workers: cfg.Workers, PeriodicJobs: cfg.Periodic,
		Queues:     map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: max(2, runtime.NumCPU())}, Background: {MaxWorkers: 1}},
		JobTimeout: Timeout, RescueStuckJobsAfter: Stuck, MaxAttempts: attempts,
		Logger:       slog.New(zerolog.NewSlogHandler(cfg.Log.Level(max(cfg.Log.GetLevel(), zerolog.WarnLevel)))),
		ErrorHandler: complaints{cfg.Log}, Middleware: []rivertype.Middleware{m},
	})
	if err != nil {
		return nil, fmt.Errorf("the jobs: %w", err)
	}
	return &Service{cfg: cfg, client: client}, nil
}

// Run is the service in the life of the process.
func (s *Service) Run() run.Service {
	return run.Service{Name: "jobs", Stop: s.cfg.Grace + 5*time.Second, Run: func(ctx context.Context, ready func()) error {
		work, cancel := context.WithCancel(context.WithoutCancel(ctx))
		defer cancel()
		if err := s.client.Start(work); err != nil {
			return fmt.Errorf("start the jobs: %w", err)
		}
		ready()
		<-ctx.Done()
		return s.stop(work)
	}}
}

// stop waits for the jobs at work, and ends those that take too long: they are
// done again by whoever comes next.
func (s *Service) stop(ctx context.Context) error {
	soft, cancel := context.WithTimeout(ctx, s.cfg.Grace)
	defer cancel()
	if s.client.Stop(soft) == nil {
		return nil
	}
	hard, cancelHard := context.WithTimeout(ctx, 3*time.Second)
	defer cancelHard()
	return s.client.StopAndCancel(hard)
}

// complaints log what fails; the arguments, which may hold addresses, stay out.
type complaints struct{ log zerolog.Logger }

// HandleError is called for each failed try.
func (c complaints) HandleError(_ context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	c.log.Warn().Err(err).Str("job", job.Kind).Int64("id", job.ID).Int("attempt", job.Attempt).Int("of", job.MaxAttempts).Msg("a job failed")
	return nil
}

// HandlePanic is called for each try that panicked.
func (c complaints) HandlePanic(_ context.Context, job *rivertype.JobRow, p any, trace string) *river.ErrorHandlerResult {
	c.log.Error().Interface("panic", p).Str("stack", trace).Str("job", job.Kind).Int64("id", job.ID).Msg("a job panicked")
	return nil
}
