package cache

import (
	"context"
	"fmt"
	"math"
	"runtime/debug"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/mutant"
)

// FlightConfig is what a Flight needs.
type FlightConfig struct {
	Clock    Clock
	Tasks    *Tasks
	Deadline time.Duration // of a load; default 5 s
	Late     int           // loads at a time for tickets that the clock does not cover; default 2
	Turn     time.Duration // that such a load waits for its turn; default 1 s
	Metrics  *Metrics
	Log      zerolog.Logger
}

// Flight makes callers of the same question share one load.
type Flight struct {
	cfg  FlightConfig
	next answer.Source

	late chan struct{} // the turns of late loads

	mu    sync.Mutex
	calls map[flightKey]*call
}

// flightKey has in it what a load may be shared by. The stamp keeps callers who
// come after an invalidation apart from loads that began before it. A late load is
// for tickets that the clock does not cover: it has no stamp, and is shared until
// it begins, because whatever a ticket stands for was committed before it came.
type flightKey struct {
	key  cachekey.Key
	enc  answer.Encoding
	asOf uint64
	late bool
}

type call struct {
	done chan struct{}
	res  answer.Result // both are valid once done is closed
	err  error
}

var errLate = apperr.New(apperr.Unavailable, "This change is not known here yet, and too many ask for such. Try again in a moment.").
	WithRetryAfter(time.Second)

var errStopping = apperr.New(apperr.Unavailable, "The service is stopping. Try again.").WithRetryAfter(time.Second)

// NewFlight puts a Flight in front of a source.
func NewFlight(next answer.Source, cfg FlightConfig) *Flight {
	if cfg.Deadline <= 0 {
		cfg.Deadline = 5 * time.Second
	}
	cfg.Late = orDefault(cfg.Late, 2)
	cfg.Turn = orDefault(cfg.Turn, time.Second)
	cfg.Metrics = cfg.Metrics.orUnseen()
	return &Flight{cfg: cfg, next: next, late: make(chan struct{}, cfg.Late), calls: map[flightKey]*call{}}
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
		key.asOf, key.late = 0, true
	}
	if mutant.Without(mutant.Flight) {
		key.asOf = 0
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
		f.leave(key, c)
		close(c.done)
	}()
	c.res, c.err = f.load(ctx, key, q, c)
	if c.err == nil && (key.late || !valid(f.cfg.Clock, c.res.Entry)) {
		c.res.Entry = c.res.Entry.Unstored()
	}
}

// leave ends the sharing of a load.
func (f *Flight) leave(key flightKey, c *call) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.calls[key] == c {
		delete(f.calls, key)
	}
}

// load asks the source, for a late load in its turn. There are few turns: anybody
// can send a ticket that nothing will ever cover, and so pass by every cache.
func (f *Flight) load(ctx context.Context, key flightKey, q *answer.Query, c *call) (answer.Result, error) {
	if !key.late {
		return f.next.Answer(ctx, q)
	}
	wait, cancel := context.WithTimeout(ctx, f.cfg.Turn)
	defer cancel()
	select {
	case f.late <- struct{}{}:
		defer func() { <-f.late }()
	case <-wait.Done():
		return answer.Result{}, errLate
	}
	f.leave(key, c)
	above := *q
	above.MinSeq = math.MaxUint64 // whoever has joined
	return f.next.Answer(ctx, &above)
}
