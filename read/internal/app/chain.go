package app

import (
	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/cache"
	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/run"
)

// chain is the way of a question from memory to the database:
//
//	l1        hit: bytes out, valid only while the tags are
//	 flight   one load per question
//	  fill    what comes back goes into l1
//	   l2     the same entries in Redis; absent without one
//	    variant   br, gzip and zstd, made once
//	     schema   questions about the schema itself, from memory
//	      limit   as many in an hour as an address may; absent where none is set
//	       replicas   standbys, each as many at a time; absent where none is given
//	        bulkhead   as many at a time as there are connections
//	         store     one SQL statement
type chain struct {
	source answer.Source
	l1     *cache.L1
	tasks  *cache.Tasks
}

func newChain(r *Reader) (*chain, error) {
	tasks, clock, metrics := cache.NewTasks(), r.follower.Clock(), r.cacheMetrics
	deadline := r.cfg.HTTP.Timeout
	space := cachekey.Space(r.cfg.RedisSpace)
	front := cache.L1Config{Clock: clock, Tasks: tasks, Megabytes: r.cfg.L1MB, Deadline: deadline, Metrics: metrics}
	if r.redis != nil {
		front.Versions, front.Timeout = invalidate.NewBus(r.redis.Client, space), r.cfg.Redis.Timeout
	}
	l1, err := cache.NewL1(front)
	if err != nil {
		return nil, err
	}
	var source answer.Source = newBulkhead(newOrigin(r.db, clock), r.cfg.originLimit(), r.cfg.Origin.Wait, r.metrics)
	if r.replicas != nil {
		source = r.replicas.Over(source)
	}
	if r.limiter != nil {
		source = limited{source, r.limiter}
	}
	source = schemaSource{source, clock}
	source = cache.NewVariant(source, cache.VariantConfig{Metrics: metrics})
	if r.redis != nil {
		source = cache.NewL2(cache.L2Config{
			Redis: r.redis.Client, Space: space, Clock: clock, Tasks: tasks,
			Timeout: r.cfg.Redis.Timeout, Metrics: metrics,
		}).Over(source)
	}
	source = l1.Fill(source)
	source = cache.NewFlight(source, cache.FlightConfig{
		Clock: clock, Tasks: tasks, Deadline: deadline, Metrics: metrics, Log: r.log,
	})
	return &chain{source: l1.Over(source), l1: l1, tasks: tasks}, nil
}

// services are what the chain runs in the background.
func (c *chain) services(g *run.Group) {
	g.Add(run.Service{Name: "cache", Run: c.tasks.Run})
}
