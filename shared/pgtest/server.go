package pgtest

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	tsql "github.com/tercul/tercul/sql"
)

// ServerVariable names the setting that holds the command which starts a server for one test.
const ServerVariable = "TERCUL_TEST_SERVER"

// serverDatabase is the migrated database of a server of the test's own.
const serverDatabase = "tercul"

// Server is a PostgreSQL server of a test's own. It shares nothing with other tests: no transaction of theirs holds back
// its snapshots. One takes a few seconds to start, so a package should share it.
type Server struct {
	// URL is the superuser's of its database, which is migrated.
	URL string

	dir    string
	stdin  io.Closer
	ended  chan struct{}
	output *bytes.Buffer // complete once ended
	once   sync.Once
}

// Primary starts a server with a migrated database.
func Primary(t testing.TB) *Server {
	t.Helper()
	s := start(t, "primary")
	s.exec(t, s.URL, "CREATE DATABASE "+serverDatabase+" TEMPLATE template0 ENCODING 'UTF8'")
	s.URL = withPath(t, s.URL, serverDatabase)
	if _, err := tsql.Up(context.Background(), s.URL); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	return s
}

// Standby starts a streaming standby of the server.
func (s *Server) Standby(t testing.TB) *Server {
	t.Helper()
	standby := start(t, "standby", s.dir)
	standby.URL = withPath(t, standby.URL, serverDatabase)
	return standby
}

// Delay has a standby apply each commit no sooner than that long after it was made.
func (s *Server) Delay(t testing.TB, d time.Duration) {
	t.Helper()
	s.Set(t, "recovery_min_apply_delay", fmt.Sprintf("%dms", d.Milliseconds()))
}

// Set changes one of the server's settings.
func (s *Server) Set(t testing.TB, name, value string) {
	t.Helper()
	s.exec(t, s.URL, "ALTER SYSTEM SET "+name+" = '"+value+"'", "SELECT pg_reload_conf()")
}

// Pause has a standby apply nothing until Resume.
func (s *Server) Pause(t testing.TB) {
	t.Helper()
	s.exec(t, s.URL, "SELECT pg_wal_replay_pause()")
	deadline := time.Now().Add(time.Minute)
	for state := ""; state != "paused"; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the standby does not pause")
		}
		s.query(t, "SELECT pg_get_wal_replay_pause_state()", &state)
	}
}

// Resume ends Pause.
func (s *Server) Resume(t testing.TB) {
	t.Helper()
	s.exec(t, s.URL, "SELECT pg_wal_replay_resume()")
}

// Follow has a standby follow another primary than the one it was made of.
func (s *Server) Follow(t testing.TB, primary *Server) {
	t.Helper()
	cfg, err := pgx.ParseConfig(primary.URL)
	if err != nil {
		t.Fatal(err)
	}
	s.Set(t, "primary_conninfo", fmt.Sprintf("host=%s port=%d user=%s password=%s", cfg.Host, cfg.Port, cfg.User, cfg.Password))
}

// Checkpoint makes a checkpoint, and on a standby a restart point at the primary's last one.
func (s *Server) Checkpoint(t testing.TB) {
	t.Helper()
	s.exec(t, s.URL, "CHECKPOINT")
}

// Promote makes a standby a primary, on a timeline of its own.
func (s *Server) Promote(t testing.TB) {
	t.Helper()
	s.exec(t, s.URL, "SELECT pg_promote()")
}

// CaughtUp waits until a standby has applied what the primary has written.
func (s *Server) CaughtUp(t testing.TB, primary *Server) {
	t.Helper()
	var lsn string
	primary.query(t, "SELECT pg_current_wal_insert_lsn()::text", &lsn)
	deadline := time.Now().Add(time.Minute)
	for reached := false; !reached; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the standby does not catch up")
		}
		s.query(t, "SELECT pg_last_wal_replay_lsn() >= '"+lsn+"'", &reached)
	}
}

// Received tells how much of its primary's log a standby has.
func (s *Server) Received(t testing.TB) (lsn int64) {
	t.Helper()
	s.query(t, "SELECT pg_wal_lsn_diff(pg_last_wal_receive_lsn(), '0/0')::bigint", &lsn)
	return lsn
}

// Kill ends the server at once, as a crash would.
func (s *Server) Kill() {
	s.once.Do(func() { _ = s.stdin.Close() })
	<-s.ended
}

// start runs the command, which ends when its input does: also when the test is killed.
func start(t testing.TB, args ...string) *Server {
	t.Helper()
	URL := ServerURL(t) // skips under -short, and says how to run tests
	command := os.Getenv(ServerVariable)
	if URL == "" || command == "" {
		t.Fatalf("%s is not set: run the test by deploy/local/with-services, which names the command", ServerVariable)
	}
	cmd := exec.Command(command, args...) //nolint:gosec,noctx // ours; it ends with its input
	s := &Server{ended: make(chan struct{}), output: &bytes.Buffer{}}
	cmd.Stderr = s.output
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	s.stdin = stdin
	line, err := bufio.NewReader(stdout).ReadString('\n')
	go func() {
		defer close(s.ended)
		_ = cmd.Wait()
	}()
	t.Cleanup(s.Kill)
	if s.dir, s.URL, _ = strings.Cut(strings.TrimSpace(line), " "); err != nil || s.URL == "" {
		s.Kill()
		t.Fatalf("%s %v: %v\n%s", command, args, err, s.output)
	}
	return s
}

func (s *Server) exec(t testing.TB, url string, statements ...string) {
	t.Helper()
	s.on(t, url, func(ctx context.Context, conn *pgx.Conn) error {
		for _, statement := range statements {
			if _, err := conn.Exec(ctx, statement); err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		return nil
	})
}

func (s *Server) query(t testing.TB, sql string, into any) {
	t.Helper()
	s.on(t, s.URL, func(ctx context.Context, conn *pgx.Conn) error { return conn.QueryRow(ctx, sql).Scan(into) })
}

func (s *Server) on(t testing.TB, url string, do func(context.Context, *pgx.Conn) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if err := do(ctx, conn); err != nil {
		t.Fatal(err)
	}
}

func withPath(t testing.TB, server, database string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + database
	return u.String()
}
