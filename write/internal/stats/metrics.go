package stats

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
)

// metrics tells when the jobs were last done, by whichever writer.
type metrics struct {
	db      Database
	last    *prometheus.Desc
	took    *prometheus.Desc
	changed *prometheus.Desc
}

// Observe has the last runs of the jobs among the metrics.
func Observe(reg prometheus.Registerer, db Database) error {
	return reg.Register(&metrics{
		db:      db,
		last:    prometheus.NewDesc("tercul_stats_last_run_timestamp_seconds", "When the job was last done, by any writer.", []string{"job"}, nil),
		took:    prometheus.NewDesc("tercul_stats_last_run_duration_seconds", "How long that took.", []string{"job"}, nil),
		changed: prometheus.NewDesc("tercul_stats_last_run_changed", "What that changed: views stored, counters that were wrong, rows written.", []string{"job"}, nil),
	})
}

// Describe is called by Prometheus.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) { ch <- m.last; ch <- m.took; ch <- m.changed }

// Collect is called by Prometheus.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	rows, err := m.db.Query(ctx, "SELECT job, extract(epoch FROM finished_at)::float8, extract(epoch FROM took)::float8, changed::float8 FROM stats.runs")
	if err != nil {
		return // the gauge of Postgres itself tells
	}
	var job string
	var last, took, changed float64
	_, _ = pgx.ForEachRow(rows, []any{&job, &last, &took, &changed}, func() error {
		ch <- prometheus.MustNewConstMetric(m.last, prometheus.GaugeValue, last, job)
		ch <- prometheus.MustNewConstMetric(m.took, prometheus.GaugeValue, took, job)
		ch <- prometheus.MustNewConstMetric(m.changed, prometheus.GaugeValue, changed, job)
		return nil
	})
}
