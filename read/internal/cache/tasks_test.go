package cache

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Every task that was accepted is done, whoever does it, and none is left when Run
// returns.
func TestTasksAreDoneAndEnd(t *testing.T) {
	tasks := NewTasks()
	var done atomic.Int64
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for range 2000 {
				require.True(t, tasks.Go(func(context.Context) { done.Add(1) }))
			}
		})
	}
	callers.Wait()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.NoError(t, tasks.Run(ctx, func() {}))
	require.EqualValues(t, 8*2000, done.Load())
	require.False(t, tasks.Go(func(context.Context) {}), "it has stopped")
}

// After a burst as many as there are places rest, and one of them takes the next task.
func TestTasksRestAndAreTakenUp(t *testing.T) {
	tasks := NewTasks()
	var started sync.WaitGroup
	release := make(chan struct{})
	for range 4 * maxIdle {
		started.Add(1)
		tasks.Go(func(context.Context) { started.Done(); <-release })
	}
	started.Wait()
	require.Empty(t, tasks.rests, "all are at work")
	close(release)
	resting := func(n int) {
		t.Helper()
		require.Eventually(t, func() bool { return len(tasks.rests) == n }, 10*time.Second, time.Millisecond)
	}
	resting(maxIdle)
	for range 100 {
		left := make(chan int)
		tasks.Go(func(context.Context) { left <- len(tasks.rests) })
		require.Equal(t, maxIdle-1, <-left, "no new one is needed")
		resting(maxIdle)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.NoError(t, tasks.Run(ctx, func() {}))
}
