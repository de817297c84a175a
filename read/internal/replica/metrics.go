package replica

import "github.com/prometheus/client_golang/prometheus"

// primaryName labels the primary among the servers.
const primaryName = "primary"

// Why no standby was asked.
const (
	skipSuspect = "suspect"
	skipTicket  = "ticket"
	skipHorizon = "horizon"
	skipNone    = "none" // fit and free
)

// metrics are what a Set counts. Without a registerer they count unseen.
type metrics struct {
	answers, refused, skips *prometheus.CounterVec
}

func (m *metrics) skipped(why string) { m.skips.WithLabelValues(why).Inc() }

func newMetrics(reg prometheus.Registerer, s *Set) *metrics {
	m := &metrics{
		answers: counter("tercul_origin_answers_total", "Questions answered by the database, by server.", "server"),
		refused: counter("tercul_replica_refused_total", "Answers that were not taken from a replica, so that the primary was asked too, by reason.", "server", "reason"),
		skips:   counter("tercul_replica_skipped_total", "Questions that were asked of the primary at once, by reason.", "reason"),
	}
	m.answers.WithLabelValues(primaryName)
	for _, r := range s.servers {
		m.answers.WithLabelValues(r.name)
		for _, why := range reasons {
			m.refused.WithLabelValues(r.name, string(why))
		}
	}
	for _, why := range []string{skipSuspect, skipTicket, skipHorizon, skipNone} {
		m.skips.WithLabelValues(why)
	}
	if reg != nil {
		reg.MustRegister(m.answers, m.refused, m.skips, collector{s})
	}
	return m
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

// collector reads the states of the servers when scraped.
type collector struct{ s *Set }

var (
	descServing = desc("serving", "1 while the replica is asked.")
	descMode    = desc("mode", "1 for the mode that the replica is in.", "mode")
	descBytes   = desc("lag_bytes", "How much of the primary's log the replica had not replayed at the last examination.")
	descLag     = desc("lag_seconds", "How long ago the primary was first seen beyond what the replica has replayed.")
	descBusy    = desc("busy", "Questions being answered by the replica.")
	descHorizon = prometheus.NewDesc("tercul_replica_horizon_known", "1 while answers of replicas can be judged at all.", nil, nil)
)

func desc(name, help string, more ...string) *prometheus.Desc {
	return prometheus.NewDesc("tercul_replica_"+name, help, append([]string{"server"}, more...), nil)
}

// Describe is called by Prometheus.
func (c collector) Describe(ch chan<- *prometheus.Desc) { prometheus.DescribeByCollect(c, ch) }

// Collect is called by Prometheus.
func (c collector) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge(descHorizon, truth(c.s.cfg.Fence.Known()))
	for _, r := range c.s.servers {
		st := r.state.Load()
		gauge(descServing, truth(st.mode == Serving), r.name)
		for m := Unexamined; m <= Foreign; m++ {
			gauge(descMode, truth(st.mode == m), r.name, m.String())
		}
		gauge(descBytes, float64(st.bytes), r.name)
		gauge(descLag, st.lag.Seconds(), r.name)
		gauge(descBusy, float64(r.busy.Load()), r.name)
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
