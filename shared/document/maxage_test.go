package document_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/document"
)

func TestMaxAgeIsTheShortest(t *testing.T) {
	schema, err := document.Schema("test.graphql", `
		directive @cacheControl(maxAge: Int!) on FIELD_DEFINITION
		type Query { a: A @cacheControl(maxAge: 300) b: Int @cacheControl(maxAge: 60) c: Int }
		type A { fast: Int @cacheControl(maxAge: 5) slow: Int }`)
	require.NoError(t, err)
	c, err := document.NewChecker(schema, document.Limits{})
	require.NoError(t, err)
	for text, want := range map[string]int{
		`{ a { slow } }`: 300, `{ a { slow } b }`: 60, `{ a { ...F } b } fragment F on A { ... on A { fast } }`: 5, `{ c }`: 0,
	} {
		d, err := c.Load(text, document.Options{})
		require.NoError(t, err)
		require.Equal(t, want, d.MaxAge(), text)
	}
}
