package limit

import (
	"strconv"
	"time"

	"github.com/dunglas/httpsfv"
)

// The headers, as draft-ietf-httpapi-ratelimit-headers-11 has them.
const (
	HeaderLimit      = "RateLimit"
	HeaderPolicy     = "RateLimit-Policy"
	HeaderRetryAfter = "Retry-After"
)

// Header sets RateLimit and RateLimit-Policy, and Retry-After where the request
// was refused. They speak of one caller: never on an answer that a cache may keep.
//
//	RateLimit-Policy: "requests";q=100;w=3600
//	RateLimit: "requests";r=0;t=36
//
// t is until r grows. Seconds are rounded up, so that who waits waits long enough.
func (d Decision) Header(set func(name, value string)) {
	policies, limits := make(httpsfv.List, len(d.States)), make(httpsfv.List, len(d.States))
	for i, s := range d.States {
		policy, current := httpsfv.NewItem(s.Rule.Name), httpsfv.NewItem(s.Rule.Name)
		policy.Params.Add("q", int64(s.Rule.Rate))
		policy.Params.Add("w", seconds(s.Rule.Period))
		current.Params.Add("r", int64(s.Remaining))
		current.Params.Add("t", seconds(s.Next))
		policies[i], limits[i] = policy, current
	}
	setList(set, HeaderPolicy, policies)
	setList(set, HeaderLimit, limits)
	if !d.Allowed {
		set(HeaderRetryAfter, strconv.FormatInt(max(seconds(d.RetryAfter()), 1), 10))
	}
}

// setList leaves a header out that has nothing to say, or cannot be written,
// which a rule's name, once checked, does not let happen.
func setList(set func(name, value string), name string, list httpsfv.List) {
	if text, err := httpsfv.Marshal(list); err == nil && text != "" {
		set(name, text)
	}
}

func seconds(d time.Duration) int64 { return int64((d + time.Second - 1) / time.Second) }
