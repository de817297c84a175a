// Package varnishtest runs the Varnish of the private root, with the configuration that is
// shipped, for tests. make test-edge adds Varnish to the root.
package varnishtest

import (
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// script runs one in the foreground; it is named from a package three folders down.
const script = "../../../deploy/local/varnish"

// Start runs a Varnish in front of an origin, given as host:port, until the test ends.
func Start(t testing.TB, origin, key string) *url.URL {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // nothing waits here
	require.NoError(t, err)
	addr := ln.Addr().String()
	require.NoError(t, ln.Close())
	dir, err := os.MkdirTemp("", "tercul-varnish-*") // not t.TempDir: another user has to reach it
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	require.NoError(t, os.Chmod(dir, 0o711)) //nolint:gosec // to be passed through, not read
	log, err := os.Create(filepath.Join(dir, "log"))
	require.NoError(t, err)
	defer func() { _ = log.Close() }()
	cmd := exec.Command(script, filepath.Join(dir, "v"), addr, origin) //nolint:gosec,noctx // our own script; it is ended below
	cmd.Env = append(os.Environ(), "TERCUL_PURGE_KEY="+key)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, cmd.Start())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		<-ended
	})
	u := &url.URL{Scheme: "http", Host: addr}
	for begun := time.Now(); !answers(u); time.Sleep(20 * time.Millisecond) {
		if time.Since(begun) > time.Minute {
			text, _ := os.ReadFile(log.Name())
			t.Fatalf("Varnish does not answer: %s", text)
		}
	}
	return u
}

func answers(u *url.URL) bool {
	r, err := http.Get(u.JoinPath("readyz").String()) //nolint:noctx // a local server
	if err != nil {
		return false
	}
	_ = r.Body.Close()
	return r.StatusCode == http.StatusOK
}
