package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"

	"github.com/tercul/tercul/read/internal/api"
	"github.com/tercul/tercul/shared/run"
)

// listen takes the port before anything else is done, so that a port in use is
// known at once and not after a minute of checks. Nothing is accepted yet.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", addr)
	switch {
	case err == nil:
		return ln, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("the address %s is in use; stop what listens there or set TERCUL_READ_ADDR to another", addr)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("listening on %s is not permitted; set TERCUL_READ_ADDR to a port from 1024 on", addr)
	}
	return nil, fmt.Errorf("cannot listen on %s (TERCUL_READ_ADDR): %w", addr, err)
}

// serve is the last service to start and the first to stop. On the way down it
// says so for a while, still answering; then it takes no more connections and
// waits for the requests in flight.
func serve(srv *api.Server, ln net.Listener, ready *api.Readiness, cfg HTTPConfig) run.Service {
	return run.Service{
		Name: "http",
		Stop: cfg.Drain + cfg.Stop + time.Second,
		Run: func(ctx context.Context, started func()) error {
			served := make(chan error, 1)
			go func() { served <- srv.Serve(ln) }()
			ready.Open()
			started()
			select {
			case err := <-served:
				return err
			case <-ctx.Done():
			}
			ready.Drain()
			pause(cfg.Drain)
			stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), cfg.Stop)
			defer cancel()
			if err := srv.Shutdown(stop); err != nil {
				return fmt.Errorf("requests were still in flight after %s: %w", cfg.Stop, err)
			}
			return <-served
		},
	}
}

func pause(d time.Duration) {
	if d > 0 {
		<-time.After(d)
	}
}
