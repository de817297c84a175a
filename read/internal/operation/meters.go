package operation

import "github.com/prometheus/client_golang/prometheus"

// meters are the registry's metrics.
type meters struct {
	documents *prometheus.GaugeVec
	refused   prometheus.Gauge
	failures  prometheus.Counter
}

func newMeters() meters {
	gauge := prometheus.GaugeOpts{
		Namespace: "tercul", Subsystem: "documents", Name: "known", Help: "Documents that are run, by source.",
	}
	return meters{
		documents: prometheus.NewGaugeVec(gauge, []string{"source"}),
		refused: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: "tercul", Subsystem: "documents", Name: "refused",
			Help: "Documents of the table that cannot be run and are left out.",
		}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: "tercul", Subsystem: "documents", Name: "refresh_failures_total",
			Help: "Looks at the table of documents that failed.",
		}),
	}
}

func (m meters) register(to prometheus.Registerer) error {
	if to == nil {
		return nil
	}
	for _, c := range []prometheus.Collector{m.documents, m.refused, m.failures} {
		if err := to.Register(c); err != nil {
			return err
		}
	}
	return nil
}

func (m meters) count(list []*Operation) {
	counts := map[Source]int{Shipped: 0, Audit: 0, File: 0, Table: 0}
	for _, op := range list {
		counts[op.source]++
	}
	for source, n := range counts {
		m.documents.WithLabelValues(string(source)).Set(float64(n))
	}
}
