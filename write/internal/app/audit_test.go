package app

import (
	"testing"

	"github.com/tercul/tercul/shared/httpaudit"
	"github.com/tercul/tercul/shared/pgtest"
)

// TestGraphQLHTTPAudits has the audits of GraphQL over HTTP judge the real writer,
// in production's mode.
func TestGraphQLHTTPAudits(t *testing.T) {
	s := start(t, settings(t, map[string]string{"TERCUL_DATABASE_URL": pgtest.Database(t)}))
	httpaudit.Run(t, "http://"+s.addr+"/graphql")
}
