package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

func newSMTP(t testing.TB, cfg SMTPConfig) *SMTP {
	t.Helper()
	if cfg.TLS == "" {
		cfg.TLS = "none"
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 10 * time.Second
	}
	s, err := NewSMTP(cfg)
	require.NoError(t, err)
	return s
}

func TestSMTP(t *testing.T) {
	p := &postbox{}
	s := newSMTP(t, SMTPConfig{URL: "smtp://" + p.open(t, nil, nil)})
	m := compose(t, VerifyAddress{"ada", token})
	require.NoError(t, s.Send(t.Context(), m))
	require.NoError(t, s.Send(t.Context(), m))
	require.Len(t, p.taken, 2)
	one, two := read(t, p.taken[0]), read(t, p.taken[1])
	assert.Equal(t, one.header.Get("Message-Id"), two.header.Get("Message-Id"), "the same message, sent again")
	assert.Equal(t, one.text, two.text)
	assert.Equal(t, m.Text, one.text)
	assert.Equal(t, m.HTML, one.html)
	assert.Equal(t, []string{"reader@example.com", "reader@example.com"}, p.rcpts)
	assert.Equal(t, "no-reply@example.org", p.from)
	assert.False(t, p.secure)
}

// TestTLS: STARTTLS, TLS from the start, and what must not happen without.
func TestTLS(t *testing.T) {
	cert, roots := certificate()
	able := func(s *smtp.Server) { s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}} }
	wrap := func(ln net.Listener) net.Listener {
		return tls.NewListener(ln, &tls.Config{Certificates: []tls.Certificate{cert}})
	}
	m := compose(t, AddressTaken{"ada"})
	send := func(addr, scheme, policy string, roots *x509.CertPool) error {
		return newSMTP(t, SMTPConfig{URL: scheme + "://" + user + ":" + password + "@" + addr, TLS: policy, Roots: roots}).Send(t.Context(), m)
	}
	for name, tc := range map[string]struct {
		scheme, policy string
		server         func(*smtp.Server)
		wrap           func(net.Listener) net.Listener
	}{
		"STARTTLS": {"smtp", "required", able, nil}, "STARTTLS where there is": {"smtp", "opportunistic", able, nil},
		"from the start": {"smtps", "required", nil, wrap},
	} {
		t.Run(name, func(t *testing.T) {
			p := &postbox{}
			require.NoError(t, send(p.open(t, tc.server, tc.wrap), tc.scheme, tc.policy, roots))
			assert.Len(t, p.taken, 1)
			assert.True(t, p.secure || tc.wrap != nil)
			assert.Equal(t, user, p.user)
		})
		t.Run(name+", with a certificate nobody knows", func(t *testing.T) {
			p := &postbox{}
			err := send(p.open(t, tc.server, tc.wrap), tc.scheme, tc.policy, x509.NewCertPool())
			require.ErrorContains(t, err, "certificate")
			assert.False(t, Permanent(err))
			assert.Empty(t, p.taken)
			assert.Empty(t, p.user)
		})
	}
	t.Run("a server without it", func(t *testing.T) {
		p := &postbox{}
		err := send(p.open(t, nil, nil), "smtp", "required", roots)
		require.Error(t, err)
		assert.False(t, Permanent(err))
		assert.Empty(t, p.taken)
		assert.Empty(t, p.user)
	})
	t.Run("no password in the clear", func(t *testing.T) {
		p := &postbox{}
		err := send(p.open(t, func(s *smtp.Server) { s.AllowInsecureAuth = true }, nil), "smtp", "none", nil)
		require.Error(t, err)
		assert.Empty(t, p.user)
	})
}

func TestRefusals(t *testing.T) {
	said := func(code int, enhanced smtp.EnhancedCode) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: "no <reader@example.com> here"}
	}
	for name, tc := range map[string]struct {
		box       *postbox
		stage     string
		code      int
		permanent bool
	}{
		"sender, later":      {&postbox{onMail: said(451, smtp.EnhancedCode{4, 3, 0})}, "sender", 451, false},
		"sender, never":      {&postbox{onMail: said(550, smtp.EnhancedCode{5, 7, 1})}, "sender", 550, true},
		"no password given":  {&postbox{onMail: said(530, smtp.EnhancedCode{5, 7, 0})}, "sender", 530, false},
		"recipient, later":   {&postbox{onRcpt: said(450, smtp.EnhancedCode{4, 2, 0})}, "recipient", 450, false},
		"recipient, never":   {&postbox{onRcpt: said(550, smtp.EnhancedCode{5, 1, 1})}, "recipient", 550, true},
		"content, later":     {&postbox{onData: said(452, smtp.EnhancedCode{4, 3, 1})}, "content", 452, false},
		"content, never":     {&postbox{onData: said(554, smtp.EnhancedCode{5, 6, 0})}, "content", 554, true},
		"a broken recipient": {&postbox{onRcpt: said(501, smtp.EnhancedCode{5, 1, 3})}, "recipient", 501, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSMTP(t, SMTPConfig{URL: "smtp://" + tc.box.open(t, nil, nil)})
			err := s.Send(t.Context(), compose(t, VerifyAddress{"ada", token}))
			var e *Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, tc.stage, e.Stage)
			assert.Equal(t, tc.code, e.Code)
			assert.Equal(t, tc.permanent, Permanent(err))
			assert.Len(t, e.Enhanced, 5)
			assert.NotContains(t, err.Error(), "reader@", "addresses are nobody's business")
			assert.NotContains(t, err.Error(), token)
			assert.Empty(t, tc.box.taken)
		})
	}
}

func TestAWrongPasswordIsNotTheMessagesFault(t *testing.T) {
	cert, roots := certificate()
	p := &postbox{}
	addr := p.open(t, func(s *smtp.Server) { s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}} }, nil)
	s := newSMTP(t, SMTPConfig{URL: "smtp://" + user + ":wrong-geheim@" + addr, TLS: "required", Roots: roots})
	err := s.Send(t.Context(), compose(t, AddressTaken{"ada"}))
	var e *Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, 535, e.Code)
	assert.False(t, Permanent(err))
	assert.NotContains(t, err.Error(), "geheim")
	assert.NotContains(t, err.Error(), user+":")
}

func TestNobodyListens(t *testing.T) {
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, ln.Close())
	err = newSMTP(t, SMTPConfig{URL: "smtp://" + ln.Addr().String()}).Send(t.Context(), compose(t, AddressTaken{"ada"}))
	require.ErrorContains(t, err, "connection")
	assert.False(t, Permanent(err))
	_, err = NewSMTP(SMTPConfig{URL: "http://h"})
	require.ErrorContains(t, err, "smtp://")
}

// stage is a server that answers so many lines and is silent then, or hangs up.
func stage(t *testing.T, hangUp bool, lines ...string) (addr string, closed <-chan struct{}) {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	gone := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(gone)
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		buf := make([]byte, 64<<10)
		for i, line := range lines {
			if i > 0 {
				if _, err := conn.Read(buf); err != nil {
					return
				}
			}
			if _, err := io.WriteString(conn, line+"\r\n"); err != nil {
				return
			}
		}
		for !hangUp { // until the sender gives up
			if _, err := conn.Read(buf); err != nil {
				return
			}
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		wg.Wait()
	})
	return ln.Addr().String(), gone
}

func TestAServerThatHangs(t *testing.T) {
	for name, lines := range map[string][]string{
		"at once": nil, "after the greeting": {"220 here"}, "after the sender": {"220 here", "250 hello", "250 ok"},
		"in the message": {"220 here", "250 hello", "250 ok", "250 ok", "354 go on"},
	} {
		t.Run(name, func(t *testing.T) {
			addr, closed := stage(t, false, lines...)
			s := newSMTP(t, SMTPConfig{URL: "smtp://" + addr, Timeout: 200 * time.Millisecond})
			err := s.Send(t.Context(), compose(t, AddressTaken{"ada"}))
			require.Error(t, err)
			assert.False(t, Permanent(err))
			<-closed // nothing is left open
		})
	}
	t.Run("the caller leaves", func(t *testing.T) {
		addr, closed := stage(t, false, "220 here")
		s := newSMTP(t, SMTPConfig{URL: "smtp://" + addr, Timeout: time.Minute})
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		require.ErrorIs(t, s.Send(ctx, compose(t, AddressTaken{"ada"})), context.DeadlineExceeded)
		<-closed
	})
}

func TestAServerThatIsFull(t *testing.T) {
	addr, closed := stage(t, false, "421 4.3.2 too many connections")
	err := newSMTP(t, SMTPConfig{URL: "smtp://" + addr}).Send(t.Context(), compose(t, AddressTaken{"ada"}))
	var e *Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, 421, e.Code)
	assert.False(t, Permanent(err))
	<-closed
}

// TestTakenIsTaken: the server hangs up where it should say goodbye.
func TestTakenIsTaken(t *testing.T) {
	addr, closed := stage(t, true, "220 here", "250 hello", "250 ok", "250 ok", "354 go on", "250 taken")
	s := newSMTP(t, SMTPConfig{URL: "smtp://" + addr})
	m := compose(t, AddressTaken{"ada"})
	require.NoError(t, s.Send(t.Context(), m), "or it would be sent twice")
	<-closed
}
