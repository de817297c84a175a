package cache

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tercul/tercul/read/internal/answer"
)

// Metrics are what the layers count. They are made once and given to each; their
// counters are resolved beforehand, so that counting a hit is one addition.
type Metrics struct {
	reg prometheus.Registerer

	l1, l2                            layerMetrics
	oversize, renewals, renewalErrors prometheus.Counter
	joined, renewed                   prometheus.Counter
	flying                            prometheus.Gauge
	encoded                           map[answer.Encoding]prometheus.Counter
	l2Seconds                         prometheus.Histogram
	l2Compared                        prometheus.Counter
	writes                            writeMetrics
	breakerOpen                       prometheus.Gauge
	breakerTrips                      prometheus.Counter
}

type layerMetrics struct{ hits, misses, stale, rescued, errors prometheus.Counter }

type writeMetrics struct{ stored, older, overtaken, oversize, dropped, failed prometheus.Counter }

// unseen serves layers that were given none.
var unseen = sync.OnceValue(func() *Metrics { return NewMetrics(nil) })

func (m *Metrics) orUnseen() *Metrics {
	if m == nil {
		return unseen()
	}
	return m
}

// NewMetrics registers the metrics of all layers; nil for no registry.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{reg: reg}
	requests := m.vec("tercul_cache_requests_total", "Questions, by layer and what it did: hit, miss, stale (expired, being made again), rescued (past its time, because no new one could be made), error.", "layer", "outcome")
	m.l1, m.l2 = layerOf(requests, "l1"), layerOf(requests, "l2")
	m.oversize = m.counter("tercul_l1_oversize_total", "Answers too long for L1.")
	m.renewals = m.counter("tercul_cache_renewals_total", "Answers made again in the background because they had expired.")
	m.renewalErrors = m.counter("tercul_cache_renewal_errors_total", "Renewals that failed.")
	m.joined = m.counter("tercul_flight_joined_total", "Callers who shared another caller's load.")
	m.renewed = m.counter("tercul_cache_unchanged_total", "Loads whose data was that of the answer before, whose bytes and ETag were used again.")
	m.flying = m.gauge("tercul_flight_loads", "Loads in progress.")
	encoded := m.vec("tercul_cache_encoded_total", "Answers encoded.", "encoding")
	m.encoded = map[answer.Encoding]prometheus.Counter{}
	for _, enc := range []answer.Encoding{answer.Gzip, answer.Brotli, answer.Zstd} {
		m.encoded[enc] = encoded.WithLabelValues(enc.String())
	}
	m.l2Seconds = register(reg, prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "tercul_l2_read_seconds", Help: "Time of reads from L2.", Buckets: prometheus.ExponentialBuckets(0.0001, 2, 10),
	}))
	m.l2Compared = m.counter("tercul_l2_compared_total", "Answers believed on the word of their tags' versions.")
	m.writes = writesOf(m.vec("tercul_l2_writes_total", "Writes to L2, by what came of them.", "outcome"))
	m.breakerOpen = m.gauge("tercul_l2_breaker_open", "1 while Redis is left alone after failures.")
	m.breakerTrips = m.counter("tercul_l2_breaker_trips_total", "Times that Redis was begun to be left alone.")
	return m
}

func layerOf(v *prometheus.CounterVec, layer string) layerMetrics {
	return layerMetrics{
		hits: v.WithLabelValues(layer, "hit"), misses: v.WithLabelValues(layer, "miss"), stale: v.WithLabelValues(layer, "stale"),
		rescued: v.WithLabelValues(layer, "rescued"), errors: v.WithLabelValues(layer, "error"),
	}
}

func writesOf(v *prometheus.CounterVec) writeMetrics {
	return writeMetrics{
		stored: v.WithLabelValues("stored"), older: v.WithLabelValues("older"), overtaken: v.WithLabelValues("overtaken"),
		oversize: v.WithLabelValues("oversize"), dropped: v.WithLabelValues("dropped"), failed: v.WithLabelValues("failed"),
	}
}

// observeL1 adds what L1 holds; it asks when it is scraped.
func (m *Metrics) observeL1(l *L1) {
	type reading = func() float64
	entries := func(of string, read reading) {
		m.gaugeFunc("tercul_l1_entries", "Answers in L1; the hot ones are counted in both.", of, read)
	}
	bytes := func(of string, read reading) {
		m.gaugeFunc("tercul_l1_bytes", "Memory of L1.", of, read)
	}
	entries("bigcache", func() float64 { return float64(l.big.Len()) })
	bytes("bigcache", func() float64 { return float64(l.big.Capacity()) })
	entries("hot", func() float64 { n, _ := l.hot.stats(); return float64(n) })
	bytes("hot", func() float64 { _, n := l.hot.stats(); return float64(n) })
}

func (m *Metrics) vec(name, help string, labels ...string) *prometheus.CounterVec {
	return register(m.reg, prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels))
}

func (m *Metrics) counter(name, help string) prometheus.Counter {
	return register(m.reg, prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help}))
}

func (m *Metrics) gauge(name, help string) prometheus.Gauge {
	return register(m.reg, prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help}))
}

func (m *Metrics) gaugeFunc(name, help, part string, read func() float64) {
	register(m.reg, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: name, Help: help, ConstLabels: prometheus.Labels{"part": part},
	}, read))
}

// register leaves out the registry where there is none.
func register[C prometheus.Collector](reg prometheus.Registerer, c C) C {
	if reg != nil {
		reg.MustRegister(c)
	}
	return c
}
