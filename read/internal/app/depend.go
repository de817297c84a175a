package app

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"

	"github.com/tercul/tercul/read/internal/api"
	"github.com/tercul/tercul/read/internal/evict"
	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/invalidate"
)

// waitFor asks a dependency until it answers: machines come up in any order.
func waitFor(ctx context.Context, name string, limit time.Duration, log zerolog.Logger, ping func(context.Context) error) error {
	deadline := time.Now().Add(limit)
	for delay := 100 * time.Millisecond; ; delay = min(2*delay, 2*time.Second) {
		err := ping(ctx)
		if err == nil || ctx.Err() != nil {
			return ctx.Err()
		}
		if time.Now().Add(delay).After(deadline) {
			return fmt.Errorf("%s did not answer within %s (TERCUL_READ_START): %w", name, limit, err)
		}
		log.Warn().Err(err).Msg(name + " does not answer yet")
		select {
		case <-ctx.Done():
		case <-time.After(delay):
		}
	}
}

// newFollower learns of changes from the bus, or without it from the database.
func newFollower(r *Reader) (*evict.Follower, error) {
	r.fence = newFence(r.cfg.Replica)
	cfg := evict.Config{
		Log: r.log, Metrics: r.metrics, Heard: r.heard, Fence: r.fence,
		Connect: func(ctx context.Context) (*pgx.Conn, error) {
			return pgx.ConnectConfig(ctx, r.db.Config().ConnConfig)
		},
	}
	if r.bus != nil {
		cfg.Redis, cfg.Space = r.bus.Client, cachekey.Space(r.cfg.RedisSpace)
	}
	return evict.New(cfg)
}

// heard looks at the table of documents when it has changed, or may have.
func (r *Reader) heard(tags []string) {
	if slices.Contains(tags, documentsTag) || slices.Contains(tags, invalidate.Everything) {
		r.registry.Wake()
	}
}

// documentsTag is what a change of the table of documents announces.
const documentsTag = "api"

// follow is the follower as a service. It is ready when it has heard the first
// news: what is answered before that cannot be kept, as nobody knows what it may
// have missed. A reader that hears nothing starts all the same, and answers.
func (r *Reader) follow(ctx context.Context, ready func()) error {
	var waiting sync.WaitGroup
	defer waiting.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	waiting.Go(func() {
		if r.awaitNews(ctx) {
			ready()
		}
	})
	return r.follower.Run(ctx)
}

// awaitNews waits until something is heard, but not for ever; it answers false
// where the process ends before.
func (r *Reader) awaitNews(ctx context.Context) bool {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	heard := time.After(firstNews)
	for r.follower.Mode() == evict.Blind {
		select {
		case <-ctx.Done():
			return false
		case <-heard:
			r.log.Warn().Msg("nothing is heard of changes yet; answers are not kept until it is")
			return true
		case <-tick.C:
		}
	}
	return true
}

// firstNews is how long the start waits for news of changes.
const firstNews = 5 * time.Second

// pingRedis asks whether Redis answers in the time that a cache has.
func (r *Reader) pingRedis(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Redis.Timeout)
	defer cancel()
	return r.bus.Ping(ctx)
}

// dependencies are what /readyz names. Without Postgres only what is cached can
// be answered, but that can: a balancer that took every reader out would take away
// the answers too that an outage leaves. A reader starts only with Postgres there.
func (r *Reader) dependencies() *api.Readiness {
	list := []api.Dependency{{Name: dependPostgres, Check: r.db.Ping}}
	list = append(list, r.replicaDependencies()...)
	if r.bus != nil {
		list = append(list, api.Dependency{Name: dependRedis, Check: r.pingRedis}, api.Dependency{Name: dependBus, Check: r.hearsBus})
	}
	ready := api.NewReadiness(append(list, api.Dependency{
		Name: dependChanges, Check: func(context.Context) error {
			if r.follower.Mode() == evict.Blind {
				return errBlind
			}
			return nil
		},
		Detail: func() string { return r.follower.Mode().String() },
	}, api.Dependency{
		Name: "documents", Required: true, Check: func(context.Context) error { return nil },
		Detail: func() string { return fmt.Sprintf("%d known", len(r.registry.List())) },
	})...)
	modes := newModes(r.bus != nil, r.log, r.metrics)
	ready.Observe(func(reports []api.Report) string {
		r.postgresDown.Store(slices.ContainsFunc(reports, func(d api.Report) bool { return d.Name == dependPostgres && !d.Up() }))
		return modes.observe(reports)
	})
	return ready
}

// hearsBus tells whether changes come by the bus. Redis may answer and nothing be
// heard all the same: the relay that publishes is not there.
func (r *Reader) hearsBus(context.Context) error {
	if r.follower.Mode() != evict.Bus {
		return errSilent
	}
	return nil
}

var errSilent = apperr.New(apperr.Unavailable, "nothing is heard from the relay over Redis")

var errBlind = apperr.New(apperr.Unavailable, "neither the bus nor the outbox can be followed; nothing is taken for fresh")
