package api

import (
	"context"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/tercul/tercul/read/internal/answer"
)

// Server answers HTTP. Its life: New, Serve (blocks), Shutdown.
type Server struct {
	cfg     Config
	ids     *requestIDs
	lane    *lane
	meters  *meters
	logger  accessLog
	fiber   fasthttp.RequestHandler
	http    *fasthttp.Server
	context context.Context // ends when the server stops waiting for answers
	stop    context.CancelFunc
}

// New wires a server; it listens to nothing yet.
func New(cfg Config) *Server {
	cfg = cfg.withDefaults()
	s := &Server{cfg: cfg, ids: newRequestIDs(), meters: newMeters(cfg.Metrics), logger: newAccessLog(cfg.Log, cfg.Slow)}
	s.context, s.stop = context.WithCancel(context.Background())
	s.lane = newLane(cfg.Hot, cfg.Parser, cfg.Spellings)
	s.fiber = s.router().Handler()
	s.http = &fasthttp.Server{
		Handler:               s.Handle,
		ErrorHandler:          s.refuseUnread,
		ReadBufferSize:        maxHead,
		WriteBufferSize:       16 << 10, // headers and a usual body leave in one write
		MaxRequestBodySize:    cfg.BodyLimit,
		Concurrency:           cfg.Conns,
		ReadTimeout:           quiescence, // all alike, or they would not move in steps
		WriteTimeout:          quiescence,
		IdleTimeout:           quiescence,
		NoDefaultServerHeader: true,
		NoDefaultContentType:  true,
		CloseOnShutdown:       true,
		// Multipart bodies are refused; parsing them first would be work for nothing.
		DisablePreParseMultipartForm: true,
		SecureErrorLogMessage:        true,
		LazyRequestTime:              true,
		Logger:                       quiet{},
	}
	return s
}

func (c Config) withDefaults() Config {
	if c.Hot == nil {
		c.Hot = cold{}
	}
	if c.Timeout <= 0 {
		c.Timeout = 2 * time.Second
	}
	if c.Slow <= 0 {
		c.Slow = 500 * time.Millisecond
	}
	if c.BodyLimit <= 0 {
		c.BodyLimit = 256 << 10
	}
	if c.Spellings <= 0 {
		c.Spellings = 2048
	}
	return c
}

// cold is the Hot of a chain without L1.
type cold struct{}

func (cold) Fresh(*answer.Entry) bool { return false }

// quiet silences fasthttp, which logs what clients do wrong on connections.
type quiet struct{}

func (quiet) Printf(string, ...any) {}

// Handle answers one request. The lane goes first; Fiber has the rest.
func (s *Server) Handle(ctx *fasthttp.RequestCtx) {
	defer s.recoverPanic(ctx)
	if s.lane.serve(s, ctx) {
		return
	}
	if !fiberKnows(ctx.Method()) {
		s.refuse(ctx, errMethod)
		return
	}
	s.fiber(ctx)
}

// fiberKnows: Fiber answers methods it has no number for with a plain text 400.
func fiberKnows(method []byte) bool {
	for _, m := range fiber.DefaultMethods {
		if m == string(method) {
			return true
		}
	}
	return false
}

// Serve answers on ln until Shutdown.
func (s *Server) Serve(ln net.Listener) error { return s.http.Serve(patient{ln}) }

// Shutdown closes the listeners and waits for the requests in flight; past the
// context's end their answers are cut short.
func (s *Server) Shutdown(ctx context.Context) error {
	defer s.stop()
	cut := context.AfterFunc(ctx, s.stop)
	defer cut()
	return s.http.ShutdownWithContext(ctx)
}
