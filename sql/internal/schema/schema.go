// Package schema writes down what a migrated database is: every table, view, function, trigger and grant, in one order
// on every machine. It asks the catalog itself, because pg_dump is not everywhere, and its version changes its text.
package schema

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

const head = `-- The database as the migrations leave it, for reading and for review. Written by "make generate"; a test checks that
-- it is current. Change the migrations, not this file.
`

// Dump answers the whole schema as text.
func Dump(ctx context.Context, conn *pgx.Conn) (string, error) {
	// With an empty path every name is written with its schema.
	if _, err := conn.Exec(ctx, `SET search_path = ''`); err != nil {
		return "", err
	}
	var out strings.Builder
	out.WriteString(head)
	for _, s := range sections {
		rows, err := conn.Query(ctx, s.query)
		if err != nil {
			return "", fmt.Errorf("%s: %w", s.title, err)
		}
		statements, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return "", fmt.Errorf("%s: %w", s.title, err)
		}
		fmt.Fprintf(&out, "\n-- %s\n\n", s.title)
		for _, statement := range statements {
			out.WriteString(strings.TrimRight(statement, " \n;") + ";" + s.gap)
		}
	}
	return strings.TrimRight(out.String(), "\n") + "\n", nil
}

type section struct {
	title, query, gap string
}

// ours are the schemas that belong to the migrations, in the order in which they are written.
const ours = `(VALUES (1, 'core'), (2, 'auth'), (3, 'social'), (4, 'stats'), (5, 'ops'), (6, 'view')) o (place, schema)
	JOIN pg_catalog.pg_namespace n ON n.nspname = o.schema`

var sections = []section{
	{"Extensions", `SELECT format('CREATE EXTENSION IF NOT EXISTS %I WITH SCHEMA %I', e.extname, n.nspname)
		FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname <> 'plpgsql' ORDER BY e.extname COLLATE "C"`, "\n"},
	{"Schemas", `SELECT format('CREATE SCHEMA %I; COMMENT ON SCHEMA %I IS %L', schema, schema, obj_description(n.oid, 'pg_namespace')) FROM ` + ours + ` ORDER BY place`, "\n"},
	{"Domains", `SELECT format('CREATE DOMAIN %I.%I AS %s %s', schema, t.typname, format_type(t.typbasetype, t.typtypmod),
			(SELECT string_agg(pg_get_constraintdef(c.oid), ' ' ORDER BY c.conname COLLATE "C") FROM pg_catalog.pg_constraint c WHERE c.contypid = t.oid))
		FROM ` + ours + ` JOIN pg_catalog.pg_type t ON t.typnamespace = n.oid AND t.typtype = 'd' ORDER BY place, t.typname COLLATE "C"`, "\n"},
	{"Tables", `SELECT format(E'CREATE TABLE %I.%I (\n%s\n)%s', schema, r.relname, (
				SELECT string_agg('  ' || line, E',\n' ORDER BY kind, place, line COLLATE "C") FROM (
					SELECT 1 AS kind, a.attnum AS place, format('%I %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
						CASE WHEN a.attcollation <> t.typcollation THEN format(' COLLATE %I', l.collname) ELSE '' END,
						CASE WHEN a.attidentity = 'a' THEN ' GENERATED ALWAYS AS IDENTITY' WHEN a.attgenerated = 's' THEN format(' GENERATED ALWAYS AS (%s) STORED', pg_get_expr(d.adbin, d.adrelid))
							WHEN d.adbin IS NOT NULL THEN ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) ELSE '' END,
						CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END) AS line
					FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
					LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
					LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
					WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
					UNION ALL
					SELECT 2, strpos('pufxc', c.contype::text), format('CONSTRAINT %I %s', c.conname, pg_get_constraintdef(c.oid))
					FROM pg_catalog.pg_constraint c WHERE c.conrelid = r.oid AND c.contype IN ('p', 'u', 'f', 'x', 'c')) lines),
			CASE WHEN r.reloptions IS NULL THEN '' ELSE format(' WITH (%s)', array_to_string(r.reloptions, ', ')) END)
		FROM ` + ours + ` JOIN pg_catalog.pg_class r ON r.relnamespace = n.oid AND r.relkind = 'r' ORDER BY place, r.relname COLLATE "C"`, "\n\n"},
	{"Indexes", `SELECT pg_get_indexdef(i.indexrelid)
		FROM ` + ours + ` JOIN pg_catalog.pg_class r ON r.relnamespace = n.oid AND r.relkind = 'r' JOIN pg_catalog.pg_index i ON i.indrelid = r.oid
		JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
		WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_constraint c WHERE c.conindid = i.indexrelid AND c.conrelid = r.oid)
		ORDER BY place, r.relname COLLATE "C", x.relname COLLATE "C"`, "\n"},
	{"Views", `SELECT format(E'CREATE VIEW %I.%I AS\n%s', schema, r.relname, pg_get_viewdef(r.oid, true))
		FROM ` + ours + ` JOIN pg_catalog.pg_class r ON r.relnamespace = n.oid AND r.relkind = 'v' ORDER BY place, r.relname COLLATE "C"`, "\n\n"},
	{"Functions", `SELECT pg_get_functiondef(p.oid)
		FROM ` + ours + ` JOIN pg_catalog.pg_proc p ON p.pronamespace = n.oid ORDER BY place, p.proname COLLATE "C", pg_get_function_identity_arguments(p.oid) COLLATE "C"`, "\n\n"},
	{"Triggers", `SELECT pg_get_triggerdef(t.oid)
		FROM ` + ours + ` JOIN pg_catalog.pg_class r ON r.relnamespace = n.oid JOIN pg_catalog.pg_trigger t ON t.tgrelid = r.oid AND NOT t.tgisinternal
		ORDER BY place, r.relname COLLATE "C", t.tgname COLLATE "C"`, "\n"},
	{"Grants on schemas, tables, views and functions", `SELECT format('GRANT %s ON %s %s TO %s', string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type COLLATE "C"), kind, name, coalesce(r.rolname, 'PUBLIC'))
		FROM (
			SELECT place, 0 AS rank, 'SCHEMA' AS kind, quote_ident(schema) AS name, n.nspacl AS acl, n.nspowner AS owner FROM ` + ours + `
			UNION ALL SELECT place, 1, 'TABLE', format('%I.%I', schema, c.relname), c.relacl, c.relowner FROM ` + ours + ` JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'v')
			UNION ALL SELECT place, 2, 'FUNCTION', format('%I.%I(%s)', schema, p.proname, pg_get_function_identity_arguments(p.oid)), p.proacl, p.proowner FROM ` + ours + ` JOIN pg_catalog.pg_proc p ON p.pronamespace = n.oid) o
		CROSS JOIN LATERAL aclexplode(o.acl) g LEFT JOIN pg_catalog.pg_roles r ON r.oid = g.grantee
		WHERE g.grantee <> o.owner
		GROUP BY place, rank, kind, name, r.rolname ORDER BY place, rank, name COLLATE "C", r.rolname COLLATE "C"`, "\n"},
}
