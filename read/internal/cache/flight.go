package cache

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/cachekey"
)

// FlightConfig is what a Flight needs.
type FlightConfig struct {
	Clock    Clock
	Tasks    *Tasks
	Deadline time.Duration // of a load; default 5 s
	Metrics  *Metrics
	Log      zerolog.Logger
}

// Flight makes callers of the same question share one load.
type Flight struct {
	cfg  FlightConfig
	next answer.Source

	mu    sync.Mutex
	calls map[flightKey]*call
}

// flightKey has in it what a load may be shared by. The stamp keeps callers who
// come after an invalidation apart from loads that began before it; the ticket
// does the same for writers whose change has not been announced here yet.
type flightKey struct {
	key    cachekey.Key
	enc    answer.Encoding
	asOf   uint64
	ticket uint64
}

type call struct {
	done chan struct{}
	res  answer.Result // both are valid once done is closed
	err  error
}

var errStopping = apperr.New(apperr.Unavailable, "The service is stopping. Try again.").WithRetryAfter(time.Second)

// NewFlight puts a Flight in front of a source.
func NewFlight(next answer.Source, cfg FlightConfig) *Flight {
	if cfg.Deadline <= 0 {
		cfg.Deadline = 5 * time.Second
	}
	cfg.Metrics = cfg.Metrics.orUnseen()
	return &Flight{cfg: cfg, next: next, calls: map[flightKey]*call{}}
}

// Answer waits for the load of the question, its own or another caller's, but not
// beyond the context. A load is charged to who started it; where that is refused,
// the others ask for themselves: the first of them starts the next load.
func (f *Flight) Answer(ctx context.Context, q *answer.Query) (answer.Result, error) {
	for {
		res, own, err := f.wait(ctx, q)
		if own || err == nil || apperr.From(err).Code != apperr.RateLimited {
			return res, err
		}
	}
}

// wait takes part in one load, and tells whether it is the caller's own.
func (f *Flight) wait(ctx context.Context, q *answer.Query) (res answer.Result, own bool, err error) {
	key := flightKey{key: q.Key, enc: q.Enc, asOf: f.cfg.Clock.Applied()}
	if !f.cfg.Clock.Covers(q.MinSeq) {
		key.ticket = q.MinSeq
	}
	c, own, err := f.join(ctx, key, q)
	if err != nil {
		return answer.Result{}, own, err
	}
	select {
	case <-c.done:
		return c.res, own, c.err
	case <-ctx.Done():
		return answer.Result{}, own, ctx.Err()
	}
}

func (f *Flight) join(ctx context.Context, key flightKey, q *answer.Query) (c *call, own bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c, ok := f.calls[key]; ok {
		f.cfg.Metrics.joined.Inc()
		return c, false, nil
	}
	c = &call{done: make(chan struct{})}
	values := context.WithoutCancel(ctx)
	if !f.cfg.Tasks.Go(func(life context.Context) { f.fly(life, values, key, q, c) }) {
		return nil, false, errStopping
	}
	f.calls[key] = c
	return c, true, nil
}

// fly loads apart from the caller, whose trace it goes on with.
func (f *Flight) fly(life, ctx context.Context, key flightKey, q *answer.Query, c *call) {
	ctx, cancel := context.WithTimeout(ctx, f.cfg.Deadline)
	defer cancel()
	defer context.AfterFunc(life, cancel)()
	f.cfg.Metrics.flying.Inc()
	defer f.cfg.Metrics.flying.Dec()
	defer func() {
		if p := recover(); p != nil {
			f.cfg.Log.Error().Interface("panic", p).Bytes("stack", debug.Stack()).Msg("a load panicked")
			c.res, c.err = answer.Result{}, apperr.Wrap(fmt.Errorf("panic: %v", p), apperr.Internal, "Something went wrong on our side.")
		}
		f.mu.Lock()
		delete(f.calls, key)
		f.mu.Unlock()
		close(c.done)
	}()
	c.res, c.err = f.next.Answer(ctx, q)
	if c.err == nil && (key.ticket > 0 || !valid(f.cfg.Clock, c.res.Entry)) {
		c.res.Entry = c.res.Entry.Unstored()
	}
}
