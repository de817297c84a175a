package app

import (
	"crypto/tls"
	"encoding/pem"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/identity"
)

const (
	smtpUser     = "tercul"
	smtpPassword = "a password of the mail server"
)

// letter is a mail that a server has taken.
type letter struct {
	to, text string
	secure   bool // it came over TLS
	user     string
}

// postbox is an SMTP server that keeps what it takes. It can be closed and opened again
// at the same address.
type postbox struct {
	t           testing.TB
	address     string
	certificate tls.Certificate
	root        string // the file that the certificate is trusted by
	plain       bool   // it has no TLS

	mu      sync.Mutex
	letters []letter
	refused int // passwords that were wrong
}

// newPostbox takes an address and does not listen yet.
func newPostbox(t testing.TB) *postbox {
	t.Helper()
	s := httptest.NewTLSServer(nil) // for its certificate, which is good for 127.0.0.1
	defer s.Close()
	b := &postbox{t: t, address: freeAddr(t), certificate: s.TLS.Certificates[0], root: filepath.Join(t.TempDir(), "root.pem")}
	require.NoError(t, os.WriteFile(b.root, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600))
	return b
}

func (b *postbox) open() {
	b.t.Helper()
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &delivery{postbox: b, conn: c}, nil }))
	server.Domain, server.ErrorLog = "postbox.example", quiet{}
	if !b.plain {
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{b.certificate}, MinVersion: tls.VersionTLS12}
	}
	ln, err := new(net.ListenConfig).Listen(b.t.Context(), "tcp", b.address)
	require.NoError(b.t, err)
	var served sync.WaitGroup
	served.Go(func() { _ = server.Serve(ln) })
	b.t.Cleanup(func() {
		_ = server.Close()
		served.Wait()
	})
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// to are the letters to somebody.
func (b *postbox) to(address string) (found []letter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, l := range b.letters {
		if l.to == address {
			found = append(found, l)
		}
	}
	return found
}

// count is how many letters there are, and how many passwords were wrong.
func (b *postbox) count() (letters, refused int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.letters), b.refused
}

// token waits for as many letters to somebody, and answers the token of the last.
func (b *postbox) token(s *site, address string, count int) string {
	b.t.Helper()
	require.Eventually(b.t, func() bool { return len(b.to(address)) == count }, waited, tick, "%s: %s", address, s.log)
	found := link.FindStringSubmatch(b.to(address)[count-1].text)
	require.NotNil(b.t, found, b.to(address)[count-1].text)
	return found[1] + found[2]
}

// delivery is one connection.
type delivery struct {
	*postbox
	conn   *smtp.Conn
	letter letter
}

func (d *delivery) Reset()        {}
func (d *delivery) Logout() error { return nil }

func (d *delivery) AuthMechanisms() []string { return []string{sasl.Plain} }

func (d *delivery) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != smtpUser || password != smtpPassword {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.refused++
			return smtp.ErrAuthFailed
		}
		d.letter.user = user
		return nil
	}), nil
}

func (d *delivery) Mail(string, *smtp.MailOptions) error {
	if d.letter.user == "" {
		return smtp.ErrAuthRequired
	}
	return nil
}

func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error {
	d.letter.to = to
	return nil
}

func (d *delivery) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	_, d.letter.secure = d.conn.TLSConnectionState()
	d.letter.text = strings.ReplaceAll(string(raw), "=\r\n", "") // quoted-printable breaks lines so
	d.mu.Lock()
	defer d.mu.Unlock()
	d.letters = append(d.letters, d.letter)
	return nil
}

// mailed is a writer, a process of its own that trusts the certificate of a postbox.
func mailed(t *testing.T, b *postbox, password string) *site {
	t.Helper()
	url := pgtest.Database(t)
	env := settings(t, map[string]string{
		"TERCUL_DATABASE_URL": url, "TERCUL_WRITE_DOCUMENTS": "any", "TERCUL_LOG_LEVEL": "debug", "TERCUL_MAIL_DROP": "",
		"TERCUL_MAIL_SMTP_URL": "smtp://" + smtpUser + ":" + strings.ReplaceAll(password, " ", "%20") + "@" + b.address, "SSL_CERT_FILE": b.root,
	})
	s, _ := spawn(t, env)
	return &site{s, pgtest.Open(t, url), url, ""}
}

// failed waits until a mail could not be sent, and answers what an admin is told of it.
func (s *site) failed() (message string) {
	s.t.Helper()
	s.account("root", identity.Admin)
	root := s.as("root")
	require.Eventually(s.t, func() bool {
		nodes, _ := root.do(`{ jobs(filter: {kind: "account_mail"}) { nodes { state lastError { message } } } }`, nil).data["jobs"]["nodes"].([]any)
		for _, n := range nodes {
			state, _ := in(n.(map[string]any), "state").(string)
			message, _ = in(n.(map[string]any), "lastError", "message").(string)
			if state == "RETRYABLE" && message != "" {
				return true
			}
		}
		return false
	}, waited, tick, s.log)
	return message
}

// hurry has what is to be tried again later tried again now.
func (s *site) hurry() {
	s.t.Helper()
	s.exec("UPDATE jobs.river_job SET scheduled_at = now(), state = 'available' WHERE kind = 'account_mail' AND state IN ('retryable', 'scheduled')")
}

// A member comes, forgets the password and moves, all by mail over SMTP; the server is
// away when it begins.
func TestMailGoesBySMTP(t *testing.T) {
	b := newPostbox(t)
	s := mailed(t, b, smtpPassword)
	p := s.program()
	p.change("register", "ok", map[string]any{"username": "ada", "email": "ada@example.org", "password": goodPassword})
	require.Contains(t, s.failed(), "connection")
	b.open()
	s.hurry()
	verify := b.token(s, "ada@example.org", 1)
	first := b.to("ada@example.org")[0]
	require.True(t, first.secure, "by STARTTLS")
	require.Equal(t, smtpUser, first.user)
	require.Contains(t, first.text, "\r\nFrom: \"Tercul\" <no-reply@example.org>")
	require.Contains(t, first.text, "https://tercul.example/")
	r := p.do(`mutation($t: String!) { verifyEmail(input: {token: $t}) { viewer { verified } userErrors { code } } }`, map[string]any{"t": verify})
	require.Equal(t, true, in(r.data["verifyEmail"], "viewer", "verified"))

	ada := s.as("ada")
	require.Empty(t, p.do(`mutation { requestPasswordReset(input: {email: "ada@example.org"}) { ok userErrors { code } } }`, nil).code)
	p.change("resetPassword", "ok", map[string]any{"token": b.token(s, "ada@example.org", 2), "newPassword": otherPassword})
	require.Equal(t, "UNAUTHENTICATED", ada.do(viewerText, nil).code)
	require.Eventually(t, func() bool { return len(b.to("ada@example.org")) == 3 }, waited, tick, "word of the new password")

	ada.bearer = p.try("ada", otherPassword).text("login", "accessToken")
	ada.change("requestEmailChange", "ok", map[string]any{"newEmail": "ada@elsewhere.example", "password": otherPassword})
	change := b.token(s, "ada@elsewhere.example", 1)
	require.Eventually(t, func() bool { return len(b.to("ada@example.org")) == 4 }, waited, tick, "word of it at the old address")
	word := b.to("ada@example.org")[3].text
	require.NotRegexp(t, link, word)
	require.NotContains(t, word, "elsewhere", "who reads it need not be who asked")
	r = p.do(`mutation($t: String!) { confirmEmailChange(input: {token: $t}) { viewer { email } userErrors { code } } }`, map[string]any{"t": change})
	require.Equal(t, "ada@elsewhere.example", in(r.data["confirmEmailChange"], "viewer", "email"))
	require.Empty(t, p.try("ada@elsewhere.example", otherPassword).faults("login"))
	require.Equal(t, []string{"INVALID_CREDENTIALS"}, p.try("ada@example.org", otherPassword).faults("login"))
	letters, _ := b.count()
	require.Equal(t, 5, letters)
	for _, secret := range []string{smtpPassword, verify, change, "ada@example.org", "elsewhere.example"} {
		require.NotContains(t, s.log.String(), secret)
	}
}

// What is wrong with the settings is told to the operator, without what they hold, and
// costs no mail: it goes when they are mended.
func TestMailThatIsRefused(t *testing.T) {
	t.Run("a wrong password", func(t *testing.T) {
		b := newPostbox(t)
		b.open()
		s := mailed(t, b, "a password of yesterday")
		s.program().change("register", "ok", map[string]any{"username": "ada", "email": "ada@example.org", "password": goodPassword})
		message := s.failed()
		require.Contains(t, message, "mail: not sent")
		require.NotContains(t, message+s.log.String(), "yesterday")
		letters, refused := b.count()
		require.Positive(t, refused)
		require.Zero(t, letters)
	})
	t.Run("no TLS", func(t *testing.T) {
		b := newPostbox(t)
		b.plain = true
		b.open()
		s := mailed(t, b, smtpPassword)
		s.program().change("register", "ok", map[string]any{"username": "ada", "email": "ada@example.org", "password": goodPassword})
		require.Contains(t, s.failed(), "mail: not sent")
		letters, refused := b.count()
		require.Zero(t, letters)
		require.Zero(t, refused, "no password goes where anybody could read it")
	})
	t.Run("a certificate of nobody", func(t *testing.T) {
		b := newPostbox(t)
		b.open()
		require.NoError(t, os.WriteFile(b.root, nil, 0o600))
		s := mailed(t, b, smtpPassword)
		s.program().change("register", "ok", map[string]any{"username": "ada", "email": "ada@example.org", "password": goodPassword})
		require.Contains(t, s.failed(), "certificate")
		letters, _ := b.count()
		require.Zero(t, letters)
	})
}
