package store_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/tercul/tercul/read"
	"github.com/tercul/tercul/read/internal/plan"
	"github.com/tercul/tercul/read/internal/store"
	"github.com/tercul/tercul/shared/pgtest"
)

var schema = gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphql", Input: read.Schema})

var compiler = func() *plan.Compiler {
	c, err := plan.NewCompiler(schema)
	if err != nil {
		panic(err)
	}
	return c
}()

func compile(t *testing.T, text string) (*plan.Plan, *ast.OperationDefinition) {
	t.Helper()
	doc, errs := gqlparser.LoadQueryWithRules(schema, text, rules.NewDefaultRules())
	require.Empty(t, errs)
	p, err := compiler.Compile(doc.Operations[0])
	require.NoError(t, err)
	return p, doc.Operations[0]
}

// TestShippedDocumentsArePlanned has PostgreSQL plan every statement that any
// shipped document may become.
func TestShippedDocumentsArePlanned(t *testing.T) {
	ctx := context.Background()
	conn, err := pgtest.Pool(t).Acquire(ctx)
	require.NoError(t, err)
	defer conn.Release()
	entries, err := read.Operations.ReadDir("operations")
	require.NoError(t, err)
	for _, e := range entries {
		t.Run(e.Name(), func(t *testing.T) {
			text, err := read.Operations.ReadFile("operations/" + e.Name())
			require.NoError(t, err)
			p, _ := compile(t, string(text))
			require.NoError(t, store.Check(ctx, conn.Conn().PgConn(), p))
		})
	}
}

func TestCheckNamesTheDocument(t *testing.T) {
	ctx := context.Background()
	tx := pgtest.Tx(t)
	_, err := tx.Exec(ctx, "ALTER TABLE view.work RENAME COLUMN description TO summary")
	require.NoError(t, err)
	p, _ := compile(t, `query Broken { work(slug: "x") { description } }`)
	err = store.Check(ctx, tx.Conn().PgConn(), p)
	require.ErrorContains(t, err, "Broken")
	require.ErrorContains(t, err, "description")
}
