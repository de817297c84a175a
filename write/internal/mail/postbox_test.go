package mail

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
)

// postbox is an SMTP server that keeps what it takes, and refuses what it is told
// to.
type postbox struct {
	onMail, onRcpt, onData error

	mu     sync.Mutex
	taken  [][]byte
	rcpts  []string
	from   string
	user   string
	secure bool
}

const (
	user, password = "tercul", "geheim"
)

func (p *postbox) session(c *smtp.Conn) (smtp.Session, error) { return &session{p, c}, nil }

type session struct {
	*postbox
	conn *smtp.Conn
}

func (s *session) Reset() {}

func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, s.secure = s.conn.TLSConnectionState()
	s.from = from
	return s.onMail
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rcpts = append(s.rcpts, to)
	return s.onRcpt
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.onData != nil {
		return s.onData // as it is: the server looks at its type
	}
	if err != nil {
		return err
	}
	s.taken = append(s.taken, raw)
	return nil
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, name, given string) error {
		if name != user || given != password {
			return smtp.ErrAuthFailed
		}
		s.user = name
		return nil
	}), nil
}

// certificate is good for 127.0.0.1, and trusted by who has the pool.
func certificate() (tls.Certificate, *x509.CertPool) {
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return s.TLS.Certificates[0], pool
}

// open starts the server and returns its address.
func (p *postbox) open(t testing.TB, change func(*smtp.Server), wrap func(net.Listener) net.Listener) string {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	srv := smtp.NewServer(smtp.BackendFunc(p.session))
	srv.Domain, srv.ErrorLog = "postbox.example", silent{}
	if change != nil {
		change(srv)
	}
	addr := ln.Addr().String()
	if wrap != nil {
		ln = wrap(ln)
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(ln) }()
	t.Cleanup(func() {
		_ = srv.Close()
		_ = ln.Close() // which the server may not have come to know of yet
		<-done
	})
	return addr
}

type silent struct{}
