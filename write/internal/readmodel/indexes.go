package readmodel

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// dropIndexes takes the plain indexes off a table that holds nothing yet, and
// answers the statements that put them back: to build an index once is several
// times faster than to fill it row by row.
func dropIndexes(ctx context.Context, tx pgx.Tx, table string) (restore []string, err error) {
	var filled bool
	if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+pgx.Identifier{"view", table}.Sanitize()+")").Scan(&filled); err != nil || filled {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i
		JOIN pg_class c ON c.oid = i.indexrelid
		WHERE i.indrelid = to_regclass('view.' || $1) AND NOT i.indisunique
		AND pg_has_role(c.relowner, 'USAGE') ORDER BY c.relname`, table)
	if err != nil {
		return nil, err
	}
	var name, definition string
	var names []string
	if _, err := pgx.ForEachRow(rows, []any{&name, &definition}, func() error {
		names, restore = append(names, name), append(restore, definition)
		return nil
	}); err != nil {
		return nil, err
	}
	for _, name := range names {
		if _, err := tx.Exec(ctx, "DROP INDEX "+pgx.Identifier{"view", name}.Sanitize()); err != nil {
			return nil, err
		}
	}
	return restore, nil
}
