package fault

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/tercul/tercul/loadtest/history/rig"
)

type mend = func(context.Context) error

// pause has answers of the database take their time, and those of Redis a little.
func pause(_ context.Context, w *World, reader int, rnd *rand.Rand) (mend, error) {
	r := w.Readers[reader]
	err := errors.Join(r.Postgres.Slow(between(rnd, 100, 600), 50*time.Millisecond), r.Redis.Slow(20*time.Millisecond, 15*time.Millisecond))
	if r.Replica != nil {
		err = errors.Join(err, r.Replica.Slow(between(rnd, 100, 600), 50*time.Millisecond))
	}
	return whole(r.Postgres, r.Redis, r.Replica), err
}

func between(rnd *rand.Rand, least, most int) time.Duration {
	return time.Duration(least+rnd.IntN(most-least)) * time.Millisecond
}

// whole mends lines.
func whole(lines ...*rig.Line) mend {
	return func(ctx context.Context) (err error) {
		for _, line := range lines {
			if line != nil {
				err = errors.Join(err, line.Mend(ctx))
			}
		}
		return err
	}
}

func loseMessages(_ context.Context, w *World, reader int, _ *rand.Rand) (mend, error) {
	line := w.Readers[reader].Redis
	return whole(line), line.Deafen()
}

func slowBus(_ context.Context, w *World, reader int, rnd *rand.Rand) (mend, error) {
	line := w.Readers[reader].Redis
	return whole(line), line.Slow(between(rnd, 100, 400), 100*time.Millisecond)
}

// halfOpen swallows everything, and then either goes on as if nothing had been or
// breaks at last.
func halfOpen(_ context.Context, w *World, reader int, rnd *rand.Rand) (mend, error) {
	line := w.Readers[reader].Redis
	breaks := rnd.IntN(2) == 0
	return func(ctx context.Context) error {
		if breaks {
			line.Cut()
		}
		return line.Mend(ctx)
	}, line.Swallow()
}

func narrow(_ context.Context, w *World, reader int, _ *rand.Rand) (mend, error) {
	line := w.Readers[reader].Redis
	return whole(line), line.Narrow(1)
}

func cutDatabase(_ context.Context, w *World, reader int, _ *rand.Rand) (mend, error) {
	r := w.Readers[reader]
	r.Postgres.Cut()
	if r.Replica != nil {
		r.Replica.Cut()
	}
	return whole(r.Postgres, r.Replica), nil
}
