package operation_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/operation"
	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/document"
)

const sdl = `
directive @listSize(assumed: Int, argument: String, max: Int) on FIELD_DEFINITION
scalar LanguageTag
type Query {
  work(slug: String, id: ID): Work
  works(filter: Filter, first: Int! = 20): [Work!]! @listSize(argument: "first", max: 100)
}
input Filter { and: [Filter!] year: Int languages: [LanguageTag!] }
type Work { id: ID! works(first: Int! = 20): [Work!]! @listSize(argument: "first", max: 100) }
`

const (
	workText  = `query Work($slug: String!) { work(slug: $slug) { id } }`
	worksText = `query Works($filter: Filter, $first: Int! = 20) { works(filter: $filter, first: $first) { id } }`
	otherText = `query Other { work(id: 1) { id } }`
)

// plan is what the test's compiler makes: enough to see which document it was.
type plan struct{ name string }

func compiler(_ *ast.Schema, _ *ast.QueryDocument, op *ast.OperationDefinition) (operation.Compiled, error) {
	if op.Name == "Unplannable" {
		return operation.Compiled{}, errors.New("no such column")
	}
	return operation.Compiled{
		Plan:   plan{op.Name},
		Policy: answer.Policy{MaxAge: time.Minute, SharedMaxAge: time.Hour, Lasting: 24 * time.Hour},
	}, nil
}

func checker(t testing.TB) *document.Checker {
	t.Helper()
	schema, err := document.Schema("test", sdl)
	require.NoError(t, err)
	c, err := document.NewChecker(schema, document.Limits{})
	require.NoError(t, err)
	return c
}

func config(t testing.TB) operation.Config {
	t.Helper()
	return operation.Config{
		Checker: checker(t), SchemaVersion: "s1", Compile: compiler, Mode: operation.Persisted, Log: zerolog.Nop(),
		Shipped: fstest.MapFS{
			"operations/Work.graphql":  {Data: []byte(workText)},
			"operations/Works.graphql": {Data: []byte(worksText)},
		},
	}
}

func registry(t testing.TB, change func(*operation.Config)) *operation.Registry {
	t.Helper()
	cfg := config(t)
	if change != nil {
		change(&cfg)
	}
	r, err := operation.New(context.Background(), cfg)
	require.NoError(t, err)
	return r
}

func TestLookup(t *testing.T) {
	r := registry(t, nil)
	hash := document.ID(workText)
	for _, id := range []string{hash, "sha256:" + hash, fmt.Sprintf("SHA256:%X", mustHex(t, hash))} {
		op, err := r.Lookup(id)
		require.NoError(t, err, id)
		assert.Equal(t, "Work", op.Name())
		assert.Equal(t, hash, op.Hash())
		assert.Equal(t, plan{"Work"}, op.Plan())
		assert.Equal(t, operation.Shipped, op.Source())
		assert.Equal(t, time.Hour, op.Policy().SharedMaxAge)
		assert.Equal(t, 1, op.Cost())
		assert.Equal(t, workText, op.Document().Text)
		deprecated, _ := op.Deprecated()
		assert.False(t, deprecated)
	}
	_, err := r.Lookup("sha256:" + document.ID("nothing"))
	require.ErrorIs(t, err, apperr.New(apperr.PersistedQueryNotFound, ""))
	assert.Len(t, r.List(), 6, "two shipped, four of the audit")
}

func mustHex(t *testing.T, hash string) []byte {
	t.Helper()
	var out []byte
	_, err := fmt.Sscanf(hash, "%x", &out)
	require.NoError(t, err)
	return out
}

func TestLookupDoesNotAllocate(t *testing.T) {
	r := registry(t, nil)
	id := "sha256:" + document.ID(workText)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		if _, err := r.Lookup(id); err != nil {
			panic(err)
		}
	}))
}

func TestManifests(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	relay := write("relay.json", `{"d41d8cd98f00b204e9800998ecf8427e":"`+otherText+`","old":"`+workText+`"}`)
	r := registry(t, func(c *operation.Config) {
		c.Paths = []string{relay, ""}
		c.Entries = []document.Entry{{Name: "Client", Text: "query Client { __typename }"}}
	})
	op, err := r.Lookup(document.ID("query Client { __typename }"))
	require.NoError(t, err)
	assert.Equal(t, operation.Shipped, op.Source())
	for _, id := range []string{"d41d8cd98f00b204e9800998ecf8427e", document.ID(otherText)} {
		op, err := r.Lookup(id)
		require.NoError(t, err)
		assert.Equal(t, "Other", op.Name())
		assert.Equal(t, operation.File, op.Source())
	}
	op, err = r.Lookup("old")
	require.NoError(t, err)
	assert.Equal(t, operation.Shipped, op.Source(), "the text is known already")

	cfg := config(t)
	cfg.Paths = []string{write("clash.json", `{"x":"`+otherText+`"}`), write("clash2.json", `{"x":"`+workText+`"}`)}
	_, err = operation.New(context.Background(), cfg)
	require.ErrorContains(t, err, "document Work: its id x is that of another document, Other")
	cfg.Paths = []string{filepath.Join(dir, "none")}
	_, err = operation.New(context.Background(), cfg)
	require.ErrorContains(t, err, "documents of "+filepath.Join(dir, "none"))
}

func TestABadShippedDocumentStopsTheStartByName(t *testing.T) {
	cfg := config(t)
	cfg.Shipped = fstest.MapFS{
		"operations/Bad.graphql":   {Data: []byte("query Bad {\n  nope\n}")},
		"operations/Dear.graphql":  {Data: []byte(`{ works(first: 100) { works(first: 100) { id } } }`)},
		"operations/Two.graphql":   {Data: []byte(`query A { __typename } query B { __typename }`)},
		"operations/Plan.graphql":  {Data: []byte(`query Unplannable { __typename }`)},
		"operations/Works.graphql": {Data: []byte(worksText)},
	}
	_, err := operation.New(context.Background(), cfg)
	require.Error(t, err)
	for _, want := range []string{
		`document operations/Bad.graphql:2:3: GRAPHQL_VALIDATION_FAILED: Cannot query field "nope" on type "Query".`,
		`document operations/Dear.graphql: COST_LIMIT: The query costs 10100; 1000 is allowed.`,
		`document operations/Two.graphql:1:24: GRAPHQL_VALIDATION_FAILED: A persisted document holds one operation`,
		`document operations/Plan.graphql: no such column`,
	} {
		assert.Contains(t, err.Error(), want)
	}
	assert.NotContains(t, err.Error(), "Works.graphql")
}

func TestVerify(t *testing.T) {
	cfg := config(t)
	cfg.Verify = func(_ context.Context, op *operation.Operation) error {
		if op.Name() == "Works" {
			return errors.New(`column "nope" does not exist`)
		}
		return nil
	}
	_, err := operation.New(context.Background(), cfg)
	require.EqualError(t, err, `document operations/Works.graphql: column "nope" does not exist`)
	asked := 0
	cfg.Verify = func(context.Context, *operation.Operation) error {
		asked++
		return apperr.New(apperr.Unavailable, "no database")
	}
	_, err = operation.New(context.Background(), cfg)
	require.ErrorIs(t, err, apperr.New(apperr.Unavailable, ""))
	assert.Equal(t, 1, asked, "a database that is away is away for all")
}
