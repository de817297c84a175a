package readmodel

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// few rows are indexed again in no time.
const few = 10_000

// DropIndexes takes the indexes off a table that a load is about to fill, if this
// role owns it, and answers the statements that put them back: to build an index
// once is several times faster than to fill it row by row. Of a table that holds
// rows already the unique ones stay, and of one that holds many all do. What
// foreign keys refer to stays in any case.
func DropIndexes(ctx context.Context, tx pgx.Tx, table pgx.Identifier) (restore []string, err error) {
	name := table.Sanitize()
	var rows int
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM (SELECT FROM "+name+" LIMIT $1) t", few).Scan(&rows); err != nil || rows == few {
		return nil, err
	}
	found, err := tx.Query(ctx, `
		SELECT format(CASE WHEN c.oid IS NULL THEN 'DROP INDEX %1$I.%2$I' ELSE 'ALTER TABLE %1$I.%3$I DROP CONSTRAINT %2$I' END, n.nspname, x.relname, t.relname),
		  CASE WHEN c.oid IS NULL THEN pg_get_indexdef(x.oid) ELSE format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s', n.nspname, t.relname, c.conname, pg_get_constraintdef(c.oid)) END
		FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
		LEFT JOIN pg_constraint c ON c.conindid = x.oid AND c.contype IN ('p', 'u', 'x')
		WHERE t.oid = $1::text::regclass AND (NOT i.indisunique OR $2) AND pg_has_role(t.relowner, 'USAGE')
		AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = x.oid)
		ORDER BY i.indisprimary DESC, x.relname`, name, rows == 0)
	if err != nil {
		return nil, err
	}
	var drop []string
	var off, on string
	if _, err := pgx.ForEachRow(found, []any{&off, &on}, func() error {
		drop, restore = append(drop, off), append(restore, on)
		return nil
	}); err != nil {
		return nil, err
	}
	return restore, Each(ctx, tx, drop)
}

// Each runs statements one after the other.
func Each(ctx context.Context, tx pgx.Tx, statements []string) error {
	for _, sql := range statements {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// Roomy gives the transaction the memory for large sorts, hashes and builds of
// indexes, where the server is set to less.
func Roomy(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `SELECT set_config(s.name, w.kb::text, true) FROM pg_settings s
		JOIN (VALUES ('work_mem', 65536), ('maintenance_work_mem', 262144)) w (name, kb) USING (name) WHERE s.setting::int < w.kb`)
	return err
}
