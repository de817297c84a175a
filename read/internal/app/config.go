package app

import (
	"net/url"
	"strings"
	"time"

	"github.com/tercul/tercul/read/internal/cache"
	"github.com/tercul/tercul/shared/config"
	"github.com/tercul/tercul/shared/pg"
	"github.com/tercul/tercul/shared/rds"
	"github.com/tercul/tercul/shared/telemetry"
)

// Config is everything an operator can set. LoadConfig lists all that is wrong
// with it at once.
type Config struct {
	Addr      string `env:"TERCUL_READ_ADDR" envDefault:"127.0.0.1:8080" validate:"hostname_port" desc:"Where the reader listens."`
	Documents string `env:"TERCUL_DOCUMENTS" envDefault:"persisted" validate:"oneof=persisted any" desc:"Which documents are run: persisted for the registered ones alone, any for all that are valid (development)."`

	DocumentPaths []string `env:"TERCUL_DOCUMENT_PATHS" envSeparator:":" desc:"Files and folders with more documents, separated by colons: manifests of Apollo or Relay, or .graphql files." example:"/etc/tercul/manifest.json"`

	PublicURL string `env:"TERCUL_READ_PUBLIC_URL" validate:"omitempty,http_url" desc:"What citations link to: the address behind which the id of a work or a translation opens it. Without one they name tercul: and the id, which opens nothing." example:"https://example.org/id"`

	HTTP      HTTPConfig
	Origin    OriginConfig
	Limit     LimitConfig
	StartWait time.Duration `env:"TERCUL_READ_START" envDefault:"30s" validate:"min=0s,max=1h" desc:"How long the start waits for Postgres."`

	L1MB int `env:"TERCUL_L1_MB" envDefault:"64" validate:"min=1,max=65536" desc:"Memory for the first cache layer, in megabytes."`

	Probe int `env:"TERCUL_READ_PROBE" envDefault:"0" validate:"min=0,max=600" desc:"How many questions a minute are compared with the database after a change of their answers, to show how many are fresh; 0 for none."`

	Database pg.Config
	Replica  ReplicaConfig
	Redis    rds.Config
	// RedisSpace must be the writer's.
	RedisSpace string `env:"TERCUL_REDIS_SPACE" envDefault:"tercul" validate:"min=1,max=64,printascii" desc:"Begins the name of every key and channel in Redis, so that installations can share one; the same for reader and writer."`
	Log        telemetry.LogConfig

	// For tests.
	documentsPoll time.Duration                 // 0 for the registry's own
	believe       func(cache.Clock) cache.Clock // nil for the follower's own
	probeDelays   []time.Duration               // nil for the prober's own
}

// HTTPConfig is about requests.
type HTTPConfig struct {
	Timeout    time.Duration `env:"TERCUL_READ_TIMEOUT" envDefault:"2s" validate:"min=1ms,max=1m" desc:"For one answer; past it the caller gets a TIMEOUT."`
	Slow       time.Duration `env:"TERCUL_READ_SLOW" envDefault:"500ms" validate:"min=1ms" desc:"Answers that take longer are logged."`
	BodyLimit  int           `env:"TERCUL_READ_BODY_LIMIT" envDefault:"262144" validate:"min=1024,max=67108864" desc:"The longest body of a POST, in bytes."`
	Conns      int           `env:"TERCUL_READ_MAX_CONNS" envDefault:"16384" validate:"min=1" desc:"The most open connections of callers."`
	DraftCodes bool          `env:"TERCUL_HTTP_DRAFT_CODES" envDefault:"false" desc:"Answer 422 and 294 where the newer draft of GraphQL over HTTP does."`
	Drain      time.Duration `env:"TERCUL_READ_DRAIN" envDefault:"1s" validate:"min=0s,max=5m" desc:"On the way down: how long /readyz says draining before the listener closes. As long as a balancer takes to notice."`
	Stop       time.Duration `env:"TERCUL_READ_STOP" envDefault:"10s" validate:"min=100ms,max=5m" desc:"On the way down: how long requests in flight may take."`
}

// OriginConfig bounds what misses may do to the database.
type OriginConfig struct {
	Limit      int           `env:"TERCUL_READ_ORIGIN_LIMIT" envDefault:"0" validate:"min=0,max=10000" desc:"The most questions at the database at a time; 0 for as many as it has connections, less two for the reader's own."`
	Wait       time.Duration `env:"TERCUL_READ_ORIGIN_WAIT" envDefault:"1s" validate:"min=1ms" desc:"How long a question waits for its turn before it is sent away."`
	Statements int           `env:"TERCUL_READ_STATEMENTS" envDefault:"100" validate:"min=1,max=10000" desc:"How many statements each connection to the database keeps planned. A document has one for each shape of filter and each of a few page sizes, and the plan of a long one takes a megabyte of the database server's memory."`
}

// LoadConfig reads the environment.
func LoadConfig(environ map[string]string) (Config, error) {
	return config.Load[Config](environ)
}

// Check finds what no single setting can tell.
func (c *Config) Check() (faults []config.Fault) {
	if c.Database.StatementTimeout > 0 && c.HTTP.Timeout > c.Database.StatementTimeout {
		faults = append(faults, config.Fault{
			Variable: "TERCUL_READ_TIMEOUT", Value: c.HTTP.Timeout.String(),
			Problem: "is longer than TERCUL_DATABASE_STATEMENT_TIMEOUT=" + c.Database.StatementTimeout.String(),
			Remedy:  "Set the statement's timeout to at least the request's.",
		})
	}
	if u, err := url.Parse(c.PublicURL); err != nil || u.User != nil || strings.ContainsAny(c.PublicURL, `?#{}\`) {
		faults = append(faults, config.Fault{
			Variable: "TERCUL_READ_PUBLIC_URL", Value: c.PublicURL, Problem: "must be scheme, host and path alone: an id is put behind it",
			Remedy: "Set it to something like https://example.org/id.",
		})
	}
	if c.Limit.Requests > 0 && c.Redis.URL != "" && c.Limit.Secret == "" {
		faults = append(faults, config.Fault{
			Variable: "TERCUL_READ_LIMIT_SECRET", Problem: "is not set, but addresses are to be counted in Redis",
			Remedy: "Set it to 16 random characters or more, the same for every reader.",
		})
	}
	return faults
}

// originLimit keeps two connections for readiness and the news of changes.
func (c *Config) originLimit() int {
	if c.Origin.Limit > 0 {
		return c.Origin.Limit
	}
	return max(1, int(c.Database.MaxConns)-2)
}
