package rds

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
	"github.com/rs/zerolog"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/redact"
)

// Config is what an operator sets. Without a URL there is no Redis, which is a
// whole way to run: say so to the layers above by leaving theirs out.
type Config struct {
	URL      string        `env:"TERCUL_REDIS_URL" validate:"omitempty,redisurl" secret:"true" example:"redis://127.0.0.1:6379/0" desc:"Redis for the second cache layer and the invalidation bus; without it, the database is polled for changes."`
	Timeout  time.Duration `env:"TERCUL_REDIS_TIMEOUT" envDefault:"50ms" validate:"min=1ms" desc:"For each exchange with Redis; beyond it Redis counts as absent."`
	PoolSize int           `env:"TERCUL_REDIS_POOL" envDefault:"32" validate:"min=1,max=10000" desc:"The most connections to Redis at a time."`
}

// Options are what a service decides.
type Options struct {
	Application string        // shown in CLIENT LIST
	Limiter     redis.Limiter // a breaker, or nil
	Metrics     prometheus.Registerer
}

const (
	defaultTimeout = 50 * time.Millisecond
	idleConnection = 5 * time.Minute
)

// Client is a go-redis client that counts its exchanges.
type Client struct {
	*redis.Client
	meter *meter
}

// Open makes the client; the first command connects.
func Open(cfg Config, opts Options) (*Client, error) {
	o, err := redis.ParseURL(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("the URL of Redis: %w", redact.Error(err))
	}
	timeout := cfg.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = timeout, timeout, timeout, timeout
	o.ContextTimeoutEnabled = true
	o.MaxRetries = -1   // none
	o.DialerRetries = 1 // one try
	o.ConnMaxIdleTime = idleConnection
	o.Limiter = opts.Limiter
	o.ClientName = opts.Application
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	if cfg.PoolSize > 0 {
		o.PoolSize = cfg.PoolSize
	}
	c := &Client{Client: redis.NewClient(o), meter: newMeter()}
	c.AddHook(c.meter)
	if opts.Metrics == nil {
		return c, nil
	}
	if err := c.meter.register(opts.Metrics, c.Client); err != nil {
		return nil, errors.Join(fmt.Errorf("the metrics of Redis: %w", err), c.Close())
	}
	return c, nil
}

// Ping asks whether Redis answers, within its timeout.
func (c *Client) Ping(ctx context.Context) error { return Error(c.Client.Ping(ctx).Err()) }

// Exchanges returns how many round trips have been made since Open, the greeting
// of each new connection included; a pipeline is one.
func (c *Client) Exchanges() uint64 { return c.meter.exchanges.Load() }

// Error translates what go-redis returned. An error of Redis's own, such as a
// wrong type, and redis.Nil are returned as they are.
func Error(err error) error {
	var coded *apperr.Error
	var network net.Error
	switch {
	case err == nil, errors.Is(err, redis.Nil), errors.As(err, &coded):
		return err
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout(), errors.Is(err, redis.ErrPoolTimeout):
		return apperr.Wrap(redact.Error(err), apperr.Timeout, "The cache took too long to answer.")
	case errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		errors.Is(err, redis.ErrClosed), redis.HasErrorPrefix(err, "LOADING"), redis.HasErrorPrefix(err, "READONLY"),
		redis.HasErrorPrefix(err, "MASTERDOWN"), redis.HasErrorPrefix(err, "OOM"):
		return apperr.Wrap(redact.Error(err), apperr.Unavailable, "The cache cannot be reached for the moment.")
	}
	return redact.Error(err)
}

// LogTo sends go-redis's own messages, which go to standard error as plain text,
// to a logger. The driver has one logger for the process: call this once, in main.
func LogTo(log zerolog.Logger) { redis.SetLogger(driverLog{log}) }

type driverLog struct{ log zerolog.Logger }

func (d driverLog) Printf(_ context.Context, format string, args ...any) {
	d.log.Debug().Str("driver", "go-redis").Msgf(format, args...)
}
