package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/read/internal/libtest"
	"github.com/tercul/tercul/shared/pgtest"
)

// site is an installation in processes of their own, as it runs in production: a
// writer and some readers on one Postgres and one Redis.
type site struct {
	b       *testing.B
	db      string
	readers []string // their URLs
	writer  string
	token   string
}

const (
	siteReaders  = 4
	sitePassword = "ulmus et vitis et acanthus"
)

func newSite(b *testing.B) *site {
	s := &site{b: b, db: libtest.URL(b)}
	shared := map[string]string{
		"TERCUL_DATABASE_URL": s.db, "TERCUL_DATABASE_MAX_CONNS": "8", "TERCUL_REDIS_URL": pgtest.RedisURL(b),
		"TERCUL_REDIS_SPACE": "bench-" + rand.Text(), "TERCUL_LOG_LEVEL": "error",
	}
	with := func(more ...string) map[string]string {
		env := map[string]string{}
		for name, value := range shared {
			env[name] = value
		}
		for i := 0; i < len(more); i += 2 {
			env[more[i]] = more[i+1]
		}
		return env
	}
	peppers := key()
	s.account(peppers)
	s.writer = libtest.Start(b, libtest.Program(b, "write", "writer"), "TERCUL_WRITE_ADDR", with(
		"TERCUL_WRITE_PEPPERS", peppers, "TERCUL_WRITE_SEAL_KEYS", key(), "TERCUL_WRITE_REFRESH_KEYS", key(), "TERCUL_WRITE_COOKIES", "loopback",
		"TERCUL_WRITE_LIMITS", "off", "TERCUL_WRITE_DOCUMENTS", "any", "TERCUL_MAIL_DROP", b.TempDir(), "TERCUL_MAIL_FROM", "Tercul <no-reply@example.org>", "TERCUL_MAIL_LINK_URL", "https://example.org"))
	reader := libtest.Program(b, "read", "reader")
	for range siteReaders {
		s.readers = append(s.readers, libtest.Start(b, reader, "TERCUL_READ_ADDR", with("TERCUL_READ_DRAIN", "0s", "TERCUL_READ_TIMEOUT", "3s")))
	}
	s.signIn()
	return s
}

func key() string {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)
	return "bench:" + base64.StdEncoding.EncodeToString(secret)
}

func (s *site) account(peppers string) {
	s.b.Setenv("TERCUL_WRITE_PEPPERS", peppers)
	file := filepath.Join(s.b.TempDir(), "password")
	require.NoError(s.b, os.WriteFile(file, []byte(sitePassword), 0o600))
	libtest.Tercul(s.b, s.db, "user", "create", "--role", "editor", "--username", "ada", "--email", "ada@example.org", "--password-file", file)
}

func (s *site) signIn() {
	var answer struct {
		Data struct{ Login struct{ AccessToken string } }
	}
	s.write(`mutation Login($input: LoginInput!) { login(input: $input) { accessToken userErrors { code } } }`,
		map[string]any{"input": map[string]any{"login": "ada", "password": sitePassword, "mode": "BEARER"}}, &answer)
	s.token = answer.Data.Login.AccessToken
	require.NotEmpty(s.b, s.token, "%+v", answer)
}

// write sends the writer a mutation, and gives the moment at which it was acknowledged.
func (s *site) write(query string, variables map[string]any, answer any) (acknowledged time.Time) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	require.NoError(s.b, err)
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.writer+"/graphql", bytes.NewReader(body))
	require.NoError(s.b, err)
	req.Header.Set("Content-Type", "application/json")
	if s.token != "" {
		req.Header.Set("Authorization", "Bearer "+s.token)
	}
	res, err := client.Do(req)
	require.NoError(s.b, err)
	text, err := io.ReadAll(res.Body)
	acknowledged = time.Now()
	require.NoError(s.b, err)
	_ = res.Body.Close()
	require.NoError(s.b, json.Unmarshal(text, answer), "%s", text)
	return acknowledged
}

// statements are how many a reader has sent for an operation, to all its servers.
func (s *site) statements(reader, operation string) (sum float64) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, reader+"/metrics", http.NoBody)
	require.NoError(s.b, err)
	res, err := client.Do(req)
	require.NoError(s.b, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	require.NoError(s.b, err)
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, "} ")
		if strings.HasPrefix(name, "tercul_sql_duration_seconds_count{") && strings.Contains(name, `statement="`+operation+`"`) {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			require.NoError(s.b, err)
			sum += n
		}
	}
	return sum
}
