package introspect_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/read"
	"github.com/tercul/tercul/read/internal/operation/introspect"
	"github.com/tercul/tercul/shared/document"
)

const sdl = `
"The schema." schema { query: Root }
"Everything." type Root { "One." a("How." x: [Int!]! = [1, 2], old: Int @deprecated): U @deprecated(reason: "tired") b: E! n: N node: Node }
union U = N | M
interface Node { id: ID! }
type N implements Node { id: ID! }  type M { m: N }
enum E { A B @deprecated }
input I { s: String = "a\"b" e: E = A o: I old: Int = 0 @deprecated(reason: "no") }
input One @oneOf { a: I b: Int }
scalar Tag @specifiedBy(url: "https://example.org")
directive @d("Which." n: Int) repeatable on FIELD | QUERY
`

func load(t *testing.T, sdl, text string) (*ast.Schema, *ast.OperationDefinition) {
	t.Helper()
	schema, err := document.Schema("test", sdl)
	require.NoError(t, err)
	checker, err := document.NewChecker(schema, document.Limits{})
	require.NoError(t, err)
	doc, err := checker.Load(text, document.Options{Introspection: true})
	require.NoError(t, err)
	return schema, doc.Operation
}

func resolve(t *testing.T, text string, vars map[string]any) string {
	t.Helper()
	schema, op := load(t, sdl, text)
	require.True(t, introspect.Only(op))
	body, err := introspect.Resolve(schema, op.SelectionSet, vars)
	require.NoError(t, err)
	return string(body)
}

func TestResolve(t *testing.T) {
	for text, want := range map[string]string{
		`{ __typename }`:    `{"__typename":"Root"}`,
		`{ x: __typename }`: `{"x":"Root"}`,
		`{ __type(name: "Run🏃Swim🏊") { name } }`:                                                                                                                                   `{"__type":null}`,
		`{ __schema { description queryType { name } mutationType { name } subscriptionType { name } __typename } }`:                                                               `{"__schema":{"description":"The schema.","queryType":{"name":"Root"},"mutationType":null,"subscriptionType":null,"__typename":"__Schema"}}`,
		`{ __type(name: "Root") { kind description specifiedByURL ofType { name } interfaces { name } possibleTypes { name } enumValues { name } inputFields { name } isOneOf } }`: `{"__type":{"kind":"OBJECT","description":"Everything.","specifiedByURL":null,"ofType":null,"interfaces":[],"possibleTypes":null,"enumValues":null,"inputFields":null,"isOneOf":null}}`,
		`{ __type(name: "Root") { fields { name } } }`:                                                                                                                             `{"__type":{"fields":[{"name":"b"},{"name":"n"},{"name":"node"}]}}`,
		`{ __type(name: "Root") { fields(includeDeprecated: true) { name isDeprecated deprecationReason } } }`:                                                                     `{"__type":{"fields":[{"name":"a","isDeprecated":true,"deprecationReason":"tired"},{"name":"b","isDeprecated":false,"deprecationReason":null},{"name":"n","isDeprecated":false,"deprecationReason":null},{"name":"node","isDeprecated":false,"deprecationReason":null}]}}`,
		`{ __type(name: "U") { kind possibleTypes { name } fields { name } } }`:                                                                                                    `{"__type":{"kind":"UNION","possibleTypes":[{"name":"M"},{"name":"N"}],"fields":null}}`,
		`{ __type(name: "Node") { kind possibleTypes { name interfaces { name } } } }`:                                                                                             `{"__type":{"kind":"INTERFACE","possibleTypes":[{"name":"N","interfaces":[{"name":"Node"}]}]}}`,
		`{ __type(name: "E") { enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } } }`:                                                        `{"__type":{"enumValues":[{"name":"A","description":null,"isDeprecated":false,"deprecationReason":null},{"name":"B","description":null,"isDeprecated":true,"deprecationReason":"No longer supported"}]}}`,
		`{ __type(name: "E") { enumValues { name } } }`:                                                                                                                            `{"__type":{"enumValues":[{"name":"A"}]}}`,
		`{ __type(name: "I") { isOneOf inputFields { name defaultValue type { name } } } }`:                                                                                        `{"__type":{"isOneOf":false,"inputFields":[{"name":"s","defaultValue":"\"a\\\"b\"","type":{"name":"String"}},{"name":"e","defaultValue":"A","type":{"name":"E"}},{"name":"o","defaultValue":null,"type":{"name":"I"}}]}}`,
		`{ __type(name: "I") { inputFields(includeDeprecated: true) { name isDeprecated deprecationReason description __typename } } }`:                                            `{"__type":{"inputFields":[{"name":"s","isDeprecated":false,"deprecationReason":null,"description":null,"__typename":"__InputValue"},{"name":"e","isDeprecated":false,"deprecationReason":null,"description":null,"__typename":"__InputValue"},{"name":"o","isDeprecated":false,"deprecationReason":null,"description":null,"__typename":"__InputValue"},{"name":"old","isDeprecated":true,"deprecationReason":"no","description":null,"__typename":"__InputValue"}]}}`,
		`{ __type(name: "One") { isOneOf } }`:                                                                                                                                      `{"__type":{"isOneOf":true}}`,
		`{ __type(name: "Tag") { kind specifiedByURL } }`:                                                                                                                          `{"__type":{"kind":"SCALAR","specifiedByURL":"https://example.org"}}`,
		`{ a: __type(name: "N") { ...F ... on __Type { kind } ... { kind } ...F } } fragment F on __Type { name }`:                                                                 `{"a":{"name":"N","kind":"OBJECT"}}`,
		`{ __type(name: "N") { name @skip(if: true) kind @include(if: true) ... @include(if: false) { description } } }`:                                                           `{"__type":{"kind":"OBJECT"}}`,
		`{ __type(name: "N") { fields { type { kind } } } __type(name: "N") { fields { name } } }`:                                                                                 `{"__type":{"fields":[{"type":{"kind":"NON_NULL"},"name":"id"}]}}`,
	} {
		assert.Equal(t, want, resolve(t, text, nil), text)
	}
}

func TestWrappedTypes(t *testing.T) {
	got := resolve(t, `{ __type(name: "Root") { fields(includeDeprecated: true) { args { name description defaultValue
		type { kind name description ofType { kind ofType { kind ofType { kind name ofType { kind } } } } } } } } }`, nil)
	assert.Contains(t, got, `{"args":[{"name":"x","description":"How.","defaultValue":"[1,2]","type":{"kind":"NON_NULL","name":null,`+
		`"description":null,"ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Int","ofType":null}}}}}]}`)
	assert.NotContains(t, got, `"old"`)
}

func TestVariables(t *testing.T) {
	const text = `query Type($name: String!, $deep: Boolean!) { __type(name: $name) { name kind @include(if: $deep) } }`
	assert.Equal(t, `{"__type":{"name":"N","kind":"OBJECT"}}`, resolve(t, text, map[string]any{"name": "N", "deep": true}))
	assert.Equal(t, `{"__type":{"name":"M"}}`, resolve(t, text, map[string]any{"name": "M", "deep": false}))
}

func TestDirectives(t *testing.T) {
	got := resolve(t, `{ __schema { directives { name isRepeatable locations description args { name } } } }`, nil)
	assert.Contains(t, got, `{"name":"d","isRepeatable":true,"locations":["FIELD","QUERY"],"description":null,"args":[{"name":"n"}]}`)
	assert.Contains(t, got, `"include"`)
	assert.NotContains(t, got, `"defer"`)
}

func TestOnly(t *testing.T) {
	for text, want := range map[string]bool{
		`{ __typename }`: true, `{ __schema { __typename } b }`: false, `{ ...F } fragment F on Root { b }`: false,
		`{ ... { b } }`: false, `{ ...F ... { __typename } } fragment F on Root { __typename }`: true,
	} {
		schema, op := load(t, sdl, text)
		assert.Equal(t, want, introspect.Only(op), text)
		if !want {
			_, err := introspect.Resolve(schema, op.SelectionSet, nil)
			assert.Error(t, err, text)
		}
	}
}

// The query that explorers send, on the public schema, names every type.
func TestExplorersQuery(t *testing.T) {
	text, err := os.ReadFile("testdata/explorer.graphql")
	require.NoError(t, err)
	schema, op := load(t, read.Schema, string(text))
	body, err := introspect.Resolve(schema, op.SelectionSet, nil)
	require.NoError(t, err)
	var got struct {
		Schema struct {
			Types []struct{ Name, Kind string }
		} `json:"__schema"`
	}
	require.NoError(t, json.Unmarshal(body, &got))
	assert.Len(t, got.Schema.Types, len(schema.Types))
	for _, named := range got.Schema.Types {
		require.Contains(t, schema.Types, named.Name)
		assert.Equal(t, string(schema.Types[named.Name].Kind), named.Kind)
	}
}
