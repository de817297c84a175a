package provider

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
)

// FastlyAPI is where Fastly takes purges.
const FastlyAPI = "https://api.fastly.com"

// Fastly is a service at Fastly.
type Fastly struct {
	client              *http.Client
	api, service, token string
}

// NewFastly returns the driver of a service. The token needs the scope purge_select.
func NewFastly(client *http.Client, api, service, token string) *Fastly {
	return &Fastly{client: client, api: api, service: service, token: token}
}

// Name is the service's id.
func (f *Fastly) Name() string { return "fastly " + f.service }

// Limits are 256 keys a call, and 100,000 keys an hour for a customer, of which some are left
// to others.
func (f *Fastly) Limits() Limits {
	return Limits{Keys: 256, Rate: 25, Burst: 5000, EachKey: true}
}

// Purge sends the keys as a batch. The answer has an id for each that was purged.
func (f *Fastly) Purge(ctx context.Context, keys []string, hard bool) ([]string, error) {
	r, _, err := post(ctx, f.api+"/service/"+url.PathEscape(f.service)+"/purge", map[string][]string{"surrogate_keys": keys})
	if err != nil {
		return keys, err
	}
	r.Header.Set("Fastly-Key", f.token)
	r.Header.Set("Accept", "application/json")
	if !hard {
		r.Header.Set("Fastly-Soft-Purge", "1")
	}
	body, err := call(f.client, r)
	if err != nil {
		return keys, err
	}
	var purged map[string]any
	if err := json.Unmarshal(body, &purged); err != nil {
		return keys, &Error{Outcome: Failed, Problem: "the answer is no object"}
	}
	var left []string
	for _, key := range keys {
		if id, ok := purged[key].(string); !ok || id == "" {
			left = append(left, key)
		}
	}
	if len(left) > 0 {
		return left, &Error{Outcome: Failed, Problem: "not all keys were purged"}
	}
	return nil, nil
}
