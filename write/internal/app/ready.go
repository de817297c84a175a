package app

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tercul/tercul/shared/apperr"
)

// dependency is something the writer leans on. Without a required one it is not
// ready; without another its announcements come later.
type dependency struct {
	name     string
	required bool
	check    func(context.Context) error
}

func (w *Writer) dependencies() []dependency {
	list := []dependency{{"postgres", true, w.db.Ping}, {"schema", true, w.migrated}, {"keys", true, w.signs}}
	if w.redis != nil {
		list = append(list, dependency{"redis", false, w.redis.Ping})
	}
	return append(list, w.edgeDependencies()...)
}

var errNotMigrated = apperr.New(apperr.Unavailable, "The database is not migrated. Run: tercul migrate up")

func (w *Writer) migrated(ctx context.Context) error {
	var there bool
	if err := w.db.QueryRow(ctx, "SELECT to_regclass('ops.outbox') IS NOT NULL").Scan(&there); err != nil {
		return err
	}
	if !there {
		return errNotMigrated
	}
	return nil
}

var errNoKey = apperr.New(apperr.Unavailable, "There is no key for access tokens yet.")

func (w *Writer) signs(context.Context) error {
	if !w.keys.Current().Signs() {
		return errNoKey
	}
	return nil
}

// States of the process.
const (
	starting int32 = iota
	open
	draining
)

// readiness knows whether this process should get traffic.
type readiness struct {
	dependencies []dependency
	state        atomic.Int32

	mu    sync.Mutex
	asked time.Time
	last  []finding
}

func newReadiness(list []dependency) *readiness { return &readiness{dependencies: list} }

func (r *readiness) set(state int32) { r.state.Store(state) }

type finding struct {
	Name     string `json:"name"`
	State    string `json:"state"` // up or down
	Required bool   `json:"required"`
	Error    string `json:"error,omitempty"`
	Millis   int64  `json:"millis"`
}

type readyBody struct {
	Status       string    `json:"status"` // ready, degraded, unavailable, starting or draining
	Dependencies []finding `json:"dependencies"`
}

// One round of checks a second serves every probe.
const (
	checkEvery = time.Second
	checkLimit = 900 * time.Millisecond
)

func (r *readiness) report(ctx context.Context) (int, readyBody) {
	body := readyBody{Status: "ready", Dependencies: r.check(context.WithoutCancel(ctx))}
	status := http.StatusOK
	for _, f := range body.Dependencies {
		switch {
		case f.State == "up":
		case f.Required:
			status, body.Status = http.StatusServiceUnavailable, "unavailable"
		case body.Status == "ready":
			body.Status = "degraded"
		}
	}
	switch r.state.Load() {
	case starting:
		return http.StatusServiceUnavailable, readyBody{"starting", body.Dependencies}
	case draining:
		return http.StatusServiceUnavailable, readyBody{"draining", body.Dependencies}
	}
	return status, body
}

func (r *readiness) check(ctx context.Context) []finding {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last != nil && time.Since(r.asked) < checkEvery {
		return r.last
	}
	list := make([]finding, len(r.dependencies))
	var wg sync.WaitGroup
	for i, d := range r.dependencies {
		wg.Go(func() { list[i] = d.find(ctx) })
	}
	wg.Wait()
	r.asked, r.last = time.Now(), list
	return list
}

func (d dependency) find(ctx context.Context) finding {
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	began := time.Now()
	err := d.check(ctx)
	f := finding{Name: d.name, State: "up", Required: d.required, Millis: time.Since(began).Milliseconds()}
	if err != nil {
		f.State, f.Error = "down", plainly(err)
	}
	return f
}

// plainly words a failure for a probe, without what drivers put into theirs.
func plainly(err error) string {
	var coded *apperr.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	case errors.As(err, &coded):
		return coded.Message
	}
	return "does not answer"
}
