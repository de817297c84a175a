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
	probe  atomic.Int64 // when the next may pass, in ms; 0 while closed
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

// Allow is called by the client before an exchange. While open, one passes each
// time that Rest is over.
func (b *Breaker) Allow() error {
	at := b.probe.Load()
	if at == 0 {
		return nil
	}
	now := b.now.ms()
	if now < at || !b.probe.CompareAndSwap(at, now+b.cfg.Rest.Milliseconds()) {
		return ErrOpen
	}
	return nil
}

// ReportResult is called by the client after it.
func (b *Breaker) ReportResult(err error) {
	switch {
	case errors.Is(err, context.Canceled):
		return // says nothing about Redis
	case !transport(err):
		b.failed.Store(0)
		if b.probe.Swap(0) != 0 {
			b.cfg.Metrics.breakerOpen.Set(0)
		}
	case b.failed.Add(1) >= int64(b.cfg.Failures):
		if b.probe.CompareAndSwap(0, b.now.ms()+b.cfg.Rest.Milliseconds()) {
			b.cfg.Metrics.breakerOpen.Set(1)
			b.cfg.Metrics.breakerTrips.Inc()
		}
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
