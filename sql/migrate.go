package tsql

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Owner is the role that owns every object and under which migrations run.
const Owner = "tercul_migrator"

//go:embed roles.sql
var roles string

// Step is one migration that was applied or taken back.
type Step struct {
	Version int64
	Name    string
	Took    time.Duration
}

// Up applies every pending migration of the database at url. Several processes may call it at once: an advisory
// lock lets one work while the others wait, and then find nothing to do.
func Up(ctx context.Context, url string) ([]Step, error) {
	return with(ctx, url, (*goose.Provider).Up)
}

// DownTo takes back every migration above version; version 0 empties the database.
func DownTo(ctx context.Context, url string, version int64) ([]Step, error) {
	return with(ctx, url, func(p *goose.Provider, ctx context.Context) ([]*goose.MigrationResult, error) {
		return p.DownTo(ctx, version)
	})
}

// Down takes back the newest migration; with nothing to take back it returns no step.
func Down(ctx context.Context, url string) ([]Step, error) {
	return with(ctx, url, func(p *goose.Provider, ctx context.Context) ([]*goose.MigrationResult, error) {
		one, err := p.Down(ctx)
		if errors.Is(err, goose.ErrNoNextVersion) {
			return nil, nil
		}
		return []*goose.MigrationResult{one}, err
	})
}

// Version tells which migration the database is at, and which is the newest here.
func Version(ctx context.Context, url string) (current, newest int64, err error) {
	_, err = with(ctx, url, func(p *goose.Provider, ctx context.Context) ([]*goose.MigrationResult, error) {
		current, newest, err = p.GetVersions(ctx)
		return nil, err
	})
	return current, newest, err
}

type action func(*goose.Provider, context.Context) ([]*goose.MigrationResult, error)

func with(ctx context.Context, url string, run action) ([]Step, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	if err := makeRoles(ctx, config); err != nil {
		return nil, err
	}
	// Whoever migrates, one role owns the objects and no definer's function runs as a superuser.
	config.RuntimeParams["role"] = Owner
	config.RuntimeParams["statement_timeout"] = "0"
	db := stdlib.OpenDB(*config)
	defer func() { _ = db.Close() }()
	provider, err := newProvider(db)
	if err != nil {
		return nil, err
	}
	results, err := run(provider, ctx)
	return steps(results), failure(err)
}

func newProvider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(Migrations, "migrations")
	if err != nil {
		return nil, err
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600))
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true), goose.WithGoMigrations(jobs()))
}

func makeRoles(ctx context.Context, config *pgx.ConnConfig) error {
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("connect to migrate: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, roles); err != nil {
		return fmt.Errorf("make the roles tercul_migrator, tercul_writer and tercul_reader (the user needs CREATEROLE and "+
			"CREATE on the database): %w", err)
	}
	return nil
}

func steps(results []*goose.MigrationResult) []Step {
	done := make([]Step, 0, len(results))
	for _, r := range results {
		if r != nil && r.Error == nil {
			done = append(done, Step{Version: r.Source.Version, Name: name(r.Source), Took: r.Duration})
		}
	}
	return done
}

// name is the file of a migration; those written in Go have none.
func name(s *goose.Source) string {
	if s.Path == "" {
		return fmt.Sprintf("%05d_jobs.go", s.Version)
	}
	return s.Path
}

// failure names the migration and the place in it: goose's own message quotes whole files.
func failure(err error) error {
	var partial *goose.PartialError
	if !errors.As(err, &partial) {
		return err
	}
	cause := partial.Err
	var pg *pgconn.PgError
	if errors.As(cause, &pg) {
		cause = fmt.Errorf("%s (SQLSTATE %s, position %d) %s %s", pg.Message, pg.Code, pg.Position, pg.Detail, pg.Where)
	}
	return fmt.Errorf("migration %s: %w", name(partial.Failed.Source), cause)
}
