package documents_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/documents"
)

func TestAddShippedLeavesAloneWhatIsThere(t *testing.T) {
	ctx := context.Background()
	tx := pgtest.Tx(t)
	added, err := documents.AddShipped(ctx, tx)
	require.NoError(t, err)
	require.Positive(t, added)
	_, err = tx.Exec(ctx, "UPDATE ops.documents SET status = 'BLOCKED' WHERE name = 'WorkPage'")
	require.NoError(t, err)
	again, err := documents.AddShipped(ctx, tx)
	require.NoError(t, err)
	require.Zero(t, again)
	var status string
	var ttl int
	require.NoError(t, tx.QueryRow(ctx, "SELECT status, ttl_s FROM ops.documents WHERE name = 'WorkPage'").Scan(&status, &ttl))
	require.Equal(t, "BLOCKED", status)
	require.Equal(t, 300, ttl)
}
