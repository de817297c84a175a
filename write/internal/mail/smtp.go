package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// SMTPConfig is what an SMTP sender needs.
type SMTPConfig struct {
	URL     string
	TLS     string        // required, opportunistic or none; default required
	Timeout time.Duration // for a message in all; default 15 s
	Roots   *x509.CertPool
}

// SMTP sends each message by a connection of its own.
type SMTP struct {
	server  server
	options []gomail.Option
	timeout time.Duration
	tls     *tls.Config
}

// NewSMTP does not connect.
func NewSMTP(cfg SMTPConfig) (*SMTP, error) {
	at, err := parseServer(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("the URL of the mail server %w", err)
	}
	port, err := strconv.Atoi(at.port)
	if err != nil {
		return nil, errors.New("the URL of the mail server has no port")
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 15 * time.Second
	}
	s := &SMTP{
		server: at, timeout: cfg.Timeout,
		tls: &tls.Config{ServerName: at.host, RootCAs: cfg.Roots, MinVersion: tls.VersionTLS12},
	}
	policy := map[string]gomail.TLSPolicy{"none": gomail.NoTLS, "opportunistic": gomail.TLSOpportunistic}[cfg.TLS] // else mandatory
	if at.implicit {
		policy = gomail.TLSOpportunistic // what line dials is TLS by then
	}
	s.options = []gomail.Option{
		gomail.WithPort(port), gomail.WithTimeout(cfg.Timeout), gomail.WithTLSConfig(s.tls), gomail.WithTLSPolicy(policy),
		gomail.WithoutNoop(), gomail.WithoutRset(),
	}
	if at.user != "" {
		s.options = append(s.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(at.user), gomail.WithPassword(at.password))
	}
	_, err = gomail.NewClient(at.host, s.options...)
	return s, err
}

// Send hands the message to the server.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	msg, err := m.build()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	line := &line{server: s.server, tls: s.tls}
	defer line.close()
	client, err := gomail.NewClient(s.server.host, append(s.options[:len(s.options):len(s.options)], gomail.WithDialContextFunc(line.dial))...)
	if err != nil {
		return connecting(ctx, err)
	}
	// The library looks at deadlines only now and then: closing the connection ends
	// whatever it waits for.
	defer context.AfterFunc(ctx, line.close)()
	err = client.DialAndSendWithContext(ctx, msg)
	if err == nil || msg.IsDelivered() {
		return nil // what went wrong after that is no reason to send it twice
	}
	return translate(ctx, err)
}

// line is the connection of one message. The library leaves it open when the
// greeting, TLS or the password fails.
type line struct {
	server server
	tls    *tls.Config

	mu     sync.Mutex
	conn   net.Conn
	closed bool
}

func (l *line) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	if !l.keep(conn) {
		return nil, net.ErrClosed
	}
	if !l.server.implicit {
		return conn, nil
	}
	secure := tls.Client(conn, l.tls)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return secure, nil
}

// keep tells whether the line was not closed meanwhile.
func (l *line) keep(conn net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		_ = conn.Close()
		return false
	}
	l.conn = conn
	return true
}

func (l *line) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.conn != nil {
		_ = l.conn.Close() // often closed already
	}
}
