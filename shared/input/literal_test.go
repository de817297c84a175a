package input_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/tercul/tercul/shared/input"
)

// argument parses `f(name: value)` and resolves it against the test schema.
func argument(t *testing.T, field, text string, values map[string]any) (any, bool, error) {
	t.Helper()
	s := schema(t)
	types, err := input.New(s, input.Limits{})
	require.NoError(t, err)
	doc, err := parser.ParseQuery(&ast.Source{Input: "{ " + field + text + " { id } }"})
	require.NoError(t, err)
	f := doc.Operations[0].SelectionSet[0].(*ast.Field)
	def := s.Query.Fields.ForName(field)
	for _, arg := range def.Arguments {
		if given := f.Arguments.ForName(arg.Name); given != nil {
			return types.Argument(arg, given.Value, values)
		}
	}
	return types.Argument(def.Arguments.ForName("first"), nil, values)
}

func TestArgument(t *testing.T) {
	filter := map[string]any{"exact": false, "year": map[string]any{"from": int64(3), "to": int64(2000)}}
	for name, tc := range map[string]struct {
		field, text string
		values      map[string]any
		want        any
		present     bool
	}{
		"default":             {"works", "", nil, int64(20), true},
		"variable":            {"works", "(first: $n)", map[string]any{"n": int64(5)}, int64(5), true},
		"variable of nothing": {"works", "(first: $n)", nil, int64(20), true},
		"nothing at all":      {"all", "(s: $n)", nil, nil, false},
		"null":                {"all", "(s: null)", nil, nil, true},
		"null by variable":    {"all", "(s: $n)", map[string]any{"n": nil}, nil, true},
		"literal":             {"all", `(lang: "ZH-hans")`, nil, "zh-Hans", true},
		"enum":                {"works", "(sort: NEWEST)", nil, "NEWEST", true},
		"single for list":     {"all", "(list: 3)", nil, []any{int64(3)}, true},
		"variable for list":   {"all", "(ids: $n)", map[string]any{"n": "a"}, []any{"a"}, true},
		"list of variables":   {"all", "(list: [1, $n])", map[string]any{"n": int64(2)}, []any{int64(1), int64(2)}, true},
		"object":              {"works", "(filter: {year: {from: $n}, text: $m, sort: null})", map[string]any{"n": int64(3)}, filter, true},
		"object for list": {"works", "(filter: {and: {year: {from: 3}}})", nil,
			map[string]any{"and": []any{filter}, "exact": false, "year": map[string]any{"from": int64(1), "to": int64(2000)}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			got, present, err := argument(t, tc.field, tc.text, tc.values)
			require.NoError(t, err)
			assert.Equal(t, tc.want, got)
			assert.Equal(t, tc.present, present)
		})
	}
	for _, text := range []string{`(lang: "no tag")`, `(list: [1, $n])`, `(i: 3000000000)`, `(date: 3)`, `(strict: {must: $n})`} {
		_, _, err := argument(t, "all", text, map[string]any{"n": nil})
		assert.Error(t, err, text)
	}
}

func TestLiteral(t *testing.T) {
	types, err := input.New(schema(t), input.Limits{})
	require.NoError(t, err)
	v, err := types.Literal(&ast.Value{Kind: ast.IntValue, Raw: "7"}, ast.NamedType("ID", nil))
	require.NoError(t, err)
	assert.Equal(t, "7", v)
	_, err = types.Literal(&ast.Value{Kind: ast.Variable, Raw: "x"}, ast.NamedType("ID", nil))
	require.ErrorContains(t, err, "$x")
	_, err = types.Literal(&ast.Value{Kind: ast.IntValue, Raw: "7"}, ast.NamedType("Nope", nil))
	require.ErrorContains(t, err, "Nope")
}
