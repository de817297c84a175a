package api_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/api"
	"github.com/tercul/tercul/write/internal/graph"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/writetest"
)

// TestAPanicEndsOneRequest has a resolver panic, by taking away what it leans on.
func TestAPanicEndsOneRequest(t *testing.T) {
	w := writetest.New(t)
	var log bytes.Buffer
	d := open(t, w, func(cfg *api.Config) {
		cfg.Schema = graph.NewExecutableSchema(graph.Config{Resolvers: &graph.Resolver{DB: w.Tx}})
		cfg.Log = zerolog.New(&log)
	})
	for name, r := range map[string]reply{
		"a mutation": d.post(nil, shipped(t, "RefreshSession"), map[string]any{"input": map[string]any{"refreshToken": "a-secret"}}),
		"a query":    d.post(w.User(identity.Reader), shipped(t, "ViewerSessions"), nil),
	} {
		require.Equal(t, http.StatusInternalServerError, r.status, name)
		require.Equal(t, "INTERNAL", r.code(), name)
		require.Equal(t, "the-request", r.body.Errors[0].Extensions.RequestID, name)
		require.Equal(t, "Something went wrong on our side. Quote the request id if it lasts.", r.body.Errors[0].Message)
		require.NotContains(t, r.text, "nil pointer", name)
		require.NotContains(t, r.text, "goroutine", name)
	}
	require.Contains(t, log.String(), "nil pointer dereference")
	require.Contains(t, log.String(), `"the-request"`)
	require.Contains(t, log.String(), "account.(*Accounts)", "the stack says where")
	require.NotContains(t, log.String(), "a-secret")
	require.Empty(t, d.send(nil, http.MethodPost, "/graphql", typename).code(), "the service goes on")
}

func TestAFailureOfTheDatabaseIsLoggedAndHidden(t *testing.T) {
	w := writetest.New(t)
	var log bytes.Buffer
	d := open(t, w, func(cfg *api.Config) { cfg.Log = zerolog.New(&log) })
	reader := w.User(identity.Reader)
	_, err := w.Tx.Exec(t.Context(), "SELECT a_column_that_there_is_not")
	require.Error(t, err, "the transaction is lost to whoever comes now")
	for _, name := range []string{"Viewer", "Logout"} {
		log.Reset()
		r := d.post(reader, shipped(t, name), nil)
		require.Equal(t, http.StatusInternalServerError, r.status, name)
		require.Equal(t, "INTERNAL", r.code(), name)
		require.NotContains(t, r.text, "transaction")
		require.NotContains(t, r.text, "SQLSTATE")
		require.Equal(t, 1, strings.Count(log.String(), `"level":"error"`), log.String())
		require.Contains(t, log.String(), "current transaction is aborted", name)
		require.Contains(t, log.String(), `"sqlstate":"25P02"`, name)
		require.Contains(t, log.String(), `"the-request"`, name)
	}
}

// TestALoggedFailureHasNoVariables: Postgres quotes a value that it cannot read.
func TestALoggedFailureHasNoVariables(t *testing.T) {
	w := writetest.New(t)
	var log bytes.Buffer
	d := open(t, w, func(cfg *api.Config) { cfg.Log = zerolog.New(&log) })
	w.Exec(`CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM 'a-secret'::int; RETURN NULL; END $$`)
	w.Exec(`CREATE TRIGGER refuse BEFORE UPDATE OR DELETE ON auth.sessions FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.refuse()`)
	r := d.post(nil, shipped(t, "RefreshSession"), map[string]any{"input": map[string]any{"refreshToken": "a-secret"}})
	if r.code() != "INTERNAL" {
		r = d.post(w.User(identity.Reader), shipped(t, "Logout"), nil)
	}
	require.Equal(t, "INTERNAL", r.code(), r.text)
	require.Contains(t, log.String(), `"sqlstate":"22P02"`)
	require.NotContains(t, log.String(), "a-secret")
}

func TestTimeIsBounded(t *testing.T) {
	w := writetest.New(t)
	d := open(t, w, func(cfg *api.Config) { cfg.Timeout = time.Nanosecond })
	r := d.post(w.User(identity.Reader), shipped(t, "Logout"), nil)
	require.Equal(t, http.StatusGatewayTimeout, r.status, r.text)
	require.Equal(t, "TIMEOUT", r.code())
	require.True(t, r.body.Errors[0].Extensions.Retryable)
}

// TestWhatIsSlowHasTime: an operation that is known to take long may, and no other.
func TestWhatIsSlowHasTime(t *testing.T) {
	w := writetest.New(t)
	d := open(t, w, func(cfg *api.Config) {
		cfg.Timeout, cfg.Documents = 5*time.Millisecond, documents(t, true)
		cfg.Now = func() time.Time { time.Sleep(10 * time.Millisecond); return w.Now } // before the executor runs
	})
	const id, other = "work_01h455vb4pex5vsknk084sn02q", "work_01h455vb4pex5vsknk084sn03q"
	in := map[string]any{"sourceIds": []any{id}, "targetId": other,
		"expectedVersions": []any{map[string]any{"id": id, "version": 1}, map[string]any{"id": other, "version": 1}}}
	r := d.post(w.User(identity.Editor), "mutation($in: MergeWorksInput!) { mergeWorks(input: $in) { userErrors { code } } }", map[string]any{"in": in})
	require.Equal(t, http.StatusOK, r.status, r.text)
	require.Contains(t, r.text, "NOT_FOUND")
	r = d.post(w.User(identity.Editor), "mutation($in: UnpublishWorkInput!) { unpublishWork(input: $in) { userErrors { code } } }",
		map[string]any{"in": map[string]any{"id": id, "expectedVersion": 1, "reason": "A mistake."}})
	require.Equal(t, "TIMEOUT", r.code(), r.text)
}
