package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/api"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/writetest"
)

// document asks for one field at the root, with nothing given: whoever may ask is
// told of that, and whoever may not of this.
func documentOf(kind ast.Operation, f *ast.FieldDefinition) string {
	var variables, arguments []string
	for _, a := range f.Arguments {
		if a.Type.NonNull && a.DefaultValue == nil {
			variables = append(variables, "$"+a.Name+": "+a.Type.String())
			arguments = append(arguments, a.Name+": $"+a.Name)
		}
	}
	text := string(kind)
	if len(variables) > 0 {
		text += "(" + strings.Join(variables, ", ") + ")"
	}
	text += " { " + f.Name
	if len(arguments) > 0 {
		text += "(" + strings.Join(arguments, ", ") + ")"
	}
	return text + " @skip(if: true) { __typename } }"
}

// TestTheDoorKeepsThePolicy knocks at every operation as everybody who may not pass,
// and as the least who may. Nothing runs: the field is skipped, which the door, that
// looks at what a document names, does not care for.
func TestTheDoorKeepsThePolicy(t *testing.T) {
	w := writetest.New(t)
	d := open(t, w, func(cfg *api.Config) { cfg.Documents = documents(t, true) })
	checker, err := api.NewChecker()
	require.NoError(t, err)
	knock := func(a *identity.Actor, o policy.Operation) string {
		for kind, root := range map[ast.Operation]*ast.Definition{ast.Query: checker.Schema().Query, ast.Mutation: checker.Schema().Mutation} {
			if f := root.Fields.ForName(o.Name); f != nil {
				code := d.post(a, documentOf(kind, f), nil).code()
				if code == string(apperr.BadRequest) { // for want of variables
					return ""
				}
				return code
			}
		}
		require.Fail(t, "not in the schema", o.Name)
		return ""
	}
	actors := map[identity.Role]*identity.Actor{identity.Anonymous: {}}
	for role := identity.Reader; role <= identity.Admin; role++ {
		actors[role] = w.User(role)
	}
	for _, o := range policy.All() {
		for role, actor := range actors {
			want := ""
			switch {
			case role >= o.Role:
			case role == identity.Anonymous:
				want = "UNAUTHENTICATED"
			default:
				want = "FORBIDDEN"
			}
			require.Equal(t, want, knock(actor, o), "%s as %s", o.Name, role)
		}
		if o.Role == identity.Anonymous {
			refused := &identity.Actor{Refused: apperr.New(apperr.TokenExpired, "It has run out.")}
			require.Equal(t, map[bool]string{true: "", false: "TOKEN_EXPIRED"}[o.Entry], knock(refused, o), o.Name)
			continue
		}
		unverified, stale := *actors[o.Role], *actors[o.Role]
		unverified.Verified, stale.ReauthAt = false, time.Time{}
		require.Equal(t, map[bool]string{true: "FORBIDDEN", false: ""}[o.Verified], knock(&unverified, o), o.Name)
		require.Equal(t, map[bool]string{true: "REAUTH_REQUIRED", false: ""}[o.Sensitive], knock(&stale, o), o.Name)
	}
}
