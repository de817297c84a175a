package app

import (
	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/cache"
	"github.com/tercul/tercul/read/internal/probe"
	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/run"
)

// chain is the way of a question from memory to the database:
//
//	l1        hit: bytes out, valid only while the tags are
//	 flight   one load per question
//	  probe   remembers what may be checked later; absent unless that is asked for
//	  fill    what comes back goes into l1
//	   l2     the same entries in Redis; absent without one
//	    variant   br, gzip and zstd, made once
//	     schema   questions about the schema itself, from memory
//	      limit   as many in an hour as an address may; absent where none is set
//	       replicas   standbys, each as many at a time; absent where none is given
//	        bulkhead   as many at a time as there are connections
//	         fuse      none but a few while the database says nothing
//	          store    one SQL statement
type chain struct {
	source answer.Source
	l1     *cache.L1
	l2     *cache.L2     // nil without Redis
	prober *probe.Prober // nil where nothing is checked
	tasks  *cache.Tasks
}

func newChain(r *Reader) (*chain, error) {
	tasks, clock, metrics := cache.NewTasks(), r.clock(), r.cacheMetrics
	c := &chain{tasks: tasks}
	deadline := r.cfg.HTTP.Timeout
	space := cachekey.Space(r.cfg.RedisSpace)
	front := cache.L1Config{Clock: clock, Tasks: tasks, Megabytes: r.cfg.L1MB, Deadline: deadline, Metrics: metrics}
	if r.redis != nil {
		front.Versions, front.Timeout = invalidate.NewBus(r.redis.Client, space), r.cfg.Redis.Timeout
	}
	var err error
	if c.l1, err = cache.NewL1(front); err != nil {
		return nil, err
	}
	var source answer.Source = newFuse(newOrigin(r.db, clock), r.postgresDown.Load, r.metrics)
	source = newBulkhead(source, r.cfg.originLimit(), r.cfg.Origin.Wait, r.metrics)
	if r.replicas != nil {
		source = r.replicas.Over(source)
	}
	if r.limiter != nil {
		source = limited{source, r.limiter}
	}
	source = schemaSource{source, clock}
	source = cache.NewVariant(source, cache.VariantConfig{Metrics: metrics})
	if r.redis != nil {
		c.l2 = cache.NewL2(cache.L2Config{
			Redis: r.redis.Client, Space: space, Clock: clock, Tasks: tasks,
			Timeout: r.cfg.Redis.Timeout, Metrics: metrics,
		})
		source = c.l2.Over(source)
	}
	source = c.l1.Fill(source)
	if r.cfg.Probe > 0 {
		if c.prober, err = newProber(r, c); err != nil {
			return nil, err
		}
		source = c.prober.Over(source)
	}
	source = cache.NewFlight(source, cache.FlightConfig{
		Clock: clock, Tasks: tasks, Deadline: deadline, Metrics: metrics, Log: r.log,
	})
	c.source = c.l1.Over(source)
	return c, nil
}

// services are what the chain runs in the background.
func (c *chain) services(g *run.Group) {
	g.Add(run.Service{Name: "cache", Run: c.tasks.Run})
	if c.prober != nil {
		g.Add(run.Service{Name: "probe", Run: c.prober.Run})
	}
}
