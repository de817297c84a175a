package rds

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
)

// meter counts and times round trips; it is a hook of go-redis.
type meter struct {
	exchanges atomic.Uint64
	seconds   prometheus.Histogram
	failures  prometheus.Counter
}

func newMeter() *meter {
	return &meter{
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: "tercul", Subsystem: "redis", Name: "duration_seconds",
			Help:    "Time of exchanges with Redis; a pipeline is one.",
			Buckets: prometheus.ExponentialBuckets(0.00005, 2, 12), // 50 us to 0.1 s
		}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: "tercul", Subsystem: "redis", Name: "failures_total",
			Help: "Exchanges with Redis that failed.",
		}),
	}
}

func (m *meter) register(to prometheus.Registerer, client *redis.Client) error {
	for _, c := range []prometheus.Collector{m.seconds, m.failures, newPoolCollector(client)} {
		if err := to.Register(c); err != nil {
			return err
		}
	}
	return nil
}

func (m *meter) observe(begun time.Time, err error) {
	m.exchanges.Add(1)
	m.seconds.Observe(time.Since(begun).Seconds())
	if err != nil && !errors.Is(err, redis.Nil) {
		m.failures.Inc()
	}
}

// DialHook is called by go-redis.
func (m *meter) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

// ProcessHook is called by go-redis.
func (m *meter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		begun := time.Now()
		err := next(ctx, cmd)
		m.observe(begun, err)
		return err
	}
}

// ProcessPipelineHook is called by go-redis.
func (m *meter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		begun := time.Now()
		err := next(ctx, cmds)
		m.observe(begun, err)
		return err
	}
}

// poolCollector reads the pool's own counters when scraped.
type poolCollector struct {
	client *redis.Client

	open, idle, limit, timeouts *prometheus.Desc
}

func newPoolCollector(client *redis.Client) *poolCollector {
	desc := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc("tercul_redis_pool_"+name, help, nil, nil)
	}
	return &poolCollector{
		client:   client,
		open:     desc("open", "Connections to Redis, those for pipelines included."),
		idle:     desc("idle", "Connections to Redis that wait for a command."),
		limit:    desc("limit", "The most connections to Redis there may be, and as many again for pipelines."),
		timeouts: desc("timeouts_total", "Commands that found no free connection in time."),
	}
}

// Describe is called by Prometheus.
func (c *poolCollector) Describe(ch chan<- *prometheus.Desc) { prometheus.DescribeByCollect(c, ch) }

// Collect is called by Prometheus.
func (c *poolCollector) Collect(ch chan<- prometheus.Metric) {
	s := *c.client.PoolStats()
	if p := s.PipelineStats; p != nil { // pipelines have connections of their own
		s.TotalConns, s.IdleConns, s.Timeouts = s.TotalConns+p.TotalConns, s.IdleConns+p.IdleConns, s.Timeouts+p.Timeouts
	}
	gauge := func(d *prometheus.Desc, v float64) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v)
	}
	gauge(c.open, float64(s.TotalConns))
	gauge(c.idle, float64(s.IdleConns))
	gauge(c.limit, float64(c.client.Options().PoolSize))
	ch <- prometheus.MustNewConstMetric(c.timeouts, prometheus.CounterValue, float64(s.Timeouts))
}
