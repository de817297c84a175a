package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/run"
	"github.com/tercul/tercul/shared/telemetry"
	"github.com/tercul/tercul/write/internal/views"
)

// listen takes the port before anything else is done, so that one in use is
// known at once.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", addr)
	switch {
	case err == nil:
		return ln, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("the address %s is in use; stop what listens there or set TERCUL_WRITE_ADDR to another", addr)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("listening on %s is not permitted; set TERCUL_WRITE_ADDR to a port from 1024 on", addr)
	}
	return nil, fmt.Errorf("cannot listen on %s (TERCUL_WRITE_ADDR): %w", addr, err)
}

// longestUpload is how long a request may take to come in: a text of 8 MB over a line
// of 3 Mbit a second. The connection outlasts the answer's own time, so that whoever
// waits is told that it ran out.
const longestUpload = 30 * time.Second

// serve is the last part to start and the first to stop.
func (w *Writer) serve() run.Service {
	return run.Service{
		Name: "http", Stop: w.cfg.Drain + w.cfg.Stop + time.Second,
		Run: func(ctx context.Context, started func()) error {
			server := &http.Server{
				Handler: w.handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: longestUpload,
				WriteTimeout: longestUpload + w.cfg.API.Timeout + 5*time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
			}
			served := make(chan error, 1)
			go func() { served <- server.Serve(w.listener) }()
			w.ready.set(open)
			started()
			select {
			case err := <-served:
				return err
			case <-ctx.Done():
			}
			w.ready.set(draining)
			time.Sleep(w.cfg.Drain)
			stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), w.cfg.Stop)
			defer cancel()
			if err := server.Shutdown(stop); err != nil {
				return fmt.Errorf("requests were still in flight after %s: %w", w.cfg.Stop, err)
			}
			return nil
		},
	}
}

const jwksPath = "/.well-known/jwks.json"

func (w *Writer) handler() http.Handler {
	mux := http.NewServeMux()
	alive := func(out http.ResponseWriter, _ *http.Request) {
		answer(out, http.StatusOK, map[string]string{"status": "alive"})
	}
	ready := func(out http.ResponseWriter, r *http.Request) {
		status, body := w.ready.report(r.Context())
		answer(out, status, body)
	}
	for path, h := range map[string]http.HandlerFunc{
		"/healthz": alive, "/health": alive, "/readyz": ready, "/ready": ready, "/{$}": index,
		"/version": func(out http.ResponseWriter, _ *http.Request) { answer(out, http.StatusOK, w.build) },
	} {
		mux.HandleFunc("GET "+path, h)
	}
	mux.Handle("GET /metrics", telemetry.ScrapeHandler(w.metrics))
	mux.HandleFunc("GET "+jwksPath, w.jwks)
	mux.Handle("/graphql", w.api)
	mux.Handle(views.BeaconPath, views.Beacon(w.views, w.client()))
	mux.HandleFunc("/", unknown)
	return w.logged(mux)
}

func index(out http.ResponseWriter, _ *http.Request) {
	answer(out, http.StatusOK, map[string]any{
		"service": "tercul writer",
		"links": map[string]string{
			"alive": "/healthz", "ready": "/readyz", "metrics": "/metrics", "version": "/version",
			"graphql": "/graphql", "keys": jwksPath, "views": views.BeaconPath,
		},
	})
}

// jwks answers the public keys of access tokens. A new key is there a day before it
// signs, so that the answer may be kept for an hour.
func (w *Writer) jwks(out http.ResponseWriter, _ *http.Request) {
	h := out.Header()
	h.Set("Content-Type", "application/jwk-set+json")
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = out.Write(w.keys.Current().JWKS())
}

// unknown answers what the patterns leave: a path there is not, or a method.
func unknown(out http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/", "/healthz", "/health", "/readyz", "/ready", "/metrics", "/version", jwksPath:
		out.Header().Set("Allow", "GET, HEAD")
		fail(out, r, apperr.New(apperr.BadRequest, "Only GET and HEAD are answered here.").WithStatus(http.StatusMethodNotAllowed))
	default:
		fail(out, r, apperr.New(apperr.BadRequest, "There is nothing at this path.").WithStatus(http.StatusNotFound))
	}
}

func answer(out http.ResponseWriter, status int, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{}`)
	}
	send(out, status, data)
}

func fail(out http.ResponseWriter, r *http.Request, err *apperr.Error) {
	send(out, err.Status(), apperr.AppendBody(nil, err, telemetry.RequestID(r.Context())))
}

func send(out http.ResponseWriter, status int, body []byte) {
	h := out.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	out.WriteHeader(status)
	_, _ = out.Write(append(body, '\n'))
}

// logged gives each request an id and, when it is done, a line in the log. Probes
// are logged only when they fail.
func (w *Writer) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		began := time.Now()
		id := telemetry.NewRequestID()
		out.Header().Set("X-Request-Id", id)
		seen := &statusWriter{ResponseWriter: out, status: http.StatusOK}
		next.ServeHTTP(seen, r.WithContext(telemetry.WithRequestID(r.Context(), id)))
		event := w.log.Info()
		if seen.status < http.StatusBadRequest && !strings.HasPrefix(r.URL.Path, "/graphql") {
			event = w.log.Debug()
		}
		event.Str("request", id).Str("method", r.Method).Str("path", r.URL.Path).Int("status", seen.status).
			Dur("took", time.Since(began)).Msg("request")
	})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (s *statusWriter) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}
