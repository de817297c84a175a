package contribution_test

import (
	"encoding/json"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write"
	"github.com/tercul/tercul/write/internal/identity"
)

// The shipped documents lead all the way.
func TestShippedDocuments(t *testing.T) {
	s := newScene(t)
	files, err := write.Operations()
	require.NoError(t, err)
	send := func(a *identity.Actor, name string, variables object) string {
		t.Helper()
		text, err := fs.ReadFile(files, name+".graphql")
		require.NoError(t, err)
		answer := s.Ask(a, string(text), variables)
		require.Empty(t, answer.Errors, name)
		for _, field := range answer.Data {
			var payload struct {
				UserErrors []struct{ Code string }
			}
			require.NoError(t, json.Unmarshal(field, &payload))
			require.Empty(t, payload.UserErrors, name)
			return string(field)
		}
		return ""
	}
	change := func(a *identity.Actor, name string, in object) string {
		t.Helper()
		return send(a, name, object{"input": in})
	}
	var begun struct{ Contribution struct{ ID string } }
	require.NoError(t, json.Unmarshal([]byte(change(s.author, "CreateContribution", object{"title": "A change", "patch": s.describe(1, "A poem.")})), &begun))
	id := begun.Contribution.ID
	change(s.author, "UpdateContribution", object{"id": id, "expectedVersion": 1, "message": "Why."})
	change(s.author, "SubmitContribution", object{"id": id, "expectedVersion": 2})
	require.Contains(t, send(s.reviewer, "ReviewQueue", nil), id)
	require.Contains(t, send(s.reviewer, "Contributions", object{"filter": object{"language": "it"}}), id)
	require.Contains(t, send(s.author, "ViewerContributions", nil), id)
	require.Contains(t, send(s.reviewer, "ContributionDiff", object{"id": id}), `"kind":"OURS"`)
	change(s.reviewer, "AssignContribution", object{"id": id})
	s.Contributions.Config.Apply = "editor"
	change(s.reviewer, "ReviewContribution", object{"id": id, "contributionVersion": 2, "decision": "APPROVE"})
	require.Contains(t, change(s.editor, "ApplyContribution", object{"id": id, "expectedVersion": 2}), s.work.String())
	require.Contains(t, send(s.author, "Contribution", object{"id": id}), `"description":"A poem."`)
	second := of(s.create(s.author, s.describe(2, "Another.")))
	require.Contains(t, change(s.author, "WithdrawContribution", object{"id": second.ID}), "WITHDRAWN")
	require.Contains(t, send(s.editor, "Drafts", object{"kind": "WORK"}), `"nodes":[]`)
}
