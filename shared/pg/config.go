package pg

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"

	"github.com/tercul/tercul/shared/redact"
)

// Config is what an operator sets.
type Config struct {
	URL              string        `env:"TERCUL_DATABASE_URL" validate:"required,pgurl" secret:"true" example:"postgres://tercul@127.0.0.1:5432/tercul" desc:"The Postgres database."`
	MaxConns         int32         `env:"TERCUL_DATABASE_MAX_CONNS" envDefault:"16" validate:"min=1,max=1000" desc:"The most connections to the database at a time."`
	StatementTimeout time.Duration `env:"TERCUL_DATABASE_STATEMENT_TIMEOUT" envDefault:"3s" validate:"min=10ms" desc:"After this Postgres ends a statement itself."`
	ConnectTimeout   time.Duration `env:"TERCUL_DATABASE_CONNECT_TIMEOUT" envDefault:"2s" validate:"min=10ms" desc:"How long a new connection may take."`
}

// Options are what a service decides.
type Options struct {
	Application string // shown in pg_stat_activity
	Role        string // taken on by every connection; empty for that of the login
	ReadOnly    bool   // transactions may not write
	// GenericPlans has the server plan each prepared statement once and not for each
	// set of values: for a service whose statements are few, long and alike.
	GenericPlans bool
	// Statements is how many each connection keeps prepared, 0 for as many as the
	// driver would (512). The plans of long ones take a megabyte each, of the
	// server's memory.
	Statements int
	Settings   map[string]string // of the database's functions, by name
	Metrics    prometheus.Registerer
	// Server labels the metrics, for a service with a pool for each of several servers;
	// then every pool must have one.
	Server string
	Tracer trace.Tracer
	// AfterConnect examines each new connection, and refuses it by an error.
	AfterConnect func(context.Context, *pgx.Conn) error
}

// metrics is where to register, nil for nowhere.
func (o Options) metrics() prometheus.Registerer {
	if o.Metrics == nil || o.Server == "" {
		return o.Metrics
	}
	return prometheus.WrapRegistererWith(prometheus.Labels{"server": o.Server}, o.Metrics)
}

// Times that hold for every service. A transaction left open holds back vacuum
// and, with it, every reader's fence.
const (
	idleInTransaction = 10 * time.Second
	lockTimeout       = 2 * time.Second
	idleConnection    = 5 * time.Minute
	maxLifetime       = 30 * time.Minute
	healthCheck       = 30 * time.Second
	pingTimeout       = time.Second
)

// DB is a pool of connections.
type DB struct {
	*pgxpool.Pool
	tracer *tracer
}

// Open makes the pool; the first query connects.
func Open(cfg Config, opts Options) (*DB, error) {
	pool, err := pgxpool.ParseConfig(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("the database's URL: %w", redact.Error(err))
	}
	pool.MaxConns = max(cfg.MaxConns, 1)
	pool.MaxConnIdleTime = idleConnection
	pool.MaxConnLifetime = maxLifetime
	pool.MaxConnLifetimeJitter = maxLifetime / 10
	pool.HealthCheckPeriod = healthCheck
	if cfg.ConnectTimeout > 0 {
		pool.ConnConfig.ConnectTimeout = cfg.ConnectTimeout
	}
	if opts.Statements > 0 {
		pool.ConnConfig.StatementCacheCapacity = opts.Statements
	}
	pool.AfterConnect = opts.AfterConnect
	cfg.parameters(opts, pool.ConnConfig.RuntimeParams)
	t := newTracer(opts)
	pool.ConnConfig.Tracer = t
	p, err := pgxpool.NewWithConfig(context.Background(), pool)
	if err != nil {
		return nil, fmt.Errorf("the database's pool: %w", redact.Error(err))
	}
	db := &DB{Pool: p, tracer: t}
	metrics := opts.metrics()
	if metrics == nil {
		return db, nil
	}
	if err := metrics.Register(newPoolCollector(p)); err != nil {
		p.Close()
		return nil, fmt.Errorf("the database's metrics: %w", err)
	}
	return db, nil
}

// parameters are set when a connection is made. JIT costs more than it saves on
// statements that take microseconds.
func (cfg Config) parameters(opts Options, p map[string]string) {
	set := func(name, value string) {
		if _, given := p[name]; !given && value != "" {
			p[name] = value
		}
	}
	set("application_name", opts.Application)
	set("role", opts.Role)
	set("timezone", "UTC")
	set("jit", "off")
	if opts.GenericPlans {
		set("plan_cache_mode", "force_generic_plan")
	}
	for name, value := range opts.Settings {
		set(name, value)
	}
	set("lock_timeout", milliseconds(lockTimeout))
	set("idle_in_transaction_session_timeout", milliseconds(idleInTransaction))
	if cfg.StatementTimeout > 0 {
		set("statement_timeout", milliseconds(cfg.StatementTimeout))
	}
	if opts.ReadOnly {
		set("default_transaction_read_only", "on")
	}
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// Ping asks whether the database answers, within a second.
func (db *DB) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	return Error(db.Pool.Ping(ctx))
}

// Statements returns how many statements have been sent since Open.
func (db *DB) Statements() uint64 { return db.tracer.statements.Load() }
