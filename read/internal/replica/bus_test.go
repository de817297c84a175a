package replica

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/pgtest"
)

// bus is Redis with a publisher that beats.
type bus struct {
	client *redis.Client
	space  cachekey.Space

	mu  sync.Mutex
	pub *invalidate.Publisher
}

func newBus(t *testing.T) *bus {
	t.Helper()
	b := &bus{client: pgtest.Redis(t), space: cachekey.Space(fmt.Sprintf("replica-%d", time.Now().UnixNano()))}
	b.pub = invalidate.NewPublisher(invalidate.PublisherConfig{Redis: b.client, Space: b.space})
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			b.mu.Lock()
			_, _ = b.pub.Heartbeat(ctx, 1)
			b.mu.Unlock()
			select {
			case <-ctx.Done():
			case <-tick.C:
			}
		}
	})
	t.Cleanup(func() { cancel(); wg.Wait() })
	return b
}

func (b *bus) publish(ctx context.Context, row invalidate.Row) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, err := b.pub.Publish(ctx, []invalidate.Row{row})
	return err
}
