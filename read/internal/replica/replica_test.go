package replica

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/evict"
	"github.com/tercul/tercul/read/internal/store"
	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/pg"
	"github.com/tercul/tercul/shared/pgtest"
)

// TestStandby shows on a real standby when its answers are taken. The parts share the
// servers and run in this order: the last one ends the standby.
func TestStandby(t *testing.T) {
	if testing.Short() {
		t.Skip("needs servers: -short")
	}
	primary, standby := pair(t)
	for _, part := range []struct {
		name  string
		onBus bool
		lag   time.Duration
		run   func(*testing.T, *world)
	}{
		{name: "health", run: health},
		{name: "lag on the outbox", run: lagging},
		{name: "lag on the bus", onBus: true, run: lagging},
		{name: "an old transaction", run: oldTransaction},
		{name: "suspect and tickets", onBus: true, run: suspectAndTickets},
		{name: "everything, of no row", onBus: true, run: everythingOfNoRow},
		{name: "too far behind", lag: 1, run: tooFarBehind},
		{name: "a line that is cut", run: func(t *testing.T, w *world) { badLine(t, w, w.line.Cut) }},
		{name: "a line that swallows", run: func(t *testing.T, w *world) { badLine(t, w, w.line.Swallow) }},
		{name: "at random on the outbox", run: atRandom},
		{name: "at random on the bus", onBus: true, run: atRandom},
		{name: "at random without the fence", run: atRandomUnfenced},
		{name: "conflict with recovery", run: recoveryConflict},
		{name: "promoted", run: promoted},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, newWorld(t, primary, standby, part.onBus, part.lag)) })
	}
}

// health: a miss is one statement, of the standby.
func health(t *testing.T, w *world) {
	w.stopExamining()
	_, byPrimary, _ := w.ask(1, nil) // opens a connection
	require.False(t, byPrimary)
	for key := 1; key <= keys; key++ {
		before := w.set.servers[0].db.Statements()
		version, byPrimary, _ := w.ask(key, nil)
		require.False(t, byPrimary)
		require.Zero(t, version)
		require.Equal(t, uint64(1), w.set.servers[0].db.Statements()-before)
	}
	require.Equal(t, keys+1, w.answersOf("replica-1"))
	require.Zero(t, w.answersOf(primaryName))
}

// lagging: what was announced is never missing from an answer, and what was not touched
// is still answered by the standby.
func lagging(t *testing.T, w *world) {
	_, _, prev := w.ask(1, nil)
	w.standby.Pause(t)
	version := w.change(1)
	got, byPrimary, _ := w.ask(1, nil)
	require.True(t, byPrimary)
	require.Equal(t, version, got)
	require.Equal(t, 1, w.refusals(refused))
	_, byPrimary, _ = w.ask(2, nil)
	require.False(t, byPrimary, "of another thing nothing was announced")

	// Who has seen the last answer knows better than to ask the standby.
	got, byPrimary, _ = w.ask(1, prev)
	require.True(t, byPrimary)
	require.Equal(t, version, got)
	require.Equal(t, 1, w.refusals(refused), "one statement")

	w.standby.Resume(t)
	w.standby.CaughtUp(t, w.primary)
	w.eventually("the standby answers", func() bool {
		got, byPrimary, _ = w.ask(1, prev)
		require.Equal(t, version, got)
		return !byPrimary
	})
}

// oldTransaction: on a standby a snapshot leaves out what is running, so that a
// transaction which has not committed seems to be visible in it. Its xmin does not lie.
func oldTransaction(t *testing.T, w *world) {
	ctx := t.Context()
	old, err := w.begin(ctx, 1)
	require.NoError(t, err)
	w.change(2)
	w.standby.CaughtUp(t, w.primary)
	var visible, below bool
	require.NoError(t, w.set.servers[0].db.QueryRow(ctx, `
		SELECT pg_visible_in_snapshot($1::text::xid8, pg_current_snapshot()), $1::text::xid8 < pg_snapshot_xmin(pg_current_snapshot())`,
		strconv.FormatUint(old.row.XID, 10)).Scan(&visible, &below))
	require.True(t, visible, "this is the trap")
	require.False(t, below)

	version, byPrimary, _ := w.ask(1, nil)
	require.False(t, byPrimary, "nothing was announced of it")
	require.Less(t, version, old.version)
	_, byPrimary, _ = w.ask(2, nil)
	require.True(t, byPrimary, "its change is there, but its number does not show it")

	w.standby.Pause(t)
	w.finish(old)
	version, byPrimary, _ = w.ask(1, nil)
	require.True(t, byPrimary)
	require.Equal(t, old.version, version)
	w.standby.Resume(t)
	w.standby.CaughtUp(t, w.primary)
	w.eventually("the standby answers", func() bool {
		version, byPrimary, _ = w.ask(1, nil)
		require.Equal(t, old.version, version)
		return !byPrimary
	})
}

// suspectAndTickets: where nobody knows what an answer has to contain, the primary is
// asked.
func suspectAndTickets(t *testing.T, w *world) {
	q := question(1, nil)
	q.MinSeq = w.clock.Applied() + 1000
	before := w.asked.count()
	_, err := w.source.Answer(t.Context(), q)
	require.NoError(t, err)
	require.Equal(t, before+1, w.asked.count(), "a ticket that is not covered")
	q.MinSeq = w.clock.Applied()
	_, err = w.source.Answer(t.Context(), q)
	require.NoError(t, err)
	require.Equal(t, before+1, w.asked.count(), "a ticket that is")
	w.clock.Suspend()
	_, err = w.source.Answer(t.Context(), question(1, nil))
	require.NoError(t, err)
	require.Equal(t, before+2, w.asked.count(), "while suspect")
}

// everythingOfNoRow is what a relay announces that found another history, or too much to
// name: which transactions it stands for, only the primary can tell.
func everythingOfNoRow(t *testing.T, w *world) {
	w.standby.Pause(t)
	e, err := w.begin(t.Context(), 3)
	require.NoError(t, err)
	require.NoError(t, e.tx.Commit(t.Context()))
	seq := w.clock.Applied()
	require.NoError(t, w.bus.publish(t.Context(), invalidate.Row{XID: 1, Tags: []string{invalidate.Everything}}))
	w.eventually("it is applied", func() bool { return w.clock.Applied() > seq })
	version, byPrimary, _ := w.ask(3, nil)
	require.True(t, byPrimary)
	require.Equal(t, e.version, version)
	w.eventually("the primary was asked", w.set.cfg.Fence.Known)
	version, byPrimary, _ = w.ask(3, nil)
	require.True(t, byPrimary, "the standby has not reached the horizon")
	require.Equal(t, e.version, version)
	w.standby.Resume(t)
	w.standby.CaughtUp(t, w.primary)
	w.serving()
	version, byPrimary, _ = w.ask(3, nil)
	require.False(t, byPrimary)
	require.Equal(t, e.version, version)
}

// tooFarBehind: what is not announced would be as old as the standby.
func tooFarBehind(t *testing.T, w *world) {
	w.standby.Pause(t)
	w.change(1)
	r := w.set.servers[0]
	w.eventually("it is set aside", func() bool { return r.state.Load().mode == Lagging })
	require.Positive(t, r.state.Load().bytes)
	_, byPrimary, _ := w.ask(2, nil)
	require.True(t, byPrimary)
	w.standby.Resume(t)
	w.eventually("it is taken back", func() bool { return r.state.Load().mode == Serving })
}

// badLine: no question fails, and the standby is set aside until it answers again.
func badLine(t *testing.T, w *world, fault func()) {
	_, byPrimary, _ := w.ask(1, nil)
	require.False(t, byPrimary)
	fault()
	r := w.set.servers[0]
	w.eventually("it is set aside", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		_, err := w.source.Answer(ctx, question(1, nil))
		require.NoError(t, err)
		return r.state.Load().mode == Failing
	})
	_, byPrimary, _ = w.ask(2, nil)
	require.True(t, byPrimary)
	w.line.Cut() // what hangs is lost
	w.line.Heal()
	w.serving()
	_, byPrimary, _ = w.ask(2, nil)
	require.False(t, byPrimary)
}

// recoveryConflict has the standby need what a statement is reading.
func recoveryConflict(t *testing.T, w *world) {
	ctx := t.Context()
	w.set.cfg.Loader = slow{w.clock}
	_, err := w.db.Exec(ctx, "CREATE TABLE IF NOT EXISTS view.passing (n int); GRANT SELECT ON view.passing TO tercul_reader; INSERT INTO view.passing VALUES (1)")
	require.NoError(t, err)
	w.standby.CaughtUp(t, w.primary)
	w.standby.Set(t, "max_standby_streaming_delay", "0")
	watch := pgtest.Open(t, w.standby.URL)
	done := make(chan bool)
	go func() {
		_, byPrimary, _ := w.ask(1, nil)
		done <- byPrimary
	}()
	w.eventually("the statement runs", func() bool {
		var n int
		require.NoError(t, watch.QueryRow(ctx, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND wait_event = 'PgSleep'").Scan(&n))
		return n > 0
	})
	_, err = w.db.Exec(ctx, "DROP TABLE view.passing")
	require.NoError(t, err)
	require.True(t, <-done)
	require.Equal(t, 1, w.refusals(conflict))
	require.Equal(t, Serving, w.set.servers[0].state.Load().mode, "that is no fault of it")
}

// promoted: its connections live on, and it goes on to number transactions of its own.
func promoted(t *testing.T, w *world) {
	_, byPrimary, _ := w.ask(1, nil)
	require.False(t, byPrimary)
	w.stopExamining() // the answer itself must tell
	w.standby.Promote(t)
	for key := 1; key <= keys; key++ {
		_, byPrimary, _ = w.ask(key, nil)
		require.True(t, byPrimary)
	}
	require.Equal(t, 1, w.refusals(wrong))
	require.Equal(t, Promoted, w.set.servers[0].state.Load().mode)
}

// TestFailover: the primary dies, one of its standbys takes over, and the other one is
// not asked before it is known to follow.
func TestFailover(t *testing.T) {
	if testing.Short() {
		t.Skip("needs servers: -short")
	}
	primary, one := pair(t)
	two := primary.Standby(t)
	primary.Kill()
	if two.Received(t) > one.Received(t) { // who has more is the one that others can follow
		one, two = two, one
	}
	one.Promote(t)
	w := newWorldOf(t, one, false, 0, two)
	r := w.set.servers[0]
	require.Equal(t, Astray, r.state.Load().mode, "nothing shows yet that it follows")
	version := w.change(1)
	got, byPrimary, _ := w.ask(1, nil)
	require.True(t, byPrimary)
	require.Equal(t, version, got)

	two.Follow(t, one)
	w.change(2)
	two.CaughtUp(t, one)
	st, err := askStandby(t.Context(), pgtest.Open(t, two.URL)) // as one who may see what it is sent
	require.NoError(t, err)
	require.NoError(t, st.judge(*w.set.history.Load()))

	one.Checkpoint(t)
	two.CaughtUp(t, one)
	two.Checkpoint(t)
	w.serving()
	got, byPrimary, _ = w.ask(1, nil)
	require.False(t, byPrimary)
	require.Equal(t, version, got)
}

// slow is a store whose statement takes its time over a table that is about to go.
type slow struct{ clock *evict.Clock }

func (l slow) Load(ctx context.Context, db store.Database, q *answer.Query) (store.Reading, error) {
	rows, err := db.Query(ctx, "SELECT pg_sleep(8) FROM view.passing")
	if err != nil {
		return store.Reading{}, pg.Error(err)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return store.Reading{}, pg.Error(err)
	}
	return loader(l).Load(ctx, db, q)
}
