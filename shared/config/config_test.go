package config_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/config"
)

type settings struct {
	Addr   string        `env:"T_ADDR" envDefault:"127.0.0.1:8080" validate:"hostname_port" desc:"Where to listen."`
	DB     string        `env:"T_DB" validate:"required,pgurl" secret:"true" desc:"Postgres." example:"postgres://localhost/tercul"`
	Redis  string        `env:"T_REDIS" validate:"omitempty,redisurl" secret:"true" desc:"Redis."`
	Pepper string        `env:"T_PEPPER" validate:"omitempty,min=8" secret:"true" desc:"A secret."`
	Wait   time.Duration `env:"T_WAIT" envDefault:"5s" validate:"min=100ms" desc:"For one answer."`
	Mode   string        `env:"T_MODE" envDefault:"persisted" validate:"oneof=persisted any" desc:"Which documents | are run."`
	Paths  []string      `env:"T_PATHS" envSeparator:":" desc:"Folders."`
	Pool   struct {
		Addr string `env:"ADDR" validate:"omitempty,hostname_port" desc:"Another address."`
		Max  int    `env:"MAX" envDefault:"10" validate:"min=1,max=100" desc:"Connections."`
		Fast bool   `env:"FAST" desc:"Whether."`
	} `envPrefix:"T_POOL_"`
	internal int
}

func (s *settings) Check() []config.Fault {
	if s.Pool.Max > 50 && s.Mode == "any" {
		return []config.Fault{{Variable: "T_POOL_MAX", Problem: "is too large beside T_MODE=any"}}
	}
	return nil
}

func TestLoad(t *testing.T) {
	file := filepath.Join(t.TempDir(), "redis")
	require.NoError(t, os.WriteFile(file, []byte("redis://h:1/0\n"), 0o600))
	got, err := config.Load[settings](map[string]string{
		"T_DB": "postgres://u:p@h/db", "T_REDIS_FILE": file, "T_WAIT": "", "T_PATHS": "a:b", "T_POOL_MAX": "7",
		"T_POOL_FAST": "true", "OTHER": "x",
	})
	require.NoError(t, err)
	assert.Equal(t, "127.0.0.1:8080", got.Addr)
	assert.Equal(t, "redis://h:1/0", got.Redis)
	assert.Equal(t, 5*time.Second, got.Wait)
	assert.Equal(t, []string{"a", "b"}, got.Paths)
	assert.Equal(t, 7, got.Pool.Max)
	assert.True(t, got.Pool.Fast)
	assert.Zero(t, got.internal)
}

func TestEveryFaultAtOnce(t *testing.T) {
	_, err := config.Load[settings](map[string]string{
		"T_ADDR": "nowhere", "T_REDIS": "http://u:geheim@h", "T_PEPPER": "geheim", "T_WAIT": "5", "T_MODE": "none",
		"T_POOL_ADDR": "x", "T_POOL_MAX": "1000", "T_POOL_FAST": "perhaps", "T_PATHS_FILE": "/does/not/exist",
	})
	require.EqualError(t, err, `the configuration has 10 faults:
  T_ADDR="nowhere" must be host:port. Set it to something like 127.0.0.1:8080.
  T_DB is not set. Set it to something like postgres://localhost/tercul.
  T_REDIS="http://u:xxxxx@h" must be a URL that begins with redis://, rediss:// or unix://.
  T_PEPPER=(hidden) must be at least 8.
  T_WAIT="5" must be a duration, a number with a unit: ms, s, m or h. Set it to something like 5s.
  T_MODE="none" must be one of: persisted, any. Set it to something like persisted.
  T_PATHS_FILE names a file that cannot be read: open /does/not/exist: no such file or directory.
  T_POOL_ADDR="x" must be host:port.
  T_POOL_MAX="1000" must be at most 100. Set it to something like 10.
  T_POOL_FAST="perhaps" must be true or false. Set it to something like true.`)
	assert.NotContains(t, err.Error(), "geheim")
}

func TestCheckSeesTheWhole(t *testing.T) {
	_, err := config.Load[settings](map[string]string{"T_DB": "postgres://h/db", "T_MODE": "any", "T_POOL_MAX": "51"})
	require.EqualError(t, err, "the configuration has a fault:\n  T_POOL_MAX is too large beside T_MODE=any.")
}

func TestLoadWantsAStruct(t *testing.T) {
	_, err := config.Load[int](nil)
	require.Error(t, err)
}

func TestTable(t *testing.T) {
	table := config.Table(settings{})
	assert.Contains(t, table, "| `T_DB` | required | Postgres. For example `postgres://localhost/tercul`. |\n")
	assert.Contains(t, table, "| `T_MODE` | `persisted` | Which documents \\| are run. |\n")
	assert.Contains(t, table, "| `T_POOL_FAST` | none | Whether. For example `true`. |\n")
	assert.NotEmpty(t, config.Environ())
}
