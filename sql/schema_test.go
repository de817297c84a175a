package tsql_test

import (
	"context"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/sql/internal/schema"
	"github.com/tercul/tercul/sql/testdb"
)

func TestSchemaIsCurrent(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, testdb.Database(t))
	require.NoError(t, err)
	defer func() { _ = conn.Close(ctx) }()
	now, err := schema.Dump(ctx, conn)
	require.NoError(t, err)
	written, err := os.ReadFile("schema.sql")
	require.NoError(t, err)
	require.Equal(t, string(written), now, "schema.sql is not what the migrations make: run make generate and review it")
}
