package app

import (
	"net/netip"
	"net/url"
	"time"

	"github.com/tercul/tercul/shared/config"
	"github.com/tercul/tercul/shared/pg"
	"github.com/tercul/tercul/shared/rds"
	"github.com/tercul/tercul/shared/telemetry"
	"github.com/tercul/tercul/write/internal/account"
	"github.com/tercul/tercul/write/internal/contribution"
	"github.com/tercul/tercul/write/internal/edge"
	"github.com/tercul/tercul/write/internal/mail"
	"github.com/tercul/tercul/write/internal/secret"
)

// Config is everything an operator can set.
type Config struct {
	Addr  string        `env:"TERCUL_WRITE_ADDR" envDefault:"127.0.0.1:8081" validate:"hostname_port" desc:"Where the writer listens."`
	Start time.Duration `env:"TERCUL_WRITE_START" envDefault:"30s" validate:"min=0s,max=1h" desc:"How long the start waits for Postgres."`
	Drain time.Duration `env:"TERCUL_WRITE_DRAIN" envDefault:"1s" validate:"min=0s,max=5m" desc:"On the way down: how long /readyz says draining before the listener closes."`
	Stop  time.Duration `env:"TERCUL_WRITE_STOP" envDefault:"10s" validate:"min=100ms,max=5m" desc:"On the way down: how long requests in flight, and then jobs at work, may take."`

	API      APIConfig
	Limits   LimitConfig
	Sessions SessionConfig
	Password account.PasswordConfig
	Mail     mail.Config

	Contributions contribution.Config

	Edge edge.Config

	Publish    time.Duration `env:"TERCUL_WRITE_PUBLISH" envDefault:"250ms" validate:"min=1ms,max=5s" desc:"How long a mutation waits after its commit until the caches are told; beyond it is answered without X-Tercul-Seq, and they are told later."`
	OutboxKeep time.Duration `env:"TERCUL_OUTBOX_KEEP" envDefault:"24h" validate:"min=10m,max=8760h" desc:"How long announcements are kept in the outbox."`

	Database pg.Config
	Redis    rds.Config
	// RedisSpace must be the reader's.
	RedisSpace string `env:"TERCUL_REDIS_SPACE" envDefault:"tercul" validate:"min=1,max=64,printascii" desc:"Begins the name of every key and channel in Redis, so that installations can share one; the same for reader and writer."`
	Log        telemetry.LogConfig
}

// APIConfig is about requests.
type APIConfig struct {
	URL       string         `env:"TERCUL_WRITE_URL" envDefault:"http://127.0.0.1:8081" validate:"http_url" desc:"How callers address the writer: scheme and host. Access tokens are issued in its name, and signatures of requests cover it."`
	Documents string         `env:"TERCUL_WRITE_DOCUMENTS" envDefault:"persisted" validate:"oneof=persisted any" desc:"Which documents are run: persisted for the shipped ones, and any from editors; any for all that are valid from everybody (development)."`
	Timeout   time.Duration  `env:"TERCUL_WRITE_TIMEOUT" envDefault:"10s" validate:"min=100ms,max=2m" desc:"For one answer. The longest texts take some seconds."`
	Origins   []string       `env:"TERCUL_WRITE_ORIGINS" example:"https://example.org" desc:"Sites whose pages may send a browser's session, separated by commas."`
	Proxies   []netip.Prefix `env:"TERCUL_WRITE_PROXIES" example:"10.0.0.0/8,fd00::/8" desc:"Networks of the proxies, separated by commas, whose X-Forwarded-For is believed."`
	Hops      int            `env:"TERCUL_WRITE_HOPS" envDefault:"0" validate:"min=0,max=10" desc:"How many proxies stand before the writer, where their addresses are not known; only if nobody else can reach it."`
}

// SessionConfig is about tokens and cookies.
type SessionConfig struct {
	Audience string      `env:"TERCUL_WRITE_AUDIENCE" envDefault:"tercul-write" validate:"min=1,max=200" desc:"For whom access tokens are made."`
	Cookies  string      `env:"TERCUL_WRITE_COOKIES" envDefault:"secure" validate:"oneof=secure loopback" desc:"secure for the __Host- cookie over HTTPS; loopback for plain HTTP on one machine."`
	SealKeys secret.Ring `env:"TERCUL_WRITE_SEAL_KEYS" validate:"required" secret:"true" example:"2026:<base64 of 32 random bytes>" desc:"Keys that seal the private halves of the keys of access tokens in the database, by id, the one in use first."`
	Refresh  secret.Ring `env:"TERCUL_WRITE_REFRESH_KEYS" validate:"required" secret:"true" example:"2026:<base64 of 32 random bytes>" desc:"Keys that refresh tokens follow each other by, by id, the one in use first. An old one is needed for 10 s."`
}

// LoadConfig reads the environment and lists all that is wrong with it at once.
func LoadConfig(environ map[string]string) (Config, error) { return config.Load[Config](environ) }

// Check finds what no single setting can tell.
func (c *Config) Check() []config.Fault {
	faults := append(c.Mail.Check(), c.Limits.check()...)
	faults = append(faults, c.Edge.Check()...)
	for name, ring := range map[string]secret.Ring{
		"TERCUL_WRITE_PEPPERS": c.Password.Peppers, "TERCUL_WRITE_SEAL_KEYS": c.Sessions.SealKeys, "TERCUL_WRITE_REFRESH_KEYS": c.Sessions.Refresh,
	} {
		if len(ring.Keys()) == 0 {
			faults = append(faults, config.Fault{Variable: name, Problem: "is not set", Remedy: "Set it to something like 2026:$(openssl rand -base64 32)."})
		}
	}
	u, err := url.Parse(c.API.URL)
	if err != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return append(faults, config.Fault{Variable: "TERCUL_WRITE_URL", Problem: "must be scheme and host alone", Remedy: "Set it to something like https://write.example.org."})
	}
	if c.Sessions.Cookies == cookiesLoopback && !loopback(u.Hostname()) {
		faults = append(faults, config.Fault{
			Variable: "TERCUL_WRITE_COOKIES", Problem: "is loopback, and TERCUL_WRITE_URL is not on this machine", Remedy: "Leave it out: cookies have to be secure.",
		})
	}
	return faults
}

const cookiesLoopback = "loopback"

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}
