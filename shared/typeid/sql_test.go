package typeid_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/typeid"
	"github.com/tercul/tercul/sql/testdb"
)

// The database writes public ids too; the two must agree to the letter.
func TestSQLWritesTheSame(t *testing.T) {
	tx := testdb.Tx(t)
	for _, kind := range typeid.Kinds() {
		rows, err := tx.Query(context.Background(), `SELECT u::text, core.typeid($1, u) FROM (SELECT gen_random_uuid() AS u FROM generate_series(1, 200)) r`, kind)
		require.NoError(t, err)
		var id, public string
		_, err = pgx.ForEachRow(rows, []any{&id, &public}, func() error {
			prefix, known := typeid.Prefix(kind)
			require.True(t, known)
			require.Equal(t, typeid.Encode(prefix, uuid.MustParse(id)), public)
			return nil
		})
		require.NoError(t, err)
	}
}
