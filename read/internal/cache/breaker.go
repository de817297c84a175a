package cache

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// BreakerConfig is what a Breaker needs.
type BreakerConfig struct {
	Failures int           // in a row, until it opens; default 5
	Rest     time.Duration // until a probe is let through; default 1 s
	Now      func() time.Time
	Metrics  *Metrics
}

// Breaker spares callers the timeouts of a Redis that does not answer. It goes
// into the client's Options.Limiter, where it sees every exchange.
type Breaker struct {
	cfg    BreakerConfig
	now    wall
	failed atomic.Int64 // in a row
	probe  atomic.Int64 // from when on exchanges may pass again, in ms; 0 while closed
}

// ErrOpen is the answer to exchanges that were not tried.
var ErrOpen = errors.New("redis is left alone after failures")

// NewBreaker returns a closed Breaker.
func NewBreaker(cfg BreakerConfig) *Breaker {
	cfg.Failures = orDefault(cfg.Failures, 5)
	cfg.Rest = orDefault(cfg.Rest, time.Second)
	cfg.Metrics = cfg.Metrics.orUnseen()
	return &Breaker{cfg: cfg, now: cfg.Now}
}

// Open tells whether exchanges are being refused.
func (b *Breaker) Open() bool { return b.probe.Load() != 0 }

// Allow is called by the client before an exchange, and within it again for each
// step of a new connection's greeting; so it cannot let exactly one pass. Once Rest
// is over it refuses nothing, until the first result.
func (b *Breaker) Allow() error {
	if at := b.probe.Load(); at != 0 && b.now.ms() < at {
		return ErrOpen
	}
	return nil
}

// ReportResult is called by the client after it.
func (b *Breaker) ReportResult(err error) {
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, ErrOpen):
		return // says nothing about Redis
	case !transport(err):
		b.failed.Store(0)
		if b.probe.Swap(0) != 0 {
			b.cfg.Metrics.breakerOpen.Set(0)
		}
	case b.failed.Add(1) >= int64(b.cfg.Failures):
		b.open()
	}
}

// open begins a rest, or another one after a probe that failed.
func (b *Breaker) open() {
	now := b.now.ms()
	at := b.probe.Load()
	if now < at || !b.probe.CompareAndSwap(at, now+b.cfg.Rest.Milliseconds()) {
		return
	}
	if at == 0 {
		b.cfg.Metrics.breakerOpen.Set(1)
		b.cfg.Metrics.breakerTrips.Inc()
	}
}

// transport tells failures to reach Redis, or a Redis that cannot serve, from the
// answers of one that can.
func transport(err error) bool {
	var reply redis.Error
	switch {
	case err == nil, errors.Is(err, redis.Nil):
		return false
	case errors.As(err, &reply):
		return redis.IsLoadingError(err) || redis.IsMasterDownError(err) || redis.IsClusterDownError(err)
	}
	return true
}
