package api

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
)

// Dependency is something the reader leans on.
type Dependency struct {
	Name string
	// Required: without it the reader is not ready. Without the others it is
	// slower, or later in learning of changes, and still answers.
	Required bool
	// Check returns nil while the dependency serves.
	Check func(context.Context) error
	// Detail says more of one that serves; may be nil.
	Detail func() string
}

// Readiness knows whether this process should get traffic. It starts as not
// ready; Open and Drain are its two events.
type Readiness struct {
	dependencies []Dependency
	observe      func([]Report) (mode string)
	state        atomic.Int32

	mu    sync.Mutex
	asked time.Time // when the last round began
	last  []Report
	mode  string
}

const (
	stateStarting = iota
	stateOpen
	stateDraining
)

// NewReadiness lists the dependencies in the order they are reported.
func NewReadiness(dependencies ...Dependency) *Readiness {
	return &Readiness{dependencies: dependencies}
}

// Observe has f told of every round of checks, one at a time. What it answers is
// named as the mode of the reader. It is set before anybody asks.
func (r *Readiness) Observe(f func([]Report) (mode string)) { r.observe = f }

// Watch makes a round of checks a second, whether anybody asks or not, until the
// context ends.
func (r *Readiness) Watch(ctx context.Context, started func()) error {
	tick := time.NewTicker(checkEvery)
	defer tick.Stop()
	r.check(ctx, 0)
	started()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			r.check(ctx, checkEvery/2) // its own last round is a second old, give or take a little
		}
	}
}

// Open says the start is complete.
func (r *Readiness) Open() { r.state.Store(stateOpen) }

// Drain says the process is about to stop: balancers should look elsewhere.
func (r *Readiness) Drain() { r.state.Store(stateDraining) }

// Report is what a check found.
type Report struct {
	Name     string `json:"name"`
	State    string `json:"state"` // up or down
	Required bool   `json:"required"`
	Detail   string `json:"detail,omitempty"`
	Error    string `json:"error,omitempty"`
	Millis   int64  `json:"millis"`
}

// Up tells whether the dependency serves.
func (r Report) Up() bool { return r.State == "up" }

type readyBody struct {
	Status       string   `json:"status"` // ready, degraded, unavailable, starting or draining
	Mode         string   `json:"mode,omitempty"`
	Dependencies []Report `json:"dependencies"`
}

// Probes come from several balancers at once; one round of checks a second
// serves them all, and none waits longer than the dependency's own limit.
const (
	checkEvery = time.Second
	checkLimit = 900 * time.Millisecond
)

func (r *Readiness) report(ctx context.Context) (int, readyBody) {
	reports, mode := r.check(ctx, checkEvery)
	body := readyBody{Status: "ready", Mode: mode, Dependencies: reports}
	status := fiber.StatusOK
	for _, d := range body.Dependencies {
		if d.Up() {
			continue
		}
		if d.Required {
			status, body.Status = fiber.StatusServiceUnavailable, "unavailable"
			break
		}
		body.Status = "degraded"
	}
	switch r.state.Load() {
	case stateStarting:
		status, body.Status = fiber.StatusServiceUnavailable, "starting"
	case stateDraining:
		status, body.Status = fiber.StatusServiceUnavailable, "draining"
	}
	return status, body
}

// check answers the last round where that began no longer ago than fresh, and makes one
// otherwise.
func (r *Readiness) check(ctx context.Context, fresh time.Duration) ([]Report, string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	began := time.Now()
	if began.Sub(r.asked) < fresh && r.last != nil {
		return r.last, r.mode
	}
	reports := make([]Report, len(r.dependencies))
	var wg sync.WaitGroup
	for i, d := range r.dependencies {
		wg.Go(func() { reports[i] = d.report(ctx) })
	}
	wg.Wait()
	r.asked, r.last = began, reports
	if r.observe != nil {
		r.mode = r.observe(reports)
	}
	return reports, r.mode
}

func (d Dependency) report(ctx context.Context) Report {
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	started := time.Now()
	err := d.Check(ctx)
	out := Report{Name: d.Name, State: "up", Required: d.Required, Millis: time.Since(started).Milliseconds()}
	switch {
	case err != nil:
		out.State, out.Error = "down", plainly(err)
	case d.Detail != nil:
		out.Detail = d.Detail()
	}
	return out
}
