// Schema writes schema.sql: it migrates a database of its own on the server of TERCUL_TEST_DATABASE_URL and writes down
// what came of it.
package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/signal"

	"github.com/jackc/pgx/v5"

	tsql "github.com/tercul/tercul/sql"
	"github.com/tercul/tercul/sql/internal/schema"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := realMain(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "schema:", err)
		os.Exit(1)
	}
}

func realMain(ctx context.Context) (err error) {
	server, err := url.Parse(os.Getenv("TERCUL_TEST_DATABASE_URL"))
	if err != nil || server.Host == "" {
		return fmt.Errorf("TERCUL_TEST_DATABASE_URL must name a server: run make generate, which starts one")
	}
	admin, err := pgx.Connect(ctx, server.String())
	if err != nil {
		return err
	}
	defer func() { _ = admin.Close(ctx) }()
	name := fmt.Sprintf("tercul_schema_%d", os.Getpid())
	if _, err := admin.Exec(ctx, `CREATE DATABASE `+name+` TEMPLATE template0 ENCODING 'UTF8'`); err != nil {
		return err
	}
	defer func() {
		if _, dropped := admin.Exec(context.WithoutCancel(ctx), `DROP DATABASE `+name+` WITH (FORCE)`); err == nil {
			err = dropped
		}
	}()
	server.Path = "/" + name
	return write(ctx, server.String())
}

func write(ctx context.Context, url string) error {
	if _, err := tsql.Up(ctx, url); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	text, err := schema.Dump(ctx, conn)
	if err != nil {
		return err
	}
	return os.WriteFile("schema.sql", []byte(text), 0o644) //nolint:gosec // source code, for everybody to read
}
