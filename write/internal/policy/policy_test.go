package policy_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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
