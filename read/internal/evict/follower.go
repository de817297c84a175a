package evict

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/mutant"
)

// Config is what a Follower needs.
type Config struct {
	// Redis carries the bus; nil to follow the outbox alone. Its timeouts bound
	// how long a replay may take.
	Redis redis.UniversalClient
	Space cachekey.Space // default: cachekey.DefaultSpace

	// Connect opens a connection of the Follower's own to the database, on which it
	// polls view.announcement and listens; nil to follow the bus alone.
	Connect func(context.Context) (*pgx.Conn, error)

	// Fence is told which transactions the announcements are of; nil where no standby
	// is read.
	Fence *Fence

	// Heard is told the tags of each announcement once the clock has them, and
	// Everything where announcements may have been missed. It must not block.
	Heard func(tags []string)

	Silence time.Duration // without a sign of life, until suspect; default 3 s
	Poll    time.Duration // between two polls; default 500 ms
	Grace   time.Duration // without the bus, until the outbox is polled; default 250 ms

	Log     zerolog.Logger
	Metrics prometheus.Registerer // nil for none
}

// Mode is where a Follower learns of changes.
type Mode uint8

// The modes.
const (
	Blind Mode = iota // from nowhere: suspect
	Bus
	Outbox
)

// String names the mode in logs and in readiness reports.
func (m Mode) String() string { return [...]string{"blind", "bus", "outbox"}[m] }

// Follower keeps a clock up to date. Run does the work.
type Follower struct {
	cfg   Config
	clock *Clock
	m     *metrics

	contact chan struct{}
	once    sync.Once

	// down is signalled when the bus is lost, and once at the start.
	down chan struct{}

	// mu orders the two sources: which of them the clock believes is decided, and
	// the outbox's era is changed, under it.
	mu     sync.Mutex
	bus    *era      // nil before the first contact
	up     bool      // the bus is alive and complete
	latest time.Time // when it was last
	fence  uint64    // of the last heartbeat that the bus's era, or one before it, contains
	// carried are the rows that the bus's era has, and their transactions, from the
	// fence on: those below it have all come.
	carried map[int64]uint64
	poll    *poller
	own     uint64 // the highest stamp of the outbox's eras
	history string // of the outbox, as invalidate.HistorySQL has it; empty for not known
}

// mostCarried bounds the memory of what came over the bus while an old transaction
// holds the fence back. To forget is safe: rows are only applied once more.
const mostCarried = 1 << 16

// New returns a Follower. Its clock is suspect until Run has made contact.
func New(cfg Config) (*Follower, error) {
	if cfg.Redis == nil && cfg.Connect == nil {
		return nil, errors.New("nothing to follow: neither Redis nor a database is given")
	}
	cfg.Silence = orElse(cfg.Silence, 3*time.Second)
	cfg.Poll = orElse(cfg.Poll, 500*time.Millisecond)
	cfg.Grace = orElse(cfg.Grace, 250*time.Millisecond)
	f := &Follower{cfg: cfg, clock: NewClock(), contact: make(chan struct{}), down: make(chan struct{}, 1), carried: map[int64]uint64{}}
	f.m = newMetrics(cfg.Metrics, f)
	f.down <- struct{}{}
	return f, nil
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}

// Clock returns the clock that the Follower keeps.
func (f *Follower) Clock() *Clock { return f.clock }

// Mode tells where changes come from at the moment.
func (f *Follower) Mode() Mode {
	e := f.clock.current.Load()
	switch {
	case e.doubtful(time.Now().UnixMilli()):
		return Blind
	case e.local:
		return Outbox
	}
	return Bus
}

// Contact is closed when there is a first reason to believe anything. Nothing is
// wrong before: a reader that is suspect is only slow.
func (f *Follower) Contact() <-chan struct{} { return f.contact }

// Run follows until the context ends, and then returns nil.
func (f *Follower) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	if f.cfg.Redis != nil {
		s := &subscriber{f: f, bus: invalidate.NewBus(f.cfg.Redis, f.cfg.Space)}
		wg.Go(func() { s.run(ctx) })
	}
	if f.cfg.Connect != nil {
		wg.Go(func() { f.followOutbox(ctx) })
		wg.Go(func() { f.introduce(ctx) })
	}
	wg.Wait()
	f.clock.Suspend()
	return nil
}

// everything stands for announcements that may have been missed.
var everything = []string{invalidate.Everything}

// heard passes on what was announced, or may have been.
func (f *Follower) heard(tags []string) {
	if f.cfg.Heard != nil {
		f.cfg.Heard(tags)
	}
}

// began makes the era of a new epoch the bus's, suspect until the bus is alive. A
// poller that starts before that must go on from it and not from the era before:
// what is carried from here on is in this one alone.
func (f *Follower) began(e *era) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e.suspect.Store(true)
	if f.bus != nil {
		f.bus.suspect.Store(true)
		e.inherit(f.bus)
	}
	f.bus = e
	clear(f.carried)
}

// carry notes that the bus's era has a row of the outbox. That is no sign of life:
// a relay that was away brings the rows of that time one after the other.
func (f *Follower) carry(m invalidate.Message) {
	f.clock.moved()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.poll != nil {
		delete(f.poll.pending, m.Outbox)
	}
	if m.XID < f.fence {
		return
	}
	if len(f.carried) >= mostCarried {
		clear(f.carried)
	}
	f.carried[m.Outbox] = m.XID
}

// alive notes that the bus was alive at a time, and that its era e has everything up
// to it. The clock goes (back) to the bus unless the outbox is being polled and has, or
// may have had, rows that the bus has not carried yet.
func (f *Follower) alive(e *era, fence uint64, heard time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.latest = heard
	if fence > 0 {
		if fence < f.fence {
			clear(f.carried) // of another history, perhaps, in which ids are other rows'
		}
		f.fence = fence
		forget(f.carried, fence)
	}
	if f.poll != nil {
		forget(f.poll.pending, f.fence)
		if len(f.poll.pending) > 0 || f.fence < f.poll.until {
			return
		}
		if f.poll.era != nil {
			e.inherit(f.poll.era)
		}
		f.poll.stop()
		f.poll = nil
	}
	wasUp := f.up
	f.bus, f.up = e, true
	f.believe(e, heard)
	if !wasUp {
		f.m.switched(Bus)
		f.cfg.Log.Info().Uint64("seq", e.applied.Load()).Msg("following the bus")
	}
}

// forget drops the rows of transactions below a fence.
func forget(rows map[int64]uint64, fence uint64) {
	for id, xid := range rows {
		if xid < fence {
			delete(rows, id)
		}
	}
}

// believe makes the clock use an era that lacked nothing at a time.
func (f *Follower) believe(e *era, since time.Time) {
	if !mutant.Without(mutant.Heartbeat) {
		e.until.Store(since.Add(f.cfg.Silence).UnixMilli())
	}
	e.suspect.Store(false)
	f.clock.use(e)
	f.once.Do(func() { close(f.contact) })
}

// lost makes the bus's era suspect and lets the outbox take over.
func (f *Follower) lost(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.bus != nil {
		f.bus.suspect.Store(true)
	}
	if f.up {
		f.cfg.Log.Warn().Err(err).Msg("the bus is lost: nothing is taken for fresh until it, or the outbox, is followed again")
	}
	f.up = false
	select {
	case f.down <- struct{}{}:
	default:
	}
}

// followOutbox polls the outbox whenever the bus has been gone for a while.
func (f *Follower) followOutbox(ctx context.Context) {
	for f.waitForLoss(ctx) {
		pollCtx, stop := context.WithCancel(ctx)
		if p := f.takeOver(stop); p != nil {
			p.run(pollCtx)
		}
		stop()
	}
}

// takeOver makes a poller that goes on from where the bus was left; nil where the
// bus is back.
func (f *Follower) takeOver(stop context.CancelFunc) *poller {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.up {
		return nil
	}
	p := newPoller(f)
	p.stop, p.from, p.seen = stop, f.fence, maps.Clone(f.carried)
	if !f.latest.IsZero() {
		p.latest = f.latest
	}
	f.poll = p
	return p
}

// waitForLoss waits until the bus is down and has been for the time of grace. It
// returns false when the context ends.
func (f *Follower) waitForLoss(ctx context.Context) bool {
	for {
		select {
		case <-ctx.Done():
			return false
		case <-f.down:
		}
		if f.cfg.Redis != nil && !sleep(ctx, f.cfg.Grace) {
			return false
		}
		f.mu.Lock()
		up := f.up
		f.mu.Unlock()
		if !up {
			return true
		}
	}
}

// sleep waits, and tells whether it was not cut short.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
