package password

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	waiting, running prometheus.Gauge
	hashes           prometheus.Counter
}

func newMetrics(to prometheus.Registerer) (*metrics, error) {
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "tercul", Subsystem: "password", Name: name, Help: help})
	}
	m := &metrics{
		waiting: gauge("hashes_waiting", "Password hashes that wait for room to be computed."),
		running: gauge("hashes_running", "Password hashes that are being computed."),
		hashes: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: "tercul", Subsystem: "password", Name: "hashes_total", Help: "Password hashes that were computed.",
		}),
	}
	if to == nil {
		return m, nil
	}
	return m, errors.Join(to.Register(m.waiting), to.Register(m.running), to.Register(m.hashes))
}
