package cache

import (
	"context"
	"sync"
	"time"
)

// Tasks owns the goroutines of the layers. It is run as a service, started before
// what takes requests and stopped after it.
type Tasks struct {
	context context.Context //nolint:containedctx // it is the life of what it owns
	cancel  context.CancelFunc
	closing chan struct{}
	idle    chan func(ctx context.Context) // to whoever is at rest
	rests   chan struct{}                  // the places for those at rest

	mu     sync.Mutex
	wg     sync.WaitGroup
	closed bool
}

// drain is how long tasks may go on after Run's context ended before theirs does.
const drain = 2 * time.Second

// maxIdle is how many goroutines wait for more work. A goroutine that has worked
// has a stack that is large enough; growing that of a new one is a tenth of the
// time that a miss takes.
const maxIdle = 64

// NewTasks returns Tasks that accept work at once.
func NewTasks() *Tasks {
	ctx, cancel := context.WithCancel(context.Background())
	return &Tasks{context: ctx, cancel: cancel, closing: make(chan struct{}), idle: make(chan func(context.Context)), rests: make(chan struct{}, maxIdle)}
}

// Go starts f, unless the Tasks are stopping, and tells whether it did.
func (t *Tasks) Go(f func(ctx context.Context)) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return false
	}
	select {
	case t.idle <- f:
	default:
		t.wg.Go(func() { t.work(f) })
	}
	return true
}

// work does a task, and then rests for the next one where there is a place.
func (t *Tasks) work(f func(ctx context.Context)) {
	for {
		f(t.context)
		select {
		case t.rests <- struct{}{}:
		default:
			return
		}
		select {
		case f = <-t.idle:
			<-t.rests
		case <-t.closing:
			return
		}
	}
}

// Closing is closed when the Tasks begin to stop.
func (t *Tasks) Closing() <-chan struct{} { return t.closing }

// Run waits until the context ends, then for the tasks, and cancels those that
// take too long.
func (t *Tasks) Run(ctx context.Context, ready func()) error {
	ready()
	<-ctx.Done()
	t.mu.Lock()
	if !t.closed {
		t.closed = true
		close(t.closing)
	}
	t.mu.Unlock()
	timer := time.AfterFunc(drain, t.cancel)
	defer timer.Stop()
	t.wg.Wait()
	t.cancel()
	return nil
}
