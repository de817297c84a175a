package evict

import (
	"github.com/prometheus/client_golang/prometheus"
)

// metrics are what a Follower counts. Without a registerer they count unseen.
type metrics struct {
	applied, gaps, replays, replayed, floors prometheus.Counter
	epochs, sessions, unreadable, unchecked  prometheus.Counter
	polls, pollErrors, toBus, toOutbox       prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, f *Follower) *metrics {
	counter := func(name, help string) prometheus.Counter {
		return register(reg, prometheus.NewCounter(prometheus.CounterOpts{Name: "tercul_evict_" + name + "_total", Help: help}))
	}
	gauge := func(name, help string, read func() float64) {
		register(reg, prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "tercul_clock_" + name, Help: help}, read))
	}
	gauge("applied", "Last sequence applied.", func() float64 { return float64(f.clock.Applied()) })
	gauge("floor", "Sequence below which no answer is believed.", func() float64 { return float64(f.clock.Floor()) })
	gauge("suspect", "1 while changes may have been missed and no answer is taken for fresh.", func() float64 {
		if f.clock.Suspect() {
			return 1
		}
		return 0
	})
	gauge("source", "Where changes are learnt from: 0 nowhere, 1 the bus, 2 the outbox.", func() float64 { return float64(f.Mode()) })
	return &metrics{
		applied:    counter("invalidations", "Invalidations applied."),
		gaps:       counter("gaps", "Holes found in the sequence of messages."),
		replays:    counter("replays", "Replays of the log."),
		replayed:   counter("replayed", "Messages read from the log."),
		floors:     counter("floors", "Times the floor was raised because changes could not be replayed."),
		epochs:     counter("epochs", "Changes of the bus's epoch."),
		sessions:   counter("sessions_lost", "Subscriptions that ended."),
		unreadable: counter("unreadable", "Messages that could not be read."),
		unchecked:  counter("unchecked", "Heartbeats after which the bus could not be asked how far it is."),
		polls:      counter("polls", "Polls of the outbox."),
		pollErrors: counter("poll_errors", "Polls of the outbox that failed."),
		toBus:      counter("switches_to_bus", "Times the bus was taken up."),
		toOutbox:   counter("switches_to_outbox", "Times polling was taken up."),
	}
}

func (m *metrics) switched(to Mode) {
	if to == Bus {
		m.toBus.Inc()
		return
	}
	m.toOutbox.Inc()
}

// register leaves out the registry where there is none.
func register[C prometheus.Collector](reg prometheus.Registerer, c C) C {
	if reg != nil {
		reg.MustRegister(c)
	}
	return c
}
