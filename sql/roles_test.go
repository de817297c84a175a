package tsql_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/sql/testdb"
)

// relations of our schemas, with the privilege asked for.
const mayAny = `SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE c.relkind IN ('r', 'v', 'S') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname !~ '^pg_temp' AND `

func TestTheReaderMaySelectTheReadModelAndNothingElse(t *testing.T) {
	t.Parallel()
	tx := testdb.Tx(t)
	models := ask(t, tx, mayAny+`n.nspname = 'view' AND c.relname !~ '_source$' ORDER BY 1`)
	require.Greater(t, len(models), 25)
	require.Equal(t, models, ask(t, tx, mayAny+`has_table_privilege('tercul_reader', c.oid, 'SELECT') ORDER BY 1`))
	require.Empty(t, ask(t, tx, mayAny+`CASE c.relkind WHEN 'S' THEN has_sequence_privilege('tercul_reader', c.oid, 'USAGE, SELECT, UPDATE')
		ELSE has_table_privilege('tercul_reader', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') END`))
	require.Equal(t, []string{"view.parallel_rows", "view.revision_lines", "view.text_diff"}, ask(t, tx,
		`SELECT p.oid::regproc::text FROM pg_proc p WHERE p.prosecdef AND has_function_privilege('tercul_reader', p.oid, 'EXECUTE') ORDER BY 1`),
		"functions that see more than the reader does")
	require.Empty(t, ask(t, tx, `SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND has_schema_privilege('tercul_reader', oid, 'CREATE')`))

	exec(t, tx, world)
	exec(t, tx, `SET LOCAL ROLE tercul_reader`)
	for _, model := range models {
		exec(t, tx, `SELECT * FROM `+model)
	}
	exec(t, tx, `SELECT view.cite(id, 'APA', NULL, 'en'), view.best_translation(id, '{en}'), (SELECT count(*) FROM view.related_works(id, 5)) FROM view.work`)
	exec(t, tx, `SELECT view.localized(titles_by_language, '{en}') FROM view.work`)
	exec(t, tx, `SELECT p.* FROM view.alignment_pair a CROSS JOIN LATERAL view.parallel_rows(a.expression_id, ARRAY[a.other_id], NULL, NULL, NULL, 10) p`)
	for _, forbidden := range []string{
		`SELECT 1 FROM core.works`, `SELECT 1 FROM auth.users`, `SELECT 1 FROM core.text_lines`, `SELECT 1 FROM ops.outbox`, `SELECT 1 FROM view.work_source`,
		`UPDATE view.work SET title = ''`, `DELETE FROM view.tag`, `TRUNCATE view.work`, `SELECT view.refresh_all()`, `SELECT view.refresh_model('work')`, `SELECT ops.announce('{*}')`, `SELECT view.verify()`,
	} {
		requireDenied(t, tx, forbidden)
	}
}

func TestTheWriterMayNotRewriteHistory(t *testing.T) {
	t.Parallel()
	tx := worldTx(t)
	exec(t, tx, `SET LOCAL ROLE tercul_writer`)
	for _, forbidden := range []string{
		`UPDATE core.revisions SET message = 'x'`, `DELETE FROM core.revisions`, `TRUNCATE core.revisions`,
		`UPDATE core.text_revisions SET message = 'x'`, `DELETE FROM core.text_revisions`, `TRUNCATE core.text_revisions`,
		`UPDATE ops.outbox SET tags = '{x}'`, `DELETE FROM ops.outbox`, `TRUNCATE ops.outbox`,
		`INSERT INTO ops.changes VALUES (1, gen_random_uuid(), 'WORK', 'CREATED', 1)`, `UPDATE ops.changes SET version = 2`, `DELETE FROM ops.changes`, `TRUNCATE ops.changes`,
		`INSERT INTO ops.change_candidates (subject_id, kind, change, version) VALUES (gen_random_uuid(), 'WORK', 'CREATED', 1)`, `DELETE FROM ops.change_candidates`,
		`UPDATE view.work SET title = ''`, `INSERT INTO view.language VALUES ('xx')`, `DELETE FROM view.person`, `TRUNCATE core.works`,
		`ALTER TABLE core.works DISABLE TRIGGER ALL`, `CREATE TABLE core.mine (n int)`, `SET session_replication_role = replica`,
	} {
		requireDenied(t, tx, forbidden)
	}
}

func TestTheWriterMayWrite(t *testing.T) {
	t.Parallel()
	tx, err := worldPool(t).Begin(context.Background()) // refresh_all locks: a database of its own
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(context.Background()) }()
	exec(t, tx, `SET LOCAL ROLE tercul_writer`)
	work := id("WORK", 77)
	exec(t, tx, `INSERT INTO core.subjects (id, kind) VALUES ($1, 'WORK')`, work)
	exec(t, tx, `INSERT INTO core.works (id, original_language, literature_type, status, published_at) VALUES ($1, 'it', 'POETRY', 'PUBLISHED', now())`, work)
	exec(t, tx, `INSERT INTO core.work_titles (id, work_id, language, title, sort_title) VALUES (gen_random_uuid(), $1, 'it', 'Ànima', 'Ànima')`, work)
	exec(t, tx, `INSERT INTO core.revisions (subject_id, version, snapshot) VALUES ($1, 1, '{}')`, work)
	exec(t, tx, `INSERT INTO ops.documents (hash, name, source) VALUES (repeat('c', 64), 'A', '{ __typename }')`)
	exec(t, tx, `UPDATE social.profiles SET bio = 'b'`)
	exec(t, tx, `SELECT ops.announce('{*}'), ops.number_changes(), ops.prune_outbox('1 day'), view.verify(), view.refresh_all(), view.refresh_model('work')`)
	require.Equal(t, []string{"anima"}, ask(t, tx, `SELECT sort_title FROM view.work WHERE id = $1`, work))
}

// requireDenied runs a statement that must fail for want of a privilege.
func requireDenied(t *testing.T, tx pgx.Tx, statement string) {
	t.Helper()
	ctx := context.Background()
	inner, err := tx.Begin(ctx)
	require.NoError(t, err)
	_, err = inner.Exec(ctx, statement)
	require.NoError(t, inner.Rollback(ctx))
	var pg *pgconn.PgError
	require.True(t, errors.As(err, &pg) && pg.Code == "42501", "%s: %v", statement, err)
}

func TestRolesHaveTimeouts(t *testing.T) {
	t.Parallel()
	tx := testdb.Tx(t)
	for _, role := range []string{"tercul_reader", "tercul_writer"} {
		for _, setting := range []string{"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"} {
			require.Equal(t, []string{"1"}, ask(t, tx, `SELECT count(*) FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole, unnest(setconfig) c
				WHERE r.rolname = $1 AND c LIKE $2 || '=%' AND c <> $2 || '=0'`, role, setting), "%s of %s", setting, role)
		}
	}
	require.Equal(t, []string{"false", "false", "false"}, ask(t, tx, `SELECT rolcanlogin OR rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls FROM pg_roles WHERE rolname ~ '^tercul_(reader|writer|migrator)$'`))
	require.Empty(t, ask(t, tx, `SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname IN ('core', 'auth', 'social', 'stats', 'ops', 'view') AND pg_get_userbyid(c.relowner) <> 'tercul_migrator'`), "everything has one owner")
	require.Empty(t, ask(t, tx, `SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
		WHERE n.nspname IN ('core', 'ops', 'view') AND p.prosecdef AND NOT coalesce(p.proconfig, '{}')::text ~ 'search_path=pg_catalog'`), "a definer's function has a fixed search path")
}
