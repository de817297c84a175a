package edge

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/edge/provider"
)

func TestAnEdgeThatIsNewForgetsEverything(t *testing.T) {
	w := newWorld(t)
	w.announce(tag(1))
	w.start(nil)
	w.await("all", 2)
	w.settled()
	require.Zero(t, w.edge.exactly(tag(1)))
}

func TestWhatIsCommittedIsPurgedTwice(t *testing.T) {
	w := newWorld(t)
	w.known()
	s := w.start(nil)
	w.announce(tag(1), "list:work")
	w.await(tag(1), 1)
	w.await(tag(1), 2)
	w.await("list:work", 2)
	w.settled()
	require.Zero(t, w.edge.exactly("all"))
	require.Equal(t, 2, w.edge.exactly(tag(1)), "and no more")
	require.Zero(t, s.value(t, "backlog_keys"))
	require.Zero(t, s.value(t, "second_due_keys"))
	require.EqualValues(t, 1, s.value(t, "up"))
	require.EqualValues(t, 1, s.value(t, "leads"))
	w.announce("*")
	w.await("all", 2)
}

// TestNothingIsLost has an edge that fails in every way while much is committed.
func TestNothingIsLost(t *testing.T) {
	w := newWorld(t)
	w.known()
	w.edge.will(func(call int, rw http.ResponseWriter, r *http.Request) bool {
		switch call % 5 {
		case 0:
			rw.Header().Set("Retry-After", "0")
			rw.WriteHeader(http.StatusTooManyRequests)
		case 1:
			rw.WriteHeader(http.StatusInternalServerError)
		case 2:
			<-r.Context().Done() // until the caller has given up
		case 3:
			panic(http.ErrAbortHandler) // the connection breaks
		default:
			return true
		}
		return false
	})
	s := w.start(func(o *Options) { o.Timeout = 50 * time.Millisecond }, narrow{w.edge.driver(), provider.Limits{Keys: 7, Rate: 1e6, Burst: 1e6}})
	const many = 100
	for i := range many {
		w.announce(tag(i))
	}
	for i := range many {
		w.await(tag(i), 2)
	}
	w.settled()
	require.Zero(t, s.value(t, "escalations_total"), "one by one")
	require.Positive(t, s.value(t, "purges_total"))
	require.EqualValues(t, 1, s.value(t, "up"))
}

// TestAPartialAnswerIsFinished has Fastly confirm every key but one at a time.
func TestAPartialAnswerIsFinished(t *testing.T) {
	w := newWorld(t)
	fastly := newFastly(t, w.edge)
	w.known()
	l := &ledger{conn: w.conn, name: fastly.Name(), step: time.Minute}
	done, _, err := l.begin(t.Context())
	require.NoError(t, err)
	require.NoError(t, l.done(t.Context(), done))
	w.start(nil, fastly)
	w.announce(tag(1), tag(2), tag(3))
	for i := 1; i <= 3; i++ {
		w.await(tag(i), 2)
	}
	w.settled2(fastly.Name())
	require.Zero(t, w.edge.exactly("all"))
}

func TestARestartLosesNothing(t *testing.T) {
	w := newWorld(t)
	w.known()
	w.edge.will(status(http.StatusServiceUnavailable))
	s := w.start(nil)
	w.announce(tag(1))
	require.Eventually(t, func() bool { return w.edge.asked() > 0 && s.value(t, "backlog_keys") > 0 }, time.Minute, 5*time.Millisecond)
	require.Zero(t, s.value(t, "up"))
	for name, health := range s.Health() {
		require.ErrorContains(t, health(t.Context()), "answered 503", name)
	}
	s.stop()
	w.announce(tag(2)) // while none is running
	w.edge.will(nil)
	s = w.start(nil)
	w.await(tag(1), 2)
	w.await(tag(2), 2)
	w.settled()
	require.Zero(t, w.edge.exactly("all"))

	// Purged once, and ended before the second time.
	s.stop()
	s = w.start(func(o *Options) { o.Again = time.Hour })
	w.announce(tag(3))
	w.await(tag(3), 1)
	require.Eventually(t, func() bool { return s.value(t, "second_due_keys") > 0 }, time.Minute, 5*time.Millisecond)
	s.stop()
	require.Equal(t, 1, w.edge.exactly(tag(3)))
	w.start(nil)
	w.await(tag(3), 3)
	w.settled()
}

// TestTransactionsThatCommitOutOfOrder: an old one holds up nobody, and is not passed over
// by a purger that begins after it has committed.
func TestTransactionsThatCommitOutOfOrder(t *testing.T) {
	w := newWorld(t)
	w.known()
	s := w.start(nil)
	slow, err := w.connect().Begin(t.Context())
	require.NoError(t, err)
	w.announceOn(slow, tag(1))
	w.announce(tag(2))
	w.await(tag(2), 2)
	require.Eventually(t, func() bool { return s.value(t, "second_due_keys") == 0 }, time.Minute, 5*time.Millisecond)
	s.stop()
	require.Zero(t, w.edge.purged(tag(1)))
	require.NoError(t, slow.Commit(t.Context()))
	w.start(nil)
	w.await(tag(1), 2)
	w.settled()
	require.Zero(t, w.edge.exactly("all"))
}

func TestOneProcessPurges(t *testing.T) {
	w := newWorld(t)
	w.known()
	first := w.start(nil)
	require.Eventually(t, func() bool { return first.value(t, "leads") == 1 }, time.Minute, 5*time.Millisecond)
	second := w.start(nil)
	w.announce(tag(1))
	w.await(tag(1), 2)
	w.settled()
	require.Equal(t, 2, w.edge.exactly(tag(1)))
	require.Zero(t, second.value(t, "leads"))
	for _, health := range second.Health() {
		require.NoError(t, health(t.Context()))
	}
	first.stop()
	w.announce(tag(2))
	w.await(tag(2), 2)
	require.EqualValues(t, 1, second.value(t, "leads"))
}

// TestThePurgerComesBackWithPostgres loses the connection with the lock.
func TestThePurgerComesBackWithPostgres(t *testing.T) {
	w := newWorld(t)
	w.known()
	w.start(nil)
	w.announce(tag(1))
	w.await(tag(1), 2)
	_, err := w.conn.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_locks
		WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
	require.NoError(t, err)
	w.announce(tag(2))
	w.await(tag(2), 2)
	w.settled()
	require.Zero(t, w.edge.exactly("all"))
}

// TestTheServerNoticesThatAPurgerIsGone: until it does, it holds the lock for one that
// purges nothing.
func TestTheServerNoticesThatAPurgerIsGone(t *testing.T) {
	w := newWorld(t)
	l, err := openLedger(t.Context(), func(ctx context.Context) (*pgx.Conn, error) { return pgx.Connect(ctx, w.url) }, "edge", time.Minute)
	require.NoError(t, err)
	defer l.close(t.Context())
	var idle, interval, count, unanswered int
	err = l.conn.QueryRow(t.Context(), `SELECT current_setting('tcp_keepalives_idle')::int, current_setting('tcp_keepalives_interval')::int,
		current_setting('tcp_keepalives_count')::int, current_setting('tcp_user_timeout')::int`).Scan(&idle, &interval, &count, &unanswered)
	require.NoError(t, err)
	require.Equal(t, []int{5, 5, 3, 20_000}, []int{idle, interval, count, unanswered}, "20 s at most")
}

func TestOverTheBudgetKeysBecomeCoarser(t *testing.T) {
	w := newWorld(t)
	w.known()
	s := w.start(nil, narrow{w.edge.driver(), provider.Limits{Keys: 5, Rate: 2, Burst: 3}})
	var works []string
	for i := range 40 {
		works = append(works, tag(i))
	}
	w.announce(works...)
	w.await("all:work", 1)
	for _, tag := range works {
		w.await(tag, 1)
	}
	require.Zero(t, w.edge.exactly("all"))
	require.EqualValues(t, 1, s.value(t, "escalations_total"))

	var lists []string
	for i := range 60 {
		lists = append(lists, "list:"+string(rune('a'+i%26))+string(rune('a'+i/26)))
	}
	w.announce(lists...)
	for _, tag := range append(works, lists...) {
		w.await(tag, 2)
	}
	require.Positive(t, w.edge.exactly("all"), "keys of no kind have but one coarser key")
	w.settled()
}

func TestMoreThanCanBeToldOneByOneIsEverything(t *testing.T) {
	w := newWorld(t)
	w.known()
	_, err := w.conn.Exec(t.Context(), "INSERT INTO ops.outbox (tags) SELECT ARRAY['work_' || n % 10] FROM generate_series(1, $1) n", rowLimit+1)
	require.NoError(t, err)
	_, err = w.conn.Exec(t.Context(), "SELECT ops.announce('{hard}', true)") // beyond what is read
	require.NoError(t, err)
	w.start(func(o *Options) { o.Soft = true })
	w.await("all", 2)
	w.settled()
	require.Zero(t, w.edge.exactly("work_1"))
	w.edge.mu.Lock()
	defer w.edge.mu.Unlock()
	require.Zero(t, w.edge.soft["all"], "nor is it known that none of them is hard")
}

// TestWhatTheEdgeNeverTakesIsEverything: a key that is refused for good must not hold up
// all others.
func TestWhatTheEdgeNeverTakesIsEverything(t *testing.T) {
	w := newWorld(t)
	w.known()
	w.edge.will(func(_ int, rw http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("X-Tercul-Keys") == "all" {
			return true
		}
		rw.WriteHeader(http.StatusBadRequest)
		return false
	})
	w.start(nil)
	w.announce(tag(1))
	w.await(tag(1), 2)
	w.settled()
}

func TestAnEdgeOfAnotherPastForgetsEverything(t *testing.T) {
	for name, change := range map[string]string{
		"another database": "UPDATE ops.edges SET history = 'of another'",
		"it was forgotten": "DELETE FROM ops.edges",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.known()
			_, err := w.conn.Exec(t.Context(), change)
			require.NoError(t, err)
			w.start(nil)
			w.await("all", 2)
			w.settled()
		})
	}
}

// TestAnEdgeThatIsForgottenMeanwhile: what it lacked may be gone from the outbox.
func TestAnEdgeThatIsForgottenMeanwhile(t *testing.T) {
	w := newWorld(t)
	w.known()
	s := w.start(nil)
	require.Eventually(t, func() bool { return s.value(t, "leads") == 1 }, time.Minute, 5*time.Millisecond)
	_, err := w.conn.Exec(t.Context(), "DELETE FROM ops.edges")
	require.NoError(t, err)
	w.announce(tag(1))
	w.await("all", 2)
	w.settled()
}

func TestSoftAndHard(t *testing.T) {
	w := newWorld(t)
	w.known()
	w.start(func(o *Options) { o.Soft = true })
	_, err := w.conn.Exec(t.Context(), "SELECT ops.announce('{soft}'), ops.announce('{hard}', true)")
	require.NoError(t, err)
	w.await("soft", 2)
	w.await("hard", 2)
	w.settled()
	w.edge.mu.Lock()
	defer w.edge.mu.Unlock()
	require.Equal(t, map[string]int{"soft": 2}, w.edge.soft)
	require.Less(t, slices.Index(w.edge.order, "hard"), slices.Index(w.edge.order, "soft"), "what must not be seen goes first")
}

// TestReadersAreToldFirst: until the bus has carried a change, the edge would get the old
// answer once more.
func TestReadersAreToldFirst(t *testing.T) {
	w := newWorld(t)
	w.known()
	client := pgtest.Redis(t)
	space := cachekey.Space(t.Name())
	publisher := invalidate.NewPublisher(invalidate.PublisherConfig{Redis: client, Space: space})
	_, err := publisher.Heartbeat(t.Context(), 1)
	require.NoError(t, err)
	bus := &watched{Bus: invalidate.NewBus(client, space), looked: make(chan struct{}, 1000)}
	s := w.start(func(o *Options) { o.Log = bus })
	require.Eventually(t, func() bool { return s.value(t, "up") == 1 }, time.Minute, 5*time.Millisecond, "what it finds at its start it does not wait for")
	w.announce(tag(1))
	<-bus.looked
	<-bus.looked
	require.Zero(t, w.edge.asked())
	var row invalidate.Row
	require.NoError(t, w.conn.QueryRow(t.Context(), "SELECT id, tags FROM ops.outbox ORDER BY id DESC LIMIT 1").Scan(&row.ID, &row.Tags))
	_, err = publisher.Publish(t.Context(), []invalidate.Row{row})
	require.NoError(t, err)
	w.await(tag(1), 2)
	require.Zero(t, s.value(t, "ahead_total"))

	// Nobody publishes it: the edge does not wait for ever.
	w.announce(tag(2))
	w.await(tag(2), 2)
	require.EqualValues(t, 1, s.value(t, "ahead_total"))
}

// watched tells when the bus is looked at.
type watched struct {
	*invalidate.Bus
	looked chan struct{}
}

func (b *watched) Replay(ctx context.Context, after uint64, apply func(invalidate.Message) bool) error {
	err := b.Bus.Replay(ctx, after, apply)
	b.looked <- struct{}{}
	return err
}
