package relay

import (
	"errors"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

func formatXID(xid uint64) string { return strconv.FormatUint(xid, 10) }

type metrics struct {
	up       prometheus.Gauge
	rows     prometheus.Counter
	known    prometheus.Counter
	widened  prometheus.Counter
	failures prometheus.Counter
	delay    prometheus.Histogram
}

func newMetrics(to prometheus.Registerer) (*metrics, error) {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "tercul", Subsystem: "relay", Name: name, Help: help})
	}
	m := &metrics{
		up: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: "tercul", Subsystem: "relay", Name: "up", Help: "1 while the outbox is published, 0 while Postgres or Redis is away.",
		}),
		rows:     counter("rows_total", "Rows of the outbox that the relay announced."),
		known:    counter("known_rows_total", "Rows that had been announced already, before their acknowledgement or by another relay."),
		widened:  counter("widened_total", "Rows that went out as everything: too many tags, or a malformed one."),
		failures: counter("failures_total", "Sessions of the relay that ended in an error."),
		delay: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: "tercul", Subsystem: "relay", Name: "delay_seconds",
			Help:    "Time from the writing of a row of the outbox to the moment at which the relay published it, or would have.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 9), // 1 ms to 65 s
		}),
	}
	if to == nil {
		return m, nil
	}
	var errs []error
	for _, c := range []prometheus.Collector{m.up, m.rows, m.known, m.widened, m.failures, m.delay} {
		errs = append(errs, to.Register(c))
	}
	return m, errors.Join(errs...)
}
