package app

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/config"
	"github.com/tercul/tercul/shared/limit"
	"github.com/tercul/tercul/write/internal/policy"
)

// LimitConfig is how often things may be asked for.
type LimitConfig struct {
	Mode   string         `env:"TERCUL_WRITE_LIMITS" envDefault:"on" validate:"oneof=on relaxed off" desc:"Whether requests are counted: on; relaxed, a hundred times as many (development); off."`
	Counts map[string]int `env:"TERCUL_WRITE_LIMIT_COUNTS" example:"writes:200,comments-hour:60" desc:"Other numbers for limits by name, separated by commas; docs/api/operations.md lists them."`
}

// The modes.
const (
	limitsRelaxed = "relaxed"
	limitsOff     = "off"
	relaxedBy     = 100
	mostRequests  = 100_000 // that a rule can allow
)

// check finds counts of limits that there are not, and such as cannot be counted.
func (c LimitConfig) check() (faults []config.Fault) {
	known := map[string]bool{}
	for _, l := range policy.AllLimits() {
		known[l.Name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(c.Counts)) {
		fault := config.Fault{Variable: "TERCUL_WRITE_LIMIT_COUNTS", Value: fmt.Sprintf("%s:%d", name, c.Counts[name])}
		switch {
		case !known[name]:
			fault.Problem = "names no limit"
			fault.Remedy = "There are: " + strings.Join(slices.Sorted(maps.Keys(known)), ", ") + "."
		case c.Counts[name] < 1 || c.Counts[name] > mostRequests:
			fault.Problem = fmt.Sprintf("must be 1 to %d", mostRequests)
		default:
			continue
		}
		faults = append(faults, fault)
	}
	return faults
}

// rules are the policy's limits as they are counted. While Redis is away each
// process allows half of the strict ones.
func (c LimitConfig) rules(shared bool) []limit.Rule {
	limits := policy.AllLimits()
	rules := make([]limit.Rule, len(limits))
	for i, l := range limits {
		count := l.Count
		if other, ok := c.Counts[l.Name]; ok {
			count = other
		}
		if c.Mode == limitsRelaxed {
			count = min(count*relaxedBy, mostRequests)
		}
		rules[i] = limit.Rule{Name: l.Name, Rate: count, Burst: count, Period: l.Period}
		if l.Strict && shared {
			rules[i].AloneRate, rules[i].AloneBurst = max(count/2, 1), max(count/2, 1)
		}
	}
	return rules
}

// limiter is nil where nothing is counted.
func (w *Writer) limiter() (*limit.Limiter, error) {
	if w.cfg.Limits.Mode == limitsOff {
		return nil, nil //nolint:nilnil // no limiter is what was asked for
	}
	// Subjects are hidden in Redis by a key that every writer has; when it changes,
	// counting begins anew.
	active, _ := w.cfg.Sessions.Refresh.Active()
	secret, err := hkdf.Key(sha256.New, active.Secret.Reveal(), nil, "tercul rate limits", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("limits: %w", err)
	}
	cfg := limit.Config{
		Rules: w.cfg.Limits.rules(w.redis != nil), Space: cachekey.Space(w.cfg.RedisSpace), Secret: secret,
		Timeout: w.cfg.Redis.Timeout, Metrics: w.metrics, Log: w.log,
	}
	if w.redis != nil {
		cfg.Redis = w.redis.Client
	}
	return limit.New(cfg)
}
