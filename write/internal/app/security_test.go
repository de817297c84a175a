package app

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
)

// work is what a request cost: password hashes computed, and statements sent in its name.
type work struct{ hashes, statements int }

// counted is what the writer's metrics say.
func (s *site) counted(operation string) work {
	s.t.Helper()
	_, _, metrics := s.ask(http.MethodGet, "/metrics")
	value := func(name string) int {
		for line := range strings.Lines(metrics) {
			if text, found := strings.CutPrefix(line, name+" "); found {
				n, err := strconv.Atoi(strings.TrimSpace(text))
				require.NoError(s.t, err)
				return n
			}
		}
		return 0
	}
	return work{value("tercul_password_hashes_total"), value(`tercul_sql_duration_seconds_count{statement="` + operation + `"}`)}
}

// TestAnUnknownAccountCostsTheSame counts what is done, since a clock would tell less.
func TestAnUnknownAccountCostsTheSame(t *testing.T) {
	s := begin(t)
	s.account("ada", identity.Reader)
	p := s.program()
	// The least of a few, as a connection that meets a type for the first time asks what it is.
	cost := func(operation, document string, variables func(try int) map[string]any) (least work) {
		for try := range 4 {
			before := s.counted(operation)
			require.Empty(t, p.do(document, variables(try)).code)
			after := s.counted(operation)
			spent := work{after.hashes - before.hashes, after.statements - before.statements}
			if try == 0 || spent.statements < least.statements {
				least = spent
			}
		}
		return least
	}
	always := func(variables map[string]any) func(int) map[string]any {
		return func(int) map[string]any { return variables }
	}
	login := func(name string) work {
		_, err := s.db.Exec(t.Context(), "DELETE FROM auth.login_failures")
		require.NoError(t, err)
		return cost("login", loginText, always(map[string]any{"l": name, "p": "not the password", "m": "BEARER"}))
	}
	known := login("ada")
	require.Equal(t, 1, known.hashes)
	require.Positive(t, known.statements)
	for _, name := range []string{"nobody", "nobody@example.org", "ada@example.org"} {
		require.Equal(t, known, login(name), name)
	}
	for operation, document := range map[string]string{
		"requestPasswordReset": `mutation($e: String!) { requestPasswordReset(input: {email: $e}) { ok userErrors { code } } }`,
		"resendVerification":   `mutation($e: String!) { resendVerification(input: {email: $e}) { ok userErrors { code } } }`,
	} {
		known = cost(operation, document, always(map[string]any{"e": "ada@example.org"}))
		require.Zero(t, known.hashes)
		require.Positive(t, known.statements)
		alike(t, known, cost(operation, document, always(map[string]any{"e": "nobody@example.org"})))
	}
	register := func(name string, email func(int) string) work {
		return cost("register", `mutation($n: String!, $e: String!, $p: String!) { register(input: {username: $n, email: $e, password: $p}) { ok userErrors { code } } }`,
			func(try int) map[string]any {
				return map[string]any{"n": name + strconv.Itoa(try), "e": email(try), "p": goodPassword}
			})
	}
	free := register("bob", func(try int) string { return "bob" + strconv.Itoa(try) + "@example.org" })
	require.Equal(t, 1, free.hashes)
	alike(t, free, register("cyd", func(int) string { return "ada@example.org" })) // an address that is taken
}

// alike compares what commands cost that put a job into the queue: the queue wakes
// the workers by a statement that it leaves out when it has just sent one.
func alike(t *testing.T, known, unknown work) {
	t.Helper()
	require.Equal(t, known.hashes, unknown.hashes)
	require.InDelta(t, known.statements, unknown.statements, 1)
}

// TestAKeyThatIsWithdrawn has its tokens refused as soon as a writer has read the keys again.
func TestAKeyThatIsWithdrawn(t *testing.T) {
	s := begin(t)
	s.account("ada", identity.Reader)
	p := s.program()
	r := p.login("BEARER", "ada")
	p.bearer = r.text("login", "accessToken")
	require.Empty(t, p.do(viewerText, nil).code)
	_, err := s.db.Exec(t.Context(), "UPDATE auth.jwt_keys SET status = 'RETIRED', retire_at = now()")
	require.NoError(t, err)
	require.NoError(t, s.writer.keys.Rotate(t.Context()))
	require.Equal(t, "UNAUTHENTICATED", p.do(viewerText, nil).code)
	p.bearer = p.refresh(r.text("login", "refreshToken")).text("refreshSession", "accessToken")
	require.NotEmpty(t, p.bearer)
	require.Empty(t, p.do(viewerText, nil).code, "the session goes on under another key")
}
