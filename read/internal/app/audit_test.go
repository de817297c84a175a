package app

import (
	"testing"

	"github.com/tercul/tercul/shared/httpaudit"
)

// TestGraphQLHTTPAudits has the audits of GraphQL over HTTP judge the real
// reader, in production's mode: registered documents alone.
func TestGraphQLHTTPAudits(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server and node: -short")
	}
	httpaudit.Run(t, begin(t, settings(t)).url+"/graphql")
}
