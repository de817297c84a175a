package fault

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/tercul/tercul/loadtest/history/rig"
)

// The names of the bus, as docs/architecture/cache.md has them.
const (
	tags    = "{" + rig.Space + "}:tags"
	log     = "{" + rig.Space + "}:log"
	channel = "{" + rig.Space + "}:news"
)

func killSubscribers(ctx context.Context, w *World, _ int, _ *rand.Rand) (mend, error) {
	return nil, w.Admin().ClientKillByFilter(ctx, "TYPE", "pubsub").Err()
}

// repeatMessages publishes again what was published: the last message, and older ones.
func repeatMessages(ctx context.Context, w *World, _ int, rnd *rand.Rand) (mend, error) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- repeat(ctx, w, rnd) }()
	return func(context.Context) error {
		cancel()
		return <-ended
	}, nil
}

func repeat(ctx context.Context, w *World, rnd *rand.Rand) error {
	for {
		newest, err := w.Admin().XRevRangeN(ctx, log, "+", "-", 50).Result()
		if err != nil || len(newest) == 0 {
			return unlessOver(ctx, err)
		}
		for _, at := range []int{0, rnd.IntN(len(newest))} {
			if err := w.Admin().Publish(ctx, channel, newest[at].Values["m"]).Err(); err != nil {
				return unlessOver(ctx, err)
			}
		}
		sleep(ctx, 10*time.Millisecond)
	}
}

// unlessOver forgives errors of what was asked to end.
func unlessOver(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return nil
}

func loseTags(ctx context.Context, w *World, _ int, _ *rand.Rand) (mend, error) {
	return nil, w.Admin().Del(ctx, tags).Err()
}

// loseLog takes the log, and disconnects those who would need it.
func loseLog(ctx context.Context, w *World, _ int, _ *rand.Rand) (mend, error) {
	if err := w.Admin().Del(ctx, log).Err(); err != nil {
		return nil, err
	}
	return nil, w.Admin().ClientKillByFilter(ctx, "TYPE", "pubsub").Err()
}
