package graph_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/write"
	"github.com/tercul/tercul/write/internal/policy"
)

func schema(t *testing.T) *ast.Schema {
	t.Helper()
	text, err := write.Schema()
	require.NoError(t, err)
	s, err := document.Schema("schema", text)
	require.NoError(t, err)
	return s
}

// TestMutationsAreAlike: one input, and a payload that lists what to mend.
func TestMutationsAreAlike(t *testing.T) {
	s := schema(t)
	for _, f := range s.Mutation.Fields {
		require.LessOrEqual(t, len(f.Arguments), 1, f.Name)
		for _, a := range f.Arguments {
			require.Equal(t, "input", a.Name, f.Name)
			require.True(t, a.Type.NonNull, f.Name)
			require.Equal(t, ast.InputObject, s.Types[a.Type.Name()].Kind, f.Name)
		}
		require.True(t, f.Type.NonNull, f.Name)
		payload := s.Types[f.Type.Name()]
		require.True(t, strings.HasSuffix(payload.Name, "Payload"), f.Name)
		for _, field := range payload.Fields {
			if field.Name == "userErrors" {
				require.Equal(t, "[UserError!]!", field.Type.String(), f.Name)
			} else if field.Name != "ok" {
				require.False(t, field.Type.NonNull, "%s.%s has to be null with userErrors", payload.Name, field.Name)
			}
		}
		require.NotNil(t, payload.Fields.ForName("userErrors"), f.Name)
	}
}

// TestEveryCodeOfUserErrorsIsInTheSchema, and no other.
func TestEveryCodeOfUserErrorsIsInTheSchema(t *testing.T) {
	var inSchema, ours []string
	for _, v := range schema(t).Types["UserErrorCode"].EnumValues {
		inSchema = append(inSchema, v.Name)
	}
	for _, c := range apperr.UserCodes() {
		ours = append(ours, string(c))
	}
	require.ElementsMatch(t, ours, inSchema)
	for _, o := range policy.All() {
		for _, c := range o.Errors {
			require.Contains(t, inSchema, string(c), o.Name)
		}
	}
}

// TestEditsNameTheVersionThatWasRead: where stale input is a fault, it has to be given.
func TestEditsNameTheVersionThatWasRead(t *testing.T) {
	s := schema(t)
	for _, f := range s.Mutation.Fields {
		if len(f.Arguments) == 0 {
			continue
		}
		for _, field := range s.Types[f.Arguments[0].Type.Name()].Fields {
			if field.Name == "expectedVersion" || field.Name == "expectedRevision" {
				require.Equal(t, "Int!", field.Type.String(), f.Name)
			}
		}
	}
}

// TestListsAreBounded: every connection says how long its pages can be.
func TestListsAreBounded(t *testing.T) {
	for _, f := range schema(t).Query.Fields {
		if !strings.HasSuffix(f.Type.Name(), "Connection") {
			continue
		}
		size := f.Directives.ForName("listSize")
		require.NotNil(t, size, f.Name)
		require.NotNil(t, size.Arguments.ForName("max"), f.Name)
		require.NotNil(t, f.Arguments.ForName("first").DefaultValue, f.Name)
		require.NotNil(t, f.Arguments.ForName("after"), f.Name)
	}
}

// TestNothingSecretComesOut of the API, but the tokens of whoever signs in.
func TestNothingSecretComesOut(t *testing.T) {
	for _, def := range schema(t).Types {
		if def.Kind != ast.Object || def.Name == "Mutation" || strings.HasPrefix(def.Name, "__") {
			continue
		}
		for _, f := range def.Fields {
			name := strings.ToLower(f.Name)
			require.NotContains(t, name, "password", def.Name)
			require.NotContains(t, name, "secret", def.Name)
			require.NotContains(t, name, "hash", def.Name)
			if strings.HasSuffix(name, "token") {
				require.Equal(t, "SessionPayload", def.Name, f.Name)
			}
		}
	}
}

// TestNoDocumentNestsDeep: the limit of a document's depth is for a schema that goes
// in circles, and this one does not.
func TestNoDocumentNestsDeep(t *testing.T) {
	s := schema(t)
	var deepest func(def *ast.Definition, above []string) int
	deepest = func(def *ast.Definition, above []string) (depth int) {
		require.NotContains(t, above, def.Name, "types that hold each other have to be limited")
		for _, member := range s.PossibleTypes[def.Name] {
			for _, f := range member.Fields {
				if below := s.Types[f.Type.Name()]; below.IsCompositeType() && !strings.HasPrefix(f.Name, "__") {
					depth = max(depth, 1+deepest(below, append(above, def.Name)))
				}
			}
		}
		return max(depth, 1)
	}
	for _, root := range []*ast.Definition{s.Query, s.Mutation} {
		require.Less(t, deepest(root, nil), 10, root.Name)
	}
}
