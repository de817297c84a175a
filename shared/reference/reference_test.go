package reference_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/shared/reference"
)

func TestPages(t *testing.T) {
	schema, err := document.Schema("schema", `
		"Asks."
		type Query { "A thing." thing("Which | one." in: In! "How many." n: Int = 3): Thing }
		"Either."
		union Thing = B | A
		"One."
		type A { "Its b." b: B! }
		"Another."
		type B { "Its name." name: [String!] }
		"What to give."
		input In { "How." how: How! = LOUD }
		"Ways."
		enum How { "Loudly." LOUD }`)
	require.NoError(t, err)
	pages, err := reference.Schema{
		Schema: schema, Of: " of things", Prefix: "x-", Note: "Read this.",
		Rules: func(f *ast.FieldDefinition) string { return "Held to " + f.Name + "." },
	}.Render()
	require.NoError(t, err)
	require.Len(t, pages, len(reference.Kinds))
	objects := string(pages["x-objects.md"])
	require.True(t, strings.HasPrefix(objects, "# Objects of things\n\nRead this.\n"))
	require.Contains(t, objects, "## Thing\n\nEither.\n\nOne of [`A`](#a), [`B`](#b).\n")
	require.Contains(t, objects, "| `b` | [`B!`](x-objects.md#b) | Its b. |\n")
	require.Contains(t, objects, "| `name` | [`[String!]`](x-scalars.md#string) | Its name. |\n")
	require.NotContains(t, objects, "## Query")
	require.Contains(t, string(pages["x-inputs.md"]), "| `how` | [`How!`](x-enums.md#how) | How.<br>Left out, it is `LOUD`.<br>Held to how. |\n")
	require.Contains(t, string(pages["x-enums.md"]), "| `LOUD` | Loudly. |\n")
	require.Equal(t, `a \| b c`, reference.Line("a | b\n c"))
}
