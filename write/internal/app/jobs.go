package app

import (
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"github.com/tercul/tercul/write/internal/account"
	"github.com/tercul/tercul/write/internal/analysis"
	"github.com/tercul/tercul/write/internal/analysis/langid"
	"github.com/tercul/tercul/write/internal/job"
	"github.com/tercul/tercul/write/internal/mail"
	"github.com/tercul/tercul/write/internal/purge"
	"github.com/tercul/tercul/write/internal/readmodel"
	"github.com/tercul/tercul/write/internal/session"
	"github.com/tercul/tercul/write/internal/stats"
	"github.com/tercul/tercul/write/internal/views"
)

// jobs is what is worked on beside the requests.
func (w *Writer) jobs() (*job.Service, error) {
	composer, err := mail.NewComposer(w.cfg.Mail)
	if err != nil {
		return nil, err
	}
	sender, err := mail.NewSender(w.cfg.Mail)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	queue, err := job.NewQueue()
	if err != nil {
		return nil, err
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &account.Mailer{DB: w.db, Composer: composer, Sender: sender, Now: time.Now})
	river.AddWorker(workers, &account.Tidier{DB: w.db, Now: time.Now})
	river.AddWorker(workers, &session.Rotator{Keys: w.keys})
	river.AddWorker(workers, &purge.Purger{DB: w.db, Now: time.Now})
	river.AddWorker(workers, &views.Flusher{DB: w.db, Counter: w.views, Now: time.Now})
	river.AddWorker(workers, &stats.Refresher{DB: w.db, Now: time.Now})
	river.AddWorker(workers, &stats.Recounter{DB: w.db, Now: time.Now})
	river.AddWorker(workers, &readmodel.Rebuilder{DB: w.db})
	river.AddWorker(workers, &analysis.Worker{DB: w.db, Languages: langid.New()})
	river.AddWorker(workers, &analysis.Catcher{DB: w.db, Queue: queue})
	if err := stats.Observe(w.metrics, w.db); err != nil {
		return nil, err
	}
	return job.NewService(job.Config{
		DB: w.db.Pool, Workers: workers, Log: w.log, Metrics: w.metrics, Grace: w.cfg.Stop,
		Periodic: []*river.PeriodicJob{
			hourly(account.TidyArgs{}), hourly(session.RotateArgs{}), hourly(purge.Args{}), hourly(analysis.CatchArgs{}),
			each(views.FlushEvery, views.FlushArgs{}), hourly(stats.RefreshArgs{}), each(24*time.Hour, stats.RecountArgs{}),
		},
	})
}

// hourly has a job done at the start and every hour, by whichever writer leads.
func hourly(args river.JobArgs) *river.PeriodicJob { return each(time.Hour, args) }

// each has a job done at the start and whenever a time has passed.
func each(pause time.Duration, args river.JobArgs) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(pause), func() (river.JobArgs, *river.InsertOpts) { return args, nil },
		&river.PeriodicJobOpts{RunOnStart: true})
}
