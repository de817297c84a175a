package policy_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/write"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/policy"
)

// TestEveryOperationHasItsRow holds the schema and the policy against each other.
func TestEveryOperationHasItsRow(t *testing.T) {
	text, err := write.Schema()
	require.NoError(t, err)
	schema, err := document.Schema("schema", text)
	require.NoError(t, err)
	require.Empty(t, document.Undescribed(schema))
	fields := map[string]bool{}
	for _, f := range append(schema.Query.Fields, schema.Mutation.Fields...) {
		if f.Name[0] == '_' {
			continue
		}
		fields[f.Name] = true
		_, ok := policy.Of(f.Name)
		require.True(t, ok, "%s has no row in the policy", f.Name)
	}
	for _, o := range policy.All() {
		require.True(t, fields[o.Name], "%s is in the policy and not in the schema", o.Name)
		require.Equal(t, o.Object.Set(), o.Object.Name != "", o.Name)
		delete(fields, o.Name)
	}
	require.Empty(t, fields, "a row is there twice")
}

// TestWhoIsNoEditorHasADocument: editors alone may send their own, so whatever others
// may call has a shipped one.
func TestWhoIsNoEditorHasADocument(t *testing.T) {
	files, err := write.Operations()
	require.NoError(t, err)
	shipped, err := document.ReadFS(files, ".")
	require.NoError(t, err)
	called := map[string]bool{}
	for _, entry := range shipped {
		query, err := parser.ParseQuery(&ast.Source{Name: entry.Origin, Input: entry.Text})
		require.NoError(t, err)
		for _, o := range query.Operations {
			for _, s := range o.SelectionSet {
				field, ok := s.(*ast.Field)
				require.True(t, ok, "%s: fragments at the root are not looked into", entry.Origin)
				called[field.Name] = true
			}
		}
	}
	for _, o := range policy.All() {
		require.True(t, called[o.Name] || o.Role >= identity.Editor, "%s can be called by %s, and no document in write/operations does", o.Name, o.Role)
	}
}

func TestDrafts(t *testing.T) {
	var maker, other, editor identity.Actor
	maker.UserID[0], maker.Role = 1, identity.Contributor
	other.UserID[0], other.Role = 2, identity.Reviewer
	editor.UserID[0], editor.Role = 3, identity.Editor
	draft := policy.Object{Owner: maker.UserID}
	require.Equal(t, policy.Allow, policy.Drafts.Judge(&maker, draft))
	require.Equal(t, policy.Allow, policy.Drafts.Judge(&editor, draft))
	require.Equal(t, policy.Hide, policy.Drafts.Judge(&other, draft))
	require.Equal(t, policy.Hide, policy.Drafts.Judge(&identity.Actor{}, policy.Object{}))
	require.Equal(t, policy.Allow, policy.Drafts.Judge(&other, policy.Object{Owner: maker.UserID, Public: true}))
}

func TestPermit(t *testing.T) {
	now := time.Now()
	op := policy.Operation{Role: identity.Editor, Verified: true, Sensitive: true}
	actor := identity.Actor{}
	code := func() apperr.Code {
		if err := op.Permit(&actor, now); err != nil {
			return apperr.From(err).Code
		}
		return ""
	}
	require.Equal(t, apperr.Unauthenticated, code())
	actor.UserID[0], actor.Role = 1, identity.Reviewer
	require.Equal(t, apperr.Forbidden, code())
	actor.Role = identity.Admin
	require.Equal(t, apperr.Forbidden, code(), "not verified")
	actor.Verified = true
	require.Equal(t, apperr.ReauthRequired, code())
	actor.ReauthAt = now.Add(-5 * time.Minute)
	require.Empty(t, code())
	actor.ReauthAt = now.Add(-5*time.Minute - time.Second)
	require.Equal(t, apperr.ReauthRequired, code())
	actor.SigningKey[0] = 1
	require.Empty(t, code())
}

func TestLimitsAreOneOfAName(t *testing.T) {
	names := map[string]bool{}
	for _, l := range policy.AllLimits() {
		require.False(t, names[l.Name], "%s is there twice, and not the same", l.Name)
		names[l.Name] = true
		require.Positive(t, l.Count, l.Name)
		require.Equal(t, l.By == policy.Account, l.Field != "", l.Name)
	}
	for _, o := range policy.All() {
		byAddress := slices.ContainsFunc(o.Limits, func(l policy.Limit) bool { return l.By == policy.Address })
		require.True(t, byAddress || !o.Entry, "%s can be called by anybody: how often from one address?", o.Name)
	}
}

func TestLimitsOf(t *testing.T) {
	own := policy.Operation{Limits: []policy.Limit{{Name: "own"}, {Name: "guard", By: policy.Account}}}
	entry := policy.Operation{Limits: []policy.Limit{{Name: "door", By: policy.Address}, {Name: "guard", By: policy.Account}}}
	user, admin := &identity.Actor{Role: identity.Reader}, &identity.Actor{Role: identity.Admin}
	user.UserID[0], admin.UserID[0] = 1, 2
	nobody, refused := &identity.Actor{}, &identity.Actor{Refused: apperr.New(apperr.TokenExpired, "")}
	for name, c := range map[string]struct {
		actor    *identity.Actor
		ops      []policy.Operation
		mutation bool
		want     string
	}{
		"a query":                    {user, []policy.Operation{{}}, false, "requests"},
		"a mutation":                 {user, []policy.Operation{{}}, true, "requests writes"},
		"a mutation refused":         {user, nil, true, "requests"},
		"its own limits besides":     {user, []policy.Operation{own}, true, "requests writes own guard"},
		"each once":                  {user, []policy.Operation{own, own}, false, "requests own guard"},
		"nobody":                     {nobody, []policy.Operation{{}}, true, "anonymous-requests anonymous-writes"},
		"refused credentials":        {refused, nil, true, "refused-requests"},
		"an entry":                   {refused, []policy.Operation{entry}, true, "door guard"},
		"an entry, signed in":        {user, []policy.Operation{entry}, true, "door guard"},
		"an admin":                   {admin, []policy.Operation{{}}, true, ""},
		"an admin where it is own":   {admin, []policy.Operation{own}, true, "guard"},
		"an admin at the front door": {admin, []policy.Operation{entry}, true, "door guard"},
	} {
		var names []string
		for _, l := range policy.LimitsOf(c.actor, c.ops, c.mutation) {
			names = append(names, l.Name)
		}
		require.Equal(t, c.want, strings.Join(names, " "), name)
	}
}
