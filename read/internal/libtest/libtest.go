// Package libtest gives the tests of the read service a database that holds the
// sample library, loaded as a user loads it: by the command line.
package libtest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
)

// build makes the command line once for the tests of a package.
var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "tercul-libtest-")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "tercul")
	cmd := exec.Command("go", "build", "-o", bin, "./cmd/tercul") //nolint:gosec // a build ends by itself; the path is ours
	cmd.Dir = filepath.Join(root(), "write")
	cmd.Env = append(os.Environ(), "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", &buildError{string(out), err}
	}
	return bin, nil
})

type buildError struct {
	output string
	err    error
}

func (e *buildError) Error() string {
	return "build the command line: " + e.err.Error() + "\n" + e.output
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
	bin, err := build()
	require.NoError(t, err)
	cmd := exec.CommandContext(context.Background(), bin, append(args, "--database", url)...) //nolint:gosec // our own program
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}

// URL is a database of the test's own with the sample library.
func URL(t testing.TB) string {
	t.Helper()
	url := pgtest.Database(t)
	Tercul(t, url, "import", "--sample")
	return url
}

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
