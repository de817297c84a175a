package tsql_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestARenameThatChangesTheCaseAlone: names are compared as they are written.
func TestARenameThatChangesTheCaseAlone(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	tx, err := worldPool(t).Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(ctx) }()
	c := newChecker(t, tx)
	faults, refused := c.edit(t, `UPDATE auth.users SET username = 'User_1' WHERE username = 'user_1'`)
	require.False(t, refused)
	require.Empty(t, faults)
	var owners []string
	require.NoError(t, tx.QueryRow(ctx, `SELECT array_agg(DISTINCT owner_username) FROM view.collection WHERE owner_id = (SELECT id FROM auth.users WHERE username = 'User_1')`).Scan(&owners))
	require.Equal(t, []string{"User_1"}, owners)
}
