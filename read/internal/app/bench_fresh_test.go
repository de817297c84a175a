package app

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
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

// work is one whose description is edited, and the version it has.
type work struct {
	id, slug string
	version  int
}

func (s *site) works() []work {
	conn, err := pgx.Connect(context.Background(), s.db)
	require.NoError(s.b, err)
	defer func() { _ = conn.Close(context.Background()) }()
	rows, err := conn.Query(context.Background(), "SELECT public_id, slug, version FROM view.work ORDER BY public_id LIMIT 50")
	require.NoError(s.b, err)
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w work, err error) {
		return w, row.Scan(&w.id, &w.slug, &w.version)
	})
	require.NoError(s.b, err)
	return list
}

// get asks a reader for a work, and gives its version and who answered.
func (s *site) get(reader string, path string) (version int, by string) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, reader+path, http.NoBody)
	require.NoError(s.b, err)
	res, err := client.Do(req)
	require.NoError(s.b, err)
	defer func() { _ = res.Body.Close() }()
	var answer struct {
		Data struct{ Work struct{ Version int } }
	}
	require.NoError(s.b, json.NewDecoder(res.Body).Decode(&answer))
	require.Equal(s.b, http.StatusOK, res.StatusCode)
	return answer.Data.Work.Version, res.Header.Get("Cache-Status")
}

const siteEdit = `mutation($id: ID!, $version: Int!, $text: String!) { updateWork(input: {id: $id, expectedVersion: $version, patch: {description: $text}}) { work { version } userErrors { code } } }`

// edit has every reader hold a work in memory, changes it, and measures for each
// reader how long after the acknowledgement it was asked for the last time with an
// old answer, and when the first new one was had.
func (s *site) edit(w *work, path string, n int) (gone, fresh time.Duration) {
	for _, reader := range s.readers {
		for by := ""; by != "tercul-l1; hit"; _, by = s.get(reader, path) {
		}
	}
	var answer struct {
		Data struct {
			UpdateWork struct{ Work struct{ Version int } }
		}
	}
	acknowledged := s.write(siteEdit, map[string]any{"id": w.id, "version": w.version, "text": fmt.Sprint("Described for the bench, number ", n)}, &answer)
	require.Equal(s.b, w.version+1, answer.Data.UpdateWork.Work.Version)
	w.version++
	lasts, news := make([]time.Duration, len(s.readers)), make([]time.Duration, len(s.readers))
	var all sync.WaitGroup
	for i, reader := range s.readers {
		all.Go(func() {
			for {
				asked := time.Now()
				version, _ := s.get(reader, path)
				if news[i] = time.Since(acknowledged); version == w.version {
					return
				}
				lasts[i] = asked.Sub(acknowledged)
			}
		})
	}
	all.Wait()
	return slices.Max(lasts), slices.Max(news)
}

// BenchmarkFreshness prints, for four readers and a writer in processes of their own,
// how long after the acknowledgement of a mutation the last of them serves the old
// answer from memory, and what ten thousand connections on a cold key cost.
//
//	go test -run - -bench Freshness -benchtime 1x ./internal/app
func BenchmarkFreshness(b *testing.B) {
	s := newSite(b)
	document := (&running{t: b}).document("WorkById")
	path := func(w work) string { return document + "&variables=" + url.QueryEscape(fmt.Sprintf(`{"id":%q}`, w.id)) }
	works := s.works()
	for b.Loop() {
		const edits = 300
		var gone, fresh []time.Duration
		for n := range edits {
			w := &works[n%len(works)]
			g, f := s.edit(w, path(*w), n)
			gone, fresh = append(gone, g), append(fresh, f)
		}
		fmt.Printf("\n%d edits over HTTP, each of a work that %d readers hold in memory, after the acknowledgement:\n", edits, siteReaders)
		fmt.Printf("  an old answer was asked for last, by any reader      %s   (goal: p99 50 ms)\n", quantiles(gone))
		fmt.Printf("  the new answer was had, of the last reader           %s\n", quantiles(fresh))
		s.herd(document + "&variables=" + url.QueryEscape(fmt.Sprintf(`{"id":%q,"language":"en-x-herd"}`, works[0].id)))
	}
}

func quantiles(took []time.Duration) string {
	slices.Sort(took)
	at := func(share int) time.Duration {
		return took[min(len(took)*share/1000, len(took)-1)].Round(10 * time.Microsecond)
	}
	return fmt.Sprintf("p50 %-9s p99 %-9s max %s", at(500), at(990), at(1000))
}

// herd opens ten thousand connections to a reader, then asks on all of them at once
// what no cache holds, and counts the statements that it cost.
func (s *site) herd(path string) {
	reader := s.readers[0]
	conns := make([]net.Conn, herd)
	for i := range conns {
		conn, err := new(net.Dialer).DialContext(context.Background(), "tcp", strings.TrimPrefix(reader, "http://"))
		require.NoError(s.b, err)
		defer conn.Close()
		conns[i] = conn
	}
	before := s.statements(reader, "WorkById")
	request := []byte("GET " + path + " HTTP/1.1\r\nHost: bench\r\n\r\n")
	took := make([]time.Duration, herd)
	var all sync.WaitGroup
	start := make(chan struct{})
	for i, conn := range conns {
		all.Go(func() {
			<-start
			begun := time.Now()
			_, err := conn.Write(request)
			if err == nil {
				err = answered(conn)
			}
			if took[i] = time.Since(begun); err != nil {
				s.b.Error(err)
			}
		})
	}
	close(start)
	all.Wait()
	fmt.Printf("%d connections ask at once what no cache holds: %.0f statement(s) of Postgres; %s\n", herd, s.statements(reader, "WorkById")-before, quantiles(took))
}

func answered(conn net.Conn) error {
	_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	if err == nil && res.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %s", res.Status)
	}
	return err
}

// statements are how many a reader has sent for an operation.
func (s *site) statements(reader, operation string) float64 {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, reader+"/metrics", http.NoBody)
	require.NoError(s.b, err)
	res, err := client.Do(req)
	require.NoError(s.b, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	require.NoError(s.b, err)
	name := `tercul_sql_duration_seconds_count{statement="` + operation + `"} `
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			require.NoError(s.b, err)
			return n
		}
	}
	return 0
}
