package relay

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	Step      time.Duration         // that one exchange with Postgres or the bus may take; default 3 s
}

// Relay publishes the outbox.
type Relay struct {
	cfg Config
	m   *metrics

	fence   uint64 // every committed row below it is published; 0 for not known
	covered string // a snapshot of this session: what is visible in it is published
	history string // of the database, as invalidate.HistorySQL has it; empty before the first session
	owed    bool   // the last minute has to be published again
	epoch   uint64 // of the bus, 0 before the first exchange
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
	if cfg.Step <= 0 {
		cfg.Step = 3 * time.Second // as long as readers wait for a sign of life
	}
	m, err := newMetrics(cfg.Metrics)
	return &Relay{cfg: cfg, m: m, covered: nothing}, err
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

// session works on one connection until something fails. What it is connected to
// may be another server than before, which was promoted with less than the last one
// had: so each session begins with the last minute, and takes no row for published
// by its id.
func (r *Relay) session(ctx context.Context) error {
	conn, err := r.open(ctx)
	if err != nil {
		return err
	}
	defer r.close(ctx, conn)
	if err := r.step(ctx, r.remember); err != nil {
		return fmt.Errorf("read the state of the bus: %w", err)
	}
	r.owed, r.covered = true, nothing
	if err := r.recognize(ctx, conn); err != nil {
		return err
	}
	for beat := time.Now(); ; {
		due := !time.Now().Before(beat) // asked once: a pass may take until the next one is
		if err := r.pass(ctx, conn, due); err != nil {
			return err
		}
		if due {
			beat = time.Now().Add(r.cfg.Beat)
		}
		if err := await(ctx, conn, beat); err != nil {
			return err
		}
	}
}

// step does what must not take long: a server that is gone may be silent for ever.
func (r *Relay) step(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Step)
	defer cancel()
	return do(ctx)
}

func (r *Relay) open(ctx context.Context) (conn *pgx.Conn, err error) {
	err = r.step(ctx, func(ctx context.Context) error {
		conn, err = r.cfg.Connect(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("connect to postgres: %w", err)
	}
	err = r.step(ctx, func(ctx context.Context) error {
		_, err := conn.Exec(ctx, "LISTEN tercul_outbox")
		return err
	})
	if err != nil {
		r.close(ctx, conn)
		return nil, fmt.Errorf("listen: %w", err)
	}
	return conn, nil
}

func (r *Relay) close(ctx context.Context, conn *pgx.Conn) {
	_ = r.step(context.WithoutCancel(ctx), conn.Close)
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
		return err
	}
	r.fence = state.Fence
	return nil
}

// pass publishes what has come, and beats if it is time.
func (r *Relay) pass(ctx context.Context, conn *pgx.Conn, beat bool) error {
	var at place
	for more := true; more; {
		p, err := r.read(ctx, conn, at)
		if err != nil {
			return fmt.Errorf("read the outbox: %w", err)
		}
		if p.xmin < r.fence {
			if err := r.restart(ctx, p.xmin); err != nil {
				return err
			}
			at = place{}
			continue
		}
		if err := r.publish(ctx, p.rows); err != nil {
			return err
		}
		at, more = at.after(p), p.full()
		r.advance(at, more)
	}
	if err := r.settle(ctx, conn); err != nil {
		return err
	}
	r.m.up.Set(1)
	if !beat {
		return nil
	}
	if err := r.step(ctx, r.beat); err != nil {
		return err
	}
	return r.settle(ctx, conn)
}

func (r *Relay) beat(ctx context.Context) error {
	receipt, err := r.cfg.Publisher.Heartbeat(ctx, r.fence)
	r.meet(receipt.Epoch)
	return err
}

// meet notes the bus's epoch. Another one than before may lack what was published.
func (r *Relay) meet(epoch uint64) {
	if epoch == 0 {
		return // nothing was exchanged
	}
	r.owed = r.owed || r.epoch != 0 && r.epoch != epoch
	r.epoch = epoch
}

// settle publishes the last minute again if it is owed, and owes it until that works.
func (r *Relay) settle(ctx context.Context, conn *pgx.Conn) error {
	if !r.owed {
		return nil
	}
	return r.again(ctx, conn)
}

func (r *Relay) read(ctx context.Context, conn *pgx.Conn, at place) (p page, err error) {
	err = r.step(ctx, func(ctx context.Context) error {
		p, err = read(ctx, conn, r.fence, r.covered, at)
		return err
	})
	return p, err
}

// recognize begins again where the database has another history than before. What
// was lost with the one before is announced by nobody else.
func (r *Relay) recognize(ctx context.Context, conn *pgx.Conn) error {
	var history *string
	var text string
	err := r.step(ctx, func(ctx context.Context) error {
		return conn.QueryRow(ctx, invalidate.HistorySQL).Scan(&history, &text)
	})
	if err != nil {
		return fmt.Errorf("ask for the history of the database: %w", err)
	}
	if history == nil {
		return errors.New("the database is a standby")
	}
	xmin, err := number(text)
	if err != nil {
		return err
	}
	if r.history != "" && r.history != *history {
		if err := r.restart(ctx, xmin); err != nil {
			return err
		}
	}
	r.history = *history
	return nil
}

// restart begins again on a database that has another history than the one whose
// rows were published, or whose transactions are numbered lower: a standby was
// promoted, it was restored, or is another one. What it has may be older than what
// was announced, so everything is announced. From xmin on all rows are read; those
// below it are covered by that.
func (r *Relay) restart(ctx context.Context, xmin uint64) error {
	r.cfg.Log.Warn().Uint64("fence", r.fence).Uint64("xmin", xmin).
		Msg("the database has gone back, or is another one: everything is announced")
	if err := r.send(ctx, []invalidate.Row{{XID: xmin, Tags: []string{invalidate.Everything}}}); err != nil {
		return err
	}
	r.fence, r.owed, r.covered = xmin, true, nothing
	return nil
}

// publish sends rows and notes which were sent.
func (r *Relay) publish(ctx context.Context, rows []invalidate.Row) error {
	for _, row := range rows {
		r.m.delay.Observe(max(0, time.Since(row.At).Seconds()))
	}
	return r.send(ctx, rows)
}

// send publishes rows.
func (r *Relay) send(ctx context.Context, rows []invalidate.Row) error {
	if len(rows) == 0 {
		return nil
	}
	return r.step(ctx, func(ctx context.Context) error {
		receipt, err := r.cfg.Publisher.Publish(ctx, rows)
		r.meet(receipt.Epoch)
		r.m.rows.Add(float64(receipt.Published - receipt.Known))
		r.m.known.Add(float64(receipt.Known))
		r.m.widened.Add(float64(receipt.Widened))
		return err
	})
}

// advance notes that everything up to a place is published. The fence moves up to
// where nothing can come any more, but no further than what was read. At the end of a
// pass all is covered that was visible as it began: so while an old transaction holds
// the fence back, what is remembered does not grow with what is published.
func (r *Relay) advance(at place, more bool) {
	if more {
		r.fence = min(at.xmin, at.xid)
		return
	}
	r.fence, r.covered = at.xmin, at.snapshot
}

// again publishes the last minute of the outbox once more.
func (r *Relay) again(ctx context.Context, conn *pgx.Conn) error {
	var rows []invalidate.Row
	err := r.step(ctx, func(ctx context.Context) (err error) {
		rows, err = readLatest(ctx, conn)
		return err
	})
	if err != nil {
		return fmt.Errorf("read the last minute of the outbox: %w", err)
	}
	r.cfg.Log.Info().Int("rows", len(rows)).Msg("the bus may be new to what was published: the last minute is published again")
	if len(rows) > latestLimit {
		rows = []invalidate.Row{{XID: r.fence, Tags: []string{invalidate.Everything}}}
	}
	r.owed = false
	for page := range slices.Chunk(rows, readLimit) {
		if err := r.send(ctx, page); err != nil {
			r.owed = true
			return err
		}
	}
	return nil
}

func number(text string) (uint64, error) { return strconv.ParseUint(text, 10, 64) }
