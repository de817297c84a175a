package run_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tercul/tercul/shared/run"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// diary notes what happened, in order.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) note(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, line)
}

func (d *diary) service(name string) run.Service {
	return run.Service{Name: name, Run: func(ctx context.Context, ready func()) error {
		d.note("+" + name)
		ready()
		ready() // harmless
		<-ctx.Done()
		d.note("-" + name)
		return ctx.Err()
	}}
}

func group(services ...run.Service) *run.Group {
	g := &run.Group{}
	for _, s := range services {
		g.Add(s)
	}
	return g
}

func TestStartsInOrderStopsInReverse(t *testing.T) {
	var d diary
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	g := group(d.service("a"), d.service("b"), run.Service{Name: "c", Run: func(ctx context.Context, ready func()) error {
		ready()
		cancel()
		<-ctx.Done()
		return nil
	}})
	g.Report = func(service, event string, _ time.Duration, err error) {
		assert.NoError(t, err)
		if event == "ready" {
			d.note(service + " ready")
		}
	}
	require.NoError(t, g.Run(ctx))
	assert.Equal(t, []string{"+a", "a ready", "+b", "b ready", "c ready", "-b", "-a"}, d.lines)
}

func TestAFailureStopsAll(t *testing.T) {
	var d diary
	broken := errors.New("broken")
	fail := make(chan struct{})
	g := group(d.service("a"), run.Service{Name: "bad", Run: func(_ context.Context, ready func()) error {
		ready()
		<-fail
		return broken
	}}, run.Service{Name: "last", Run: func(ctx context.Context, ready func()) error {
		ready()
		close(fail)
		<-ctx.Done()
		return ctx.Err()
	}})
	err := g.Run(context.Background())
	require.ErrorIs(t, err, broken)
	assert.EqualError(t, err, "bad: broken")
	assert.Equal(t, []string{"+a", "-a"}, d.lines)
}

func TestAFailureToStart(t *testing.T) {
	var d diary
	g := group(d.service("a"), run.Service{Name: "bad", Run: func(context.Context, func()) error {
		return errors.New("port taken")
	}}, d.service("never"))
	assert.EqualError(t, g.Run(context.Background()), "bad: port taken")
	assert.Equal(t, []string{"+a", "-a"}, d.lines)
}

func TestEndingByItselfIsAFailure(t *testing.T) {
	g := group(run.Service{Name: "short", Run: func(_ context.Context, ready func()) error { ready(); return nil }})
	assert.EqualError(t, g.Run(context.Background()), "short: ended by itself")
}

func TestAnEarlierOneFailsWhileALaterStarts(t *testing.T) {
	starting := make(chan struct{})
	g := group(run.Service{Name: "early", Run: func(_ context.Context, ready func()) error {
		ready()
		<-starting
		return errors.New("gone")
	}}, run.Service{Name: "slow", Run: func(ctx context.Context, _ func()) error {
		close(starting)
		<-ctx.Done()
		return ctx.Err()
	}})
	assert.EqualError(t, g.Run(context.Background()), "early: gone")
}

func TestCancelledWhileStarting(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	g := group(run.Service{Name: "slow", Run: func(ctx context.Context, _ func()) error {
		cancel()
		<-ctx.Done()
		return ctx.Err()
	}})
	require.NoError(t, g.Run(ctx))
}

func TestAServiceThatDoesNotStopIsNamed(t *testing.T) {
	release := make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	g := group(run.Service{Name: "stuck", Stop: time.Millisecond, Run: func(_ context.Context, ready func()) error {
		defer close(done)
		ready()
		cancel()
		<-release
		return nil
	}})
	assert.EqualError(t, g.Run(ctx), "stuck did not stop within 1ms")
	close(release)
	<-done
}

type exit int

func (e exit) Error() string { return "cannot reach postgres://a:secret@h" }
func (e exit) ExitCode() int { return int(e) }

func TestCode(t *testing.T) {
	var stderr bytes.Buffer
	assert.Equal(t, 0, run.Code("p", &stderr, func(context.Context) error { return nil }))
	assert.Empty(t, stderr.String())
	assert.Equal(t, 3, run.Code("p", &stderr, func(context.Context) error { return exit(3) }))
	assert.Equal(t, "p: cannot reach postgres://a:xxxxx@h\n", stderr.String())
	assert.Equal(t, 1, run.Code("p", &stderr, func(context.Context) error { return errors.New("x") }))
}

func TestASignalEndsTheContext(t *testing.T) {
	code := run.Code("p", &bytes.Buffer{}, func(ctx context.Context) error {
		if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	})
	assert.Equal(t, 0, code)
}
