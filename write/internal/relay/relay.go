package relay

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/tercul/tercul/shared/invalidate"
)

// Publisher is the writing side of the bus.
type Publisher interface {
	Publish(ctx context.Context, rows []invalidate.Row) (invalidate.Receipt, error)
	Heartbeat(ctx context.Context, fence uint64) (invalidate.Receipt, error)
}

// Memory is what the bus remembers over a restart of the relay.
type Memory interface {
	State(ctx context.Context) (invalidate.State, error)
}

// Config is what a Relay needs.
type Config struct {
	Connect   func(context.Context) (*pgx.Conn, error) // to the primary, as a role that reads ops.outbox
	Publisher Publisher
	Memory    Memory
	Log       zerolog.Logger
	Metrics   prometheus.Registerer // may be nil
	Beat      time.Duration         // between heartbeats; default 1 s
}

// Relay publishes the outbox.
type Relay struct {
	cfg Config
	m   *metrics

	fence     uint64           // every committed row below it is published; 0 for not known
	published map[int64]uint64 // rows from there on that are published, and their transactions
}

// Pauses between attempts while something is away.
const (
	firstPause = 200 * time.Millisecond
	lastPause  = 5 * time.Second
)

// New returns a relay.
func New(cfg Config) (*Relay, error) {
	if cfg.Beat <= 0 {
		cfg.Beat = time.Second
	}
	m, err := newMetrics(cfg.Metrics)
	return &Relay{cfg: cfg, m: m, published: map[int64]uint64{}}, err
}

// Run relays until the context ends.
func (r *Relay) Run(ctx context.Context, ready func()) error {
	ready()
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		began := time.Now()
		err := r.session(ctx)
		r.m.up.Set(0)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // it was asked to stop
		}
		r.m.failures.Inc()
		r.cfg.Log.Warn().Err(err).Msg("the relay cannot publish for the moment")
		if time.Since(began) > lastPause {
			pause = firstPause
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

// session works on one connection until something fails.
func (r *Relay) session(ctx context.Context) error {
	conn, err := r.cfg.Connect(ctx)
	if err != nil {
		return fmt.Errorf("connect to postgres: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "LISTEN tercul_outbox"); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	if err := r.remember(ctx); err != nil {
		return err
	}
	for beat := time.Now(); ; {
		if err := r.pass(ctx, conn, !time.Now().Before(beat)); err != nil {
			return err
		}
		if !time.Now().Before(beat) {
			beat = time.Now().Add(r.cfg.Beat)
		}
		if err := await(ctx, conn, beat); err != nil {
			return err
		}
	}
}

// await returns at the next announcement or heartbeat.
func await(ctx context.Context, conn *pgx.Conn, beat time.Time) error {
	wait, cancel := context.WithDeadline(ctx, beat)
	defer cancel()
	_, err := conn.WaitForNotification(wait)
	if err != nil && ctx.Err() == nil && errors.Is(wait.Err(), context.DeadlineExceeded) && !conn.IsClosed() {
		return nil
	}
	return err
}

// remember takes up the fence of the relay before this one.
func (r *Relay) remember(ctx context.Context) error {
	if r.fence > 0 {
		return nil
	}
	state, err := r.cfg.Memory.State(ctx)
	if errors.Is(err, invalidate.ErrNoBus) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the state of the bus: %w", err)
	}
	r.fence = state.Fence
	return nil
}

// pass publishes what has come, and beats if it is time.
func (r *Relay) pass(ctx context.Context, conn *pgx.Conn, beat bool) error {
	for {
		rows, xmin, err := read(ctx, conn, r.fence, r.published)
		if err != nil {
			return fmt.Errorf("read the outbox: %w", err)
		}
		receipt, err := r.publish(ctx, rows)
		if err != nil {
			return err
		}
		r.advance(rows, xmin)
		if receipt.NewEpoch {
			if err := r.again(ctx, conn); err != nil {
				return err
			}
		}
		if len(rows) < readLimit {
			break
		}
	}
	r.m.up.Set(1)
	if !beat {
		return nil
	}
	receipt, err := r.cfg.Publisher.Heartbeat(ctx, r.fence)
	if err == nil && receipt.NewEpoch {
		err = r.again(ctx, conn)
	}
	return err
}

func (r *Relay) publish(ctx context.Context, rows []row) (invalidate.Receipt, error) {
	if len(rows) == 0 {
		return invalidate.Receipt{}, nil
	}
	list := make([]invalidate.Row, len(rows))
	for i, row := range rows {
		list[i] = row.Row
		r.m.delay.Observe(max(0, time.Since(row.at).Seconds()))
	}
	receipt, err := r.cfg.Publisher.Publish(ctx, list)
	for _, row := range rows[:receipt.Published] {
		r.published[row.ID] = row.XID
	}
	r.m.rows.Add(float64(receipt.Published))
	r.m.widened.Add(float64(receipt.Widened))
	return receipt, err
}

// advance moves the fence up to where nothing can come any more, and forgets the
// rows below it.
func (r *Relay) advance(rows []row, xmin uint64) {
	r.fence = xmin
	if len(rows) == readLimit { // there are more: no further than what was read
		r.fence = min(xmin, rows[len(rows)-1].XID)
	}
	for id, xid := range r.published {
		if xid < r.fence {
			delete(r.published, id)
		}
	}
}

// again publishes the last minute of the outbox once more.
func (r *Relay) again(ctx context.Context, conn *pgx.Conn) error {
	rows, err := readLatest(ctx, conn)
	if err != nil {
		return fmt.Errorf("read the last minute of the outbox: %w", err)
	}
	r.cfg.Log.Info().Int("rows", len(rows)).Msg("the bus may be new to what was published: the last minute is published again")
	list := make([]invalidate.Row, len(rows))
	for i, row := range rows {
		list[i] = row.Row
	}
	_, err = r.cfg.Publisher.Publish(ctx, list)
	return err
}

func number(text string) (uint64, error) { return strconv.ParseUint(text, 10, 64) }
