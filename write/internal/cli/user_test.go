package cli

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/command"
)

func TestUserCreate(t *testing.T) {
	url := pgtest.Database(t)
	file := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(file, []byte("ulmus et vitis et acanthus\n"), 0o600))
	t.Setenv("TERCUL_WRITE_PEPPERS", "test:"+base64.StdEncoding.EncodeToString([]byte(strings.Repeat("p", 32))))
	create := func(args ...string) (int, string, string) {
		var out, errOut strings.Builder
		code := Run(t.Context(), append([]string{"--database", url, "user", "create", "--password-file", file}, args...), &out, &errOut)
		return code, out.String(), errOut.String()
	}
	code, out, _ := create("--username", "ada", "--email", "ada@example.org", "--role", "admin")
	require.Equal(t, exitOK, code)
	require.True(t, strings.HasPrefix(out, "user_"))
	code, _, said := create("--username", "ADA", "--email", "ada@example.org", "--role", "admin")
	require.Equal(t, exitFailed, code)
	require.Contains(t, said, "username: This name is taken.")
	require.Contains(t, said, "email: Another account has this address.")
	code, out, _ = create("--username", "ada", "--email", "ada@example.org", "--if-missing")
	require.Equal(t, exitOK, code)
	require.Empty(t, out)
	code, _, _ = create("--username", "bo", "--email", "x", "--role", "king")
	require.Equal(t, exitUsage, code)
	code, _, _ = create("--username", "bob", "--email", "bob@example.org", "--role", "reviewer", "--language", "it", "--language", "ZH-hans")
	require.Equal(t, exitOK, code)
	var role, status string
	var languages []string
	db := pgtest.Open(t, url)
	require.NoError(t, db.QueryRow(t.Context(), `SELECT r.role, u.status, ARRAY(SELECT language FROM auth.reviewer_languages WHERE user_id = u.id ORDER BY 1)
		FROM auth.users u JOIN auth.user_roles r ON r.user_id = u.id WHERE u.username = 'bob'`).Scan(&role, &status, &languages))
	require.Equal(t, []string{"REVIEWER", "ACTIVE", "it", "zh-Hans"}, append([]string{role, status}, languages...))
	require.NoError(t, os.WriteFile(file, []byte("short"), 0o600))
	code, _, said = create("--username", "eve", "--email", "eve@example.org")
	require.Equal(t, exitFailed, code)
	require.Contains(t, said, "at least 12 characters")

	// A pepper that is not the writer's would make an account that nobody can sign in to.
	t.Setenv("TERCUL_WRITE_PEPPERS", "test:"+base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", 32))))
	require.NoError(t, os.WriteFile(file, []byte("ulmus et vitis et acanthus"), 0o600))
	code, _, said = create("--username", "eve", "--email", "eve@example.org")
	require.Equal(t, exitFailed, code)
	require.Contains(t, said, "TERCUL_WRITE_PEPPERS: the key test is not the one")
}

// TestExamplesAreTaken: what --help shows as a username or a document's id is one.
func TestExamplesAreTaken(t *testing.T) {
	names, ids := regexp.MustCompile(`--username (\S+)`), regexp.MustCompile(`documents retire (\S+)`)
	document := regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	seen := 0
	everyCommand((&app{}).root(), func(cmd *cobra.Command) {
		for _, m := range names.FindAllStringSubmatch(cmd.Example, -1) {
			require.True(t, command.Username(m[1]), m[1])
			seen++
		}
		for _, m := range ids.FindAllStringSubmatch(cmd.Example, -1) {
			require.Regexp(t, document, m[1])
			seen++
		}
	})
	require.GreaterOrEqual(t, seen, 5)
}
