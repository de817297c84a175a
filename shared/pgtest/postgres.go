package pgtest

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tercul/tercul/sql/testdb"
)

// Tx is a transaction on a migrated database, rolled back at the end of the test.
func Tx(t testing.TB) pgx.Tx {
	t.Helper()
	return testdb.Tx(t)
}

// Pool is the migrated database shared by the tests of one package. What a test commits there the next one sees.
func Pool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return testdb.Pool(t)
}

// Database is the URL of a migrated database of the test's own, dropped at its end: for commits, NOTIFY and roles.
func Database(t testing.TB) string {
	t.Helper()
	return testdb.Database(t)
}

// Filled is such a database in which is what fill puts there, once for each key: the key says what that is, and changes
// when it does.
func Filled(t testing.TB, key string, fill func(ctx context.Context, url string) error) string {
	t.Helper()
	return testdb.Filled(t, key, fill)
}

// Open connects a pool to url and closes it at the end of the test.
func Open(t testing.TB, url string) *pgxpool.Pool {
	t.Helper()
	return testdb.Open(t, url)
}

// ServerURL is the superuser's URL of the throw-away server.
func ServerURL(t testing.TB) string {
	t.Helper()
	return testdb.URL(t)
}
