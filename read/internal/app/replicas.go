package app

import (
	"context"
	"time"

	"github.com/tercul/tercul/read/internal/api"
	"github.com/tercul/tercul/read/internal/evict"
	"github.com/tercul/tercul/read/internal/replica"
	"github.com/tercul/tercul/shared/pg"
)

// ReplicaConfig is about streaming standbys.
type ReplicaConfig struct {
	URLs []string      `env:"TERCUL_DATABASE_REPLICA_URLS" validate:"max=16,dive,pgurl" secret:"true" example:"postgres://tercul@10.0.0.2:5432/tercul,postgres://tercul@10.0.0.3:5432/tercul" desc:"Streaming standbys of the database, separated by commas, each by an address of its own; they answer what no cache does. Without any the primary does."`
	Lag  time.Duration `env:"TERCUL_DATABASE_REPLICA_LAG" envDefault:"10s" validate:"min=100ms,max=5m" desc:"How far behind the primary a standby is set aside. What is announced is never older because of a standby; counters and rankings, which only expire, may be by this much."`
}

// newFence is nil where no replica is given: then no transaction has to be remembered.
func newFence(c ReplicaConfig) *evict.Fence {
	if len(c.URLs) == 0 {
		return nil
	}
	return evict.NewFence()
}

func newReplicas(ctx context.Context, r *Reader) (*replica.Set, error) {
	if len(r.cfg.Replica.URLs) == 0 {
		return nil, nil //nolint:nilnil // no replicas are what was asked for
	}
	clock := r.follower.Clock()
	return replica.Open(ctx, replica.Config{
		URLs: r.cfg.Replica.URLs, Primary: r.db, Open: r.openReplica,
		Clock: clock, Fence: r.fence, Loader: newOrigin(r.db, clock),
		Limit: r.cfg.replicaLimit(), Lag: r.cfg.Replica.Lag, Log: r.log, Metrics: r.metrics,
	})
}

// replicaConns is the size of each replica's pool: the primary's, or large enough for one
// question beside an examination.
func (c *Config) replicaConns() int32 { return max(c.Database.MaxConns, 2) }

// replicaLimit is that of the primary, as far as the pool goes: a question that waited
// for a connection would take from the time that the primary has.
func (c *Config) replicaLimit() int { return min(c.originLimit(), int(c.replicaConns())-1) }

func (r *Reader) openReplica(url string, opts pg.Options) (*pg.DB, error) {
	cfg := r.cfg.Database
	cfg.URL, cfg.MaxConns = url, r.cfg.replicaConns()
	return r.openDatabase(cfg, opts)
}

// replicaDependencies are none that a reader is not ready without.
func (r *Reader) replicaDependencies() []api.Dependency {
	if r.replicas == nil {
		return nil
	}
	var list []api.Dependency
	for _, s := range r.replicas.Servers() {
		list = append(list, api.Dependency{Name: s.Name, Check: s.Check, Detail: s.Detail})
	}
	return list
}
