package probe

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/tercul/tercul/read/internal/answer"
)

// Config is what a Prober needs.
type Config struct {
	Rate     int             // samples a minute
	Delays   []time.Duration // after a change, rising; default 1 s, 1 min, 5 min
	Remember int             // questions; default 4,096
	Waiting  int             // samples at a time; default 4,096
	Window   time.Duration   // of the nines; default 1 h
	Beat     time.Duration   // between two looks at the outbox; default 250 ms
	Limit    time.Duration   // for one comparison; default 2 s

	// Connect opens a connection of the Prober's own to the database that is written to.
	Connect func(context.Context) (*pgx.Conn, error)
	// Origin answers over it, past all caches.
	Origin func(*pgx.Conn) answer.Source
	// Cached is what the caches would answer a caller as true, and nil for nothing; it
	// changes nothing.
	Cached func(context.Context, *answer.Query) *answer.Entry
	// Keep makes a small copy of a question that can be asked at any later time; nil for
	// one that is not small, or whose answers change without an announcement.
	Keep func(*answer.Query) *answer.Query

	Now     func() time.Time
	Log     zerolog.Logger
	Metrics prometheus.Registerer // nil for none
}

// Prober checks samples. Run does the work.
type Prober struct {
	cfg     Config
	memory  *memory
	outbox  *outbox
	metrics *metrics
	queues  [][]sample // for each delay, in the order they fall due
	waiting atomic.Int64
	budget  float64
	filled  time.Time
}

// sample is a question whose answer has changed.
type sample struct {
	q     *answer.Query
	row   int64 // of the outbox
	since time.Time
	due   time.Time
	tries int
}

// New returns a Prober that has seen nothing.
func New(cfg Config) (*Prober, error) {
	if cfg.Connect == nil || cfg.Origin == nil || cfg.Cached == nil || cfg.Keep == nil {
		return nil, errors.New("probe: something to ask is missing")
	}
	if len(cfg.Delays) == 0 {
		cfg.Delays = []time.Duration{time.Second, time.Minute, 5 * time.Minute}
	}
	cfg.Remember, cfg.Waiting = cmp.Or(cfg.Remember, 4096), cmp.Or(cfg.Waiting, 4096)
	cfg.Window, cfg.Beat, cfg.Limit = cmp.Or(cfg.Window, time.Hour), cmp.Or(cfg.Beat, 250*time.Millisecond), cmp.Or(cfg.Limit, 2*time.Second)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	p := &Prober{
		cfg: cfg, memory: newMemory(cfg.Remember, cfg.Keep), outbox: newOutbox(cfg.Delays[0]),
		queues: make([][]sample, len(cfg.Delays)), filled: cfg.Now(),
	}
	p.metrics = newMetrics(p)
	return p, nil
}

// Over remembers the questions that a source answers. It belongs below the flight,
// where each load comes by once and no hit does.
func (p *Prober) Over(next answer.Source) answer.Source { return p.memory.over(next) }

// Run samples and compares until the context ends, and then returns nil.
func (p *Prober) Run(ctx context.Context, ready func()) error {
	ready()
	for wait := firstWait; ctx.Err() == nil; wait = min(2*wait, lastWait) {
		begun := p.cfg.Now()
		if err := p.session(ctx); ctx.Err() == nil {
			wait = p.failed(err, begun, wait)
			sleep(ctx, wait)
		}
	}
	return nil
}

// failed notes that a session has ended, the first of several in the log, and gives
// how long to wait for the next.
func (p *Prober) failed(err error, begun time.Time, wait time.Duration) time.Duration {
	if p.cfg.Now().Sub(begun) > lastWait {
		wait = firstWait
	}
	if wait == firstWait {
		p.cfg.Log.Warn().Err(err).Msg("answers cannot be checked against the database")
	}
	p.giveUp()
	return wait
}

const firstWait, lastWait = 100 * time.Millisecond, 10 * time.Second

// session works on one connection until something fails.
func (p *Prober) session(ctx context.Context) error {
	conn, err := p.connect(ctx)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	origin := p.cfg.Origin(conn)
	p.outbox = newOutbox(p.cfg.Delays[0])
	for ctx.Err() == nil {
		if err := p.sample(ctx, conn); err != nil {
			return err
		}
		if err := p.compareDue(ctx, conn, origin); err != nil {
			return err
		}
		sleep(ctx, p.cfg.Beat)
	}
	return nil
}

const goodbye = 100 * time.Millisecond

func (p *Prober) connect(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Limit)
	defer cancel()
	return p.cfg.Connect(ctx)
}

// sample looks for changes, and puts some of the questions they touch in the queue.
func (p *Prober) sample(ctx context.Context, conn *pgx.Conn) error {
	if err := p.look(ctx, conn); err != nil {
		return err
	}
	p.earn()
	for _, c := range p.outbox.take() {
		if p.budget < 1 {
			return nil
		}
		some := p.memory.touched(&c.tags, int(p.budget))
		for _, q := range some {
			if int(p.waiting.Load()) >= p.cfg.Waiting {
				p.metrics.dropped.Inc()
				continue
			}
			p.budget--
			p.enqueue(0, sample{q: q, row: c.id, since: c.seen, due: c.seen.Add(p.cfg.Delays[0])})
		}
	}
	return nil
}

func (p *Prober) look(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Limit)
	defer cancel()
	return p.outbox.look(ctx, conn, p.cfg.Now)
}

// earn adds what the rate allows for the time that has passed; ten seconds' worth is
// the most that is saved up.
func (p *Prober) earn() {
	now := p.cfg.Now()
	rate := float64(p.cfg.Rate) / time.Minute.Seconds()
	p.budget = min(p.budget+now.Sub(p.filled).Seconds()*rate, max(1, 10*rate))
	p.filled = now
}

// enqueue keeps a queue in the order in which its samples fall due.
func (p *Prober) enqueue(queue int, s sample) {
	at, _ := slices.BinarySearchFunc(p.queues[queue], s.due, func(x sample, due time.Time) int {
		if x.due.After(due) {
			return 1
		}
		return -1
	})
	p.queues[queue] = slices.Insert(p.queues[queue], at, s)
	p.waiting.Add(1)
}

// compareDue compares what has fallen due, the shortest delay first.
func (p *Prober) compareDue(ctx context.Context, conn *pgx.Conn, origin answer.Source) error {
	for queue := range p.queues {
		for len(p.queues[queue]) > 0 && !p.queues[queue][0].due.After(p.cfg.Now()) {
			s := p.queues[queue][0]
			p.queues[queue] = p.queues[queue][1:]
			p.waiting.Add(-1)
			if err := p.settle(ctx, conn, origin, queue, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// settle compares once, counts, and sees to what is next for the sample.
func (p *Prober) settle(ctx context.Context, conn *pgx.Conn, origin answer.Source, queue int, s sample) error {
	delay := p.cfg.Delays[queue]
	found, err := p.compare(ctx, conn, origin, s.q)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if found.outcome == unsure && s.tries < maxTries && !found.young.IsZero() {
		s.tries++
		s.due = found.young.Add(p.outbox.age)
		p.enqueue(queue, s)
		return nil
	}
	p.metrics.count(delay, found.outcome)
	if found.outcome == stale {
		p.cfg.Log.Error().Str("operation", s.q.Op.Name()).Str("document", s.q.Op.Hash()).Stringer("encoding", s.q.Enc).
			Dur("after", delay).Int64("change", s.row).Uint64("as_of", found.cached.AsOf).Msg("a cached answer is out of date")
	}
	if next := queue + 1; next < len(p.queues) {
		s.tries, s.due = 0, s.since.Add(p.cfg.Delays[next])
		p.enqueue(next, s)
	}
	return err
}

// maxTries is how often a question that keeps changing is put off.
const maxTries = 3

// giveUp counts what fell due and could not be compared.
func (p *Prober) giveUp() {
	now := p.cfg.Now()
	for queue := range p.queues {
		due := 0
		for due < len(p.queues[queue]) && !p.queues[queue][due].due.After(now) {
			p.metrics.count(p.cfg.Delays[queue], failed)
			due++
		}
		p.queues[queue] = slices.Delete(p.queues[queue], 0, due)
		p.waiting.Add(-int64(due))
	}
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
