package job

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// metrics times jobs as they are done, and counts those in the queue when asked.
type metrics struct {
	river.MiddlewareDefaults
	db      *pgxpool.Pool
	seconds *prometheus.HistogramVec
	queued  *prometheus.Desc
	oldest  *prometheus.Desc
}

func newMetrics(reg prometheus.Registerer, db *pgxpool.Pool) (*metrics, error) {
	m := &metrics{
		db: db,
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "tercul", Subsystem: "job", Name: "duration_seconds",
			Help: "Time of jobs, by kind and outcome.", Buckets: prometheus.ExponentialBuckets(0.001, 4, 9),
		}, []string{"kind", "outcome"}),
		queued: prometheus.NewDesc("tercul_jobs", "Jobs in the queue, by state; discarded ones have failed for good.", []string{"state"}, nil),
		oldest: prometheus.NewDesc("tercul_job_oldest_seconds", "How long the oldest job that is due has waited.", nil, nil),
	}
	if reg == nil {
		return m, nil
	}
	if err := reg.Register(m.seconds); err != nil {
		return nil, err
	}
	return m, reg.Register(m)
}

// Work is called around each job.
func (m *metrics) Work(ctx context.Context, job *rivertype.JobRow, inner func(context.Context) error) error {
	began := time.Now()
	err := inner(ctx)
	outcome := "done"
	if err != nil {
		outcome = "failed"
	}
	m.seconds.WithLabelValues(job.Kind, outcome).Observe(time.Since(began).Seconds())
	return err
}

// Describe is called by Prometheus.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) { ch <- m.queued; ch <- m.oldest }

// Collect is called by Prometheus.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	rows, err := m.db.Query(ctx, `SELECT state::text, count(*), coalesce(extract(epoch FROM now() - min(scheduled_at) FILTER (WHERE state = 'available')), 0)
		FROM jobs.river_job WHERE state <> 'completed' GROUP BY state`)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(m.queued, err)
		return
	}
	defer rows.Close()
	var waited float64
	for rows.Next() {
		var state string
		var n, oldest float64
		if rows.Scan(&state, &n, &oldest) == nil {
			ch <- prometheus.MustNewConstMetric(m.queued, prometheus.GaugeValue, n, state)
			waited = max(waited, oldest)
		}
	}
	ch <- prometheus.MustNewConstMetric(m.oldest, prometheus.GaugeValue, max(waited, 0))
}
