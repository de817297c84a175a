package app

import (
	"time"

	"github.com/tercul/tercul/shared/config"
	"github.com/tercul/tercul/shared/pg"
	"github.com/tercul/tercul/shared/rds"
	"github.com/tercul/tercul/shared/telemetry"
)

// Config is everything an operator can set.
type Config struct {
	Addr  string        `env:"TERCUL_WRITE_ADDR" envDefault:"127.0.0.1:8081" validate:"hostname_port" desc:"Where the writer listens."`
	Start time.Duration `env:"TERCUL_WRITE_START" envDefault:"30s" validate:"min=0s,max=1h" desc:"How long the start waits for Postgres."`
	Drain time.Duration `env:"TERCUL_WRITE_DRAIN" envDefault:"1s" validate:"min=0s,max=5m" desc:"On the way down: how long /readyz says draining before the listener closes."`
	Stop  time.Duration `env:"TERCUL_WRITE_STOP" envDefault:"10s" validate:"min=100ms,max=5m" desc:"On the way down: how long requests in flight may take."`

	OutboxKeep time.Duration `env:"TERCUL_OUTBOX_KEEP" envDefault:"24h" validate:"min=10m,max=8760h" desc:"How long announcements are kept in the outbox."`

	Database pg.Config
	Redis    rds.Config
	// RedisSpace must be the reader's.
	RedisSpace string `env:"TERCUL_REDIS_SPACE" envDefault:"tercul" validate:"min=1,max=64,printascii" desc:"Begins the name of every key and channel in Redis, so that installations can share one; the same for reader and writer."`
	Log        telemetry.LogConfig
}

// LoadConfig reads the environment and lists all that is wrong with it at once.
func LoadConfig(environ map[string]string) (Config, error) { return config.Load[Config](environ) }
