package evict

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/rs/zerolog"

	"github.com/tercul/tercul/shared/faulty"
	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/pgtest"
)

// library is a database whose outbox is written to, and a line to it.
type library struct {
	t    testing.TB
	pool *pgxpool.Pool
	cfg  *pgx.ConnConfig // through the line
	line *faulty.Proxy
}

func newLibrary(t testing.TB) *library {
	t.Helper()
	url := pgtest.Database(t)
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	l := &library{t: t, pool: pgtest.Open(t, url), cfg: cfg}
	l.line = faulty.New(t, cfg.Host+":"+strconv.Itoa(int(cfg.Port)))
	host, port := l.line.HostPort()
	cfg.Host, cfg.Port = host, port
	cfg.RuntimeParams["role"] = "tercul_reader"
	return l
}

func (l *library) connect(ctx context.Context) (*pgx.Conn, error) {
	return pgx.ConnectConfig(ctx, l.cfg)
}

const announce = `WITH row AS (INSERT INTO ops.outbox (tags) VALUES ($1) RETURNING id, xid)
	SELECT row.id, row.xid::text::bigint, pg_notify('tercul_outbox', '')::text FROM row`

type executor interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func (l *library) announce(on executor, tags ...string) invalidate.Row {
	l.t.Helper()
	var none string
	row := invalidate.Row{Tags: tags}
	if err := on.QueryRow(context.Background(), announce, tags).Scan(&row.ID, &row.XID, &none); err != nil {
		l.t.Fatal(err)
	}
	return row
}

func (l *library) begin() pgx.Tx {
	l.t.Helper()
	tx, err := l.pool.Begin(context.Background())
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = tx.Rollback(context.Background()) })
	return tx
}

func (l *library) commit(tx pgx.Tx) {
	l.t.Helper()
	if err := tx.Commit(context.Background()); err != nil {
		l.t.Fatal(err)
	}
}

func (w *world) onOutbox(f *Follower) {
	w.t.Helper()
	eventually(w.t, "the outbox is followed", func() bool { return f.Mode() == Outbox })
}

func invalid(f *Follower, stamp uint64, tag string) func() bool {
	return func() bool { return !f.clock.Suspect() && !f.clock.Valid(stamp, slotsOf(tag)) }
}

// outboxOnly is the smallest installation: no Redis.
func outboxOnly(t *testing.T) (*library, *Follower) {
	l := newLibrary(t)
	w := &world{t: t}
	f := w.follow(l.connect, false)
	w.onOutbox(f)
	return l, f
}

func TestOutboxInvalidates(t *testing.T) {
	l, f := outboxOnly(t)
	stamp := f.clock.Applied()
	if !f.clock.Valid(stamp, slotsOf("work_1")) || f.clock.Covers(1) || stamp >= 1<<53 {
		t.Fatal("invalid before anything happened")
	}
	l.announce(l.pool, "work_1", "list:work")
	eventually(t, "the row is applied", invalid(f, stamp, "work_1"))
	if !f.clock.Valid(stamp, slotsOf("prsn_1")) || !f.clock.Valid(f.clock.Applied(), slotsOf("work_1")) {
		t.Fatal("not what the row said")
	}
	l.announce(l.pool, "*")
	eventually(t, "everything is invalid", invalid(f, stamp, "prsn_1"))
}

// TestRowsThatCommitOutOfOrder has the row with the lower id, of the transaction
// with the lower number, commit last.
func TestRowsThatCommitOutOfOrder(t *testing.T) {
	l, f := outboxOnly(t)
	stamp := f.clock.Applied()
	early := l.begin()
	first := l.announce(early, "work_early")
	late := l.begin()
	if second := l.announce(late, "work_late"); second.XID <= first.XID || second.ID <= first.ID {
		t.Fatalf("rows %+v and %+v", first, second)
	}
	l.commit(late)
	eventually(t, "the row that committed first is applied, whatever else is open", invalid(f, stamp, "work_late"))
	if !f.clock.Valid(stamp, slotsOf("work_early")) {
		t.Fatal("applied before it committed")
	}
	again := f.clock.Applied()
	polls := counted(f.m.polls)
	eventually(t, "it has polled on", func() bool { return counted(f.m.polls) >= polls+3 })
	if f.clock.Applied() != again {
		t.Fatal("a row was applied twice")
	}
	l.commit(early)
	eventually(t, "the row that committed last is applied", invalid(f, again, "work_early"))
	if !f.clock.Valid(again, slotsOf("work_late")) {
		t.Fatal("the other one was applied again")
	}
}

func TestRolledBackRowIsNotApplied(t *testing.T) {
	l, f := outboxOnly(t)
	stamp := f.clock.Applied()
	tx := l.begin()
	l.announce(tx, "work_1")
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.announce(l.pool, "work_2")
	eventually(t, "the other row is applied", invalid(f, stamp, "work_2"))
	if !f.clock.Valid(stamp, slotsOf("work_1")) {
		t.Fatal("applied what never happened")
	}
}

// TestOutboxWithoutNotification relies on the polls alone.
func TestOutboxWithoutNotification(t *testing.T) {
	l, f := outboxOnly(t)
	stamp := f.clock.Applied()
	if _, err := l.pool.Exec(t.Context(), "INSERT INTO ops.outbox (tags) VALUES ('{work_1}')"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the row is applied", invalid(f, stamp, "work_1"))
}

func TestDatabaseGoneIsSuspect(t *testing.T) {
	for name, fault := range map[string]func(*faulty.Proxy){"cut": (*faulty.Proxy).Cut, "half-open": (*faulty.Proxy).Swallow} {
		t.Run(name, func(t *testing.T) {
			l, f := outboxOnly(t)
			stamp := f.clock.Applied()
			began := time.Now()
			fault(l.line)
			eventually(t, "an outbox that cannot be read makes suspect", f.clock.Suspect)
			if took := time.Since(began); took > 2*silence {
				t.Errorf("suspect only after %v", took)
			}
			l.announce(l.pool, "work_1")
			l.line.Heal()
			eventually(t, "what was missed is applied", invalid(f, stamp, "work_1"))
			if !f.clock.Valid(stamp, slotsOf("work_2")) {
				t.Fatal("more than what was missed is invalid")
			}
		})
	}
}

func TestRedisDeadFromTheStart(t *testing.T) {
	w, l := newWorld(t, 0), newLibrary(t)
	w.line.Cut()
	f := w.follow(l.connect, true)
	w.onOutbox(f)
	stamp := f.clock.Applied()
	row := l.announce(l.pool, "work_1")
	eventually(t, "the row is applied", invalid(f, stamp, "work_1"))
	local := f.clock.Applied()

	// The row itself is not in the log; the fence says that it was published.
	w.line.Heal()
	w.fence.Store(row.XID + 1)
	w.beat()
	w.onBus(f)
	if f.clock.Valid(local, nil) || f.clock.Local() {
		t.Fatal("a stamp of this reader's own is believed on the bus")
	}
}

// TestRedisDiesAndComesBack follows answers through both changes of source.
func TestRedisDiesAndComesBack(t *testing.T) {
	w, l := newWorld(t, 0), newLibrary(t)
	w.beat()
	l.line.Cut() // so that the bus is what is heard first
	f := w.follow(l.connect, true)
	w.onBus(f)
	l.line.Heal()
	carried := w.publishRow(l.announce(l.pool, "work_3"))
	before := w.publish("other")
	eventually(t, "the message is applied", applied(f, before.Seq))

	w.line.Cut()
	row := l.announce(l.pool, "work_1")
	w.onOutbox(f)
	eventually(t, "the row is applied", invalid(f, before.Seq, "work_1"))
	if !f.clock.Valid(carried.Seq, slotsOf("work_3")) {
		t.Fatal("a row that had come over the bus was applied again")
	}
	if !f.clock.Valid(before.Seq, slotsOf("work_2")) {
		t.Fatal("what was known on the bus is forgotten")
	}

	// The relay is behind: the bus must not be believed although it is alive.
	w.line.Heal()
	polls := counted(f.m.polls)
	eventually(t, "it has polled on", func() bool { return counted(f.m.polls) >= polls+10 })
	if f.Mode() != Outbox || f.clock.Valid(before.Seq, slotsOf("work_1")) {
		t.Fatalf("on the %v, before the bus has the row", f.Mode())
	}

	caught := w.publishRow(row)
	w.onBus(f)
	if f.clock.Valid(before.Seq, slotsOf("work_1")) || !f.clock.Valid(before.Seq, slotsOf("work_2")) {
		t.Fatal("not what the bus has said by now")
	}
	if f.clock.Applied() != caught.Seq {
		t.Fatalf("applied %d, published %d", f.clock.Applied(), caught.Seq)
	}
}

// TestWriterDead has a live Redis and nobody who publishes: changes made by other
// doors are seen in the outbox.
func TestWriterDead(t *testing.T) {
	w, l := newWorld(t, 0), newLibrary(t)
	f := w.follow(l.connect, true)
	w.onOutbox(f)
	stamp := f.clock.Applied()
	l.announce(l.pool, "work_1")
	eventually(t, "the row is applied", invalid(f, stamp, "work_1"))
}

func TestEverythingDead(t *testing.T) {
	w, l := newWorld(t, 0), newLibrary(t)
	w.beat()
	l.line.Cut() // from the start, so that the bus is what is heard first however slow the machine is
	f := w.follow(l.connect, true)
	w.onBus(f)
	w.line.Cut()
	eventually(t, "suspect", f.clock.Suspect)
	l.line.Heal()
	w.onOutbox(f)
	w.line.Heal()
	w.onBus(f)
}

// TestAnotherOutboxIsPromoted: an old transaction holds xmin back, so that nothing shows
// by the numbers.
func TestAnotherOutboxIsPromoted(t *testing.T) {
	l, promoted := newLibrary(t), newLibrary(t)
	if _, err := promoted.begin().Exec(t.Context(), "SELECT pg_current_xact_id()"); err != nil {
		t.Fatal(err)
	}
	var failed atomic.Bool
	connect := func(ctx context.Context) (*pgx.Conn, error) {
		if failed.Load() {
			return promoted.connect(ctx)
		}
		return l.connect(ctx)
	}
	w := &world{t: t}
	f := w.follow(connect, false)
	w.onOutbox(f)
	stamp := f.clock.Applied()
	lost := l.announce(l.pool, "work_2")
	eventually(t, "the row is applied", invalid(f, stamp, "work_2"))
	stamp = f.clock.Applied()
	failed.Store(true)
	l.line.Cut()
	eventually(t, "nothing older is believed", invalid(f, stamp, "work_3"))
	stamp = f.clock.Applied()
	if row := promoted.announce(promoted.pool, "work_1"); row.ID != lost.ID {
		t.Fatalf("row %d, and %d was lost", row.ID, lost.ID)
	}
	eventually(t, "the row with the id of the lost one is applied", invalid(f, stamp, "work_1"))
}

// TestPromotedBeforeTheFirstLoss: the outbox that is found when the bus is lost for the
// first time is not the one that the bus has carried.
func TestPromotedBeforeTheFirstLoss(t *testing.T) {
	w, l, promoted := newWorld(t, 0), newLibrary(t), newLibrary(t)
	if _, err := promoted.begin().Exec(t.Context(), "SELECT pg_current_xact_id()"); err != nil {
		t.Fatal(err)
	}
	var failed atomic.Bool
	w.beat()
	f := w.follow(func(ctx context.Context) (*pgx.Conn, error) {
		if failed.Load() {
			return promoted.connect(ctx)
		}
		return l.connect(ctx)
	}, true)
	w.onBus(f)
	eventually(t, "the history is known", f.introduced)
	stamp := f.clock.Applied()
	failed.Store(true)
	w.line.Cut()
	w.onOutbox(f)
	eventually(t, "nothing older is believed", invalid(f, stamp, "work_1"))
}

// TestFloorOfTheOutbox has polls after which nothing older can be believed.
func TestFloorOfTheOutbox(t *testing.T) {
	for name, c := range map[string]struct {
		xmin  uint64
		after time.Duration
	}{
		"transaction ids of another server": {9, 0},
		"rows forgotten by now":             {11, forgotten + time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := New(Config{Connect: func(context.Context) (*pgx.Conn, error) { return nil, errSilence }})
			if err != nil {
				t.Fatal(err)
			}
			p := newPoller(f)
			p.from, p.era, f.poll = 10, newEra(localBase, true), p
			p.apply(batch{xmin: 10, rows: []row{{id: 1, xid: 10, tags: []string{"work_1"}}}}, p.latest)
			stamp := f.clock.Applied()
			if !f.clock.Valid(stamp, slotsOf("work_1")) {
				t.Fatal("invalid at once")
			}
			p.apply(batch{xmin: c.xmin}, p.latest.Add(c.after))
			if f.clock.Valid(stamp, nil) || !f.clock.Valid(f.clock.Applied(), nil) {
				t.Fatal("the floor is not where it should be")
			}
		})
	}
}

// TestEachOutageIsLogged, and not each attempt in it.
func TestEachOutageIsLogged(t *testing.T) {
	var out bytes.Buffer
	ctx, cancel := context.WithCancel(t.Context())
	attempts := 0
	f, err := New(Config{
		Silence: time.Millisecond, Log: zerolog.New(&out),
		Connect: func(context.Context) (*pgx.Conn, error) {
			switch attempts++; attempts {
			case 2: // as if it had been polled for a while
				time.Sleep(20 * time.Millisecond)
			case 3:
				cancel()
			}
			return nil, errSilence
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	newPoller(f).run(ctx)
	if got := strings.Count(out.String(), `{"level":"warn","error":"connect: silence","message":"the outbox cannot be polled"}`); got != 2 {
		t.Fatalf("%d lines:\n%s", got, out.String())
	}
}
