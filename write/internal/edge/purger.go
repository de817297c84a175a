package edge

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/edge/provider"
)

// Options are what Purgers need.
type Options struct {
	Connect func(context.Context) (*pgx.Conn, error) // to the primary, as a role that reads ops.outbox and writes ops.edges
	Log     Log                                      // what the bus has carried; nil without one
	Logger  zerolog.Logger
	Metrics prometheus.Registerer // may be nil

	Soft    bool          // keep what is purged for when no reader can answer, where an edge can
	Window  time.Duration // in which announcements are gathered
	Again   time.Duration // from a purge to its repetition
	Timeout time.Duration // of one call

	Poll  time.Duration // between looks at the outbox that nobody asked for; default 1 s
	Step  time.Duration // that one exchange with Postgres may take; default 3 s
	First time.Duration // pause after a first failure; default 200 ms
}

// Purgers purge edges, each in its own time.
type Purgers struct{ list []*purger }

// New returns the purgers of the edges.
func New(o Options, edges []provider.Driver) (*Purgers, error) {
	o.Poll, o.Step, o.First = orElse(o.Poll, time.Second), orElse(o.Step, 3*time.Second), orElse(o.First, 200*time.Millisecond)
	m, err := newMeters(o.Metrics)
	if err != nil {
		return nil, err
	}
	var all Purgers
	for _, d := range edges {
		all.list = append(all.list, &purger{
			o: o, driver: d, m: m.of(d.Name()), budget: newBudget(d.Limits()), log: o.Logger.With().Str("edge", d.Name()).Logger(),
		})
	}
	return &all, nil
}

func orElse(d, fallback time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return fallback
}

// Run purges until the context ends.
func (p *Purgers) Run(ctx context.Context, ready func()) error {
	ready()
	var wg sync.WaitGroup
	for _, one := range p.list {
		wg.Go(func() { one.run(ctx) })
	}
	wg.Wait()
	return nil
}

// Health tells of each edge, by name, what keeps this process from purging it: nil while
// nothing does, and while another process purges it.
func (p *Purgers) Health() map[string]func(context.Context) error {
	out := map[string]func(context.Context) error{}
	for _, one := range p.list {
		out[one.driver.Name()] = func(context.Context) error {
			if problem := one.m.problem.Load(); problem != nil {
				return apperr.New(apperr.Unavailable, *problem)
			}
			return nil
		}
	}
	return out
}

// purger is that of one edge.
type purger struct {
	o      Options
	driver provider.Driver
	m      *meter
	budget *budget
	log    zerolog.Logger
}

const lastPause = 30 * time.Second

// run works in sessions, each on one connection, and begins anew where one fails.
func (p *purger) run(ctx context.Context) {
	for pause := p.o.First; ctx.Err() == nil; pause = min(2*pause, lastPause) {
		began := time.Now()
		err := p.session(ctx)
		p.m.leads.Set(0)
		if ctx.Err() != nil {
			return
		}
		p.complain("purging has stopped: " + plainly(err))
		p.log.Warn().Err(err).Msg("the edge cannot be purged for the moment")
		if time.Since(began) > lastPause {
			pause = p.o.First
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

func plainly(err error) string {
	if errors.Is(err, errForgotten) {
		return err.Error()
	}
	return "the database does not answer"
}

func (p *purger) session(ctx context.Context) error {
	l, err := openLedger(ctx, p.o.Connect, p.driver.Name(), p.o.Step)
	if err != nil {
		return err
	}
	defer l.close(ctx)
	if err := p.lead(ctx, l); err != nil {
		return err
	}
	w := &work{purger: p, ledger: l, waiting: keys{}, sent: keys{}, inside: inside{log: p.o.Log}}
	if err := w.begin(ctx); err != nil {
		return err
	}
	for {
		if err := w.turn(ctx); err != nil {
			return err
		}
	}
}

// lead waits until this process is the one that purges the edge.
func (p *purger) lead(ctx context.Context, l *ledger) error {
	for {
		held, err := l.lock(ctx)
		if err != nil {
			return fmt.Errorf("take the lock: %w", err)
		}
		if held {
			p.log.Info().Msg("this process purges the edge")
			p.m.leads.Set(1)
			return nil
		}
		p.m.up.Set(1)
		p.m.problem.Store(nil)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(p.o.Poll):
		}
	}
}

// complain shows a problem until it is over.
func (p *purger) complain(problem string) {
	p.m.up.Set(0)
	p.m.problem.Store(&problem)
}

func (p *purger) content() {
	p.m.up.Set(1)
	p.m.problem.Store(nil)
}
