// Package httpaudit has the audits of GraphQL over HTTP, those of the pinned npm
// package graphql-http, judge a running server. MUST, SHOULD and MAY: every one.
package httpaudit

import (
	"bufio"
	"bytes"
	"embed"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//go:embed audit.mjs package.json package-lock.json
var files embed.FS

// audits is how many checks the pinned graphql-http makes of a server.
const audits = 61

// Run audits the server at the URL.
func Run(t *testing.T, url string) {
	t.Helper()
	home := install(t)
	cmd := exec.Command("node", filepath.Join(home, "audit.mjs"), url, home) //nolint:gosec,noctx // our own script; the test ends it
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

// install puts the script and the pinned packages into the ignored folder, once.
func install(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a server and node: -short")
	}
	if _, err := exec.LookPath("npm"); err != nil {
		t.Fatal("node and npm are needed for the audits of GraphQL over HTTP: install Node.js 20 or later (Debian: apt-get install nodejs npm)")
	}
	home := filepath.Join(home(t), "node")
	current := installed(t, home)
	require.NoError(t, os.MkdirAll(home, 0o750))
	for _, name := range []string{"audit.mjs", "package.json", "package-lock.json"} {
		text, err := files.ReadFile(name)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(home, name), text, 0o600))
	}
	if current {
		return home
	}
	cmd := exec.Command("npm", "ci", "--prefix", home, "--no-audit", "--no-fund", "--ignore-scripts") //nolint:gosec,noctx // pinned by the lock file
	cmd.WaitDelay = time.Minute
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "npm could not install the audits; is its registry reachable?\n%s", out)
	return home
}

// home is TERCUL_HOME, or .tercul beside go.work.
func home(t *testing.T) string {
	if home := os.Getenv("TERCUL_HOME"); home != "" {
		return home
	}
	dir, err := os.Getwd()
	require.NoError(t, err)
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return filepath.Join(dir, ".tercul")
		}
		dir = filepath.Dir(dir)
	}
	t.Fatal("this is not inside the repository; set TERCUL_HOME")
	return ""
}

// installed tells whether what the lock file names is there.
func installed(t *testing.T, home string) bool {
	want, err := files.ReadFile("package-lock.json")
	require.NoError(t, err)
	have, err := os.ReadFile(filepath.Join(home, "package-lock.json")) //nolint:gosec // the developer's own folder
	if err != nil || !bytes.Equal(want, have) {
		return false
	}
	_, err = os.Stat(filepath.Join(home, "node_modules", "graphql-http", "package.json"))
	return err == nil
}
