package limit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/rds"
)

// Config is what a Limiter needs.
type Config struct {
	Rules []Rule
	// Redis counts for all processes. Nil for an installation without: each process
	// then counts by itself, and nothing is amiss.
	Redis  redis.Scripter
	Space  cachekey.Space // default "tercul"
	Secret []byte         // at least 16 bytes, the same in every process
	// Timeout is how long Redis may take; default 50 ms.
	Timeout time.Duration
	// Subjects is how many buckets a process keeps while Redis is away; default 16,384.
	Subjects int
	Metrics  prometheus.Registerer
	Log      zerolog.Logger
	Now      func() time.Time // of the process's own buckets and of its patience
}

// Limiter decides about requests. It is safe for concurrent use.
type Limiter struct {
	rules   map[string]Rule
	redis   backend // nil for an installation without
	alone   backend
	mode    *mode
	metrics *metrics
	space   cachekey.Space
	secret  []byte
	timeout time.Duration
}

const minSecret = 16

// New checks the rules. It does not connect.
func New(cfg Config) (*Limiter, error) {
	cfg = cfg.withDefaults()
	rules := make(map[string]Rule, len(cfg.Rules))
	for _, r := range cfg.Rules {
		if err := r.check(); err != nil {
			return nil, err
		}
		if _, twice := rules[r.Name]; twice {
			return nil, fmt.Errorf("limit: there are two rules %s", r.Name)
		}
		rules[r.Name] = r
	}
	if len(cfg.Secret) < minSecret {
		return nil, fmt.Errorf("limit: the secret has %d bytes; it must have %d", len(cfg.Secret), minSecret)
	}
	alone, err := newAlone(cfg.Subjects, cfg.Now)
	if err != nil {
		return nil, err
	}
	m, err := newMetrics(cfg.Metrics)
	if err != nil {
		return nil, fmt.Errorf("limit: metrics: %w", err)
	}
	l := &Limiter{
		rules: rules, alone: alone, metrics: m, space: cfg.Space, secret: cfg.Secret, timeout: cfg.Timeout,
		mode: &mode{now: cfg.Now, log: cfg.Log, alone: m.alone},
	}
	if cfg.Redis != nil {
		l.redis = shared{cfg.Redis}
	}
	return l, nil
}

func (cfg Config) withDefaults() Config {
	if cfg.Space == "" {
		cfg.Space = cachekey.DefaultSpace
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 50 * time.Millisecond
	}
	if cfg.Subjects <= 0 {
		cfg.Subjects = 16_384
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return cfg
}

// Allow counts a request against what it asks of, each rule at most once. The
// error is a mistake of the program's: a rule that is not there, or asked twice.
func (l *Limiter) Allow(ctx context.Context, asks ...Ask) (Decision, error) {
	rules, keys, err := l.resolve(asks)
	if err != nil || len(asks) == 0 {
		return Decision{Allowed: err == nil}, err
	}
	began := time.Now()
	d, ok := l.decideShared(ctx, rules, keys)
	if !ok {
		if d, err = l.decideAlone(ctx, rules, keys); err != nil {
			return d, err
		}
	}
	l.metrics.observe(d, began)
	return d, nil
}

func (l *Limiter) resolve(asks []Ask) (rules []Rule, keys []string, err error) {
	rules, keys = make([]Rule, len(asks)), make([]string, len(asks))
	for i, ask := range asks {
		r, ok := l.rules[ask.Rule]
		if !ok {
			return nil, nil, fmt.Errorf("limit: there is no rule %q", ask.Rule)
		}
		for _, earlier := range rules[:i] {
			if earlier.Name == r.Name {
				return nil, nil, fmt.Errorf("limit: rule %s is asked twice of one request", r.Name)
			}
		}
		rules[i], keys[i] = r, l.space.Limit(r.Name, l.hide(ask.Subject))
	}
	return rules, keys, nil
}

// hide makes a subject unreadable, and impossible to find by trying.
func (l *Limiter) hide(subject string) string {
	mac := hmac.New(sha256.New, l.secret)
	mac.Write([]byte(subject))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// decideShared asks Redis, if that is worth a try, and tells whether it answered.
func (l *Limiter) decideShared(ctx context.Context, rules []Rule, keys []string) (Decision, bool) {
	if l.redis == nil || !l.mode.try() {
		return Decision{}, false
	}
	buckets := bucketsOf(rules, Rule.shared)
	waiting, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	allowed, full, err := l.redis.take(waiting, keys, buckets)
	switch {
	case err == nil:
		l.mode.succeeded()
		return newDecision(allowed, rules, buckets, full), true
	case ctx.Err() != nil && !errors.Is(err, redis.ErrPoolTimeout):
		return Decision{}, false // the caller has gone; that says nothing about Redis
	}
	l.mode.failure(rds.Error(err))
	return Decision{}, false
}

func (l *Limiter) decideAlone(ctx context.Context, rules []Rule, keys []string) (Decision, error) {
	buckets := bucketsOf(rules, Rule.alone)
	allowed, full, err := l.alone.take(ctx, keys, buckets)
	if err != nil {
		return Decision{}, err
	}
	d := newDecision(allowed, rules, buckets, full)
	d.Alone = l.redis != nil
	return d, nil
}

func bucketsOf(rules []Rule, of func(Rule) bucket) []bucket {
	out := make([]bucket, len(rules))
	for i, r := range rules {
		out[i] = of(r)
	}
	return out
}
