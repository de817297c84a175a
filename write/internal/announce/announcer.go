package announce

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/tercul/tercul/shared/invalidate"
)

// Publisher is the writing side of the bus. One goroutine uses it.
type Publisher interface {
	Publish(ctx context.Context, rows []invalidate.Row) (invalidate.Receipt, error)
	Stand(ctx context.Context) (invalidate.Receipt, error)
}

// Config is what an Announcer needs.
type Config struct {
	Publisher Publisher
	Wait      time.Duration // of one command, and of one call of the bus; default 250 ms
	Rest      time.Duration // after a failure; default 1 s
	Log       zerolog.Logger
	Metrics   prometheus.Registerer // nil for none
}

const (
	// mostRows of one command are published here: a change of more is rare and wide, and
	// the relay has the time for it.
	mostRows = 1000
	// batchRows is where a batch is full: about what one call of the script takes.
	batchRows = 100
	// mostAsks may wait at a time.
	mostAsks = 1024
)

// Announcer publishes for all commands of a process. Run does the work.
type Announcer struct {
	cfg  Config
	m    *metrics
	asks chan *ask
	done chan struct{} // closed when nothing is published any more

	rest atomic.Int64 // until when nothing is tried, in Unix nanoseconds
}

// ask is a command that waits.
type ask struct {
	rows  []invalidate.Row
	until time.Time
	seq   chan uint64 // takes one: 0 for not published
}

// New returns an Announcer.
func New(cfg Config) (*Announcer, error) {
	if cfg.Wait <= 0 {
		cfg.Wait = 250 * time.Millisecond
	}
	if cfg.Rest <= 0 {
		cfg.Rest = time.Second
	}
	a := &Announcer{cfg: cfg, asks: make(chan *ask, mostAsks), done: make(chan struct{})}
	var err error
	a.m, err = newMetrics(cfg.Metrics, a)
	return a, err
}

// Announce publishes the rows of a transaction that has committed, and answers a
// sequence of the bus that covers them: with no rows, where the bus stands. It takes no
// context, as the change does not end with who asked for it.
func (a *Announcer) Announce(rows []invalidate.Row) (seq uint64, ok bool) {
	begun := time.Now()
	seq, outcome := a.announce(rows)
	a.m.took(outcome, time.Since(begun))
	return seq, outcome == published
}

func (a *Announcer) announce(rows []invalidate.Row) (seq uint64, outcome string) {
	switch {
	case len(rows) > mostRows:
		return 0, wide
	case a.resting():
		return 0, resting
	}
	k := &ask{rows: rows, until: time.Now().Add(a.cfg.Wait), seq: make(chan uint64, 1)}
	select {
	case a.asks <- k:
	default:
		return 0, crowded
	}
	return a.wait(k)
}

// wait takes the answer, also where it came at the same moment as the end of waiting.
func (a *Announcer) wait(k *ask) (seq uint64, outcome string) {
	outcome = failed
	timer := time.NewTimer(a.cfg.Wait)
	defer timer.Stop()
	select {
	case seq = <-k.seq:
	case <-timer.C:
		outcome = late
	case <-a.done:
	}
	if seq == 0 {
		select {
		case seq = <-k.seq:
		default:
		}
	}
	if seq == 0 {
		return 0, outcome
	}
	return seq, published
}

// Run publishes until the context ends, and then what still waits.
func (a *Announcer) Run(ctx context.Context, ready func()) error {
	defer close(a.done)
	ready()
	for {
		select {
		case k := <-a.asks:
			a.publish(ctx, a.gather(k))
		case <-ctx.Done():
			a.drain(ctx)
			return nil
		}
	}
}

func (a *Announcer) drain(ctx context.Context) {
	for {
		select {
		case k := <-a.asks:
			a.publish(ctx, a.gather(k))
		default:
			return
		}
	}
}

// gather takes all that waits beside the first, up to a full batch: the longer a call
// takes, the more share the next one.
func (a *Announcer) gather(first *ask) (batch []*ask) {
	batch = append(batch, first)
	for rows := len(first.rows); rows < batchRows; {
		select {
		case k := <-a.asks:
			batch = append(batch, k)
			rows += len(k.rows)
		default:
			return batch
		}
	}
	return batch
}

// publish answers everybody in a batch. Those whose time is over have gone, and the
// relay will publish theirs.
func (a *Announcer) publish(ctx context.Context, batch []*ask) {
	var waiting []*ask
	var rows []invalidate.Row
	for _, k := range batch {
		if time.Now().After(k.until) || a.resting() {
			k.seq <- 0
			continue
		}
		waiting, rows = append(waiting, k), append(rows, k.rows...)
	}
	if len(waiting) == 0 {
		return
	}
	receipt, err := a.call(ctx, rows)
	a.note(err)
	a.m.rows.Add(float64(receipt.Published - receipt.Known))
	a.m.known.Add(float64(receipt.Known))
	end := 0
	for _, k := range waiting {
		end += len(k.rows)
		if err != nil && end > receipt.Published || receipt.Seq == 0 {
			k.seq <- 0
			continue
		}
		k.seq <- receipt.Seq
	}
}

// call goes on though the service is asked to stop, but not for long.
func (a *Announcer) call(ctx context.Context, rows []invalidate.Row) (invalidate.Receipt, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.cfg.Wait)
	defer cancel()
	if len(rows) == 0 {
		return a.cfg.Publisher.Stand(ctx)
	}
	return a.cfg.Publisher.Publish(ctx, rows)
}

func (a *Announcer) resting() bool { return time.Now().UnixNano() < a.rest.Load() }

// note rests after a failure, and says so once.
func (a *Announcer) note(err error) {
	before := a.rest.Load()
	switch {
	case err != nil:
		a.rest.Store(time.Now().Add(a.cfg.Rest).UnixNano())
		if before == 0 {
			a.cfg.Log.Warn().Err(err).Msg("changes are acknowledged before they are on the bus; the relay publishes them")
		}
	case before != 0:
		a.rest.Store(0)
		a.cfg.Log.Info().Msg("changes are on the bus before they are acknowledged again")
	}
}
