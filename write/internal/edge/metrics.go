package edge

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tercul/tercul/write/internal/edge/provider"
)

// meters are of all edges; each has its own label.
type meters struct {
	leads, up, backlog, oldest, again *prometheus.GaugeVec
	purges, keys, coarser, ahead      *prometheus.CounterVec
	delay                             *prometheus.HistogramVec
}

func newMeters(to prometheus.Registerer) (*meters, error) {
	gauge := func(name, help string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "tercul", Subsystem: "edge", Name: name, Help: help}, []string{"edge"})
	}
	counter := func(name, help string, more ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "tercul", Subsystem: "edge", Name: name, Help: help}, append([]string{"edge"}, more...))
	}
	m := &meters{
		leads:   gauge("leads", "1 where this process purges the edge, 0 where another one does."),
		up:      gauge("up", "1 while purges work, 0 while the edge or Postgres refuses."),
		backlog: gauge("backlog_keys", "Keys that wait to be purged."),
		oldest:  gauge("oldest_seconds", "How long ago the oldest change was committed that the edge was not purged of."),
		again:   gauge("second_due_keys", "Keys that were purged and will be once more."),
		purges:  counter("purges_total", "Calls of the edge, by how they ended.", "outcome"),
		keys:    counter("keys_total", "Keys that the edge confirmed."),
		coarser: counter("escalations_total", "Times that keys became coarser ones, by what they became.", "to"),
		ahead:   counter("ahead_total", "Purges that could not wait any longer for the bus to tell the readers."),
		delay: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "tercul", Subsystem: "edge", Name: "delay_seconds",
			Help: "Time from a change to its purge.", Buckets: prometheus.ExponentialBuckets(0.01, 3, 11), // 10 ms to 10 min
		}, []string{"edge"}),
	}
	if to == nil {
		return m, nil
	}
	var errs []error
	for _, c := range []prometheus.Collector{m.leads, m.up, m.backlog, m.oldest, m.again, m.purges, m.keys, m.coarser, m.ahead, m.delay} {
		errs = append(errs, to.Register(c))
	}
	return m, errors.Join(errs...)
}

// meter is what one edge shows.
type meter struct {
	leads, up, backlog, oldest, again prometheus.Gauge
	keys, toKinds, toAll, ahead       prometheus.Counter
	purges                            func(provider.Outcome) prometheus.Counter
	delay                             prometheus.Observer

	problem atomic.Pointer[string] // for /readyz; nil while all is well
}

func (m *meters) of(edge string) *meter {
	return &meter{
		leads: m.leads.WithLabelValues(edge), up: m.up.WithLabelValues(edge), backlog: m.backlog.WithLabelValues(edge),
		oldest: m.oldest.WithLabelValues(edge), again: m.again.WithLabelValues(edge), keys: m.keys.WithLabelValues(edge),
		toKinds: m.coarser.WithLabelValues(edge, "kind"), toAll: m.coarser.WithLabelValues(edge, "everything"),
		ahead: m.ahead.WithLabelValues(edge), delay: m.delay.WithLabelValues(edge),
		purges: func(o provider.Outcome) prometheus.Counter { return m.purges.WithLabelValues(edge, string(o)) },
	}
}

// age sets how long the oldest key has waited.
func (m *meter) age(since, now time.Time) {
	if since.IsZero() {
		m.oldest.Set(0)
		return
	}
	m.oldest.Set(max(0, now.Sub(since).Seconds()))
}
