package cache

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/apperr"
)

func TestTenThousandCallersOneLoad(t *testing.T) {
	r := newReader(t)
	r.origin.set("work_1", "Inferno")
	release := make(chan struct{})
	r.origin.pause(func() { <-release })
	const callers = 10_000
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			if res := r.answer(ask("work_1")); !strings.Contains(string(res.Entry.Body), "Inferno") {
				t.Errorf("%s", res.Entry.Body)
			}
		})
	}
	eventually(t, "all have joined", func() bool { return counted(r.metrics.joined) == callers-1 })
	if counted(r.metrics.flying) != 1 {
		t.Errorf("%v loads in progress", counted(r.metrics.flying))
	}
	close(release)
	wg.Wait()
	if n := r.origin.loads.Load(); n != 1 {
		t.Errorf("%d loads", n)
	}
}

// TestFlightIsNotSharedAcrossAnInvalidation: the first load has read the old row
// and is still under way when the second caller comes.
func TestFlightIsNotSharedAcrossAnInvalidation(t *testing.T) {
	r := newReader(t)
	r.origin.set("work_1", "old")
	reached, release := make(chan struct{}), make(chan struct{})
	r.origin.pause(func() {
		r.origin.pause(func() {})
		close(reached)
		<-release
	})
	var wg sync.WaitGroup
	wg.Go(func() {
		if res := r.answer(ask("work_1")); !res.Entry.NoStore || !strings.Contains(string(res.Entry.Body), "old") {
			t.Errorf("%v %s", res.Entry.NoStore, res.Entry.Body)
		}
	})
	<-reached
	r.change("work_1", "new")
	r.expect(ask("work_1"), "new", answer.Origin, 1)
	close(release)
	wg.Wait()
	r.expect(ask("work_1"), "new", answer.L1, 0)
}

func TestCallersLeaveAtTheirOwnDeadline(t *testing.T) {
	r := newReader(t)
	r.origin.set("work_1", "Inferno")
	reached, release := make(chan struct{}), make(chan struct{})
	r.origin.pause(func() { close(reached); <-release })
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() {
		_, err := r.source.Answer(ctx, ask("work_1"))
		left <- err
	}()
	<-reached
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	close(release)
	eventually(t, "the load has filled L1 although nobody waited", func() bool {
		return r.l1.find(ask("work_1").Key, answer.Identity) != nil
	})
	r.expect(ask("work_1"), "Inferno", answer.L1, 0)
}

func TestLoadHasADeadline(t *testing.T) {
	r := newReader(t)
	stuck := answer.SourceFunc(func(ctx context.Context, _ *answer.Query) (answer.Result, error) {
		<-ctx.Done()
		return answer.Result{}, ctx.Err()
	})
	f := NewFlight(stuck, FlightConfig{Clock: r.clock, Tasks: r.tasks, Deadline: time.Millisecond})
	if _, err := f.Answer(t.Context(), ask("a")); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
}

type traceKey struct{}

func TestLoadGoesOnWithTheCallersValues(t *testing.T) {
	r := newReader(t)
	seen := make(chan any, 1)
	f := NewFlight(answer.SourceFunc(func(ctx context.Context, _ *answer.Query) (answer.Result, error) {
		seen <- ctx.Value(traceKey{})
		return answer.Result{}, errDown
	}), FlightConfig{Clock: r.clock, Tasks: r.tasks})
	_, _ = f.Answer(context.WithValue(t.Context(), traceKey{}, "span"), ask("a"))
	if got := <-seen; got != "span" {
		t.Fatalf("the load sees %v", got)
	}
}

func TestPanicIsAnError(t *testing.T) {
	r := newReader(t)
	f := NewFlight(answer.SourceFunc(func(context.Context, *answer.Query) (answer.Result, error) {
		panic("a bug")
	}), FlightConfig{Clock: r.clock, Tasks: r.tasks, Log: zerolog.Nop()})
	for range 2 {
		_, err := f.Answer(t.Context(), ask("a"))
		if apperr.From(err).Code != apperr.Internal {
			t.Fatal(err)
		}
	}
}

func TestErrorsAreNotRemembered(t *testing.T) {
	r := newReader(t)
	r.origin.fail(errDown)
	for range 3 {
		if _, err := r.source.Answer(t.Context(), ask("work_1")); err == nil {
			t.Fatal("no error")
		}
	}
	if n := r.origin.loads.Load(); n != 3 {
		t.Fatalf("%d loads", n)
	}
}

func TestTasksStop(t *testing.T) {
	tasks := NewTasks()
	started := make(chan struct{})
	tasks.Go(func(ctx context.Context) { close(started); <-ctx.Done() })
	<-started
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- tasks.Run(ctx, func() {}) }()
	cancel()
	<-tasks.Closing()
	if tasks.Go(func(context.Context) {}) {
		t.Fatal("work is taken on while stopping")
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	f := NewFlight(nil, FlightConfig{Clock: newReader(t).clock, Tasks: tasks})
	if _, err := f.Answer(t.Context(), ask("a")); apperr.From(err).Code != apperr.Unavailable {
		t.Fatal(err)
	}
}

// TestARefusedStarterRefusesNobodyElse: a limit charges the load to who started
// it. The others, who have joined it, ask for themselves.
func TestARefusedStarterRefusesNobodyElse(t *testing.T) {
	good, bad := netip.MustParseAddr("203.0.113.1"), netip.MustParseAddr("198.51.100.9")
	refusal := apperr.New(apperr.RateLimited, "")
	started, release := make(chan struct{}, 1), make(chan struct{})
	var loads atomic.Int64
	limited := answer.SourceFunc(func(_ context.Context, q *answer.Query) (answer.Result, error) {
		if q.Client == bad {
			started <- struct{}{}
			<-release
			return answer.Result{}, refusal
		}
		loads.Add(1)
		return answer.Result{Entry: &answer.Entry{}}, nil
	})
	r := newReader(t)
	flight := NewFlight(limited, FlightConfig{Clock: r.clock, Tasks: r.tasks, Metrics: r.metrics})
	ask := func(client netip.Addr) error {
		q := ask("work_1")
		q.Client = client
		_, err := flight.Answer(t.Context(), q)
		return err
	}
	first := make(chan error, 1)
	go func() { first <- ask(bad) }()
	<-started
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if err := ask(good); err != nil {
				t.Error(err)
			}
		})
	}
	eventually(t, "all have joined", func() bool { return counted(r.metrics.joined) == 20 })
	close(release)
	wg.Wait()
	if err := <-first; !errors.Is(err, refusal) {
		t.Errorf("who started it: %v", err)
	}
	if loads.Load() == 0 {
		t.Error("nobody has loaded")
	}
}
