package evict

import (
	"context"
	"testing"
)

func TestNewEpoch(t *testing.T) {
	for name, lose := range map[string]func(context.Context, *world) error{
		"another server": func(ctx context.Context, w *world) error {
			return w.redis.HSet(ctx, w.space.State(), "run", "another").Err()
		},
		"emptied": func(ctx context.Context, w *world) error { return w.redis.FlushDB(ctx).Err() },
		"gone backwards": func(ctx context.Context, w *world) error {
			seq, err := w.redis.HGet(ctx, w.space.State(), "seq").Uint64()
			if err != nil {
				return err
			}
			return w.redis.HSet(ctx, w.space.State(), "seq", seq-2, "run", "another").Err()
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 0)
			w.beat()
			f := w.follow(nil, true)
			w.onBus(f)
			for range 3 {
				w.publish("other")
			}
			old := w.publish("other")
			eventually(t, "the messages are applied", applied(f, old.Seq))
			w.mu.Lock()
			if err := lose(t.Context(), w); err != nil {
				t.Fatal(err)
			}
			w.mu.Unlock()
			r := w.publish("work_1")
			eventually(t, "the new epoch is followed", applied(f, r.Seq))
			if f.clock.Valid(old.Seq, slotsOf("anything")) {
				t.Fatal("an answer of the old epoch is believed")
			}
			if r.Epoch == old.Epoch || !f.clock.Valid(r.Seq, slotsOf("work_1")) {
				t.Fatal("an answer of the new epoch is not")
			}
		})
	}
}

// TestBackwardsWithinAnEpoch is somebody's backup put back under a running server:
// numbers that meant one thing come again and mean another.
func TestBackwardsWithinAnEpoch(t *testing.T) {
	w := newWorld(t, 0)
	w.beat()
	f := w.follow(nil, true)
	w.onBus(f)
	w.publish("a")
	r := w.publish("b")
	eventually(t, "the messages are applied", applied(f, r.Seq))
	w.silent.Store(true)
	w.mu.Lock()
	w.redis.HSet(t.Context(), w.space.State(), "seq", r.Seq-1)
	w.redis.Del(t.Context(), w.space.Log())
	w.mu.Unlock()
	eventually(t, "the silence is noticed, and then the number", func() bool { return counted(f.m.sessions) >= 2 })
	w.silent.Store(false)
	w.publish("work_1") // the number of "b" again
	seen := counted(f.m.sessions)
	eventually(t, "two sessions have looked", func() bool { return counted(f.m.sessions) >= seen+2 })
	if f.Mode() != Blind {
		t.Fatal("the sequence is believed")
	}
	w.mu.Lock()
	w.redis.HSet(t.Context(), w.space.State(), "run", "another")
	w.mu.Unlock()
	w.onBus(f)
}
