package probe

import (
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// outcome is what a comparison has shown.
type outcome string

const (
	fresh  outcome = "fresh"
	stale  outcome = "stale"
	absent outcome = "absent" // no cache had an answer: the database is asked
	unsure outcome = "unsure" // it changed too often to tell
	failed outcome = "failed" // the database did not answer
)

var outcomes = []outcome{fresh, stale, absent, unsure, failed}

type metrics struct {
	answers *prometheus.CounterVec
	dropped prometheus.Counter
	windows map[string]*window
}

// label names a delay, in seconds.
func label(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + "s" }

func newMetrics(p *Prober) *metrics {
	m := &metrics{
		answers: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tercul_probe_answers_total",
			Help: "Answers checked against the database, by the time since a change of them and by what was found.",
		}, []string{"after", "outcome"}),
		dropped: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tercul_probe_dropped_total", Help: "Touched questions that were not checked because as many waited as may.",
		}),
		windows: map[string]*window{},
	}
	collectors := []prometheus.Collector{
		m.answers, m.dropped,
		gauge("tercul_probe_remembered", "Questions that can be asked again for a check.", nil, func() float64 { return float64(p.memory.len()) }),
		gauge("tercul_probe_waiting", "Questions that wait for their check.", nil, func() float64 { return float64(p.waiting.Load()) }),
	}
	for _, d := range p.cfg.Delays {
		w := newWindow(p.cfg.Window, p.cfg.Now)
		m.windows[label(d)] = w
		for _, o := range outcomes {
			m.answers.WithLabelValues(label(d), string(o))
		}
		collectors = append(collectors, gauge("tercul_probe_nines",
			"Nines of the share of checked answers that were fresh, over the last hour, as far as their number can show.",
			prometheus.Labels{"after": label(d)}, w.nines))
	}
	if p.cfg.Metrics != nil {
		p.cfg.Metrics.MustRegister(collectors...)
	}
	return m
}

func gauge(name, help string, labels prometheus.Labels, read func() float64) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}, read)
}

func (m *metrics) count(after time.Duration, o outcome) {
	m.answers.WithLabelValues(label(after), string(o)).Inc()
	if o == fresh || o == stale {
		m.windows[label(after)].add(o == stale)
	}
}

// window counts over a while that moves on in steps.
type window struct {
	now  func() time.Time
	step time.Duration

	mu    sync.Mutex
	parts [windowParts]part
}

const windowParts = 12

type part struct {
	step          int64 // since 1970
	answers, late int
}

func newWindow(length time.Duration, now func() time.Time) *window {
	return &window{now: now, step: length / windowParts}
}

func (w *window) add(isStale bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	step := w.now().UnixNano() / int64(w.step)
	p := &w.parts[step%windowParts]
	if p.step != step {
		*p = part{step: step}
	}
	p.answers++
	if isStale {
		p.late++
	}
}

// nines is 3 for one stale answer in a thousand. A thousand without a stale one show
// three nines and no more; no answers show none.
func (w *window) nines() float64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	step := w.now().UnixNano() / int64(w.step)
	var answers, late int
	for _, p := range w.parts {
		if step-p.step < windowParts {
			answers += p.answers
			late += p.late
		}
	}
	return math.Log10(float64(answers+1) / float64(late+1))
}
