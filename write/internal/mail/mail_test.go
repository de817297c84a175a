package mail

import (
	"bytes"
	"context"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/config"
)

var at = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// token has what URLs and HTML must escape.
const token = `a+b/c="<&`

func occasions() []Content {
	return []Content{
		VerifyAddress{"ada", token}, AddressTaken{"ada"}, ResetPassword{"ada", token}, PasswordChanged{"ada", at},
		ConfirmNewAddress{"ada", token}, AddressChanging{"ada", at}, SessionReused{"ada", at}, DeletionScheduled{"ada", at},
		ContributionDecided{"ada", "ctrb_1", "Евгений Онегин", Approved, nil},
		ContributionDecided{"ada", "ctrb_1", "Inferno <i>", Rejected, []string{"First.", "Second & last."}},
		ContributionDecided{"ada", "ctrb_1", "Inferno", ChangesRequested, []string{"See line 3."}},
		ContributionDecided{"ada", "ctrb_1", "Inferno", Conflicted, nil},
	}
}

func settings() Config {
	return Config{From: `"Tercul, the library" <no-reply@example.org>`, Links: "https://example.org/app/"}
}

func composer(t testing.TB) *Composer {
	t.Helper()
	c, err := NewComposer(settings())
	require.NoError(t, err)
	return c
}

func compose(t testing.TB, content Content) Message {
	t.Helper()
	m, err := composer(t).Compose("en", "reader@example.com", content)
	require.NoError(t, err)
	return m
}

// received is a message as its reader's program sees it.
type received struct {
	header     mail.Header
	text, html string
}

func read(t testing.TB, raw []byte) received {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	require.NoError(t, err)
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	require.NoError(t, err)
	require.Equal(t, "multipart/alternative", kind)
	parts := multipart.NewReader(m.Body, params["boundary"])
	return received{m.Header, part(t, parts, "text/plain"), part(t, parts, "text/html")}
}

func part(t testing.TB, parts *multipart.Reader, kind string) string {
	t.Helper()
	p, err := parts.NextRawPart()
	require.NoError(t, err)
	assert.Contains(t, p.Header.Get("Content-Type"), kind)
	require.Equal(t, "quoted-printable", p.Header.Get("Content-Transfer-Encoding"))
	body, err := io.ReadAll(quotedprintable.NewReader(p))
	require.NoError(t, err)
	return strings.ReplaceAll(string(body), "\r\n", "\n")
}

func dropped(t testing.TB, folder string) []received {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "new", "*.eml"))
	require.NoError(t, err)
	out := make([]received, len(names))
	for i, name := range names {
		raw, err := os.ReadFile(name)
		require.NoError(t, err)
		out[i] = read(t, raw)
	}
	return out
}

func TestEveryOccasion(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "mail")
	sender, err := NewSender(Config{Drop: folder})
	require.NoError(t, err)
	for _, content := range occasions() {
		require.NoError(t, sender.Send(t.Context(), compose(t, content)))
	}
	got := dropped(t, folder)
	require.Len(t, got, len(occasions()))
	subjects := map[string]bool{}
	for _, m := range got {
		from, err := m.header.AddressList("From")
		require.NoError(t, err)
		assert.Equal(t, []*mail.Address{{Name: "Tercul, the library", Address: "no-reply@example.org"}}, from)
		to, err := m.header.AddressList("To")
		require.NoError(t, err)
		assert.Equal(t, []*mail.Address{{Address: "reader@example.com"}}, to)
		date, err := m.header.Date()
		require.NoError(t, err)
		assert.WithinDuration(t, time.Now(), date, time.Minute)
		assert.Regexp(t, `^<[A-Z2-7]{26}@example\.org>$`, m.header.Get("Message-Id"))
		assert.Equal(t, "auto-generated", m.header.Get("Auto-Submitted"))
		assert.Empty(t, m.header.Get("User-Agent"), "nobody has to know what sent it")
		subject, err := new(mime.WordDecoder).DecodeHeader(m.header.Get("Subject"))
		require.NoError(t, err)
		subjects[subject] = true
		for _, body := range []string{m.text, m.html} {
			assert.Contains(t, body, "ada")
			assert.Contains(t, body, "https://example.org/app/")
			assert.Contains(t, body, "nobody reads answers to it")
			assert.NotContains(t, body, "{{")
			assert.NotContains(t, body, "ZgotmplZ", "html/template has refused a value")
			assert.NotContains(t, body, "<no value>")
		}
		assert.Contains(t, m.html, `<html lang="en">`)
	}
	assert.Len(t, subjects, len(occasions()), "each has a subject of its own")
}

func TestTokensStandBehindTheHash(t *testing.T) {
	m := compose(t, ResetPassword{"ada", token})
	const link = "https://example.org/app/reset-password#token=a%2Bb%2Fc%3D%22%3C%26"
	assert.Contains(t, m.Text, "\n"+link+"\n")
	assert.Contains(t, m.HTML, `href="`+link+`"`)
	assert.NotContains(t, m.Subject, "a%2B")
}

func TestWhatCallersWriteIsTextInHTML(t *testing.T) {
	m := compose(t, ContributionDecided{"<b>ada</b>", "../../x?y#z", "<script>", Rejected, []string{"<img src=x>"}})
	for _, bad := range []string{"<script>", "<img", "<b>", "../"} {
		assert.NotContains(t, m.HTML, bad)
	}
	assert.Contains(t, m.Text, "https://example.org/app/contributions/..%2F..%2Fx%3Fy%23z")
	assert.Contains(t, m.Text, "> <img src=x>")
}

func TestLanguages(t *testing.T) {
	c := composer(t)
	for _, locale := range []string{"en", "en-GB", "de", "", "no language", "x\r\nBcc: y@z"} {
		m, err := c.Compose(locale, "reader@example.com", AddressTaken{"ada"})
		require.NoError(t, err)
		assert.Equal(t, "You have an account already", m.Subject, locale)
	}
}

func TestIncompleteMessages(t *testing.T) {
	for name, change := range map[string]func(*Message){
		"no id": func(m *Message) { m.ID = "" }, "no date": func(m *Message) { m.Date = time.Time{} }, "no text": func(m *Message) { m.Text = "" },
		"no HTML": func(m *Message) { m.HTML = "" }, "no subject": func(m *Message) { m.Subject = "" },
		"long subject": func(m *Message) { m.Subject = strings.Repeat("x", 401) }, "broken id": func(m *Message) { m.ID = "a> <b" },
	} {
		m := compose(t, AddressTaken{"ada"})
		change(&m)
		_, err := m.build()
		assert.True(t, Permanent(err), name)
	}
	_, err := composer(t).Compose("en", "reader@example.com", VerifyAddress{Username: "ada"})
	require.ErrorContains(t, err, "no token")
	_, err = composer(t).Compose("en", "reader@example.com", ContributionDecided{"ada", "c", "t", "PERHAPS", nil})
	require.ErrorContains(t, err, "no words for PERHAPS")
}

func TestFilesArePrivate(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "mail")
	drop, err := NewDrop(folder)
	require.NoError(t, err)
	require.NoError(t, drop.Send(t.Context(), compose(t, AddressTaken{"ada"})))
	names, err := filepath.Glob(filepath.Join(folder, "new", "*"))
	require.NoError(t, err)
	require.Len(t, names, 1)
	file, err := os.Stat(names[0])
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), file.Mode())
	outer, err := os.Stat(folder)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), outer.Mode().Perm())
	drafts, err := os.ReadDir(filepath.Join(folder, "tmp"))
	require.NoError(t, err)
	assert.Empty(t, drafts)

	stopped, stop := context.WithCancel(t.Context())
	stop()
	require.ErrorIs(t, drop.Send(stopped, compose(t, AddressTaken{"ada"})), context.Canceled)
	require.NoError(t, os.RemoveAll(folder))
	err = drop.Send(t.Context(), compose(t, AddressTaken{"ada"}))
	require.Error(t, err)
	assert.False(t, Permanent(err), "the folder may come back")
	_, err = NewDrop(filepath.Join(os.Args[0], "no folder"))
	require.Error(t, err)
}

func TestConfig(t *testing.T) {
	good := map[string]string{
		"TERCUL_MAIL_DROP": "/tmp/x", "TERCUL_MAIL_FROM": "Tercul <no-reply@example.org>", "TERCUL_MAIL_LINK_URL": "https://example.org",
	}
	_, err := config.Load[Config](good)
	require.NoError(t, err)
	for problem, change := range map[string]map[string]string{
		"nor is TERCUL_MAIL_DROP": {"TERCUL_MAIL_DROP": ""}, "beside TERCUL_MAIL_DROP": {"TERCUL_MAIL_SMTP_URL": "smtp://h"},
		"begins with smtp://": {"TERCUL_MAIL_DROP": "", "TERCUL_MAIL_SMTP_URL": "http://u:geheim@h"},
		"end with the port":   {"TERCUL_MAIL_DROP": "", "TERCUL_MAIL_SMTP_URL": "smtp://h/path"},
		"TERCUL_MAIL_FROM":    {"TERCUL_MAIL_FROM": "nobody"}, "TERCUL_MAIL_LINK_URL": {"TERCUL_MAIL_LINK_URL": "ftp://x"},
		"host and path": {"TERCUL_MAIL_LINK_URL": "https://x/?a=b"}, "TERCUL_MAIL_TLS": {"TERCUL_MAIL_TLS": "perhaps"},
	} {
		environ := map[string]string{}
		for _, m := range []map[string]string{good, change} {
			for k, v := range m {
				environ[k] = v
			}
		}
		_, err := config.Load[Config](environ)
		require.ErrorContains(t, err, problem)
		assert.NotContains(t, err.Error(), "geheim")
	}
	for url, want := range map[string]server{
		"smtp://h": {host: "h", port: "587"}, "smtps://h": {host: "h", port: "465", implicit: true},
		"smtp://u:p%40@h:25": {host: "h", port: "25", user: "u", password: "p@"},
	} {
		got, err := parseServer(url)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}
