package announce

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/pgtest"
)

// bus is a bus whose calls a test answers one by one.
type bus struct {
	calls   chan []invalidate.Row
	answers chan answer
}

type answer struct {
	receipt invalidate.Receipt
	err     error
}

func (b *bus) Publish(ctx context.Context, rows []invalidate.Row) (invalidate.Receipt, error) {
	select {
	case b.calls <- rows:
	case <-ctx.Done():
		return invalidate.Receipt{}, ctx.Err()
	}
	select {
	case a := <-b.answers:
		return a.receipt, a.err
	case <-ctx.Done():
		return invalidate.Receipt{}, ctx.Err()
	}
}

func (b *bus) Stand(ctx context.Context) (invalidate.Receipt, error) { return b.Publish(ctx, nil) }

// running is an Announcer at work, and the end of it.
func running(t *testing.T, cfg Config) (a *Announcer, stop func()) {
	t.Helper()
	cfg.Log, cfg.Metrics = zerolog.Nop(), prometheus.NewRegistry()
	a, err := New(cfg)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx, func() {}) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			require.NoError(t, <-ended)
		})
	}
	t.Cleanup(stop)
	return a, stop
}

type result struct {
	seq uint64
	ok  bool
}

func begin(a *Announcer, rows ...invalidate.Row) <-chan result {
	done := make(chan result, 1)
	go func() {
		seq, ok := a.Announce(rows)
		done <- result{seq, ok}
	}()
	return done
}

func (a *Announcer) count(outcome string) float64 {
	return testutil.ToFloat64(a.m.commands.WithLabelValues(outcome))
}

const patient = time.Minute // a test that waits for so long has failed

// TestWhoWaitsSharesACall: while one call is under way, those that come wait, and the
// next call takes all of them.
func TestWhoWaitsSharesACall(t *testing.T) {
	b := &bus{make(chan []invalidate.Row), make(chan answer)}
	a, _ := running(t, Config{Publisher: b, Wait: patient})
	first := begin(a, invalidate.Row{ID: 1})
	require.Len(t, <-b.calls, 1)
	others := make([]<-chan result, 20)
	for i := range others {
		others[i] = begin(a, invalidate.Row{ID: int64(i)}, invalidate.Row{ID: int64(i)})
	}
	require.Eventually(t, func() bool { return len(a.asks) == len(others) }, patient, time.Millisecond)
	b.answers <- answer{receipt: invalidate.Receipt{Published: 1, Seq: 11}}
	require.Equal(t, result{11, true}, <-first)
	require.Len(t, <-b.calls, 40)
	b.answers <- answer{receipt: invalidate.Receipt{Published: 40, Known: 3, Seq: 51}}
	for _, other := range others {
		require.Equal(t, result{51, true}, <-other)
	}
	require.InDelta(t, 21, a.count(published), 0)
	require.InDelta(t, 38, testutil.ToFloat64(a.m.rows), 0)
	require.InDelta(t, 3, testutil.ToFloat64(a.m.known), 0)
}

// TestAHalfDoneBatch: those whose rows are all on the bus have a number, others have none.
func TestAHalfDoneBatch(t *testing.T) {
	b := &bus{make(chan []invalidate.Row), make(chan answer)}
	a, _ := running(t, Config{Publisher: b, Wait: patient, Rest: patient})
	first := begin(a)
	require.Empty(t, <-b.calls, "it asks where the bus stands")
	whole := begin(a, invalidate.Row{ID: 1}, invalidate.Row{ID: 2})
	require.Eventually(t, func() bool { return len(a.asks) == 1 }, patient, time.Millisecond)
	half := begin(a, invalidate.Row{ID: 3}, invalidate.Row{ID: 4})
	require.Eventually(t, func() bool { return len(a.asks) == 2 }, patient, time.Millisecond)
	b.answers <- answer{receipt: invalidate.Receipt{Seq: 7}}
	require.Equal(t, result{7, true}, <-first)
	<-b.calls
	b.answers <- answer{invalidate.Receipt{Published: 3, Seq: 10}, errors.New("the line was cut")}
	require.Equal(t, result{10, true}, <-whole)
	require.Equal(t, result{0, false}, <-half)
}

// TestADeadBusIsNotWaitedFor: after a failure nobody waits, until the rest is over; then
// one call finds out.
func TestADeadBusIsNotWaitedFor(t *testing.T) {
	b := &bus{make(chan []invalidate.Row), make(chan answer)}
	a, _ := running(t, Config{Publisher: b, Wait: patient, Rest: patient})
	first := begin(a, invalidate.Row{ID: 1})
	<-b.calls
	waiting := begin(a, invalidate.Row{ID: 2})
	require.Eventually(t, func() bool { return len(a.asks) == 1 }, patient, time.Millisecond)
	b.answers <- answer{err: errors.New("away")}
	require.False(t, (<-first).ok)
	require.False(t, (<-waiting).ok, "who waited meanwhile does not wait for another failure")
	for range 10 {
		_, ok := a.Announce([]invalidate.Row{{ID: 3}})
		require.False(t, ok)
	}
	require.InDelta(t, 10, a.count(resting), 0)
	a.rest.Store(1) // the rest is over
	again := begin(a, invalidate.Row{ID: 4})
	<-b.calls
	b.answers <- answer{receipt: invalidate.Receipt{Published: 1, Seq: 5}}
	require.Equal(t, result{5, true}, <-again)
	require.Zero(t, a.rest.Load())
}

// TestASlowBusIsGivenUp: the caller goes on without a number.
func TestASlowBusIsGivenUp(t *testing.T) {
	b := &bus{make(chan []invalidate.Row, 1), make(chan answer)}
	a, _ := running(t, Config{Publisher: b, Wait: 20 * time.Millisecond, Rest: patient})
	_, ok := a.Announce([]invalidate.Row{{ID: 1}})
	require.False(t, ok)
	require.InDelta(t, 1, a.count(late)+a.count(failed), 0)
	require.Eventually(t, a.resting, patient, time.Millisecond)
}

func TestThereAreBounds(t *testing.T) {
	b := &bus{make(chan []invalidate.Row), make(chan answer)}
	a, err := New(Config{Publisher: b, Wait: time.Nanosecond}) // nobody works
	require.NoError(t, err)
	_, ok := a.Announce(make([]invalidate.Row, mostRows+1))
	require.False(t, ok)
	require.InDelta(t, 1, a.count(wide), 0)
	for range mostAsks + 1 {
		_, ok := a.Announce(nil)
		require.False(t, ok)
	}
	require.InDelta(t, 1, a.count(crowded), 0)
	require.InDelta(t, mostAsks, a.count(late), 0)
}

// TestTheLastArePublished: who waits when the service is asked to stop is served, and
// who comes after is not kept.
func TestTheLastArePublished(t *testing.T) {
	b := &bus{make(chan []invalidate.Row), make(chan answer)}
	a, stop := running(t, Config{Publisher: b, Wait: patient})
	first := begin(a, invalidate.Row{ID: 1})
	<-b.calls
	second := begin(a, invalidate.Row{ID: 2})
	require.Eventually(t, func() bool { return len(a.asks) == 1 }, patient, time.Millisecond)
	stopped := make(chan struct{})
	go func() { stop(); close(stopped) }()
	b.answers <- answer{receipt: invalidate.Receipt{Published: 1, Seq: 1}}
	require.True(t, (<-first).ok)
	<-b.calls
	b.answers <- answer{receipt: invalidate.Receipt{Published: 1, Seq: 2}}
	require.Equal(t, result{2, true}, <-second)
	<-stopped
	_, ok := a.Announce(nil)
	require.False(t, ok)
}

// TestOnARealBus has many at once, and every number covers what it was answered for.
func TestOnARealBus(t *testing.T) {
	client, space := pgtest.Redis(t), cachekey.Space(t.Name())
	a, _ := running(t, Config{Publisher: invalidate.NewPublisher(invalidate.PublisherConfig{Redis: client, Space: space}), Wait: patient})
	seqs := make([]uint64, 200)
	var all sync.WaitGroup
	for i := range seqs {
		all.Go(func() {
			seq, ok := a.Announce([]invalidate.Row{{ID: int64(i + 1), XID: uint64(i), At: time.UnixMicro(1), Tags: []string{"work_" + strings.Repeat("a", i%9+1)}}})
			if ok {
				seqs[i] = seq
			}
		})
	}
	all.Wait()
	seen := 0
	require.NoError(t, invalidate.NewBus(client, space).Replay(t.Context(), 0, func(m invalidate.Message) bool {
		seen++
		require.GreaterOrEqual(t, seqs[m.Outbox-1], m.Seq)
		return true
	}))
	require.Equal(t, len(seqs), seen)
}
