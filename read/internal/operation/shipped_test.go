package operation_test

import (
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/read"
	"github.com/tercul/tercul/read/internal/operation"
	"github.com/tercul/tercul/shared/document"
)

// The documents shipped with the reader are within the limits of its schema, and
// each file is named after its operation.
func TestShippedDocuments(t *testing.T) {
	schema, err := document.Schema("schema.graphql", read.Schema)
	require.NoError(t, err)
	assert.Empty(t, document.Undescribed(schema), "everything in the schema has a description")
	c, err := document.NewChecker(schema, document.Limits{})
	require.NoError(t, err)
	r := registry(t, func(cfg *operation.Config) { cfg.Checker, cfg.Shipped = c, read.Operations })
	entries, err := document.ReadFS(read.Operations, ".")
	require.NoError(t, err)
	for _, entry := range entries {
		op, err := r.Lookup(document.ID(entry.Text))
		require.NoError(t, err)
		assert.Equal(t, strings.TrimSuffix(path.Base(entry.Origin), ".graphql"), op.Name())
	}
}
