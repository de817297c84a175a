package app

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/tercul/tercul/read/internal/api"
)

// The dependencies, as /readyz and the metrics name them.
const (
	dependPostgres = "postgres"
	dependRedis    = "redis"
	dependBus      = "bus"
	dependChanges  = "changes"
)

// mode is what the reader does without. docs/operations/failures.md says what
// readers see in each.
type mode string

const (
	modeNormal          mode = "normal"
	modeSlowRedis       mode = "slow_redis"       // no second layer; changes still come by the bus
	modeWithoutRedis    mode = "without_redis"    // no second layer; the outbox is polled
	modeWithoutBus      mode = "without_bus"      // Redis answers, the relay is silent; the outbox is polled
	modeBlind           mode = "blind"            // no changes are heard of: the database is asked each time
	modeWithoutPostgres mode = "without_postgres" // what is cached, and no more
	modeAlone           mode = "alone"            // the same, and what this process has cached
)

var allModes = []mode{modeNormal, modeSlowRedis, modeWithoutRedis, modeWithoutBus, modeBlind, modeWithoutPostgres, modeAlone}

// modeOf names the state of things. Where Redis is not configured, it is not missed.
func modeOf(up func(dependency string) bool) mode {
	redis, bus := up(dependRedis), up(dependBus)
	switch {
	case !up(dependPostgres) && !redis:
		return modeAlone
	case !up(dependPostgres):
		return modeWithoutPostgres
	case !up(dependChanges):
		return modeBlind
	case !redis && bus:
		return modeSlowRedis
	case !redis:
		return modeWithoutRedis
	case !bus:
		return modeWithoutBus
	}
	return modeNormal
}

// modes shows the mode as a gauge, in /readyz, and in a line of the log when it
// changes. That takes two rounds of checks that agree: one slow answer of a dependency
// is not worth a line.
type modes struct {
	log     zerolog.Logger
	redis   bool // configured
	current mode
	next    mode

	gauge *prometheus.GaugeVec
	up    *prometheus.GaugeVec
}

func newModes(redis bool, log zerolog.Logger, reg prometheus.Registerer) *modes {
	m := &modes{
		log: log, redis: redis,
		gauge: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "tercul_reader_mode", Help: "1 for the mode that the reader is in: normal, or what it does without.",
		}, []string{"mode"}),
		up: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "tercul_dependency_up", Help: "1 while what the reader leans on serves, 0 while not.",
		}, []string{"dependency"}),
	}
	reg.MustRegister(m.gauge, m.up)
	for _, name := range allModes {
		m.gauge.WithLabelValues(string(name)).Set(0)
	}
	return m
}

// observe is told of each round of checks, and names the mode.
func (m *modes) observe(reports []api.Report) string {
	found := map[string]bool{dependRedis: !m.redis, dependBus: !m.redis}
	for _, r := range reports {
		found[r.Name] = r.Up()
		m.up.WithLabelValues(r.Name).Set(number(r.Up()))
	}
	now := modeOf(func(name string) bool { return found[name] })
	if m.current == "" || now == m.next && now != m.current {
		m.change(now)
	}
	m.next = now
	return string(m.current)
}

func (m *modes) change(now mode) {
	e := m.log.Info()
	if now != modeNormal {
		e = m.log.Warn()
	}
	e.Str("mode", string(now)).Str("before", string(m.current)).Msg("the reader's mode has changed")
	if m.current != "" {
		m.gauge.WithLabelValues(string(m.current)).Set(0)
	}
	m.gauge.WithLabelValues(string(now)).Set(1)
	m.current = now
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
