package run

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// DefaultStop is the time a service has to stop when it names none.
const DefaultStop = 10 * time.Second

// Service is a named part of a process.
type Service struct {
	Name string
	// Run works until ctx ends. It calls ready once, when the service can be
	// used; returning without that is a failure to start.
	Run func(ctx context.Context, ready func()) error
	// Stop is how long Run may take to return after its context ended.
	Stop time.Duration
}

// Group runs services together. Add them before Run, in the order of start.
type Group struct {
	services []Service
	// Report, if set, is told of each start and stop: event is "starting",
	// "ready", "stopping", "stopped" or "abandoned".
	Report func(service, event string, took time.Duration, err error)
}

// Add appends a service.
func (g *Group) Add(s Service) {
	if s.Stop <= 0 {
		s.Stop = DefaultStop
	}
	g.services = append(g.services, s)
}

// running is a service at work.
type running struct {
	Service
	cancel context.CancelFunc
	ready  chan struct{}
	done   chan struct{}
	err    error // valid once done is closed
}

// Run starts all services, waits until ctx ends or one of them returns, and
// stops them in reverse. It returns nil after an orderly stop that ctx asked for;
// else every error, each with its service's name.
func (g *Group) Run(ctx context.Context) error {
	ended := make(chan *running, len(g.services))
	var started []*running
	var failures []error
	for _, s := range g.services {
		r := g.start(s, ended) //nolint:contextcheck // a service ends in its turn, not with the group's context
		started = append(started, r)
		if !g.awaitReady(ctx, r, ended) {
			break
		}
	}
	if len(started) == len(g.services) {
		g.awaitEnd(ctx, ended)
	}
	orderly := ctx.Err() != nil
	for i := len(started) - 1; i >= 0; i-- {
		if err := g.stop(started[i], orderly); err != nil {
			failures = append(failures, err)
		}
	}
	return errors.Join(failures...)
}

// start runs the service apart from the group's context: only stop ends it, in
// its turn.
func (g *Group) start(s Service, ended chan<- *running) *running {
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{Service: s, cancel: cancel, ready: make(chan struct{}), done: make(chan struct{})}
	g.report(s.Name, "starting", 0, nil)
	go func() {
		called := false
		r.err = s.Run(ctx, func() {
			if !called {
				called = true
				close(r.ready)
			}
		})
		if r.err == nil && ctx.Err() == nil {
			r.err = errors.New("ended by itself")
		}
		close(r.done)
		ended <- r
	}()
	return r
}

func (g *Group) awaitReady(ctx context.Context, r *running, ended chan *running) bool {
	begun := time.Now()
	select {
	case <-r.ready:
		g.report(r.Name, "ready", time.Since(begun), nil)
		return ctx.Err() == nil
	case early := <-ended: // this one, or one that was ready before
		ended <- early
		return false
	case <-ctx.Done():
		return false
	}
}

func (g *Group) awaitEnd(ctx context.Context, ended <-chan *running) {
	select {
	case <-ctx.Done():
	case <-ended:
	}
}

// stop cancels a service and waits for it. What it returns because it was
// cancelled is no failure.
func (g *Group) stop(r *running, orderly bool) error {
	select {
	case <-r.done:
	default:
		orderly = true
	}
	begun := time.Now()
	g.report(r.Name, "stopping", 0, nil)
	r.cancel()
	timer := time.NewTimer(r.Stop)
	defer timer.Stop()
	select {
	case <-r.done:
	case <-timer.C:
		err := fmt.Errorf("%s did not stop within %s", r.Name, r.Stop)
		g.report(r.Name, "abandoned", time.Since(begun), err)
		return err
	}
	err := r.err
	if orderly && errors.Is(err, context.Canceled) {
		err = nil
	}
	g.report(r.Name, "stopped", time.Since(begun), err)
	if err != nil {
		return fmt.Errorf("%s: %w", r.Name, err)
	}
	return nil
}

func (g *Group) report(service, event string, took time.Duration, err error) {
	if g.Report != nil {
		g.Report(service, event, took, err)
	}
}
