package libtest

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Program builds one of the services, bin/reader or bin/writer.
func Program(t testing.TB, module, name string) string {
	t.Helper()
	bin, err := program(module, name)
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(filepath.Dir(bin)) })
	return bin
}

// Start runs a service until the test ends, on a port of its own, and waits until it
// is ready. Its environment is what is given and no more; address names the setting
// of where it listens.
func Start(t testing.TB, bin, address string, env map[string]string) (url string) {
	t.Helper()
	addr := freePort(t)
	cmd := exec.Command(bin) //nolint:noctx // our own program; it is ended below
	cmd.Env = []string{address + "=" + addr, "PATH=" + os.Getenv("PATH")}
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	url = "http://" + addr
	require.Eventually(t, func() bool { return answers(url + "/readyz") }, time.Minute, 50*time.Millisecond, "%s is not ready", bin)
	return url
}

func answers(url string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// freePort is a port that nobody has at the moment.
func freePort(t testing.TB) string {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	return ln.Addr().String()
}
