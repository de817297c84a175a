package plan_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/tercul/tercul/read"
	"github.com/tercul/tercul/read/internal/plan"
)

var update = flag.Bool("update", false, "write the golden plans anew")

var schema = gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphql", Input: read.Schema})

var compiler = func() *plan.Compiler {
	c, err := plan.NewCompiler(schema)
	if err != nil {
		panic(err)
	}
	return c
}()

// compile compiles a document that is expected to be sound.
func compile(t *testing.T, text string) *plan.Plan {
	t.Helper()
	p, err := tryCompile(t, text)
	require.NoError(t, err)
	return p
}

func tryCompile(t *testing.T, text string) (*plan.Plan, error) {
	t.Helper()
	doc, errs := gqlparser.LoadQueryWithRules(schema, text, rules.NewDefaultRules())
	require.Empty(t, errs)
	return compiler.Compile(doc.Operations[0])
}

// TestGoldenPlans holds the statements of a few documents against the reviewed
// ones in testdata: the smallest that each may become, and the fullest.
func TestGoldenPlans(t *testing.T) {
	files, err := filepath.Glob("testdata/*.graphql")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".graphql"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			p := compile(t, string(text))
			samples, err := p.Samples()
			require.NoError(t, err)
			got := "-- tags: " + strings.Join(p.Tags, " ") + "\n-- max age: " + p.MaxAge.String() +
				"\n\n-- smallest\n" + readable(samples[0]) + "\n-- fullest\n" + readable(samples[1])
			golden := strings.TrimSuffix(file, ".graphql") + ".sql"
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o600))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), got, "run: go test ./internal/plan -run Golden -update, and review")
		})
	}
}

// readable breaks a statement into lines at its joins.
func readable(sql string) string {
	for _, word := range []string{" LEFT JOIN LATERAL ", " CROSS JOIN LATERAL ", " FROM ", " WHERE "} {
		sql = strings.ReplaceAll(sql, word, "\n"+strings.TrimPrefix(word, " "))
	}
	return sql + ";\n"
}

// TestShippedOperationsCompile compiles every document shipped with the service.
func TestShippedOperationsCompile(t *testing.T) {
	entries, err := read.Operations.ReadDir("operations")
	require.NoError(t, err)
	asked := map[string]bool{}
	for _, e := range entries {
		text, err := read.Operations.ReadFile("operations/" + e.Name())
		require.NoError(t, err)
		doc, errs := gqlparser.LoadQueryWithRules(schema, string(text), rules.NewDefaultRules())
		require.Empty(t, errs, e.Name())
		require.Equal(t, strings.TrimSuffix(e.Name(), ".graphql"), doc.Operations[0].Name, "a file is named after its operation")
		p, err := compiler.Compile(doc.Operations[0])
		require.NoError(t, err, e.Name())
		require.Positive(t, p.MaxAge, e.Name())
		for _, s := range doc.Operations[0].SelectionSet {
			asked[s.(*ast.Field).Name] = true
		}
	}
	for _, f := range schema.Query.Fields {
		if !strings.HasPrefix(f.Name, "__") {
			require.True(t, asked[f.Name], "no shipped document asks for %s", f.Name)
		}
	}
}
