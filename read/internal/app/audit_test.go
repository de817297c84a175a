package app

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// audits is how many checks the pinned graphql-http makes of a server.
const audits = 61

// TestGraphQLHTTPAudits has the audits of GraphQL over HTTP judge the real
// reader, in production's mode: registered documents alone. MUST, SHOULD and
// MAY, every one of them.
func TestGraphQLHTTPAudits(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server and node: -short")
	}
	modules := installAudit(t)
	s := begin(t, settings(t))
	cmd := exec.Command("node", "audit/audit.mjs", s.url+"/graphql", modules) //nolint:gosec // our own script
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	lines := bufio.NewScanner(bytes.NewReader(out))
	seen := 0
	for lines.Scan() {
		var audit struct{ ID, Name, Status, Reason string }
		require.NoError(t, json.Unmarshal(lines.Bytes(), &audit), lines.Text())
		assert.Equal(t, "ok", audit.Status, "%s %s: %s", audit.ID, audit.Name, audit.Reason)
		t.Logf("%s %-4s %s", audit.ID, audit.Status, audit.Name)
		seen++
	}
	assert.Equal(t, audits, seen)
}

// installAudit puts the pinned packages into the ignored folder, once.
func installAudit(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("npm"); err != nil {
		t.Fatal("node and npm are needed for the audits of GraphQL over HTTP: install Node.js 20 or later (Debian: apt-get install nodejs npm)")
	}
	home := os.Getenv("TERCUL_HOME")
	if home == "" {
		home = filepath.Join("..", "..", "..", ".tercul")
	}
	home, err := filepath.Abs(filepath.Join(home, "node"))
	require.NoError(t, err)
	if installed(t, home) {
		return home
	}
	require.NoError(t, os.MkdirAll(home, 0o750)) //nolint:gosec // the developer's own folder
	for _, name := range []string{"package.json", "package-lock.json"} {
		text, err := os.ReadFile(filepath.Join("audit", name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(home, name), text, 0o600)) //nolint:gosec // the developer's own folder
	}
	cmd := exec.Command("npm", "ci", "--prefix", home, "--no-audit", "--no-fund", "--ignore-scripts") //nolint:gosec // pinned by the lock file
	cmd.WaitDelay = time.Minute
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "npm could not install the audits; is its registry reachable?\n%s", out)
	return home
}

// installed tells whether what the lock file names is there.
func installed(t *testing.T, home string) bool {
	want, err := os.ReadFile(filepath.Join("audit", "package-lock.json"))
	require.NoError(t, err)
	have, err := os.ReadFile(filepath.Join(home, "package-lock.json")) //nolint:gosec // the developer's own folder
	if err != nil || !bytes.Equal(want, have) {
		return false
	}
	_, err = os.Stat(filepath.Join(home, "node_modules", "graphql-http", "package.json")) //nolint:gosec // the developer's own folder
	return err == nil
}
