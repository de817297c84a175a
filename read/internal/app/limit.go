package app

import (
	"context"
	"crypto/rand"
	"net/netip"
	"time"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/limit"
)

// LimitConfig bounds what one address may ask of the database.
type LimitConfig struct {
	Requests int            `env:"TERCUL_READ_LIMIT_REQUESTS" envDefault:"0" validate:"min=0,max=100000" desc:"The most questions that may reach the database for one address in a period; 0 for any number. 100 is fit for an origin behind a CDN."`
	Period   time.Duration  `env:"TERCUL_READ_LIMIT_PERIOD" envDefault:"1h" validate:"min=1s,max=744h" desc:"The period of that limit."`
	Burst    int            `env:"TERCUL_READ_LIMIT_BURST" envDefault:"0" validate:"min=0,max=100000" desc:"How many of them may come at once; 0 for all."`
	Proxies  []netip.Prefix `env:"TERCUL_READ_LIMIT_PROXIES" desc:"Networks of the proxies and the CDN, separated by commas, whose X-Forwarded-For is believed." example:"10.0.0.0/8,fd00::/8"`
	Hops     int            `env:"TERCUL_READ_LIMIT_HOPS" envDefault:"0" validate:"min=0,max=10" desc:"How many proxies stand before the reader, where their addresses are not known; only if nobody else can reach it."`
	Secret   string         `env:"TERCUL_READ_LIMIT_SECRET" validate:"omitempty,min=16" secret:"true" desc:"Makes addresses unreadable in Redis; the same for every reader. 16 characters or more, such as openssl rand -hex 16 prints."`
}

// ruleRequests is what callers see in RateLimit-Policy.
const ruleRequests = "requests"

// client is nil where nobody is limited: then nobody's address is looked at.
func (c LimitConfig) client() func(remoteAddr string, forwardedFor ...string) netip.Addr {
	if c.Requests == 0 {
		return nil
	}
	return limit.Proxies{Prefixes: c.Proxies, Hops: c.Hops}.ClientIP
}

func (c LimitConfig) rule() limit.Rule {
	r := limit.Rule{Name: ruleRequests, Rate: c.Requests, Period: c.Period, Burst: c.Burst}
	if r.Burst == 0 {
		r.Burst = r.Rate
	}
	return r
}

func newLimiter(r *Reader) (*limit.Limiter, error) {
	c := r.cfg.Limit
	if c.Requests == 0 {
		return nil, nil //nolint:nilnil // no limiter is what was asked for
	}
	cfg := limit.Config{
		Rules: []limit.Rule{c.rule()}, Space: cachekey.Space(r.cfg.RedisSpace), Secret: []byte(c.Secret),
		Timeout: r.cfg.Redis.Timeout, Metrics: r.metrics, Log: r.log,
	}
	if r.redis != nil {
		cfg.Redis = r.redis.Client
	} else if c.Secret == "" {
		cfg.Secret = []byte(rand.Text()) // nobody else has to find these buckets
	}
	return limit.New(cfg)
}

// limited charges a question that is about to reach the database to the address
// that asked it. A renewal in the background is charged to nobody: who caused it
// was answered from a cache.
type limited struct {
	next    answer.Source
	limiter *limit.Limiter
}

// Answer passes the question on, or refuses it.
func (l limited) Answer(ctx context.Context, q *answer.Query) (answer.Result, error) {
	if !q.Reload {
		d, err := l.limiter.Allow(ctx, limit.Ask{Rule: ruleRequests, Subject: limit.Subject(q.Client)})
		if err == nil {
			err = d.Err()
		}
		if err != nil {
			return answer.Result{}, err
		}
	}
	return l.next.Answer(ctx, q)
}
