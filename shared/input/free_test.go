package input_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/tercul/tercul/shared/input"
)

// TestFreeObjects have no fields of their own, and one canonical form all the same.
func TestFreeObjects(t *testing.T) {
	s, err := gqlparser.LoadSchema(&ast.Source{Input: `scalar Patch input Edit { patch: Patch! more: [Patch!] } type Query { x(edit: Edit): Int }`})
	require.NoError(t, err)
	types, err := input.New(s, input.Limits{}, input.WithFreeObject("Patch"))
	require.NoError(t, err)
	doc, err := parser.ParseQuery(&ast.Source{Input: "query Q($edit: Edit!) { x }"})
	require.NoError(t, err)
	vars, err := types.Variables(doc.Operations[0].VariableDefinitions, nil, nil)
	require.NoError(t, err)
	for sent, want := range map[string]string{
		`{"edit":{"patch": { "b" : [1, 12345678901234567890.50, null],"a":{"d":"\u00e9","c":true} }}}`: `{"edit":{"patch":{"a":{"c":true,"d":"é"},"b":[1,12345678901234567890.50,null]}}}`,
		`{"edit":{"patch":{},"more":{"x":1}}}`:                                                         `{"edit":{"more":[{"x":1}],"patch":{}}}`,
		`{"edit":{"patch":{"x":"\\u0000 as text"}}}`:                                                   `{"edit":{"patch":{"x":"\\u0000 as text"}}}`,
	} {
		out, err := vars.Canonical(nil, nil, []byte(sent))
		require.NoError(t, err, sent)
		assert.Equal(t, want, string(out))
		again, err := vars.Canonical(nil, nil, out)
		require.NoError(t, err)
		assert.Equal(t, string(out), string(again), "the canonical form is its own")
		values, err := vars.Values(out)
		require.NoError(t, err)
		assert.IsType(t, map[string]any{}, values["edit"].(map[string]any)["patch"])
	}
	for sent, problem := range map[string]string{
		`{"edit":{"patch":1}}`:                      "variables.edit.patch must be of the type Patch, not 1",
		`{"edit":{"patch":[{}]}}`:                   "variables.edit.patch must be of the type Patch, not a list",
		`{"edit":{"patch":null}}`:                   "variables.edit.patch must be of the type Patch, not null",
		`{"edit":{"patch":{},"more":[{},"x"]}}`:     "variables.edit.more[1] must be of the type Patch, not \"x\"",
		`{"edit":{"patch":{"a":[{"b":"\u0000"}]}}}`: "variables.edit.patch must be an object without the character NUL in its text",
		`{"edit":{"patch":{"a\u0000":1}}}`:          "variables.edit.patch must be an object without the character NUL in its text",
	} {
		_, err := vars.Canonical(nil, nil, []byte(sent))
		require.ErrorContains(t, err, problem, sent)
	}
}
