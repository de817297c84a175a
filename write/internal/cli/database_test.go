package cli

import (
	"context"
	"crypto/rand"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/database"
)

func TestADatabaseThatCannotBeUsedIsCode5(t *testing.T) {
	t.Setenv(database.Variable, "")
	r := tercul(t, "verify")
	require.Equal(t, exitDatabase, r.code)
	require.Equal(t, "tercul: no database is given. Set TERCUL_DATABASE_URL or pass --database postgres://user@host/name\n", r.err)

	r = on(t, "postgres://u:secret@127.0.0.1:1/library?sslmode=disable", "migrate", "up")
	require.Equal(t, exitDatabase, r.code)
	require.Contains(t, r.err, "cannot connect to Postgres at 127.0.0.1:1. Is it running? `make up` starts one here")
	require.NotContains(t, r.err, "secret")

	r = on(t, "http://example.org", "verify")
	require.Equal(t, exitDatabase, r.code)
	require.Contains(t, r.err, "It looks like postgres://")
}

func TestMissingAndEmptyDatabasesAreNamed(t *testing.T) {
	server := pgtest.ServerURL(t)
	missing, err := url.Parse(server)
	require.NoError(t, err)
	missing.Path = "/no_such_library"
	r := on(t, missing.String(), "verify")
	require.Equal(t, exitDatabase, r.code)
	require.Contains(t, r.err, "there is no database no_such_library")

	r = on(t, server, "verify") // the maintenance database
	require.Equal(t, exitDatabase, r.code)
	require.Contains(t, r.err, "is not migrated. Run: tercul migrate up")
}

func TestAStrangerMayNotImport(t *testing.T) {
	db := pgtest.Database(t)
	admin, err := pgx.Connect(t.Context(), db)
	require.NoError(t, err)
	role := "stranger_" + strings.ToLower(admin.Config().Database)
	exec := func(sql string) {
		_, err := admin.Exec(context.Background(), sql)
		require.NoError(t, err)
	}
	exec("CREATE ROLE " + role + " LOGIN PASSWORD 'stranger'")
	t.Cleanup(func() {
		exec("DROP OWNED BY " + role)
		exec("DROP ROLE " + role)
		_ = admin.Close(context.Background())
	})
	exec("GRANT USAGE ON SCHEMA ops TO " + role)
	as, err := url.Parse(db)
	require.NoError(t, err)
	as.User = url.UserPassword(role, "stranger")
	r := on(t, as.String(), "import", "--sample")
	require.Equal(t, exitDatabase, r.code)
	require.Contains(t, r.err, "the role "+role+" may not do this. Connect as the database's owner or a member of tercul_migrator")
}

func TestMigrateStatusAndVersion(t *testing.T) {
	db := pgtest.Database(t)
	r := on(t, db, "migrate", "status")
	require.Equal(t, exitOK, r.code, r.err)
	require.Contains(t, r.err, "Up to date.")
	r = on(t, db, "migrate", "up")
	require.Equal(t, exitOK, r.code, r.err)
	require.Contains(t, r.err, "Nothing to do.")
	r = on(t, db, "migrate", "down")
	require.Equal(t, exitOK, r.code, r.err)
	require.Contains(t, r.err, "took back")
	require.Contains(t, on(t, db, "migrate", "status").err, "Run: tercul migrate up")
	require.Equal(t, exitOK, on(t, db, "migrate", "up").code)

	r = tercul(t, "version", "--json")
	require.Equal(t, exitOK, r.code)
	require.Contains(t, r.out, `"service":"tercul"`)
	require.Contains(t, tercul(t, "version").out, "tercul ")
}

// TestMigrateSaysWhichRoleItNeeds: the services' roles may not migrate, nor ask.
func TestMigrateSaysWhichRoleItNeeds(t *testing.T) {
	db := pgtest.Database(t)
	conn, err := pgx.Connect(t.Context(), db)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	for _, member := range []string{"tercul_reader", "tercul_writer"} {
		name := strings.ToLower("try_" + rand.Text())
		_, err = conn.Exec(t.Context(), "CREATE ROLE "+name+" LOGIN PASSWORD 'only-here' IN ROLE "+member)
		require.NoError(t, err)
		t.Cleanup(func() { _, _ = conn.Exec(context.Background(), "DROP ROLE "+name) })
		address, err := url.Parse(db)
		require.NoError(t, err)
		address.User = url.UserPassword(name, "only-here")
		for _, command := range []string{"status", "up", "down"} {
			r := on(t, address.String(), "migrate", command)
			require.Equal(t, exitDatabase, r.code, r.err)
			require.Contains(t, r.err, "the role "+name+" may not do this. Connect as the database's owner or a member of tercul_migrator")
		}
	}
}
