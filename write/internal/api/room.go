package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/semaphore"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/policy"
)

// manyLong is how many of the longest bodies are held at once; the others wait.
const manyLong = 8

// retryLong is when there may be room again.
const retryLong = 2 * time.Second

var errFull = apperr.New(apperr.Unavailable, "Too many long requests are being worked on. Send this one again in a moment.").WithRetryAfter(retryLong)

// room is the memory that long bodies of requests in flight may take together. Without
// it a few hundred callers could fill the machine's, each with a body that is allowed.
type room struct {
	space         *semaphore.Weighted
	held, waiting prometheus.Gauge
}

func newRoom(reg prometheus.Registerer) (*room, error) {
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "tercul", Subsystem: "long_bodies", Name: name, Help: help})
	}
	r := &room{
		space:   semaphore.NewWeighted(manyLong * policy.LargestBody()),
		held:    gauge("bytes", fmt.Sprintf("Memory set aside for long bodies of requests in flight; %d at most.", manyLong*policy.LargestBody())),
		waiting: gauge("waiting", "Requests with long bodies that wait for memory."),
	}
	if reg == nil {
		return r, nil
	}
	return r, errors.Join(reg.Register(r.held), reg.Register(r.waiting))
}

// take sets memory aside until the request is over, as soon as there is some.
func (r *room) take(ctx context.Context, size int64) (giveBack func(), err error) {
	r.waiting.Inc()
	err = r.space.Acquire(ctx, size)
	r.waiting.Dec()
	if err != nil {
		return nil, errFull.Wrap(err)
	}
	r.held.Add(float64(size))
	return func() {
		r.held.Sub(float64(size))
		r.space.Release(size)
	}, nil
}

// long is how much memory the body of a request is to have set aside: nothing for what
// anybody may send. One that does not say how long it is may be as long as there are.
func long(r *http.Request, longest int64) int64 {
	usual := policy.Operation{}.MaxBody()
	switch {
	case longest <= usual, r.ContentLength >= 0 && r.ContentLength <= usual:
		return 0
	case r.ContentLength < 0:
		return longest
	}
	return r.ContentLength
}
