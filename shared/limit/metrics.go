package limit

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	decisions *prometheus.CounterVec
	alone     prometheus.Gauge
	seconds   prometheus.Histogram
}

func newMetrics(to prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		decisions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tercul_limit_decisions_total",
			Help: "Requests asked of a rate limit, by rule and outcome. What another rule refused is not counted.",
		}, []string{"rule", "outcome"}),
		alone: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "tercul_limit_alone",
			Help: "1 while this process counts rate limits by itself, as Redis is away.",
		}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "tercul_limit_seconds",
			Help:    "Time to decide about a request, Redis included.",
			Buckets: prometheus.ExponentialBuckets(0.00005, 2, 12), // 50 us to 0.1 s
		}),
	}
	if to == nil {
		return m, nil
	}
	var errs []error
	for _, c := range []prometheus.Collector{m.decisions, m.alone, m.seconds} {
		errs = append(errs, to.Register(c))
	}
	return m, errors.Join(errs...)
}

func (m *metrics) observe(d Decision, began time.Time) {
	m.seconds.Observe(time.Since(began).Seconds())
	for _, s := range d.States {
		switch {
		case d.Allowed:
			m.decisions.WithLabelValues(s.Rule.Name, "allowed").Inc()
		case s.Refused:
			m.decisions.WithLabelValues(s.Rule.Name, "refused").Inc()
		}
	}
}
