package testdb

import (
	"context"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Variable names the setting that holds the server's URL.
const Variable = "TERCUL_TEST_DATABASE_URL"

// URL is the server's URL. It skips the test under -short and fails it when the setting is missing.
func URL(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("short: needs PostgreSQL")
	}
	server := os.Getenv(Variable)
	if server == "" {
		t.Fatalf("%s is not set: run `make test`, which starts a throw-away server and sets it", Variable)
	}
	return server
}

// admin runs statements on the server's own database, over a connection of its own.
func admin(t testing.TB, server string, run func(context.Context, *pgx.Conn) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatalf("connect to %s: %v", Variable, err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if err := run(ctx, conn); err != nil {
		t.Fatalf("prepare a test database: %v", err)
	}
}

// withDatabase is server with another database in its path.
func withDatabase(t testing.TB, server, name string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil || u.Scheme == "" {
		t.Fatalf("%s must be a URL such as postgres://postgres@127.0.0.1:5432/postgres: %v", Variable, err)
	}
	u.Path = "/" + name
	return u.String()
}
