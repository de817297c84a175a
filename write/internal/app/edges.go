package app

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/write/internal/edge"
)

// openEdges prepares the purging of the caches in front of the readers: none, unless the
// configuration names some.
func (w *Writer) openEdges(_ context.Context, _ io.Writer) error {
	c := w.cfg.Edge
	drivers, err := c.Drivers()
	if err != nil {
		return fmt.Errorf("edges: %w", err)
	}
	o := edge.Options{
		Connect: w.connect, Logger: w.log, Metrics: w.metrics,
		Soft: c.Mode == "soft", Window: c.Window, Again: c.Again, Timeout: c.Timeout,
	}
	if w.redis != nil {
		o.Log = invalidate.NewBus(w.redis.Client, cachekey.Space(w.cfg.RedisSpace))
	}
	w.edges, err = edge.New(o, drivers)
	return err
}

func (w *Writer) purgeEdges(ctx context.Context, ready func()) error {
	if err := w.edges.Run(ctx, ready); err != nil {
		return err
	}
	<-ctx.Done() // there may be none
	return nil
}

// edgeDependencies are the edges by name. The writer is ready without them.
func (w *Writer) edgeDependencies() (list []dependency) {
	health := w.edges.Health()
	for _, name := range slices.Sorted(maps.Keys(health)) {
		list = append(list, dependency{"edge " + name, false, health[name]})
	}
	return list
}
