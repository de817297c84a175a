package app

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/tercul/tercul/read/internal/api"
	"github.com/tercul/tercul/read/internal/cache"
	"github.com/tercul/tercul/read/internal/evict"
	"github.com/tercul/tercul/read/internal/operation"
	"github.com/tercul/tercul/read/internal/replica"
	"github.com/tercul/tercul/shared/limit"
	"github.com/tercul/tercul/shared/pg"
	"github.com/tercul/tercul/shared/rds"
	"github.com/tercul/tercul/shared/run"
	"github.com/tercul/tercul/shared/telemetry"
)

// Reader is the read service, put together and not yet running.
type Reader struct {
	cfg          Config
	log          zerolog.Logger
	metrics      *prometheus.Registry
	tracing      *telemetry.Tracing
	listener     net.Listener
	db           *pg.DB
	redis        *rds.Client    // of the second cache layer; nil without a URL
	bus          *rds.Client    // of the news of changes; the same server
	limiter      *limit.Limiter // nil where nobody is limited
	fence        *evict.Fence   // nil without replicas
	replicas     *replica.Set   // the same
	follower     *evict.Follower
	registry     *operation.Registry
	chain        *chain
	cacheMetrics *cache.Metrics
	ready        *api.Readiness
	postgresDown atomic.Bool // by the last round of readiness checks
	server       *api.Server
}

// role is what the reader may do in the database: SELECT from view.* alone.
const role = "tercul_reader"

// New opens what the reader leans on, checks every document against the
// database, and takes the port. After an error nothing is left open.
func New(ctx context.Context, cfg Config, logs io.Writer) (*Reader, error) {
	r := &Reader{cfg: cfg}
	for _, step := range []func(context.Context, io.Writer) error{
		r.openTelemetry, r.openPort, r.openStores, r.loadDocuments, r.compose,
	} {
		if err := step(ctx, logs); err != nil {
			r.close(ctx)
			return nil, err
		}
	}
	return r, nil
}

func (r *Reader) openTelemetry(ctx context.Context, logs io.Writer) (err error) {
	build := telemetry.ReadBuild("reader")
	if r.log, err = telemetry.NewLogger(logs, r.cfg.Log, build); err != nil {
		return err
	}
	r.metrics = telemetry.NewRegistry(build)
	if r.tracing, err = telemetry.StartTracing(ctx, build); err != nil {
		return fmt.Errorf("traces: %w", err)
	}
	return nil
}

func (r *Reader) openPort(ctx context.Context, _ io.Writer) (err error) {
	r.listener, err = listen(ctx, r.cfg.Addr)
	return err
}

func (r *Reader) openStores(ctx context.Context, _ io.Writer) (err error) {
	r.db, err = r.openDatabase(r.cfg.Database, pg.Options{Server: "primary"}) //nolint:contextcheck // the pool outlives the start
	if err != nil {
		return err
	}
	if err := r.openRedis(); err != nil {
		return err
	}
	return waitFor(ctx, "Postgres", r.cfg.StartWait, r.log, r.db.Ping)
}

// openDatabase opens the primary or a replica, with the same role and settings.
func (r *Reader) openDatabase(cfg pg.Config, opts pg.Options) (*pg.DB, error) {
	opts.Application, opts.Role, opts.ReadOnly, opts.GenericPlans = "tercul-reader", role, true, true
	opts.Statements = r.cfg.Origin.Statements
	opts.Settings = map[string]string{"tercul.public_url": strings.TrimRight(r.cfg.PublicURL, "/")}
	opts.Metrics, opts.Tracer = r.metrics, r.tracing.Tracer("pg")
	return pg.Open(cfg, opts)
}

// busTimeout is how long the bus may take to tell how far it is. No caller waits for
// that, and a Redis that is too slow for a cache is not yet one that says nothing.
const busTimeout = time.Second

// openRedis makes two clients. The cache's is guarded by a breaker, which spares
// questions the timeouts of a Redis that does not answer; the bus must go on
// trying, as nothing is fresh while it is silent.
func (r *Reader) openRedis() (err error) {
	r.cacheMetrics = cache.NewMetrics(r.metrics)
	if r.cfg.Redis.URL == "" {
		return nil
	}
	rds.LogTo(r.log)
	r.redis, err = rds.Open(r.cfg.Redis, rds.Options{
		Application: "tercul-reader", Metrics: r.metrics,
		Limiter: cache.NewBreaker(cache.BreakerConfig{Metrics: r.cacheMetrics}),
	})
	if err != nil {
		return err
	}
	bus := r.cfg.Redis
	bus.Timeout = max(bus.Timeout, busTimeout)
	r.bus, err = rds.Open(bus, rds.Options{Application: "tercul-reader-bus"})
	return err
}

func (r *Reader) loadDocuments(ctx context.Context, _ io.Writer) (err error) {
	begun := time.Now()
	r.registry, err = newRegistry(ctx, r.cfg, r.db, r.log, r.metrics)
	if err != nil {
		return fmt.Errorf("the documents: %w", err)
	}
	r.log.Info().Int("documents", len(r.registry.List())).Dur("took", time.Since(begun)).Str("mode", r.cfg.Documents).
		Msg("documents are compiled, and the database can plan each of them")
	return nil
}

func (r *Reader) compose(ctx context.Context, _ io.Writer) (err error) {
	if r.follower, err = newFollower(r); err != nil {
		return err
	}
	if r.replicas, err = newReplicas(ctx, r); err != nil {
		return err
	}
	if r.limiter, err = newLimiter(r); err != nil {
		return err
	}
	if r.chain, err = newChain(r); err != nil { //nolint:contextcheck // the caches outlive the start
		return err
	}
	r.ready = r.dependencies()
	r.server = api.New(api.Config{
		Parser: r.registry, Source: r.chain.source, Hot: r.chain.l1, Ready: r.ready, Client: r.cfg.Limit.client(),
		Log: r.log, Tracer: r.tracing.Tracer("http"), Metrics: r.metrics,
		Scrape: telemetry.ScrapeHandler(r.metrics), Version: telemetry.ReadBuild("reader"),
		Timeout: r.cfg.HTTP.Timeout, Slow: r.cfg.HTTP.Slow, BodyLimit: r.cfg.HTTP.BodyLimit,
		DraftCodes: r.cfg.HTTP.DraftCodes, Conns: r.cfg.HTTP.Conns,
	})
	return nil
}

// Addr is where the reader listens, also when it was told to take any port.
func (r *Reader) Addr() string { return r.listener.Addr().String() }

// Run starts the services in order, serves until ctx ends, and stops them in
// reverse. A Reader runs once.
func (r *Reader) Run(ctx context.Context) error {
	defer r.close(context.WithoutCancel(ctx))
	var g run.Group
	g.Report = r.report
	r.chain.services(&g)
	g.Add(run.Service{Name: "changes", Run: r.follow})
	if r.replicas != nil {
		g.Add(run.Service{Name: "replicas", Run: r.replicas.Run})
	}
	g.Add(run.Service{Name: "documents", Run: r.registry.Run})
	g.Add(run.Service{Name: "watch", Run: r.ready.Watch})
	g.Add(serve(r.server, r.listener, r.ready, r.cfg.HTTP))
	return g.Run(ctx)
}

func (r *Reader) report(service, event string, took time.Duration, err error) {
	e := r.log.Debug()
	if err != nil {
		e = r.log.Error().Err(err)
	} else if service == "http" && event != "starting" {
		e = r.log.Info().Str("addr", r.Addr())
	}
	e.Str("part", service).Dur("took", took).Msg(event)
}

// close gives back what New opened, the last first.
func (r *Reader) close(ctx context.Context) {
	if r.listener != nil {
		_ = r.listener.Close() // closed already after an orderly stop
	}
	for _, client := range []*rds.Client{r.bus, r.redis} {
		if client != nil {
			_ = client.Close()
		}
	}
	if r.replicas != nil {
		r.replicas.Close()
	}
	if r.db != nil {
		r.db.Close()
	}
	if r.tracing == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := r.tracing.Stop(ctx); err != nil {
		r.log.Warn().Err(err).Msg("the last traces could not be sent")
	}
}
