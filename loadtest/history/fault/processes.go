package fault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/loadtest/history/rig"
)

func killWriter(_ context.Context, w *World, _ int, _ *rand.Rand) (mend, error) {
	w.Writer.Kill()
	return w.Writer.Start, nil
}

func freezeReader(_ context.Context, w *World, reader int, _ *rand.Rand) (mend, error) {
	r := w.Readers[reader]
	r.Freeze()
	return func(context.Context) error { r.Thaw(); return nil }, nil
}

func killReader(_ context.Context, w *World, reader int, _ *rand.Rand) (mend, error) {
	r := w.Readers[reader]
	r.Kill()
	return r.Start, nil
}

func freezeRedis(_ context.Context, w *World, _ int, _ *rand.Rand) (mend, error) {
	w.Redis.Freeze()
	return func(context.Context) error { w.Redis.Thaw(); return nil }, nil
}

// killRedis has it start again with nothing.
func killRedis(_ context.Context, w *World, _ int, _ *rand.Rand) (mend, error) {
	w.Redis.Kill()
	return func(ctx context.Context) error {
		if err := os.Remove(w.Dump()); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return w.Redis.Start(ctx)
	}, nil
}

// rewindRedis has it write its state down, run for a while, and start again from that.
func rewindRedis(ctx context.Context, w *World, _ int, _ *rand.Rand) (mend, error) {
	if err := w.Admin().Save(ctx).Err(); err != nil {
		return nil, fmt.Errorf("save: %w", err)
	}
	return func(ctx context.Context) error {
		w.Redis.Kill()
		return w.Redis.Start(ctx)
	}, nil
}

func killRedisAndSlow(ctx context.Context, w *World, reader int, rnd *rand.Rand) (mend, error) {
	back, err := killRedis(ctx, w, reader, rnd)
	var lines []*rig.Line
	for _, r := range w.Readers {
		err = errors.Join(err, r.Postgres.Slow(between(rnd, 200, 500), 50*time.Millisecond))
		lines = append(lines, r.Postgres)
	}
	return func(ctx context.Context) error { return errors.Join(back(ctx), whole(lines...)(ctx)) }, err
}

// pauseStandby has the standby receive, and apply nothing.
func pauseStandby(ctx context.Context, w *World, _ int, _ *rand.Rand) (mend, error) {
	if w.Standby.Running() == 0 {
		return nil, nil //nolint:nilnil // there is none
	}
	say := func(ctx context.Context, sql string) (err error) {
		for range 20 { // what is applied at the moment may be in the way
			if err = standby(ctx, w, sql); err == nil {
				return nil
			}
			sleep(ctx, 100*time.Millisecond)
		}
		return err
	}
	return func(ctx context.Context) error { return say(ctx, "SELECT pg_wal_replay_resume()") }, say(ctx, "SELECT pg_wal_replay_pause()")
}

func standby(ctx context.Context, w *World, sql string) error {
	conn, err := pgx.Connect(ctx, w.StandbyURL())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, sql)
	return err
}

func oversize(_ context.Context, w *World, _ int, _ *rand.Rand) (mend, error) {
	w.Editors.Oversize(true)
	return func(context.Context) error { w.Editors.Oversize(false); return nil }, nil
}
