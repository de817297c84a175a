// Package libtest gives the tests of the read service a database that holds the
// sample library, loaded as a user loads it: by the command line.
package libtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
)

// build makes the command line once for the tests of a package.
var build = sync.OnceValues(func() (string, error) { return program("write", "tercul") })

// program builds one of our programs, in a folder of its own.
func program(module, name string) (string, error) {
	dir, err := os.MkdirTemp("", "tercul-libtest-")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, name)
	cmd := exec.Command("go", "build", "-o", bin, "./cmd/"+name) //nolint:noctx,gosec // a build ends by itself; the path is ours
	cmd.Dir = filepath.Join(root(), module)
	cmd.Env = append(os.Environ(), "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", &buildError{name, string(out), err}
	}
	return bin, nil
}

type buildError struct {
	name, output string
	err          error
}

func (e *buildError) Error() string {
	return "build " + e.name + ": " + e.err.Error() + "\n" + e.output
}

// root is the folder of the repository: the nearest one above the test's that holds the workspace.
func root() string {
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, missing := os.Stat(filepath.Join(dir, "go.work")); missing == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	return "."
}

// Tercul runs the command line against a database.
func Tercul(t testing.TB, url string, args ...string) string {
	t.Helper()
	out, err := tercul(context.Background(), url, args...)
	require.NoError(t, err, out)
	return out
}

func tercul(ctx context.Context, url string, args ...string) (string, error) {
	bin, err := build()
	if err != nil {
		return "", err
	}
	out, err := exec.CommandContext(ctx, bin, append(args, "--database", url)...).CombinedOutput() //nolint:gosec // our own program
	return string(out), err
}

// URL is a database of the test's own with the sample library.
func URL(t testing.TB) string { return library(t, "import", "--sample") }

// library is a database of the test's own after one command, which is run once for each build of the command line.
func library(t testing.TB, args ...string) string {
	t.Helper()
	key, err := digest()
	require.NoError(t, err)
	return pgtest.Filled(t, key+" "+strings.Join(args, " "), func(ctx context.Context, url string) error {
		out, err := tercul(ctx, url, args...)
		if err != nil {
			return fmt.Errorf("%w\n%s", err, out)
		}
		return nil
	})
}

// digest tells builds of the command line apart.
var digest = sync.OnceValues(func() (string, error) {
	bin, err := build()
	if err != nil {
		return "", err
	}
	content, err := os.ReadFile(bin) //nolint:gosec // our own
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:]), err
})

// Pool is a database of the test's own with the sample library, as the reader
// sees it.
func Pool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return Reader(t, URL(t))
}

// Reader connects to a database by the reader's role.
func Reader(t testing.TB, url string) *pgxpool.Pool {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(url)
	require.NoError(t, err)
	cfg.ConnConfig.RuntimeParams["role"] = "tercul_reader"
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheStatement
	pool, err := pgxpool.NewWithConfig(context.Background(), cfg)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}
