package evict

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"
)

const (
	// localBase sets the sequences made here apart from those of any bus, which
	// begin at a clock in microseconds and reach this in the year 2112. Both stay
	// below 2^53, so that they survive JSON.
	localBase = 1 << 52

	// forgotten is how long rows of the outbox are sure to be there. Who has not
	// polled for longer cannot know what it missed.
	forgotten = 10 * time.Minute

	// breath is the least time between two polls, however many notifications come.
	breath = 10 * time.Millisecond
)

// pollSQL reads what was committed since a poll whose snapshot's xmin was $1, and
// the xmin of its own snapshot: one statement, so one snapshot.
//
// Ids commit out of order, and so do transaction ids; but everything below a
// snapshot's xmin was finished when it was taken, and whatever of it committed
// was seen by it. Rows from there on are read again until they are below, and
// those that have been applied are skipped. That holds on a standby too, where
// xmin is the only part of a snapshot that can be relied on, and a long
// transaction delays nobody's announcement but its own.
const pollSQL = `
SELECT s.xmin::text, a.id, a.xid::text, a.tags
FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xmin) AS s
LEFT JOIN view.announcement AS a ON a.xid >= $1::text::xid8
ORDER BY a.id`

const startSQL = `SELECT pg_snapshot_xmin(pg_current_snapshot())::text`

// poller follows the outbox in an era of its own.
type poller struct {
	f    *Follower
	stop context.CancelFunc // set by who runs it

	from   uint64           // the next poll reads rows from this transaction on; 0 for not known
	seen   map[int64]uint64 // rows from there on that were applied, and their transactions
	era    *era             // nil before the first poll
	latest time.Time        // of the last poll that worked

	// pending are rows that were applied here and have not come over the bus;
	// guarded by f.mu.
	pending map[int64]uint64
	// until is the fence that the bus needs as well: rows below it are not known
	// here, and may not have come over the bus; guarded by f.mu.
	until uint64
}

func newPoller(f *Follower) *poller {
	return &poller{f: f, seen: map[int64]uint64{}, pending: map[int64]uint64{}, latest: time.Now()}
}

// run polls until the context ends, on a new connection when one fails.
func (p *poller) run(ctx context.Context) {
	p.f.m.switched(Outbox)
	p.f.cfg.Log.Info().Uint64("from", p.from).Msg("following the outbox")
	for wait := firstWait; ; wait = min(wait*2, lastWait) {
		start := time.Now()
		err := p.session(ctx)
		if ctx.Err() != nil {
			return
		}
		p.f.m.pollErrors.Inc()
		if time.Since(start) > p.f.cfg.Silence {
			wait = firstWait
		}
		level := zerolog.DebugLevel // of all attempts but the first
		if wait == firstWait {
			level = zerolog.WarnLevel
		}
		p.f.cfg.Log.WithLevel(level).Err(err).Msg("the outbox cannot be polled")
		if !p.pause(ctx, wait) {
			return
		}
	}
}

// pause waits, and is suspect from the moment at which the last poll that worked
// is too long ago.
func (p *poller) pause(ctx context.Context, wait time.Duration) bool {
	left := time.Until(p.latest.Add(p.f.cfg.Silence))
	if left <= 0 {
		p.suspect()
		return sleep(ctx, wait)
	}
	if !sleep(ctx, min(left, wait)) {
		return false
	}
	if left <= wait {
		p.suspect()
	}
	return true
}

func (p *poller) suspect() {
	if p.era != nil && !p.era.suspect.Swap(true) {
		p.f.cfg.Log.Warn().Msg("the outbox is lost: nothing is taken for fresh until it, or the bus, is followed again")
	}
}

// session polls on one connection until something fails.
func (p *poller) session(ctx context.Context) error {
	conn, err := p.connect(ctx)
	if err != nil {
		return err
	}
	defer bye(ctx, conn)
	if err := p.recognize(ctx, conn); err != nil {
		return err
	}
	for {
		if err := p.poll(ctx, conn); err != nil {
			return err
		}
		if err := p.await(ctx, conn); err != nil {
			return err
		}
	}
}

// recognize begins again where this connection leads to another history than the
// one before, or may do so: what was applied there is perhaps not here, and its ids
// are other rows'.
func (p *poller) recognize(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, p.budget())
	defer cancel()
	started := time.Now()
	history, xmin, err := askHistory(ctx, conn)
	if err != nil {
		return err
	}
	p.met(history, xmin, started)
	return nil
}

// met notes whose past the outbox has. There is none to compare it with where it could
// not be asked before the first loss of the bus: then the relay has to notice.
func (p *poller) met(now string, xmin uint64, started time.Time) {
	before := p.f.met(now)
	if p.from == 0 || before == "" || before == now && now != standby {
		return
	}
	p.f.cfg.Log.Warn().Msg("the outbox is another one, or may be: nothing older is believed")
	if !p.believe(func() { p.restart(p.next(), xmin, started) }) {
		p.f.met(before) // the next poller has to notice
	}
}

// budget is how long a step may take: no longer than nothing may be heard.
func (p *poller) budget() time.Duration {
	half := p.f.cfg.Silence / 2
	if left := time.Until(p.latest.Add(p.f.cfg.Silence)); left > 0 {
		return min(left, half)
	}
	return half
}

func (p *poller) connect(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, p.budget())
	defer cancel()
	conn, err := p.f.cfg.Connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	// A hint that saves most of the delay. A standby refuses it, and a pooler may
	// swallow it: then the polls' own rhythm has to do.
	_, _ = conn.Exec(ctx, "LISTEN tercul_outbox")
	if conn.IsClosed() {
		return nil, errors.New("connect: closed")
	}
	return conn, nil
}

// await waits for a notification or for the next poll's time.
func (p *poller) await(ctx context.Context, conn *pgx.Conn) error {
	if !sleep(ctx, min(breath, p.f.cfg.Poll)) {
		return ctx.Err()
	}
	wait, cancel := context.WithTimeout(ctx, p.f.cfg.Poll)
	defer cancel()
	_, err := conn.WaitForNotification(wait)
	if err != nil && wait.Err() == nil {
		return fmt.Errorf("wait for a notification: %w", err)
	}
	return ctx.Err()
}

// poll reads the outbox once.
func (p *poller) poll(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, p.budget())
	defer cancel()
	started := time.Now()
	if p.from == 0 {
		return p.start(ctx, conn, started)
	}
	b, err := p.read(ctx, conn)
	if err != nil {
		return err
	}
	p.f.m.polls.Inc()
	p.apply(b, started)
	return nil
}

// start begins where nothing is known of what came before: answers made from now
// on can be judged, and older ones are not believed.
func (p *poller) start(ctx context.Context, conn *pgx.Conn, started time.Time) error {
	var text string
	if err := conn.QueryRow(ctx, startSQL).Scan(&text); err != nil {
		return fmt.Errorf("start polling: %w", err)
	}
	xmin, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return fmt.Errorf("start polling: %w", err)
	}
	p.begin(xmin, started)
	return nil
}

func (p *poller) begin(xmin uint64, started time.Time) {
	p.believe(func() {
		p.f.cfg.Fence.lose()
		p.era = newEra(p.f.nextOwn(), true)
		if p.f.bus != nil {
			p.era.inherit(p.f.bus)
		}
		p.from, p.until, p.latest = xmin, xmin, started
		p.f.heard(everything)
	})
}

// nextOwn is above every stamp that an era of the outbox has given, also where the wall
// clock was set back since: the bus may have been followed in between, whose sequences
// say nothing about such a stamp.
func (f *Follower) nextOwn() uint64 { return max(localBase+micros(), f.own+1) }

func micros() uint64 { return uint64(time.Now().UnixMicro()) }

// batch is what a poll found.
type batch struct {
	xmin uint64
	rows []row
}

type row struct {
	id   int64
	xid  uint64
	tags []string
}

func (p *poller) read(ctx context.Context, conn *pgx.Conn) (batch, error) {
	var b batch
	rows, err := conn.Query(ctx, pollSQL, strconv.FormatUint(p.from, 10))
	if err != nil {
		return b, fmt.Errorf("poll: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			xmin string
			id   *int64
			xid  *string
			tags []string
		)
		if err := rows.Scan(&xmin, &id, &xid, &tags); err != nil {
			return b, fmt.Errorf("poll: %w", err)
		}
		if err := b.add(xmin, id, xid, tags); err != nil {
			return b, fmt.Errorf("poll: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return b, fmt.Errorf("poll: %w", err)
	}
	return b, nil
}

func (b *batch) add(xmin string, id *int64, xid *string, tags []string) (err error) {
	if b.xmin, err = strconv.ParseUint(xmin, 10, 64); err != nil || id == nil {
		return err
	}
	r := row{id: *id, tags: tags}
	if r.xid, err = strconv.ParseUint(*xid, 10, 64); err != nil {
		return err
	}
	b.rows = append(b.rows, r)
	return nil
}

// apply notes what a poll found, all of it at one sequence.
func (p *poller) apply(b batch, started time.Time) {
	p.believe(func() {
		seq := p.next()
		if b.xmin < p.from || started.Sub(p.latest) > forgotten {
			// Another server, whose transactions are not comparable, or too late.
			p.restart(seq, b.xmin, started)
		}
		for _, r := range b.rows {
			p.note(seq, r)
		}
		forget(p.seen, b.xmin)
		p.bound()
		p.from, p.latest = b.xmin, started
	})
}

// next makes sure that there is an era, and answers its next sequence.
func (p *poller) next() uint64 {
	if p.era == nil {
		p.era = p.f.bus.branch(p.f.nextOwn())
	}
	return max(p.era.applied.Load()+1, p.era.first, localBase+micros())
}

// restart goes on from xmin and believes nothing older. The bus's era knows no
// better, and the ids it has carried may be other rows' now.
func (p *poller) restart(seq, xmin uint64, started time.Time) {
	p.f.m.floors.Inc()
	p.f.cfg.Fence.lose()
	p.era.drop(seq)
	if p.f.bus != nil {
		p.f.bus.drop(p.f.bus.applied.Load())
	}
	p.f.heard(everything)
	clear(p.seen)
	clear(p.pending)
	clear(p.f.carried)
	p.f.fence = 0
	p.from, p.until, p.latest = xmin, xmin, started
}

// bound limits what is remembered while an old transaction holds xmin back. Rows
// that are forgotten as seen are applied once more at the next poll; for those
// forgotten as pending, the bus has to show a fence above all of them.
func (p *poller) bound() {
	if len(p.seen) > mostCarried {
		clear(p.seen)
	}
	if len(p.pending) > mostCarried {
		for _, xid := range p.pending {
			p.until = max(p.until, xid+1)
		}
		clear(p.pending)
	}
}

// note applies a row, unless it was.
func (p *poller) note(seq uint64, r row) {
	if xid, known := p.seen[r.id]; known && xid == r.xid {
		return
	}
	p.seen[r.id] = r.xid
	if xid, carried := p.f.carried[r.id]; !carried || xid != r.xid {
		p.pending[r.id] = r.xid
	}
	p.f.cfg.Fence.touch(r.id, r.xid, r.tags)
	p.era.apply(seq, r.tags)
	p.f.heard(r.tags)
	p.f.m.applied.Inc()
}

// believe changes the poller's era and makes the clock use it, unless the bus has
// taken over in the meantime; it tells whether it did.
func (p *poller) believe(change func()) bool {
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	if p.f.poll != p {
		return false
	}
	change()
	p.f.own = max(p.f.own, p.era.applied.Load())
	p.f.believe(p.era, p.latest)
	return true
}
