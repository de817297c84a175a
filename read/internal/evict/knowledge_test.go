package evict

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/shared/invalidate"
)

// changes is a follower whose sources are played by hand.
type changes struct {
	*Follower
	t   *testing.T
	sub *subscriber
	at  time.Time
}

func playChanges(t *testing.T) *changes {
	t.Helper()
	f, err := New(Config{Connect: func(context.Context) (*pgx.Conn, error) { return nil, errSilence }})
	if err != nil {
		t.Fatal(err)
	}
	return &changes{Follower: f, t: t, sub: &subscriber{f: f, bus: &played{}}, at: time.Now()}
}

// played is a bus that stands where its last heartbeat said.
type played struct {
	bus
	state invalidate.State
}

func (p *played) State(context.Context) (invalidate.State, error) { return p.state, nil }

// hear applies a message of the bus's epoch.
func (c *changes) hear(row invalidate.Row) {
	m := invalidate.Message{Kind: invalidate.Invalidation, Epoch: c.sub.epoch, Seq: c.sub.era.applied.Load() + 1, Outbox: row.ID, XID: row.XID, Tags: row.Tags}
	c.sub.advance(m)
}

// beat is a heartbeat.
func (c *changes) beat(fence uint64) { c.alive(c.sub.era, fence, time.Now()) }

// poll loses the bus, if it is up, and polls once.
func (c *changes) poll(xmin uint64, rows ...invalidate.Row) {
	c.lost(errSilence)
	if c.takenOver() == nil {
		c.takeOver(func() {})
	}
	p := c.takenOver()
	b := batch{xmin: xmin}
	for _, r := range rows {
		b.rows = append(b.rows, row{r.ID, r.XID, r.Tags})
	}
	p.apply(b, p.latest)
}

func (c *changes) takenOver() *poller { return c.Follower.poll }

func (c *changes) want(what string, stamp uint64, tag string, want Verdict) {
	c.t.Helper()
	if got := c.clock.Judge(stamp, slotsOf(tag)); got != want {
		c.t.Errorf("%s: verdict %d, want %d", what, got, want)
	}
	if got := c.clock.Valid(stamp, slotsOf(tag)); got != (want == Valid) {
		c.t.Errorf("%s: valid %v", what, got)
	}
}

// TestNewEpochAndThenTheOutbox: the new epoch carries a row, and falls silent before
// it was ever believed. The outbox shows the row again, and it must count.
func TestNewEpochAndThenTheOutbox(t *testing.T) {
	c := playChanges(t)
	c.sub.begin(100)
	c.beat(10)
	stamp := c.clock.Applied()
	c.want("at first", stamp, "work_1", Valid)
	c.sub.begin(200)
	row := invalidate.Row{ID: 1, XID: 12, Tags: []string{"work_1"}}
	c.hear(row)
	c.poll(13, row)
	if c.Mode() != Outbox {
		t.Fatalf("on the %v", c.Mode())
	}
	if c.clock.Valid(stamp, slotsOf("work_1")) {
		t.Fatal("a row that only the new epoch has carried was taken for one that the old one had")
	}
}

// TestTwoTimesOnTheOutbox: an answer of the first is overtaken on the bus in between.
func TestTwoTimesOnTheOutbox(t *testing.T) {
	c := playChanges(t)
	c.sub.begin(100)
	c.beat(10)
	first := invalidate.Row{ID: 1, XID: 10, Tags: []string{"work_1"}}
	c.poll(11, first)
	stamp := c.clock.Applied()
	c.want("made on the outbox", stamp, "work_1", Valid)

	c.hear(first)
	c.beat(11)
	c.want("on the bus", stamp, "work_1", Outside)
	second := invalidate.Row{ID: 2, XID: 11, Tags: []string{"work_1"}}
	c.hear(second)
	c.beat(11)
	c.poll(12, second)
	c.want("on the outbox again", stamp, "work_1", Outside)
	c.poll(13, invalidate.Row{ID: 3, XID: 12, Tags: []string{"work_2"}})
	c.want("and later", c.clock.Applied(), "work_1", Valid)
	c.want("and later still", stamp, "work_1", Outside)
}

// TestWhatIsOvertakenStaysSo whatever the clock is led by.
func TestWhatIsOvertakenStaysSo(t *testing.T) {
	for name, tags := range map[string][]string{"its tag": {"work_1"}, "everything": {"*"}} {
		t.Run(name, func(t *testing.T) {
			c := playChanges(t)
			c.sub.begin(100)
			c.beat(10)
			stamp := c.clock.Applied()
			c.hear(invalidate.Row{ID: 1, XID: 10, Tags: tags})
			c.beat(11)
			c.want("touched on the bus", stamp, "work_1", Overtaken)
			c.sub.begin(1000)
			c.beat(11)
			c.want("in a new epoch", stamp, "work_1", Overtaken)
			c.poll(11)
			c.want("on the outbox", stamp, "work_1", Overtaken)
		})
		t.Run(name+", of the outbox", func(t *testing.T) {
			c := playChanges(t)
			c.sub.begin(100)
			c.beat(10)
			stamp := c.clock.Applied()
			c.poll(11, invalidate.Row{ID: 1, XID: 10, Tags: tags})
			c.want("touched in the outbox", stamp, "work_1", Overtaken)
			c.sub.begin(1000) // which has it from before it began, and says so by its fence
			c.beat(11)
			c.want("on the bus", stamp, "work_1", Overtaken)
			if c.Mode() != Bus {
				t.Fatalf("on the %v", c.Mode())
			}
		})
	}
}

// TestAnotherHistory is a database that was restored: ids are given again.
func TestAnotherHistory(t *testing.T) {
	for name, notice := range map[string]func(*changes){
		"by a heartbeat": func(c *changes) { c.beat(90) },
		"by a poll":      func(c *changes) { c.poll(90) },
	} {
		t.Run(name, func(t *testing.T) {
			c := playChanges(t)
			c.sub.begin(100)
			c.beat(1000)
			c.hear(invalidate.Row{ID: 7, XID: 1001, Tags: []string{"work_2"}})
			c.beat(1000)
			stamp := c.clock.Applied()
			notice(c)
			c.poll(92, invalidate.Row{ID: 7, XID: 91, Tags: []string{"work_1"}})
			if c.clock.Valid(stamp, slotsOf("work_1")) {
				t.Fatal("the row was taken for one of the same id")
			}
			if c.fence > 90 {
				t.Fatalf("a fence of %d, of the history before", c.fence)
			}
		})
	}
}

// TestAnIdGivenAgain: a standby was promoted that lacks a row and gives its id again,
// while an older transaction holds xmin back.
func TestAnIdGivenAgain(t *testing.T) {
	lost, again := invalidate.Row{ID: 7, XID: 1001, Tags: []string{"work_2"}}, invalidate.Row{ID: 7, XID: 1002, Tags: []string{"work_1"}}
	for name, know := range map[string]func(*changes){
		"polled":  func(c *changes) { c.poll(1000, lost) },
		"carried": func(c *changes) { c.hear(lost) },
	} {
		t.Run(name, func(t *testing.T) {
			c := playChanges(t)
			c.sub.begin(100)
			c.beat(1000)
			know(c)
			stamp := c.clock.Applied()
			c.poll(1001, again)
			if c.clock.Valid(stamp, slotsOf("work_1")) {
				t.Fatal("the row was passed over")
			}
		})
	}
}

// TestManyRowsAboveAnOldTransaction are more than a poller remembers. The bus is
// believed when a fence is above all of them.
func TestManyRowsAboveAnOldTransaction(t *testing.T) {
	c := playChanges(t)
	c.sub.begin(100)
	c.beat(10)
	stamp := c.clock.Applied()
	rows := make([]invalidate.Row, mostCarried+1)
	for i := range rows {
		rows[i] = invalidate.Row{ID: int64(i + 1), XID: uint64(11 + i), Tags: []string{"work_1"}}
	}
	c.poll(10, rows...)
	p := c.takenOver()
	if len(p.seen) > mostCarried || len(p.pending) > mostCarried {
		t.Fatalf("%d rows seen, %d pending", len(p.seen), len(p.pending))
	}
	last := rows[len(rows)-1].XID
	c.beat(last)
	if c.Mode() != Outbox || c.clock.Valid(stamp, slotsOf("work_1")) {
		t.Fatalf("on the %v, before the bus has all rows", c.Mode())
	}
	c.hear(rows[0])
	c.beat(last + 1)
	if c.Mode() != Bus || c.clock.Valid(stamp, slotsOf("work_1")) {
		t.Fatalf("on the %v, when the bus has all rows", c.Mode())
	}
}

// TestNewConnections of a poller, which may lead to another server.
func TestNewConnections(t *testing.T) {
	one, other := "1/00000001/5", "1/00000002/5"
	for name, c := range map[string]struct {
		first, second string
		want          Verdict
	}{
		"the same":       {one, one, Valid},
		"promoted":       {one, other, Outside},
		"a standby":      {one, standby, Outside},
		"two standbys":   {standby, standby, Outside},
		"a standby less": {standby, one, Outside},
	} {
		t.Run(name, func(t *testing.T) {
			f := playChanges(t)
			f.sub.begin(100)
			f.beat(10)
			f.poll(11)
			p := f.takenOver()
			p.met(c.first, 11, time.Now())
			stamp := f.clock.Applied()
			f.want("on the first", stamp, "work_1", Valid)
			p.met(c.second, 12, time.Now())
			f.want("on the second", stamp, "work_1", c.want)
		})
	}
}

// TestAnotherHistoryThatWasMetTooLate: a poller finds it as the bus takes over. Nothing
// came of that, so the next poller has to find it again.
func TestAnotherHistoryThatWasMetTooLate(t *testing.T) {
	one, other := "1/00000001/5", "1/00000002/5"
	c := playChanges(t)
	c.sub.begin(100)
	c.beat(10)
	c.poll(11)
	first := c.takenOver()
	first.met(one, 11, time.Now())
	stamp := c.clock.Applied()
	c.beat(11)
	if c.Mode() != Bus {
		t.Fatalf("on the %v", c.Mode())
	}
	first.met(other, 12, time.Now())
	c.want("on the bus", stamp, "work_1", Valid)
	c.poll(12)
	c.takenOver().met(other, 12, time.Now())
	c.want("on the other", stamp, "work_1", Outside)
}

// TestAClockThatWasSetBack between two times on the outbox: stamps of the first are no
// stamps of the second, however long that goes on.
func TestAClockThatWasSetBack(t *testing.T) {
	c := playChanges(t)
	c.sub.begin(100)
	c.beat(10)
	first := invalidate.Row{ID: 1, XID: 10, Tags: []string{"work_1"}}
	c.poll(11, first)
	ahead := localBase + uint64(time.Now().Add(time.Hour).UnixMicro())
	c.takenOver().believe(func() { c.takenOver().era.apply(ahead, nil) }) // the wall clock was an hour ahead
	c.want("made on the outbox", ahead, "work_1", Valid)

	c.hear(first)
	c.beat(11)
	second := invalidate.Row{ID: 2, XID: 11, Tags: []string{"work_1"}}
	c.hear(second)
	c.beat(11)
	c.poll(12, second, invalidate.Row{ID: 3, XID: 11, Tags: []string{"work_2"}})
	now := c.clock.Applied()
	c.want("on the outbox again", now, "work_1", Valid)
	c.takenOver().believe(func() { c.takenOver().era.apply(max(now, ahead)+1, nil) }) // and is there again
	c.want("an hour later", ahead, "work_1", Outside)
}

// TestABacklog: the relay is dead as a reader begins, and comes back with what was
// committed meanwhile. The first of its rows do not make the bus complete.
func TestABacklog(t *testing.T) {
	c := playChanges(t)
	c.sub.begin(100)
	c.sub.heard = time.Now()
	c.lost(errSilence)
	p := c.takeOver(func() {})
	p.begin(50, time.Now())
	c.receive(invalidate.Message{Kind: invalidate.Invalidation, Epoch: 100, Seq: 101, Outbox: 1, XID: 20, Tags: []string{"work_2"}})
	c.want("after a row", 100, "work_1", Outside)
	c.receive(invalidate.Message{Kind: invalidate.Heartbeat, Epoch: 100, Seq: 101, XID: 49})
	c.want("after a heartbeat from before", 100, "work_1", Outside)
	if c.Mode() != Outbox {
		t.Fatalf("on the %v", c.Mode())
	}
	c.receive(invalidate.Message{Kind: invalidate.Invalidation, Epoch: 100, Seq: 102, Outbox: 2, XID: 21, Tags: []string{"work_1"}})
	c.receive(invalidate.Message{Kind: invalidate.Heartbeat, Epoch: 100, Seq: 102, XID: 50})
	c.want("in the end", 100, "work_1", Overtaken)
	c.want("in the end", 100, "work_3", Valid)
	if c.Mode() != Bus {
		t.Fatalf("on the %v", c.Mode())
	}
}

// receive takes a message from the channel.
func (c *changes) receive(m invalidate.Message) {
	c.t.Helper()
	if p, ok := c.sub.bus.(*played); ok && m.Kind == invalidate.Heartbeat {
		p.state = invalidate.State{Epoch: m.Epoch, Seq: m.Seq, Fence: m.XID}
	}
	if err := c.sub.handle(c.t.Context(), string(m.Append(nil))); err != nil {
		c.t.Fatal(err)
	}
}

// TestRowsAreNoSignOfLife, neither to a reader that has heard nothing else yet, nor
// for ever.
func TestRowsAreNoSignOfLife(t *testing.T) {
	w, c := newWorld(t, 0), playChanges(t)
	c.sub.bus = invalidate.NewBus(w.redis, w.space)
	sync := func() {
		t.Helper()
		if err := c.sub.sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	r := w.publish("work_1")
	sync()
	if c.Mode() != Blind {
		t.Fatalf("on the %v, by a row", c.Mode())
	}
	if _, err := w.pub.Heartbeat(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	sync()
	if c.Mode() != Bus {
		t.Fatalf("on the %v, after a heartbeat", c.Mode())
	}
	c.sub.heard = time.Now().Add(-c.cfg.Silence)
	m := invalidate.Message{Kind: invalidate.Invalidation, Epoch: r.Epoch, Seq: r.Seq + 1, Tags: []string{"work_2"}}
	if err := c.sub.handle(t.Context(), string(m.Append(nil))); !errors.Is(err, errSilence) {
		t.Fatalf("rows without heartbeats: %v", err)
	}
}

// TestAPollerGoesOnFromTheBus, and knows how long ago that was.
func TestAPollerGoesOnFromTheBus(t *testing.T) {
	c := playChanges(t)
	c.sub.begin(100)
	c.beat(10)
	stamp := c.clock.Applied()
	c.latest = c.latest.Add(-forgotten - time.Minute) // say, the machine was stopped
	c.lost(errSilence)
	p := c.takeOver(func() {})
	p.apply(batch{xmin: 11}, time.Now())
	c.want("rows may have been forgotten by now", stamp, "work_1", Outside)
	if !maps.Equal(p.seen, map[int64]uint64{}) {
		t.Fatal("seen what was never there")
	}
}

// TestDoubledMessageIsNoSignOfLife: it says nothing about now.
func TestDoubledMessageIsNoSignOfLife(t *testing.T) {
	c := playChanges(t)
	c.sub.begin(100)
	c.hear(invalidate.Row{ID: 1, Tags: []string{"work_1"}})
	c.beat(10)
	c.lost(errSilence)
	m := invalidate.Message{Kind: invalidate.Invalidation, Epoch: 100, Seq: 101, Tags: []string{"work_1"}}
	c.sub.heard = time.Now()
	if err := c.sub.handle(t.Context(), string(m.Append(nil))); err != nil || !c.clock.Suspect() {
		t.Fatalf("%v, suspect %v", err, c.clock.Suspect())
	}
	c.sub.heard = time.Now().Add(-c.cfg.Silence)
	if err := c.sub.handle(t.Context(), string(m.Append(nil))); !errors.Is(err, errSilence) {
		t.Fatalf("nothing else for as long as that: %v", err)
	}
}

func TestAwait(t *testing.T) {
	c := running(100)
	if !c.Await(t.Context(), 100) {
		t.Fatal("what is covered need not be waited for")
	}
	ctx, cancel := context.WithCancel(t.Context())
	answers := make(chan bool)
	go func() { answers <- c.Await(ctx, 102) }()
	go func() { answers <- c.Await(t.Context(), 102) }()
	c.Apply(101, nil)
	cancel()
	if <-answers {
		t.Fatal("not covered, and yet it was said to be")
	}
	c.Apply(102, nil)
	if !<-answers {
		t.Fatal("covered, and it was not said")
	}
}
