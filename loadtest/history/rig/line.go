package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/Shopify/toxiproxy/v2/toxics"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

// Line is a way from a service to a server, which can be broken.
type Line struct {
	Name  string
	proxy *toxiproxy.Proxy

	mu     sync.Mutex
	broken []string // toxics, by name
	cut    bool
}

// swallow loses bytes, and the connection lives on: of what is sent again by nobody,
// as after a firewall forgot the connection and learned it again.
type swallow struct{}

// Pipe drops what comes in.
func (*swallow) Pipe(stub *toxics.ToxicStub) {
	for {
		select {
		case <-stub.Interrupt:
			return
		case chunk := <-stub.Input:
			if chunk == nil {
				stub.Close()
				return
			}
		}
	}
}

// lines opens lines.
type lines struct{ server *toxiproxy.ApiServer }

var registerSwallow = sync.OnceFunc(func() { toxics.Register("swallow", new(swallow)) })

func newLines() lines {
	registerSwallow()
	zerolog.SetGlobalLevel(zerolog.Disabled) // some toxics log on their own
	metrics := toxiproxy.NewMetricsContainer(prometheus.NewRegistry())
	return lines{toxiproxy.NewServer(metrics, zerolog.Nop())}
}

func (l lines) open(name, target string) (*Line, error) {
	proxy := toxiproxy.NewProxy(l.server, name, "127.0.0.1:0", target)
	if err := proxy.Start(); err != nil {
		return nil, fmt.Errorf("line %s: %w", name, err)
	}
	return &Line{Name: name, proxy: proxy}, nil
}

// Addr is where the service connects to.
func (l *Line) Addr() string { return l.proxy.Listen }

// Cut closes the line: connections end, and none is taken.
func (l *Line) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.cut {
		l.cut = true
		l.proxy.Stop()
	}
}

// Swallow loses all bytes of both directions, of connections that seem alive.
func (l *Line) Swallow() error {
	if err := l.toxic("swallow", "upstream", nil); err != nil {
		return err
	}
	return l.toxic("swallow", "downstream", nil)
}

// Deafen loses what the server sends.
func (l *Line) Deafen() error { return l.toxic("swallow", "downstream", nil) }

// Slow holds back what the server sends.
func (l *Line) Slow(by, jitter time.Duration) error {
	return l.toxic("latency", "downstream", map[string]any{"latency": by.Milliseconds(), "jitter": jitter.Milliseconds()})
}

// Narrow lets so many kilobytes a second come from the server.
func (l *Line) Narrow(kilobytes int) error {
	return l.toxic("bandwidth", "downstream", map[string]any{"rate": kilobytes})
}

func (l *Line) toxic(kind, stream string, attributes map[string]any) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	name := kind + "_" + stream
	text, err := json.Marshal(map[string]any{"name": name, "type": kind, "stream": stream, "attributes": attributes})
	if err != nil {
		return err
	}
	if _, err := l.proxy.Toxics.AddToxicJson(bytes.NewReader(text)); err != nil {
		return fmt.Errorf("line %s: %s: %w", l.Name, name, err)
	}
	l.broken = append(l.broken, name)
	return nil
}

// Mend makes the line whole. What was lost stays lost.
func (l *Line) Mend(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, name := range l.broken {
		if err := l.proxy.Toxics.RemoveToxic(ctx, name); err != nil {
			return fmt.Errorf("line %s: mend %s: %w", l.Name, name, err)
		}
	}
	l.broken = nil
	if l.cut {
		l.cut = false
		if err := l.proxy.Start(); err != nil {
			return fmt.Errorf("line %s: mend: %w", l.Name, err)
		}
	}
	return nil
}

// Close ends it.
func (l *Line) Close() { l.Cut() }
