package purge

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
)

// TestEveryReferenceGoes fails where a table is added that points at what is purged
// and does not go with it: the job would stop at its rows.
func TestEveryReferenceGoes(t *testing.T) {
	purged := map[string]string{"core.text_units": "with its text", "core.text_vocabularies": "with its text", "core.text_revisions": "by core.forget_history", "core.alignment_groups": "with its alignment", "core.alignment_origins": "with its alignment"}
	for _, k := range kinds {
		purged[k.table] = "itself"
		for _, r := range k.hanging() {
			purged[r.table] = "with it"
		}
	}
	tables := []string{}
	for table := range purged {
		tables = append(tables, table)
	}
	slices.Sort(tables)
	rows, err := pgtest.Tx(t).Query(t.Context(), `SELECT DISTINCT conrelid::regclass::text FROM pg_constraint
		WHERE contype = 'f' AND confrelid = ANY ($1::text[]::regclass[]) ORDER BY 1`, tables)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var table string
		require.NoError(t, rows.Scan(&table))
		require.Contains(t, purged, table)
	}
	require.NoError(t, rows.Err())
}

// Each of many is one thing; the statements are bounded.
func TestStatements(t *testing.T) {
	for _, k := range kinds {
		for _, r := range k.hanging() {
			require.Equal(t, 1, strings.Count(r.delete("5"), "LIMIT 5"), r.table)
			require.NotContains(t, r.delete(""), "LIMIT")
		}
	}
}
