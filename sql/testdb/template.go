package testdb

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	tsql "github.com/tercul/tercul/sql"
)

var digest = sync.OnceValues(func() ([]byte, error) {
	sum := sha256.New()
	err := fs.WalkDir(tsql.Migrations, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := tsql.Migrations.ReadFile(path)
		_, _ = fmt.Fprintf(sum, "%s %d\n%s", path, len(text), text)
		return err
	})
	return sum.Sum(nil), err
})

// migrated names the template database with the migrations, and makes it unless it is there.
func migrated(t testing.TB, server string) string {
	t.Helper()
	sum, err := digest()
	if err != nil {
		t.Fatalf("read the migrations: %v", err)
	}
	name := "tercul_template_" + hex.EncodeToString(sum[:8])
	template(t, server, name, "template0 ENCODING 'UTF8'", func(ctx context.Context, url string) error {
		_, err := tsql.Up(ctx, url)
		return err
	})
	return name
}

// filled names the template database with what fill has put on top of the migrations, and makes it unless it is there.
func filled(t testing.TB, server, key string, fill func(ctx context.Context, url string) error) string {
	t.Helper()
	from := migrated(t, server)
	sum := sha256.Sum256([]byte(key))
	name := from + "_" + hex.EncodeToString(sum[:8])
	template(t, server, name, from, fill)
	return name
}

// template makes a template database unless it is there. Under the lock it is made with another name and renamed when
// complete, so that a run killed half-way leaves nothing that could be taken for a template.
func template(t testing.TB, server, name, from string, fill func(ctx context.Context, url string) error) {
	t.Helper()
	lock := sha256.Sum256([]byte(name))
	admin(t, server, func(ctx context.Context, conn *pgx.Conn) error {
		if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, int64(binary.BigEndian.Uint64(lock[:8])>>1)); err != nil {
			return err
		}
		var there bool
		err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&there)
		if err != nil || there {
			return err
		}
		draft := name + "_draft"
		if err := execAll(ctx, conn, `DROP DATABASE IF EXISTS `+draft, `CREATE DATABASE `+draft+` TEMPLATE `+from); err != nil {
			return err
		}
		if err := fill(ctx, withDatabase(t, server, draft)); err != nil {
			return err
		}
		return execAll(ctx, conn, `ALTER DATABASE `+draft+` RENAME TO `+name, `ALTER DATABASE `+name+` WITH ALLOW_CONNECTIONS false`)
	})
}

func execAll(ctx context.Context, conn *pgx.Conn, statements ...string) error {
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}
