package api

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// meters count what the server answers. The lane's counters are resolved once:
// looking labels up costs more than counting.
type meters struct {
	requests        *prometheus.CounterVec
	seconds         *prometheus.HistogramVec
	inFlight        prometheus.Gauge
	laneHit         prometheus.Counter
	laneNotModified prometheus.Counter
}

func newMeters(reg prometheus.Registerer) *meters {
	m := &meters{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tercul_http_requests_total",
			Help: "Requests answered, by status and by the layer that had the answer; lane is L1 without parsing.",
		}, []string{"status", "layer"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "tercul_http_request_seconds",
			Help:    "Time to answer, by layer. The lane's hits are too short to be worth timing.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2, 5},
		}, []string{"layer"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "tercul_http_requests_in_flight",
			Help: "Requests being answered now, the lane's not counted.",
		}),
	}
	if reg != nil {
		reg.MustRegister(m.requests, m.seconds, m.inFlight)
	}
	m.laneHit = m.requests.WithLabelValues("200", "lane")
	m.laneNotModified = m.requests.WithLabelValues("304", "lane")
	return m
}

func (m *meters) observe(status int, layer string, took time.Duration) {
	m.requests.WithLabelValues(strconv.Itoa(status), layer).Inc()
	m.seconds.WithLabelValues(layer).Observe(took.Seconds())
}
