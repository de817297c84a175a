package views

import (
	"context"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics counts outcomes, and looks at what waits when asked.
type metrics struct {
	counter *Counter
	views   *prometheus.CounterVec
	waiting *prometheus.Desc
	age     *prometheus.Desc
}

func newMetrics(reg prometheus.Registerer, c *Counter) (*metrics, error) {
	m := &metrics{
		counter: c,
		views: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "tercul", Name: "views_total",
			Help: "Views that were sent, by what became of them: counted, repeated, program, ignored, bounded.",
		}, []string{"outcome"}),
		waiting: prometheus.NewDesc("tercul_views_waiting", "What waits to be stored: pairs of subject and hour in Redis, views in this process.", []string{"where"}, nil),
		age:     prometheus.NewDesc("tercul_views_oldest_seconds", "How long the oldest view in Redis has waited to be stored.", nil, nil),
	}
	if reg == nil {
		return m, nil
	}
	if err := reg.Register(m.views); err != nil {
		return nil, err
	}
	return m, reg.Register(m)
}

// Describe is called by Prometheus.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) { ch <- m.waiting; ch <- m.age }

// Collect is called by Prometheus.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	ch <- prometheus.MustNewConstMetric(m.waiting, prometheus.GaugeValue, float64(m.counter.alone.waiting()), "process")
	if m.counter.cfg.Redis == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	fields, since, err := m.counter.waitingShared(ctx)
	if err != nil {
		return // the gauge of Redis itself tells
	}
	var age float64
	if since > 0 {
		age = max(0, m.counter.cfg.Now().Sub(time.UnixMilli(since)).Seconds())
	}
	ch <- prometheus.MustNewConstMetric(m.waiting, prometheus.GaugeValue, float64(fields), "redis")
	ch <- prometheus.MustNewConstMetric(m.age, prometheus.GaugeValue, age)
}

// waitingShared is how many fields wait in Redis, and since when the oldest does.
func (c *Counter) waitingShared(ctx context.Context) (fields, since int64, err error) {
	for _, name := range []string{"taken", "open"} {
		n, err := c.cfg.Redis.HLen(ctx, c.cfg.Space.Views(name)).Result()
		if err != nil {
			return 0, 0, err
		}
		if n == 0 {
			continue
		}
		fields += n - 2 // the id and the time are fields, too
		if since == 0 {
			text, _ := c.cfg.Redis.HGet(ctx, c.cfg.Space.Views(name), "since").Result()
			since, _ = strconv.ParseInt(text, 10, 64)
		}
	}
	return fields, since, nil
}
