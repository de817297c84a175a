package edge

import (
	"net/url"
	"slices"
	"time"

	"github.com/tercul/tercul/shared/config"
	"github.com/tercul/tercul/write/internal/edge/provider"
)

// Config says which edges there are. None is purged unless it is named here.
type Config struct {
	Mode    string        `env:"TERCUL_EDGE_MODE" envDefault:"hard" validate:"oneof=hard soft" desc:"hard has edges drop what was changed; soft lets them keep it for when no reader can answer. Cloudflare knows no soft purge; Fastly gives what was purged softly once more while it asks anew."`
	Window  time.Duration `env:"TERCUL_EDGE_WINDOW" envDefault:"50ms" validate:"min=0s,max=100ms" desc:"In which changes are gathered for one purge."`
	Again   time.Duration `env:"TERCUL_EDGE_AGAIN" envDefault:"6s" validate:"min=1s,max=5m" desc:"From a purge to its repetition, which catches old answers that were under way: longer than TERCUL_READ_TIMEOUT and the 3 s after which a reader notices that it is not told."`
	Timeout time.Duration `env:"TERCUL_EDGE_TIMEOUT" envDefault:"5s" validate:"min=100ms,max=1m" desc:"For one call of an edge."`
	Owed    time.Duration `env:"TERCUL_EDGE_OWED" envDefault:"24h" validate:"min=10m,max=720h" desc:"How long the outbox keeps for an edge what it could not be purged of. After that it has to forget everything."`

	VarnishURLs []string `env:"TERCUL_EDGE_VARNISH_URLS" example:"http://varnish-1:6081,http://varnish-2:6081" desc:"Varnishes that run deploy/varnish, separated by commas: each of them, not what balances between them."`
	VarnishKey  string   `env:"TERCUL_EDGE_VARNISH_KEY" validate:"omitempty,min=16,max=200,printascii" secret:"true" desc:"What the Varnishes know as TERCUL_PURGE_KEY. 16 characters or more."`

	FastlyService string `env:"TERCUL_EDGE_FASTLY_SERVICE" validate:"omitempty,alphanum,max=64" desc:"The id of the service at Fastly."`
	FastlyToken   string `env:"TERCUL_EDGE_FASTLY_TOKEN" validate:"omitempty,printascii,max=200" secret:"true" desc:"A token of Fastly's API with the scope purge_select."`
	FastlyAPI     string `env:"TERCUL_EDGE_FASTLY_API" envDefault:"https://api.fastly.com" validate:"http_url" desc:"Where Fastly's API is."`

	CloudflareZone  string `env:"TERCUL_EDGE_CLOUDFLARE_ZONE" validate:"omitempty,hexadecimal,max=64" desc:"The id of the zone at Cloudflare."`
	CloudflareToken string `env:"TERCUL_EDGE_CLOUDFLARE_TOKEN" validate:"omitempty,printascii,max=200" secret:"true" desc:"A token of Cloudflare's API with the permission Cache Purge for the zone."`
	CloudflarePlan  string `env:"TERCUL_EDGE_CLOUDFLARE_PLAN" envDefault:"free" validate:"oneof=free pro business enterprise" desc:"The account's plan, which decides how often it may purge."`
	CloudflareAPI   string `env:"TERCUL_EDGE_CLOUDFLARE_API" envDefault:"https://api.cloudflare.com/client/v4" validate:"http_url" desc:"Where Cloudflare's API is."`

	HookURL    string  `env:"TERCUL_EDGE_HOOK_URL" validate:"omitempty,http_url" secret:"true" desc:"Takes a signed POST with the keys and purges some other edge by them."`
	HookSecret string  `env:"TERCUL_EDGE_HOOK_SECRET" secret:"true" example:"whsec_<base64 of 32 random bytes>" desc:"Signs the calls of the hook, as Standard Webhooks has it."`
	HookRate   float64 `env:"TERCUL_EDGE_HOOK_RATE" envDefault:"10" validate:"gt=0,max=1000" desc:"The most calls of the hook in a second."`
}

// Check finds what no single setting can tell.
func (c *Config) Check() (faults []config.Fault) {
	add := func(variable, problem, remedy string) {
		faults = append(faults, config.Fault{Variable: variable, Problem: problem, Remedy: remedy})
	}
	for _, pair := range [][4]string{
		{"TERCUL_EDGE_FASTLY_SERVICE", c.FastlyService, "TERCUL_EDGE_FASTLY_TOKEN", c.FastlyToken},
		{"TERCUL_EDGE_CLOUDFLARE_ZONE", c.CloudflareZone, "TERCUL_EDGE_CLOUDFLARE_TOKEN", c.CloudflareToken},
		{"TERCUL_EDGE_HOOK_URL", c.HookURL, "TERCUL_EDGE_HOOK_SECRET", c.HookSecret},
	} {
		switch {
		case pair[1] != "" && pair[3] == "":
			add(pair[2], "is not set, and "+pair[0]+" is", "")
		case pair[1] == "" && pair[3] != "":
			add(pair[0], "is not set, and "+pair[2]+" is", "")
		}
	}
	if c.HookSecret != "" {
		if _, err := provider.HookSecret(c.HookSecret); err != nil {
			add("TERCUL_EDGE_HOOK_SECRET", err.Error(), "Set it to something like whsec_$(openssl rand -base64 32).")
		}
	}
	return append(faults, c.checkVarnish()...)
}

func (c *Config) checkVarnish() (faults []config.Fault) {
	if len(c.VarnishURLs) > 0 && c.VarnishKey == "" {
		faults = append(faults, config.Fault{Variable: "TERCUL_EDGE_VARNISH_KEY", Problem: "is not set, and TERCUL_EDGE_VARNISH_URLS is", Remedy: "Set it to something like $(openssl rand -hex 16)."})
	}
	for i, text := range c.VarnishURLs {
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.User != nil {
			faults = append(faults, config.Fault{Variable: "TERCUL_EDGE_VARNISH_URLS", Problem: "has something else than schemes with hosts", Remedy: "Set it to something like http://varnish-1:6081,http://varnish-2:6081."})
			break
		}
		if slices.Contains(c.VarnishURLs[:i], text) {
			faults = append(faults, config.Fault{Variable: "TERCUL_EDGE_VARNISH_URLS", Problem: "names the same one twice", Remedy: "Leave one of them out."})
			break
		}
	}
	return faults
}

// Drivers are those of the edges that are named. The configuration was checked.
func (c *Config) Drivers() (list []provider.Driver, err error) {
	client := provider.NewClient()
	for _, text := range c.VarnishURLs {
		u, err := url.Parse(text)
		if err != nil {
			return nil, err
		}
		list = append(list, provider.NewVarnish(client, u, c.VarnishKey))
	}
	if c.FastlyService != "" {
		list = append(list, provider.NewFastly(client, c.FastlyAPI, c.FastlyService, c.FastlyToken))
	}
	if c.CloudflareZone != "" {
		list = append(list, provider.NewCloudflare(client, c.CloudflareAPI, c.CloudflareZone, c.CloudflareToken, c.CloudflarePlan))
	}
	if c.HookURL != "" {
		u, err := url.Parse(c.HookURL)
		if err != nil {
			return nil, err
		}
		secret, err := provider.HookSecret(c.HookSecret)
		if err != nil {
			return nil, err
		}
		list = append(list, provider.NewHook(client, u, secret, c.HookRate))
	}
	return list, nil
}
