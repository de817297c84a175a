package provider

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"golang.org/x/time/rate"
)

// CloudflareAPI is where Cloudflare takes purges.
const CloudflareAPI = "https://api.cloudflare.com/client/v4"

// Cloudflare is a zone at Cloudflare.
type Cloudflare struct {
	client           *http.Client
	api, zone, token string
	rate             rate.Limit
	burst            int
}

// NewCloudflare returns the driver of a zone. The token needs the permission Cache Purge.
// The plan (free, pro, business, enterprise) decides how often the account may call.
func NewCloudflare(client *http.Client, api, zone, token, plan string) *Cloudflare {
	c := &Cloudflare{client: client, api: api, zone: zone, token: token, rate: rate.Limit(5) / 60, burst: 25}
	switch plan {
	case "pro":
		c.rate = 5
	case "business":
		c.rate, c.burst = 10, 50
	case "enterprise":
		c.rate, c.burst = 50, 500
	}
	return c
}

// Name is the zone's id.
func (c *Cloudflare) Name() string { return "cloudflare " + c.zone }

// Limits are those of 2026: 100 tags a call, and a bucket of calls for the account.
func (c *Cloudflare) Limits() Limits { return Limits{Keys: 100, Rate: c.rate, Burst: c.burst} }

// Purge purges by tag. Cloudflare knows no soft purge.
func (c *Cloudflare) Purge(ctx context.Context, keys []string, _ bool) ([]string, error) {
	r, _, err := post(ctx, c.api+"/zones/"+url.PathEscape(c.zone)+"/purge_cache", map[string][]string{"tags": keys})
	if err != nil {
		return keys, err
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	body, err := call(c.client, r)
	if err != nil {
		return keys, err
	}
	var reply struct{ Success bool }
	if err := json.Unmarshal(body, &reply); err != nil || !reply.Success {
		return keys, &Error{Outcome: Failed, Problem: "the answer does not say success"}
	}
	return nil, nil
}
