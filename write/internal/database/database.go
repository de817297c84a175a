// Package database connects the command line to Postgres and words what goes
// wrong so that the reader knows what to do next.
package database

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Variable is the setting that names the database.
const Variable = "TERCUL_DATABASE_URL"

// Error is a database that cannot be used, and what to do about it.
type Error struct {
	What   string
	Remedy string
	Err    error
}

func (e *Error) Error() string { return e.What + ". " + e.Remedy }
func (e *Error) Unwrap() error { return e.Err }

const connectTimeout = 10 * time.Second

// Connect opens one connection for work that may take long: no statement
// timeout, but a wait for a lock that somebody forgot is not endless.
func Connect(ctx context.Context, address, application string) (*pgx.Conn, error) {
	if address == "" {
		return nil, &Error{
			What:   "no database is given",
			Remedy: "Set " + Variable + " or pass --database postgres://user@host/name",
		}
	}
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, &Error{What: "the database's URL cannot be read", Remedy: "It looks like postgres://user@host:5432/name", Err: err}
	}
	config.ConnectTimeout = connectTimeout
	for name, value := range map[string]string{
		"application_name": application, "timezone": "UTC", "statement_timeout": "0", "lock_timeout": "60s",
		"idle_in_transaction_session_timeout": "10min", "jit": "off",
	} {
		if _, given := config.RuntimeParams[name]; !given {
			config.RuntimeParams[name] = value
		}
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, Explain(err, config)
	}
	return conn, nil
}

// RequireSchema makes sure that the database has been migrated.
func RequireSchema(ctx context.Context, conn *pgx.Conn) error {
	var there bool
	err := conn.QueryRow(ctx, `SELECT to_regclass('ops.import_runs') IS NOT NULL
		AND EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'view' AND p.proname = 'refresh_all')`).Scan(&there)
	if err != nil {
		return Explain(err, conn.Config())
	}
	if !there {
		return &Error{What: "the database " + conn.Config().Database + " is not migrated", Remedy: "Run: tercul migrate up"}
	}
	return nil
}

// Explain words a driver's error. One that says nothing of the database's
// condition is returned as it is, without the URL's password.
func Explain(err error, config *pgx.ConnConfig) error {
	var done *Error
	if err == nil || errors.As(err, &done) || errors.Is(err, context.Canceled) {
		return err
	}
	var file *fs.PathError
	if errors.As(err, &file) { // whose cause looks like one of the network's
		return err
	}
	var server *pgconn.PgError
	if errors.As(err, &server) {
		return explainState(server, config)
	}
	var connect *pgconn.ConnectError
	var network net.Error
	switch {
	case errors.As(err, &connect):
		return &Error{What: "cannot connect to Postgres at " + where(config), Remedy: "Is it running? `make up` starts one here; else mend " + Variable, Err: err}
	case errors.As(err, &network), pgconn.SafeToRetry(err), strings.Contains(err.Error(), "unexpected EOF"), strings.Contains(err.Error(), "conn closed"):
		return &Error{What: "the connection to Postgres was lost", Remedy: "What was not committed is undone; run the same command again to continue", Err: err}
	}
	return err
}

func explainState(e *pgconn.PgError, config *pgx.ConnConfig) error {
	remedies := []struct{ prefix, what, remedy string }{
		{"3D000", "there is no database " + config.Database + " at " + where(config), "Create it: createdb " + config.Database},
		{"28", "Postgres does not let " + config.User + " in", "Check the user and password in " + Variable},
		{"42501", "the role " + config.User + " may not do this", "Connect as the database's owner or a member of tercul_migrator: " + e.Message},
		{"42P01", "a table is missing: " + e.Message, "The database is older than this program; run: tercul migrate up"},
		{"53100", "the database server's disk is full", "Free some space and run the same command again; nothing of the last stage was kept"},
		{"53", "the database server is out of resources: " + e.Message, "Try again later"},
		{"57P", "the database server is stopping or starting", "Try again when it is up; what was not committed is undone"},
		{"55P03", "somebody else holds a lock for too long", "Try again; pg_stat_activity shows who"},
		{"25006", "the database takes no writes", "It may be a standby; use the primary's URL"},
	}
	for _, r := range remedies {
		if strings.HasPrefix(e.Code, r.prefix) {
			return &Error{What: r.what, Remedy: r.remedy, Err: e}
		}
	}
	return fmt.Errorf("postgres says: %s (SQLSTATE %s)%s", e.Message, e.Code, detail(e))
}

func detail(e *pgconn.PgError) string {
	text := ""
	if e.Detail != "" {
		text += "; " + e.Detail
	}
	if e.Where != "" {
		text += "; " + strings.SplitN(e.Where, "\n", 2)[0]
	}
	return text
}

// where is the server's address without any secret.
func where(config *pgx.ConnConfig) string {
	if strings.HasPrefix(config.Host, "/") {
		return config.Host
	}
	return net.JoinHostPort(config.Host, fmt.Sprint(config.Port))
}
