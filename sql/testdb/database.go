package testdb

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	prefix = "tercul_test_"
	// abandoned is how old a database without connections must be for another run to drop it.
	abandoned = time.Hour
)

// Database makes a database of the test's own and drops it at the end.
func Database(t testing.TB) string {
	t.Helper()
	server := URL(t)
	return own(t, server, migrated(t, server))
}

// Filled makes a database of the test's own in which is what fill puts there, once for each key: the key says what that
// is, and changes when it does.
func Filled(t testing.TB, key string, fill func(ctx context.Context, url string) error) string {
	t.Helper()
	server := URL(t)
	return own(t, server, filled(t, server, key, fill))
}

func own(t testing.TB, server, from string) string {
	t.Helper()
	name := clone(t, server, from)
	t.Cleanup(func() {
		admin(t, server, func(ctx context.Context, conn *pgx.Conn) error {
			return execAll(ctx, conn, `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`)
		})
	})
	return withDatabase(t, server, name)
}

// Open connects a pool to url and closes it at the end of the test.
func Open(t testing.TB, url string) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(context.Background(), url)
	if err != nil {
		t.Fatalf("open a pool: %v", err)
	}
	t.Cleanup(pool.Close)
	return pool
}

var shared struct {
	sync.Mutex
	pool *pgxpool.Pool
}

// Pool is the database shared by the tests of one package. It lives as long as the process: a later run drops it.
func Pool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	server := URL(t)
	shared.Lock()
	defer shared.Unlock()
	if shared.pool != nil {
		return shared.pool
	}
	sweep(t, server)
	pool, err := pgxpool.New(context.Background(), withDatabase(t, server, clone(t, server, migrated(t, server))))
	if err != nil {
		t.Fatalf("open the shared pool: %v", err)
	}
	shared.pool = pool
	return pool
}

// Tx is a transaction on the shared database, rolled back at the end of the test.
func Tx(t testing.TB) pgx.Tx {
	t.Helper()
	ctx := context.Background()
	tx, err := Pool(t).Begin(ctx)
	if err != nil {
		t.Fatalf("begin: %v", err)
	}
	t.Cleanup(func() { _ = tx.Rollback(ctx) })
	return tx
}

func clone(t testing.TB, server, from string) string {
	t.Helper()
	name := fmt.Sprintf("%s%d_%s", prefix, time.Now().Unix(), strings.ToLower(rand.Text()[:10]))
	admin(t, server, func(ctx context.Context, conn *pgx.Conn) error {
		return execAll(ctx, conn, `CREATE DATABASE `+name+` TEMPLATE `+from)
	})
	return name
}

// sweep drops what killed runs have left. Another process may be doing the same, hence IF EXISTS and no FORCE.
func sweep(t testing.TB, server string) {
	admin(t, server, func(ctx context.Context, conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, `
			SELECT datname FROM pg_database d
			WHERE datname ~ ('^' || $1 || '[0-9]+_[a-z0-9]+$') AND split_part(datname, '_', 3)::bigint < $2
			  AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)`, prefix, time.Now().Add(-abandoned).Unix())
		if err != nil {
			return err
		}
		names, err := pgx.CollectRows(rows, pgx.RowTo[string])
		for _, name := range names {
			_, _ = conn.Exec(ctx, `DROP DATABASE IF EXISTS `+name)
		}
		return err
	})
}
