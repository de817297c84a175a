package app

import (
	"encoding/base64"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/config"
)

// settings are what a writer needs, besides a database.
func settings(t testing.TB, more map[string]string) map[string]string {
	t.Helper()
	key := func(n string) string {
		return "test:" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(n, 32)))
	}
	env := map[string]string{
		"TERCUL_WRITE_PEPPERS": key("p"), "TERCUL_WRITE_SEAL_KEYS": key("s"), "TERCUL_WRITE_REFRESH_KEYS": key("r"),
		"TERCUL_WRITE_COOKIES": "loopback", "TERCUL_WRITE_LIMITS": "off", "TERCUL_WRITE_ORIGINS": "https://tercul.example",
		"TERCUL_MAIL_DROP": filepath.Join(t.TempDir(), "mail"), "TERCUL_MAIL_FROM": "Tercul <no-reply@example.org>", "TERCUL_MAIL_LINK_URL": "https://tercul.example",
	}
	maps.Copy(env, more)
	return env
}

func TestSettingsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../../docs/operations/writer.md")
	require.NoError(t, err)
	require.Contains(t, string(text), config.Table(Config{}), "paste what writer --help prints into the page")
}

func TestSettingsThatDoNotFit(t *testing.T) {
	database := map[string]string{"TERCUL_DATABASE_URL": "postgres://h/d"}
	for name, c := range map[string]struct{ env, says map[string]string }{
		"no keys":           {map[string]string{"TERCUL_WRITE_PEPPERS": "", "TERCUL_WRITE_SEAL_KEYS": "", "TERCUL_WRITE_REFRESH_KEYS": ""}, map[string]string{"TERCUL_WRITE_PEPPERS": "is not set", "TERCUL_WRITE_SEAL_KEYS": "is not set", "TERCUL_WRITE_REFRESH_KEYS": "is not set"}},
		"a key":             {map[string]string{"TERCUL_WRITE_PEPPERS": "x:c2hvcnQ="}, map[string]string{"TERCUL_WRITE_PEPPERS=(hidden)": "32 bytes"}},
		"cookies abroad":    {map[string]string{"TERCUL_WRITE_URL": "http://write.example.org"}, map[string]string{"TERCUL_WRITE_COOKIES": "is loopback"}},
		"a path in the URL": {map[string]string{"TERCUL_WRITE_URL": "https://example.org/write"}, map[string]string{"TERCUL_WRITE_URL": "scheme and host alone"}},
		"no such limit":     {map[string]string{"TERCUL_WRITE_LIMIT_COUNTS": "writes:200,searches:3"}, map[string]string{"TERCUL_WRITE_LIMIT_COUNTS=searches:3": "names no limit"}},
		"no such count":     {map[string]string{"TERCUL_WRITE_LIMIT_COUNTS": "writes:0"}, map[string]string{"TERCUL_WRITE_LIMIT_COUNTS=writes:0": "must be 1 to 100000"}},
		"an edge alone": {map[string]string{"TERCUL_EDGE_VARNISH_URLS": "http://v:6081", "TERCUL_EDGE_FASTLY_SERVICE": "abc", "TERCUL_EDGE_CLOUDFLARE_TOKEN": "a token of nothing", "TERCUL_EDGE_HOOK_URL": "https://h/x"}, map[string]string{
			"TERCUL_EDGE_VARNISH_KEY": "is not set, and TERCUL_EDGE_VARNISH_URLS is", "TERCUL_EDGE_FASTLY_TOKEN": "is not set, and TERCUL_EDGE_FASTLY_SERVICE is",
			"TERCUL_EDGE_CLOUDFLARE_ZONE": "is not set, and TERCUL_EDGE_CLOUDFLARE_TOKEN is", "TERCUL_EDGE_HOOK_SECRET": "is not set, and TERCUL_EDGE_HOOK_URL is",
		}},
		"an edge twice":     {map[string]string{"TERCUL_EDGE_VARNISH_URLS": "http://v:6081,http://v:6081", "TERCUL_EDGE_VARNISH_KEY": "0123456789abcdef"}, map[string]string{"TERCUL_EDGE_VARNISH_URLS": "the same one twice"}},
		"an edge's path":    {map[string]string{"TERCUL_EDGE_VARNISH_URLS": "http://v:6081/x", "TERCUL_EDGE_VARNISH_KEY": "0123456789abcdef"}, map[string]string{"TERCUL_EDGE_VARNISH_URLS": "schemes with hosts"}},
		"an edge's secrets": {map[string]string{"TERCUL_EDGE_VARNISH_KEY": "short", "TERCUL_EDGE_WINDOW": "1s", "TERCUL_EDGE_MODE": "gentle"}, map[string]string{"TERCUL_EDGE_VARNISH_KEY=(hidden)": "at least 16", "TERCUL_EDGE_WINDOW": "at most 100ms", "TERCUL_EDGE_MODE": "one of: hard, soft"}},
		"a hook's secret":   {map[string]string{"TERCUL_EDGE_HOOK_URL": "https://h/x", "TERCUL_EDGE_HOOK_SECRET": "geheim"}, map[string]string{"TERCUL_EDGE_HOOK_SECRET": "24 to 64 bytes in base64"}},
		"no mail":           {map[string]string{"TERCUL_MAIL_DROP": ""}, map[string]string{"TERCUL_MAIL_SMTP_URL": "is not set"}},
	} {
		t.Run(name, func(t *testing.T) {
			env := settings(t, database)
			maps.Copy(env, c.env)
			_, err := LoadConfig(env)
			for variable, problem := range c.says {
				require.ErrorContains(t, err, variable)
				require.ErrorContains(t, err, problem)
			}
		})
	}
}
