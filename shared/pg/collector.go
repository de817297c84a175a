package pg

import (
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
)

// poolCollector reads the pool's own counters when scraped.
type poolCollector struct {
	pool *pgxpool.Pool

	inUse, idle, limit, opened, waits, waited *prometheus.Desc
}

func newPoolCollector(pool *pgxpool.Pool) *poolCollector {
	desc := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc("tercul_pg_pool_"+name, help, nil, nil)
	}
	return &poolCollector{
		pool:   pool,
		inUse:  desc("in_use", "Connections that a request holds."),
		idle:   desc("idle", "Connections that wait for a request."),
		limit:  desc("limit", "The most connections there may be."),
		opened: desc("opened_total", "Connections opened."),
		waits:  desc("waits_total", "Requests that found no idle connection."),
		waited: desc("wait_seconds_total", "Time spent on getting a connection."),
	}
}

// Describe is called by Prometheus.
func (c *poolCollector) Describe(ch chan<- *prometheus.Desc) { prometheus.DescribeByCollect(c, ch) }

// Collect is called by Prometheus.
func (c *poolCollector) Collect(ch chan<- prometheus.Metric) {
	s := c.pool.Stat()
	gauge := func(d *prometheus.Desc, v float64) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v)
	}
	counter := func(d *prometheus.Desc, v float64) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v)
	}
	gauge(c.inUse, float64(s.AcquiredConns()))
	gauge(c.idle, float64(s.IdleConns()))
	gauge(c.limit, float64(s.MaxConns()))
	counter(c.opened, float64(s.NewConnsCount()))
	counter(c.waits, float64(s.EmptyAcquireCount()))
	counter(c.waited, s.AcquireDuration().Seconds())
}
