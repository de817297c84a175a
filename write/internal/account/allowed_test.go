package account_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/writetest"
)

// Each operation is for those with an account, or for anybody.
func TestWhoMayCall(t *testing.T) {
	w := writetest.New(t)
	some := map[string]string{
		"changePassword": `(input: {currentPassword: "x", newPassword: "y"})`, "requestEmailChange": `(input: {newEmail: "a@example.org", password: "x"})`,
		"reauthenticate": `(input: {password: "x"})`, "updateProfile": `(input: {expectedVersion: 9, patch: {bio: null}})`, "deleteAccount": `(input: {password: "x", confirm: "x"})`,
		"revokeSession":    `(input: {sessionId: "sess_01m8d3tcw7fg8a6qbqnkdhds9w"})`,
		"revokeSigningKey": `(input: {id: "skey_01m8d3tcw7fg8a6qbqnkdhds9w"})`, "revokeAllSessions": `(input: {})`, "logout": "",
	}
	for name, input := range some {
		document := "mutation { " + name + input + " { userErrors { code } } }"
		require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, document, nil).Code(), name)
		for _, role := range []identity.Role{identity.Reader, identity.Contributor, identity.Reviewer, identity.Editor, identity.Admin} {
			require.Empty(t, w.Ask(w.User(role), document, nil).Code(), name)
		}
	}
	for name, input := range map[string]string{
		"verifyEmail": `(input: {token: "x"})`, "confirmEmailChange": `(input: {token: "x"})`, "resetPassword": `(input: {token: "x", newPassword: "y"})`,
		"refreshSession": `(input: {refreshToken: "x"})`,
	} {
		a := w.Ask(nil, "mutation { "+name+input+" { userErrors { code } } }", nil)
		require.Empty(t, a.Code(), name)
		require.Contains(t, string(a.Data[name]), "TOKEN_INVALID", name)
	}
}
