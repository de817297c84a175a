package provider

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// Varnish is a Varnish that runs deploy/varnish/tercul.vcl.
type Varnish struct {
	client *http.Client
	url    *url.URL
	key    string
}

// NewVarnish returns the driver of the Varnish at a URL of scheme and host. The key is
// what it knows as TERCUL_PURGE_KEY.
func NewVarnish(client *http.Client, u *url.URL, key string) *Varnish {
	return &Varnish{client: client, url: &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}, key: key}
}

// Name is the address of the server.
func (v *Varnish) Name() string { return "varnish " + v.url.Host }

// Limits are those of a header line: 8 KB unless Varnish is told otherwise. It can be
// called as often as one likes; the rate is there so that a storm becomes one `all`.
func (v *Varnish) Limits() Limits { return Limits{Keys: 500, Bytes: 7000, Rate: 200, Burst: 400} }

// Purge sends the keys in a header, since Varnish does not look into bodies.
func (v *Varnish) Purge(ctx context.Context, keys []string, hard bool) ([]string, error) {
	r, err := http.NewRequestWithContext(ctx, "PURGE", v.url.String(), http.NoBody)
	if err != nil {
		return keys, &Error{Outcome: Denied, Problem: "the address is no URL"}
	}
	r.Header.Set("Authorization", "Bearer "+v.key)
	r.Header.Set("X-Tercul-Keys", strings.Join(keys, " "))
	r.Header.Set("X-Tercul-Purge", mode(hard))
	if _, err := call(v.client, r); err != nil {
		return keys, err
	}
	return nil, nil
}

func mode(hard bool) string {
	if hard {
		return "hard"
	}
	return "soft"
}
