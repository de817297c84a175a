package announce

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Outcomes of a command's publication.
const (
	published = "published" // it is on the bus
	failed    = "failed"    // the bus was asked, and did not do it
	late      = "late"      // the bus had not answered in time
	resting   = "resting"   // the bus failed a moment ago and was not asked
	crowded   = "crowded"   // too many commands waited
	wide      = "wide"      // it has too many rows
)

type metrics struct {
	commands *prometheus.CounterVec
	rows     prometheus.Counter
	known    prometheus.Counter
	seconds  prometheus.Histogram
}

func newMetrics(to prometheus.Registerer, a *Announcer) (*metrics, error) {
	counter := func(name, help string) prometheus.CounterOpts {
		return prometheus.CounterOpts{Namespace: "tercul", Subsystem: "announce", Name: name, Help: help}
	}
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "tercul", Subsystem: "announce", Name: name, Help: help}, value)
	}
	m := &metrics{
		commands: prometheus.NewCounterVec(counter("commands_total", "Commands by what became of their publication before the acknowledgement; all but published are left to the relay."), []string{"outcome"}),
		rows:     prometheus.NewCounter(counter("rows_total", "Rows of the outbox that were announced before the acknowledgement.")),
		known:    prometheus.NewCounter(counter("known_rows_total", "Rows that the relay had announced by then, or a command whose Idempotency-Key was used again.")),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: "tercul", Subsystem: "announce", Name: "seconds", Help: "What publication adds to the time of a command.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 2.5, 10), // 0.1 ms to 0.4 s
		}),
	}
	for _, outcome := range []string{published, failed, late, resting, crowded, wide} {
		m.commands.WithLabelValues(outcome)
	}
	if to == nil {
		return m, nil
	}
	var errs []error
	for _, c := range []prometheus.Collector{
		m.commands, m.rows, m.known, m.seconds,
		gauge("waiting", "Commands that wait for the bus and are in no call yet; 1024 at most.", func() float64 { return float64(len(a.asks)) }),
		gauge("resting", "1 while the bus is not asked because it failed a moment ago.", func() float64 {
			if a.resting() {
				return 1
			}
			return 0
		}),
	} {
		errs = append(errs, to.Register(c))
	}
	return m, errors.Join(errs...)
}

func (m *metrics) took(outcome string, d time.Duration) {
	m.commands.WithLabelValues(outcome).Inc()
	m.seconds.Observe(d.Seconds())
}
