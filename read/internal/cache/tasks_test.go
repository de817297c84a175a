package cache

import (
	"context"
	"runtime"
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

// A burst leaves few goroutines behind, and the next task needs no new one.
func TestTasksRestAndAreTakenUp(t *testing.T) {
	tasks := NewTasks()
	before, release := runtime.NumGoroutine(), make(chan struct{})
	for range 4 * maxIdle {
		tasks.Go(func(context.Context) { <-release })
	}
	require.GreaterOrEqual(t, runtime.NumGoroutine(), before+4*maxIdle)
	close(release)
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+maxIdle+4 && len(tasks.rests) == maxIdle }, 10*time.Second, time.Millisecond, "a few are those that look")
	at := runtime.NumGoroutine()
	for range 100 {
		ran := make(chan struct{})
		tasks.Go(func(context.Context) { close(ran) })
		<-ran
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), at+4)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.NoError(t, tasks.Run(ctx, func() {}))
}
