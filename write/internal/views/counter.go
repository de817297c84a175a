package views

import (
	"context"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Config is what a Counter needs.
type Config struct {
	// Redis counts for all processes; nil for an installation without.
	Redis redis.Cmdable
	Space cachekey.Space // default "tercul"
	Now   func() time.Time
	// Timeout is how long Redis may take; default 100 ms.
	Timeout time.Duration
	Metrics prometheus.Registerer
	Log     zerolog.Logger
}

// Counter counts views. It is safe for concurrent use.
type Counter struct {
	cfg     Config
	keys    *dayKeys
	alone   *alone
	metrics *metrics
	// resume is when Redis is tried again, in nanoseconds; 0 while it answers.
	resume atomic.Int64
}

// Visit is that somebody opened something.
type Visit struct {
	Subject   publicid.ID
	Client    netip.Addr
	UserAgent string
}

// Bounds of what is counted.
const (
	window     = 24 * time.Hour
	perAddress = 5000 // a day
	perSubject = 100  // a day, of one address
	maxFields  = 20_000
	// pause is for how long Redis is left alone when it has not answered.
	pause = 2 * time.Second
)

// New makes a Counter. It does not connect.
func New(cfg Config) (*Counter, error) {
	if cfg.Space == "" {
		cfg.Space = cachekey.DefaultSpace
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 100 * time.Millisecond
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	c := &Counter{cfg: cfg, keys: &dayKeys{redis: cfg.Redis, space: cfg.Space, held: map[int64][]byte{}}}
	var err error
	if c.alone, err = newAlone(); err != nil {
		return nil, err
	}
	c.metrics, err = newMetrics(cfg.Metrics, c)
	return c, err
}

// outcome is what became of a view.
type outcome string

const (
	counted  outcome = "counted"
	repeated outcome = "repeated" // the visitor was counted in the last 24 hours
	program  outcome = "program"
	ignored  outcome = "ignored" // such things are not counted
	bounded  outcome = "bounded" // the address, or the batch, has as many as it may have
)

// kinds are what has a page to open.
var kinds = map[string]bool{"WORK": true, "EXPRESSION": true, "PERSON": true, "COLLECTION": true}

// Record counts a view, if it is one to count. Nobody is told: whether a subject is
// there is found out when the views are stored. The caller may be gone by now.
func (c *Counter) Record(ctx context.Context, v Visit) {
	c.metrics.views.WithLabelValues(string(c.record(context.WithoutCancel(ctx), v))).Inc()
}

func (c *Counter) record(ctx context.Context, v Visit) outcome {
	switch {
	case !kinds[v.Subject.Kind]:
		return ignored
	case !reader(v.UserAgent):
		return program
	}
	now := c.cfg.Now()
	if c.asks(now) {
		ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
		defer cancel()
		out, err := c.countShared(ctx, v, now)
		if err == nil {
			c.answered()
			return out
		}
		c.silent(now, err)
	}
	return c.alone.count(v, now)
}

// asks tells whether Redis is worth a try.
func (c *Counter) asks(now time.Time) bool {
	return c.cfg.Redis != nil && now.UnixNano() >= c.resume.Load()
}

func (c *Counter) silent(now time.Time, err error) {
	if c.resume.Swap(now.Add(pause).UnixNano()) == 0 {
		c.cfg.Log.Warn().Err(err).Msg("views are counted in this process: Redis does not answer")
	}
}

func (c *Counter) answered() {
	if c.resume.Load() != 0 && c.resume.Swap(0) != 0 {
		c.cfg.Log.Info().Msg("views are counted in Redis again")
	}
}
