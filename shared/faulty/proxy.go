// Package faulty is a TCP proxy for tests, which stands between a client and a
// real server and breaks the connection in the ways that networks do.
package faulty

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Proxy passes bytes on to a server until it is told otherwise.
type Proxy struct {
	target   string
	listener net.Listener
	wg       sync.WaitGroup

	// state holds a mode; delay, nanoseconds that bytes are held back for.
	state atomic.Int32
	delay atomic.Int64

	mu    sync.Mutex
	conns map[net.Conn]struct{}
}

const (
	passing int32 = iota
	cut
	swallowing
)

// New starts a proxy to the address and stops it at the end of the test.
func New(t testing.TB, target string) *Proxy {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{target: target, listener: listener, conns: map[net.Conn]struct{}{}}
	p.wg.Go(p.accept)
	t.Cleanup(func() {
		_ = listener.Close()
		p.Cut()
		p.wg.Wait()
	})
	return p
}

// Addr is where clients connect to.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// HostPort is Addr in two parts.
func (p *Proxy) HostPort() (host string, port uint16) {
	addr, _ := netip.ParseAddrPort(p.Addr())
	return addr.Addr().String(), addr.Port()
}

// Cut closes every connection and every one that comes.
func (p *Proxy) Cut() {
	p.state.Store(cut)
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
	}
}

// Swallow keeps connections open and loses all bytes, in both directions: a
// half-open connection.
func (p *Proxy) Swallow() { p.state.Store(swallowing) }

// Slow holds every chunk of bytes back for a while; 0 ends it.
func (p *Proxy) Slow(d time.Duration) { p.delay.Store(int64(d)) }

// Heal passes everything on again. What was lost stays lost.
func (p *Proxy) Heal() {
	p.delay.Store(0)
	p.state.Store(passing)
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		if p.state.Load() == cut {
			_ = client.Close()
			continue
		}
		p.wg.Go(func() { p.serve(client) })
	}
}

func (p *Proxy) serve(client net.Conn) {
	server, err := new(net.Dialer).DialContext(context.Background(), "tcp", p.target)
	if err != nil {
		_ = client.Close()
		return
	}
	p.keep(client, server)
	defer p.forget(client, server)
	var wg sync.WaitGroup
	wg.Go(func() { p.pump(server, client) })
	wg.Go(func() { p.pump(client, server) })
	wg.Wait()
}

func (p *Proxy) keep(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		p.conns[c] = struct{}{}
		if p.state.Load() == cut {
			_ = c.Close()
		}
	}
}

func (p *Proxy) forget(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		_ = c.Close()
		delete(p.conns, c)
	}
}

// pump copies one direction and closes both ends when it is over.
func (p *Proxy) pump(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if d := p.delay.Load(); d > 0 {
			time.Sleep(time.Duration(d)) // the fault itself
		}
		if n > 0 && p.state.Load() == passing {
			if _, werr := to.Write(buf[:n]); werr != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
