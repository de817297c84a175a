package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/pg"
	"github.com/tercul/tercul/shared/rds"
	"github.com/tercul/tercul/shared/run"
	"github.com/tercul/tercul/shared/telemetry"
	"github.com/tercul/tercul/write/internal/account"
	"github.com/tercul/tercul/write/internal/announce"
	"github.com/tercul/tercul/write/internal/edge"
	"github.com/tercul/tercul/write/internal/relay"
	"github.com/tercul/tercul/write/internal/session"
	"github.com/tercul/tercul/write/internal/views"
)

// role is what the writer may do in the database.
const role = "tercul_writer"

// Writer is the write service, put together and not yet running.
type Writer struct {
	cfg      Config
	build    telemetry.Build
	log      zerolog.Logger
	metrics  *prometheus.Registry
	tracing  *telemetry.Tracing
	listener net.Listener
	db       *pg.DB
	redis    *rds.Client         // nil without a URL
	relay    *relay.Relay        // nil without Redis
	announce *announce.Announcer // nil without Redis
	edges    *edge.Purgers
	ready    *readiness
	keys     *session.Keys
	sessions *session.Sessions
	accounts *account.Accounts
	views    *views.Counter
	api      http.Handler
}

// New opens what the writer leans on and takes the port. After an error nothing
// is left open.
func New(ctx context.Context, cfg Config, logs io.Writer) (*Writer, error) {
	w := &Writer{cfg: cfg, build: telemetry.ReadBuild("writer")}
	for _, step := range []func(context.Context, io.Writer) error{w.openTelemetry, w.openPort, w.openDatabase, w.openBus, w.openEdges, w.openViews, w.openAccounts, w.openAPI} {
		if err := step(ctx, logs); err != nil {
			w.close(ctx)
			return nil, err
		}
	}
	w.ready = newReadiness(w.dependencies())
	return w, nil
}

func (w *Writer) openTelemetry(ctx context.Context, logs io.Writer) (err error) {
	if w.log, err = telemetry.NewLogger(logs, w.cfg.Log, w.build); err != nil {
		return err
	}
	w.metrics = telemetry.NewRegistry(w.build)
	w.tracing, err = telemetry.StartTracing(ctx, w.build)
	return err
}

func (w *Writer) openPort(ctx context.Context, _ io.Writer) (err error) {
	w.listener, err = listen(ctx, w.cfg.Addr)
	return err
}

func (w *Writer) openDatabase(_ context.Context, _ io.Writer) (err error) {
	w.db, err = pg.Open(w.cfg.Database, pg.Options{ //nolint:contextcheck // it connects later, with the context of each query
		Application: "tercul-writer", Role: role, Metrics: w.metrics, Tracer: w.tracing.Tracer("pg"),
	})
	return err
}

// busTimeout is longer than a cache's: nobody waits for the relay, and a message
// given up too early is only sent again.
const busTimeout = time.Second

func (w *Writer) openBus(_ context.Context, _ io.Writer) (err error) {
	if w.cfg.Redis.URL == "" {
		return nil
	}
	cfg := w.cfg.Redis
	cfg.Timeout = max(cfg.Timeout, busTimeout)
	if w.redis, err = rds.Open(cfg, rds.Options{Application: "tercul-writer", Metrics: w.metrics}); err != nil {
		return err
	}
	space := cachekey.Space(w.cfg.RedisSpace)
	w.relay, err = relay.New(relay.Config{
		Connect:   w.connect,
		Publisher: w.publisher(space),
		Memory:    invalidate.NewBus(w.redis.Client, space),
		Log:       w.log, Metrics: w.metrics,
	})
	if err != nil {
		return err
	}
	w.announce, err = announce.New(announce.Config{Publisher: w.publisher(space), Wait: w.cfg.Publish, Log: w.log, Metrics: w.metrics})
	return err
}

func (w *Writer) publisher(space cachekey.Space) *invalidate.Publisher {
	return invalidate.NewPublisher(invalidate.PublisherConfig{Redis: w.redis.Client, Space: space})
}

// connect opens a connection that belongs to whoever asks: one that listens, or holds a lock.
func (w *Writer) connect(ctx context.Context) (*pgx.Conn, error) {
	return pgx.ConnectConfig(ctx, w.db.Config().ConnConfig)
}

// openViews prepares the counting of views: in Redis, where there is one.
func (w *Writer) openViews(_ context.Context, _ io.Writer) (err error) {
	cfg := views.Config{Space: cachekey.Space(w.cfg.RedisSpace), Metrics: w.metrics, Log: w.log}
	if w.redis != nil {
		cfg.Redis = w.redis.Client
	}
	w.views, err = views.New(cfg)
	return err
}

// Run works until the context ends, then stops in order.
func (w *Writer) Run(ctx context.Context) error {
	defer w.close(ctx)
	if err := w.awaitDatabase(ctx); err != nil {
		return err
	}
	jobs, err := w.jobs()
	if err != nil {
		return err
	}
	var g run.Group
	g.Report = func(service, event string, took time.Duration, err error) {
		w.log.Info().Str("part", service).Dur("took", took).AnErr("error", err).Msg(event)
	}
	g.Add(run.Service{Name: "changes", Run: w.numberChanges})
	g.Add(run.Service{Name: "tidy", Run: w.tidy})
	if w.relay != nil {
		g.Add(run.Service{Name: "relay", Run: w.relay.Run})
		g.Add(run.Service{Name: "announce", Run: w.announce.Run})
	}
	g.Add(run.Service{Name: "peppers", Run: w.checkPeppers})
	g.Add(run.Service{Name: "edges", Run: w.purgeEdges, Stop: w.cfg.Edge.Timeout + 5*time.Second})
	g.Add(run.Service{Name: "keys", Run: w.keepKeys})
	g.Add(run.Service{Name: "views", Run: w.storeViews})
	g.Add(jobs.Run())
	g.Add(w.serve())
	return g.Run(ctx)
}

// awaitDatabase waits for Postgres: machines come up in any order.
func (w *Writer) awaitDatabase(ctx context.Context) error {
	deadline := time.Now().Add(w.cfg.Start)
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		err := w.db.Ping(ctx)
		if err == nil || ctx.Err() != nil {
			return ctx.Err()
		}
		if time.Now().Add(pause).After(deadline) {
			return fmt.Errorf("postgres did not answer within %s (TERCUL_WRITE_START): %w", w.cfg.Start, err)
		}
		w.log.Warn().Err(err).Msg("postgres does not answer yet")
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

func (w *Writer) close(ctx context.Context) {
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	var errs []error
	if w.listener != nil {
		_ = w.listener.Close() // closed by the server as a rule
	}
	if w.redis != nil {
		errs = append(errs, w.redis.Close())
	}
	if w.db != nil {
		w.db.Close()
	}
	if w.tracing != nil {
		errs = append(errs, w.tracing.Stop(stop))
	}
	if err := errors.Join(errs...); err != nil {
		w.log.Warn().Err(err).Msg("not everything closed in order")
	}
}
