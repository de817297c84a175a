// Package writetest runs requests against the write service's API on a real
// database, in a transaction that is rolled back at the end of the test.
//
// Everything is as in production but the way in: a request says by its context
// who sends it, so that tests need not sign in.
package writetest

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write"
	"github.com/tercul/tercul/write/internal/account"
	"github.com/tercul/tercul/write/internal/api"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/contribution"
	"github.com/tercul/tercul/write/internal/graph"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/job"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/views"
)

// World is a database with an API in front of it.
type World struct {
	T      testing.TB
	Tx     pgx.Tx
	Now    time.Time
	server http.Handler

	// API is what the service at hand was made with, for a test that wants another.
	API           api.Config
	Accounts      *account.Accounts
	Views         *views.Counter // counts in the process
	Contributions *contribution.Desk
}

// Savepoints begins transactions inside the test's own.
type Savepoints struct{ pgx.Tx }

// BeginTx begins a savepoint.
func (s Savepoints) BeginTx(ctx context.Context, _ pgx.TxOptions) (pgx.Tx, error) {
	return s.Begin(ctx)
}

// New makes an empty world.
func New(t testing.TB) *World {
	t.Helper()
	w := &World{T: t, Tx: pgtest.Tx(t), Now: time.Now().UTC().Truncate(time.Microsecond)}
	now := func() time.Time { return w.Now }
	validate, err := command.NewValidator()
	require.NoError(t, err)
	checker, err := api.NewChecker()
	require.NoError(t, err)
	files, err := write.Operations()
	require.NoError(t, err)
	documents, err := api.NewDocuments(checker, files, true)
	require.NoError(t, err)
	queue, err := job.NewQueue()
	require.NoError(t, err)
	runner := &command.Runner{DB: Savepoints{w.Tx}, Jobs: queue, Validate: validate, Now: now, Log: zerolog.Nop()}
	w.Accounts = w.accounts(runner)
	w.Views, err = views.New(views.Config{Now: now})
	require.NoError(t, err)
	w.Contributions = &contribution.Desk{Config: contribution.Config{Approvals: 1}}
	resolver := &graph.Resolver{Runner: runner, DB: w.Tx, Accounts: w.Accounts, Views: w.Views, Contributions: w.Contributions}
	w.API = api.Config{
		Schema:    graph.NewExecutableSchema(graph.Config{Resolvers: resolver}),
		Documents: documents, Identify: byContext{}, Log: zerolog.New(zerolog.NewTestWriter(t)), Now: now, Timeout: 30 * time.Second,
	}
	w.server, err = api.New(w.API)
	require.NoError(t, err)
	return w
}

type byContext struct{}

// Identify answers whom the context names.
func (byContext) Identify(r *http.Request, _ []byte) (*identity.Actor, error) {
	return identity.From(r.Context()), nil
}

// Issued tells whether the context names anybody.
func (byContext) Issued(r *http.Request) bool { return identity.From(r.Context()).SignedIn() }

// User makes an account and answers who it is: verified, signed in a moment ago.
func (w *World) User(role identity.Role, languages ...string) *identity.Actor {
	w.T.Helper()
	id, err := uuid.NewV7()
	require.NoError(w.T, err)
	name := "u" + id.String()[28:] + role.String()
	name = name[:min(len(name), 30)]
	w.Exec("INSERT INTO core.subjects (id, kind) VALUES ($1, 'USER')", id)
	w.Exec(`INSERT INTO auth.users (id, username, username_canonical, email, email_canonical, email_verified_at, status)
		VALUES ($1, $2, lower($2), $2 || '@example.org', lower($2) || '@example.org', now(), 'ACTIVE')`, id, name)
	if role > identity.Reader {
		w.Exec("INSERT INTO auth.user_roles (user_id, role) VALUES ($1, $2)", id, role.String())
	}
	for _, l := range languages {
		w.Exec("INSERT INTO auth.reviewer_languages (user_id, language) VALUES ($1, $2)", id, l)
	}
	return &identity.Actor{
		UserID: id, Username: name, Role: role, Languages: languages, Verified: true,
		ReauthAt: w.Now, IP: netip.MustParseAddr("192.0.2.1"), UserAgent: "test",
	}
}

// Exec runs a statement of the test's own.
func (w *World) Exec(sql string, args ...any) {
	w.T.Helper()
	_, err := w.Tx.Exec(context.Background(), sql, args...)
	require.NoError(w.T, err)
}

// One reads one value.
func One[V any](w *World, sql string, args ...any) (v V) {
	w.T.Helper()
	require.NoError(w.T, w.Tx.QueryRow(context.Background(), sql, args...).Scan(&v))
	return v
}

// Person makes an author.
func (w *World) Person(name string) publicid.ID {
	w.T.Helper()
	id, err := publicid.New("PERSON")
	require.NoError(w.T, err)
	w.Exec("INSERT INTO core.subjects (id, kind) VALUES ($1, 'PERSON')", id.UUID)
	w.Exec("INSERT INTO core.persons (id) VALUES ($1)", id.UUID)
	w.Exec("INSERT INTO core.person_names (id, person_id, language, name, sort_name) VALUES ($1, $1, 'en', $2, $2)", id.UUID, name)
	return id
}

// Answer is what a request came to.
type Answer struct {
	t      testing.TB
	Status int
	Data   map[string]json.RawMessage `json:"data"`
	Errors []struct {
		Message    string
		Extensions struct{ Code, Field string }
	} `json:"errors"`
}

// Fault is one of the userErrors.
type Fault struct {
	Code    string
	Field   []string
	Message string
	Params  []struct{ Name, Value string }
}

// Ask sends a document and its variables as an actor; nil for nobody. Headers come in pairs.
func (w *World) Ask(actor *identity.Actor, query string, variables map[string]any, headers ...string) Answer {
	w.T.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	require.NoError(w.T, err)
	r := httptest.NewRequestWithContext(w.T.Context(), http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/graphql-response+json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if actor != nil {
		r.Header.Set("Authorization", "in the context")
		r = r.WithContext(identity.With(r.Context(), actor))
	}
	rec := httptest.NewRecorder()
	w.server.ServeHTTP(rec, r)
	a := Answer{t: w.T, Status: rec.Code}
	require.NoError(w.T, json.Unmarshal(rec.Body.Bytes(), &a), rec.Body.String())
	return a
}

// Change sends a mutation of one input and selects of its payload. Whatever comes
// back but an answer fails the test.
func (w *World) Change(actor *identity.Actor, mutation, inputType, selection string, input map[string]any, headers ...string) Payload {
	w.T.Helper()
	a := w.Ask(actor, "mutation($in: "+inputType+"!) { "+mutation+"(input: $in) { "+selection+
		" userErrors { code field message params { name value } } } }", map[string]any{"in": input}, headers...)
	require.Empty(w.T, a.Errors)
	require.Equal(w.T, http.StatusOK, a.Status)
	p := Payload{t: w.T}
	require.NoError(w.T, json.Unmarshal(a.Data[mutation], &p.fields))
	require.NoError(w.T, json.Unmarshal(p.fields["userErrors"], &p.Faults))
	return p
}

// Payload is what a mutation answered.
type Payload struct {
	t      testing.TB
	fields map[string]json.RawMessage
	Faults []Fault
}

// Ok fails the test where there are userErrors.
func (p Payload) Ok() Payload {
	p.t.Helper()
	require.Empty(p.t, p.Faults)
	return p
}

// Into reads a field of the payload.
func (p Payload) Into(field string, v any) {
	p.t.Helper()
	require.NoError(p.t, json.Unmarshal(p.fields[field], v))
}

// Codes are the codes of the faults with their fields: "BLANK titles.0.title".
func (p Payload) Codes() []string {
	out := make([]string, len(p.Faults))
	for i, f := range p.Faults {
		out[i] = f.Code
		for j, part := range f.Field {
			out[i] += map[bool]string{true: " ", false: "."}[j == 0] + part
		}
	}
	return out
}

// Code is the code of the failure as a whole, empty without one.
func (a Answer) Code() string {
	if len(a.Errors) == 0 {
		return ""
	}
	return a.Errors[0].Extensions.Code
}
