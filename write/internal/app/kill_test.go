package app

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/config"
	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/shared/run"
	"github.com/tercul/tercul/write/internal/identity"
)

// asWriter has the program of these tests be a writer: a process that can be killed.
const asWriter = "TERCUL_TEST_AS_WRITER"

func TestMain(m *testing.M) {
	if os.Getenv(asWriter) == "" {
		os.Exit(m.Run())
	}
	run.Main("writer", func(ctx context.Context) error {
		cfg, err := LoadConfig(config.Environ())
		if err != nil {
			return err
		}
		w, err := New(ctx, cfg, os.Stderr)
		if err != nil {
			return err
		}
		arm(w, os.Getenv(killAt))
		return w.Run(ctx)
	})
}

// spawn starts a writer as a process of its own and waits until it answers. It is
// killed at the end of the test at the latest.
func spawn(t *testing.T, env map[string]string) (s *service, kill func()) {
	t.Helper()
	s, kill, _ = launch(t, env)
	require.Eventually(t, s.reachable, 30*time.Second, 20*time.Millisecond, s.log)
	return s, kill
}

// launch is spawn without waiting; ended is closed when the process is gone.
func launch(t *testing.T, env map[string]string) (s *service, kill func(), ended <-chan struct{}) {
	t.Helper()
	s = &service{t: t, addr: freeAddr(t), log: &buffer{}}
	command := exec.CommandContext(context.Background(), os.Args[0]) //nolint:gosec // it is this program
	command.Env = []string{asWriter + "=1", "TERCUL_WRITE_ADDR=" + s.addr, "TERCUL_WRITE_URL=http://" + s.addr, "TERCUL_WRITE_DRAIN=0s"}
	for name, value := range env {
		command.Env = append(command.Env, name+"="+value)
	}
	command.Stderr = s.log
	require.NoError(t, command.Start())
	gone := make(chan struct{})
	go func() {
		_ = command.Wait()
		close(gone)
	}()
	kill = func() {
		_ = command.Process.Kill() // SIGKILL: nothing is told, nothing tidied
		<-gone
	}
	t.Cleanup(kill)
	return s, kill, gone
}

var addressee = regexp.MustCompile(`(?m)^To: <(\w+)@example\.org>`)

// mails counts those that were sent, by whom they are for.
func mails(t *testing.T, folder string) map[string]int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "new", "*.eml"))
	require.NoError(t, err)
	sent := map[string]int{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		found := addressee.FindSubmatch(text)
		require.NotNil(t, found, "%s", text)
		sent[string(found[1])]++
	}
	return sent
}

// TestJobsOutliveTheirProcess kills a writer that has jobs done, at work and in the
// queue, and starts another.
func TestJobsOutliveTheirProcess(t *testing.T) {
	url := pgtest.Database(t)
	env := settings(t, map[string]string{"TERCUL_DATABASE_URL": url, "TERCUL_WRITE_DOCUMENTS": "any"})
	folder := env["TERCUL_MAIL_DROP"]
	first, kill := spawn(t, env)
	s := &site{first, pgtest.Open(t, url), url, folder}
	names := make([]string, 10)
	for i := range names {
		names[i] = fmt.Sprintf("member%d", i)
		s.account(names[i], identity.Reader)
	}
	ask := func(name string) {
		require.Empty(t, s.program().do(`mutation($e: String!) { requestPasswordReset(input: {email: $e}) { ok userErrors { code } } }`, map[string]any{"e": name + "@example.org"}).code)
	}
	count := func(state string) (n int) {
		require.NoError(t, s.db.QueryRow(t.Context(), "SELECT count(*) FROM jobs.river_job WHERE kind = 'account_mail' AND state::text = $1", state).Scan(&n))
		return n
	}
	until := func(state string, n int) {
		t.Helper()
		require.Eventually(t, func() bool { return count(state) == n }, 60*time.Second, 20*time.Millisecond, "%s: %s", state, s.log)
	}
	for _, name := range names[:3] {
		ask(name)
	}
	until("completed", 3)

	// The others cannot be done as long as somebody holds their accounts.
	hold, err := s.db.Begin(t.Context())
	require.NoError(t, err)
	_, err = hold.Exec(t.Context(), "SELECT FROM core.subjects WHERE kind = 'USER' FOR UPDATE")
	require.NoError(t, err)
	for _, name := range names[3:] {
		ask(name)
	}
	require.Eventually(t, func() bool { return count("running") >= 2 }, 30*time.Second, 20*time.Millisecond)
	begun := count("running")
	kill()
	require.NoError(t, hold.Rollback(context.Background()))
	require.Len(t, mails(t, folder), 3)
	require.Equal(t, begun, count("running"), "nobody has told that it ended")
	require.Equal(t, 7-begun, count("available"))

	// Two minutes pass. They are over at once for the database.
	_, err = s.db.Exec(t.Context(), "UPDATE jobs.river_job SET attempted_at = attempted_at - interval '3 minutes' WHERE state = 'running'")
	require.NoError(t, err)
	_, err = s.db.Exec(t.Context(), "UPDATE jobs.river_leader SET expires_at = now() - interval '1 minute'")
	require.NoError(t, err)
	second, _ := spawn(t, env)
	s.service = second
	until("completed", 10)
	sent := mails(t, folder)
	for _, name := range names {
		require.Equal(t, 1, sent[name], name)
	}
	rows, err := s.db.Query(t.Context(), "SELECT count(*)::int FROM auth.one_time_tokens WHERE purpose = 'PASSWORD_RESET' AND consumed_at IS NULL GROUP BY user_id")
	require.NoError(t, err)
	tokens, err := pgx.CollectRows(rows, pgx.RowTo[int])
	require.NoError(t, err)
	require.Equal(t, []int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, tokens, "one link is good for each")
	var twice int
	require.NoError(t, s.db.QueryRow(t.Context(), "SELECT count(*) FROM jobs.river_job WHERE kind = 'account_mail' AND attempt = 2").Scan(&twice))
	require.Equal(t, begun, twice)
}
