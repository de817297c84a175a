package tsql_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/sql/testdb"
)

// announcedBy answers, row by row, what a statement appends to the outbox, without the kinds.
func announcedBy(t testing.TB, tx pgx.Tx, statement string, args ...any) []string {
	t.Helper()
	var last string
	require.NoError(t, tx.QueryRow(context.Background(), `SELECT coalesce(max(id), 0)::text FROM ops.outbox`).Scan(&last))
	exec(t, tx, statement, args...)
	return ask(t, tx, `SELECT (SELECT string_agg(tag, ' ' ORDER BY tag) FROM unnest(tags) tag WHERE tag !~ '^kind:') FROM ops.outbox WHERE id > $1::bigint ORDER BY id`, last)
}

func TestAnEditAnnouncesItsTags(t *testing.T) {
	t.Parallel()
	tx := worldTx(t)
	work, author := publicID(t, tx, id("WORK", 1)), publicID(t, tx, id("PERSON", 2))
	require.Equal(t, []string{"list:work " + author + " " + work}, announcedBy(t, tx, `UPDATE core.works SET description = 'new' WHERE id = $1`, id("WORK", 1)))
	require.Empty(t, announcedBy(t, tx, `UPDATE core.works SET description = 'new' WHERE id = $1`, id("WORK", 1)), "nothing has changed")
	require.Empty(t, announcedBy(t, tx, `UPDATE core.works SET description = 'new' WHERE false`), "nothing was touched")
	require.Empty(t, announcedBy(t, tx, `UPDATE core.works SET description = 'draft' WHERE id = $1`, id("WORK", 8)), "a draft is nobody's news")
	expression := publicID(t, tx, id("EXPRESSION", 1))
	require.Equal(t, []string{expression + " text:" + expression}, announcedBy(t, tx, `UPDATE core.text_lines SET content = 'new' WHERE expression_id = $1`, id("EXPRESSION", 1)))
	documents := ask(t, tx, `SELECT DISTINCT 'doc:' || left(text_hash, 16) FROM ops.documents ORDER BY 1`)
	require.Equal(t, []string{"api " + strings.Join(documents, " ")}, announcedBy(t, tx, `UPDATE ops.documents SET status = 'BLOCKED'`))
	require.Equal(t, []string{"ref"}, announcedBy(t, tx, `UPDATE core.countries SET name = 'Italia' WHERE code = 'IT'`))
	require.Equal(t, []string{"trending:day trending:week"}, announcedBy(t, tx, `UPDATE stats.trending SET score = 2`))
}

// A ranking shows only what is listed: it changes when a collection begins or ceases to be.
func TestAListedCollectionTellsTheRankingsItIsIn(t *testing.T) {
	t.Parallel()
	tx := worldTx(t)
	exec(t, tx, `INSERT INTO stats.trending (period, kind, rank, subject_id, score, z_score) VALUES ('MONTH', 'COLLECTION', 1, $1, 1, 1)`, id("COLLECTION", 1))
	for _, visibility := range []string{"UNLISTED", "PUBLIC"} {
		told := announcedBy(t, tx, `UPDATE social.collections SET visibility = $2 WHERE id = $1`, id("COLLECTION", 1), visibility)
		require.Contains(t, strings.Fields(strings.Join(told, " ")), "trending:month", visibility)
	}
	require.NotContains(t, strings.Join(announcedBy(t, tx, `UPDATE social.collections SET title = 'Another' WHERE id = $1`, id("COLLECTION", 1)), " "), "trending")
}

// Languages, tags and categories count works. Their counts move with every publication; answers that only name them stay.
func TestAPublicationTellsTheCountsAndNotTheNames(t *testing.T) {
	t.Parallel()
	tx := worldTx(t)
	names := ask(t, tx, `SELECT 'ref' UNION SELECT unnest('{list:tag,list:cat}'::text[]) UNION SELECT public_id FROM view.tag UNION SELECT public_id FROM view.category`)
	for _, statement := range []string{
		`UPDATE core.works SET status = 'UNPUBLISHED' WHERE id = $1`,
		`UPDATE core.works SET status = 'PUBLISHED' WHERE id = $1`,
		`UPDATE core.works SET deleted_at = now() WHERE id = $1`,
	} {
		told := strings.Fields(strings.Join(announcedBy(t, tx, statement, id("WORK", 1)), " "))
		require.Subset(t, told, []string{"count:language", "count:tag", "count:cat"}, statement)
		for _, name := range names {
			require.NotContains(t, told, name, statement)
		}
	}
	require.Equal(t, []string{"count:language ref"}, announcedBy(t, tx, `INSERT INTO core.languages (tag, iso639_3, script, direction, name_en) VALUES ('xx', 'xxx', 'Latn', 'LTR', 'X')`))
	require.Equal(t, []string{"ref"}, announcedBy(t, tx, `UPDATE core.languages SET name_en = 'Y' WHERE tag = 'xx'`))
}

// The slug of a synonym leads to its canonical tag, whose answers found by it change.
func TestTheSlugOfASynonymTellsOfItsCanonicalTag(t *testing.T) {
	t.Parallel()
	tx := worldTx(t)
	told := strings.Join(announcedBy(t, tx, `DELETE FROM core.slugs WHERE subject_id = $1`, id("TAG", 5)), " ")
	require.Subset(t, strings.Fields(told), []string{"list:tag", publicID(t, tx, id("TAG", 1))})
}

// A text is published while one of its lines is being edited, and its history written: neither transaction sees the
// other, and a reader that asks between their commits must be told of the second.
func TestATextIsAnnouncedThatIsPublishedAtTheSameMoment(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	const draft = `UPDATE core.expressions SET status = 'DRAFT' WHERE id = $1`
	expression := id("EXPRESSION", 4)
	pool := worldPool(t)
	_, err := pool.Exec(ctx, `INSERT INTO core.revisions (subject_id, version, snapshot) VALUES ($1, 1, '{}')`, expression)
	require.NoError(t, err)
	for _, edit := range []string{
		`UPDATE core.text_lines SET content = 'new' WHERE expression_id = $1 AND seq = 1`,
		`DELETE FROM core.text_lines WHERE expression_id = $1 AND seq = 2`,
		`UPDATE core.text_units SET label = 'new' WHERE expression_id = $1`,
		`UPDATE core.text_revisions SET message = 'new' WHERE expression_id = $1`,
		`UPDATE core.revisions SET message = 'new' WHERE subject_id = $1`,
	} {
		_, err := pool.Exec(ctx, draft, expression)
		require.NoError(t, err)
		public := ""
		require.NoError(t, pool.QueryRow(ctx, `SELECT public_id FROM core.subjects WHERE id = $1`, expression).Scan(&public))
		editing, err := pool.Begin(ctx)
		require.NoError(t, err)
		var last int64
		require.NoError(t, editing.QueryRow(ctx, `SELECT max(id) FROM ops.outbox`).Scan(&last))
		exec(t, editing, edit, expression)
		_, err = pool.Exec(ctx, `UPDATE core.expressions SET status = 'PUBLISHED' WHERE id = $1`, expression)
		require.NoError(t, err)
		require.NoError(t, editing.Commit(ctx))
		var told bool
		require.NoError(t, pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM ops.outbox WHERE id > $1 AND tags @> ARRAY[$2] AND NOT tags @> '{list:expr}')`, last, public).Scan(&told))
		require.True(t, told, edit)
	}
}

// Where an answer has too many tags to carry, it carries their kinds.
func TestEveryTagOfASubjectComesWithItsKind(t *testing.T) {
	t.Parallel()
	tx := worldTx(t)
	exec(t, tx, `UPDATE core.works SET status = 'UNPUBLISHED' WHERE id = $1`, id("WORK", 1))
	require.Empty(t, ask(t, tx, `
		SELECT o.id || ' ' || t.tag FROM ops.outbox o CROSS JOIN LATERAL unnest(o.tags) t (tag)
		WHERE t.tag ~ '_' AND NOT o.tags @> ARRAY['kind:' || split_part(split_part(t.tag, '_', 1), ':', 1)]`))
	require.NotEmpty(t, ask(t, tx, `SELECT 1 FROM ops.outbox WHERE tags @> '{kind:work}'`))
}

func TestCountersAreCopiedSilently(t *testing.T) {
	t.Parallel()
	tx := worldTx(t)
	require.Empty(t, announcedBy(t, tx, `UPDATE stats.totals SET views = views + 1, popularity = popularity + 1, likes = likes + 1`))
	require.Equal(t, []string{"2.5"}, ask(t, tx, `SELECT popularity FROM view.work WHERE id = $1`, id("WORK", 1)))
	require.Equal(t, []string{"2.5"}, ask(t, tx, `SELECT popularity FROM view.person WHERE id = $1`, id("PERSON", 3)))
	require.Equal(t, []string{"2.5"}, ask(t, tx, `SELECT popularity FROM view.collection WHERE id = $1`, id("COLLECTION", 1)))
	require.Equal(t, []string{"4"}, ask(t, tx, `SELECT like_count FROM view.comment WHERE id = $1`, id("COMMENT", 3)))
	require.NotEmpty(t, announcedBy(t, tx, `UPDATE core.works SET description = 'loud again' WHERE id = $1`, id("WORK", 1)))
}

func TestAStatementThatChangesVeryManyRowsAnnouncesEverything(t *testing.T) {
	t.Parallel()
	tx := testdb.Tx(t)
	const insert = `WITH n AS (SELECT gen_random_uuid() AS id FROM generate_series(1, $1::int)), s AS (INSERT INTO core.subjects (id, kind) SELECT id, 'TAG' FROM n)
		INSERT INTO core.tags (id, name, name_canonical) SELECT id, id::text, id::text FROM n`
	require.Equal(t, []string{"*"}, announcedBy(t, tx, insert, 10001))
	few := announcedBy(t, tx, insert, 3)
	require.Len(t, few, 1)
	require.Len(t, strings.Fields(few[0]), 5, "the three, their list and their count")
}

func TestEachCommitNotifies(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	url := testdb.Database(t)
	listener, err := pgx.Connect(ctx, url)
	require.NoError(t, err)
	defer func() { _ = listener.Close(ctx) }()
	_, err = listener.Exec(ctx, `LISTEN tercul_outbox`)
	require.NoError(t, err)
	pool := testdb.Open(t, url)
	_, err = pool.Exec(ctx, `UPDATE core.countries SET name = 'Italia' WHERE code = 'IT'`)
	require.NoError(t, err)
	got, err := listener.WaitForNotification(ctx)
	require.NoError(t, err)
	require.Equal(t, "tercul_outbox", got.Channel)
	var tags []string
	require.NoError(t, pool.QueryRow(ctx, `SELECT tags FROM view.announcement ORDER BY id DESC LIMIT 1`).Scan(&tags))
	require.Equal(t, []string{"ref"}, tags)
}

func TestTruncateIsRefused(t *testing.T) {
	t.Parallel()
	tx, err := worldPool(t).Begin(context.Background())
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(context.Background()) }()
	for _, table := range []string{"core.work_titles", "core.text_lines", "stats.totals", "view.work", "ops.documents"} {
		inner, err := tx.Begin(context.Background())
		require.NoError(t, err)
		_, err = inner.Exec(context.Background(), `TRUNCATE `+table)
		require.ErrorContains(t, err, "would leave the read model behind", table)
		require.NoError(t, inner.Rollback(context.Background()))
	}
	exec(t, tx, `SET LOCAL tercul.defer_refresh = 'on'`)
	exec(t, tx, `TRUNCATE core.work_titles`)
	require.Equal(t, []string{"*"}, announcedBy(t, tx, `SELECT view.refresh_all()`))
	require.Empty(t, verified(t, tx))
}

func TestPruneKeepsWhatReadersMayReplay(t *testing.T) {
	t.Parallel()
	tx := testdb.Tx(t)
	exec(t, tx, `INSERT INTO ops.outbox (tags, at) VALUES ('{old}', now() - interval '2 hours'), ('{new}', now())`)
	require.Equal(t, []string{"1"}, ask(t, tx, `SELECT ops.prune_outbox('1 hour')`))
	require.NotEmpty(t, ask(t, tx, `SELECT 1 FROM ops.outbox WHERE tags = '{new}'`))
	exec(t, tx, `INSERT INTO ops.outbox (tags, at) SELECT '{old}', now() - interval '2 hours' FROM generate_series(1, 10001)`)
	require.Equal(t, []string{"10000", "1", "0"}, ask(t, tx, `SELECT ops.prune_outbox('1 hour') FROM generate_series(1, 3)`))
	_, err := tx.Exec(context.Background(), `SELECT ops.prune_outbox('1 second')`)
	require.ErrorContains(t, err, "10 minutes at least")
}

// What an edge has not been purged of is kept for it, and an edge that lacks it for too long is forgotten instead.
func TestPruneKeepsWhatAnEdgeLacks(t *testing.T) {
	t.Parallel()
	tx := testdb.Tx(t)
	edge := func(name, done, at string) {
		exec(t, tx, `INSERT INTO ops.edges (name, done, history, at) VALUES ($1, $2::pg_snapshot, 'h', now() - $3::interval)`, name, done, at)
	}
	exec(t, tx, `INSERT INTO ops.outbox (xid, tags, at) VALUES ('5', '{five}', now() - interval '2 hours'), ('6', '{six}', now() - interval '2 hours'), ('8', '{eight}', now() - interval '2 hours')`)
	left := func() []string { return ask(t, tx, `SELECT tags[1] FROM ops.outbox WHERE xid < '10' ORDER BY xid`) }
	edge("all", "9:9:", "0")
	edge("lacks six and eight", "6:8:6", "3 hours")
	require.Equal(t, []string{"1"}, ask(t, tx, `SELECT ops.prune_outbox('1 hour', '4 hours')`))
	require.Equal(t, []string{"six", "eight"}, left())
	require.Equal(t, []string{"2"}, ask(t, tx, `SELECT ops.prune_outbox('1 hour', '2 hours')`))
	require.Empty(t, left())
	require.Equal(t, []string{"all"}, ask(t, tx, `SELECT name FROM ops.edges`))
}

// A reader and the relay count back from now: a transaction that has run for long must not seem to have told long ago.
func TestAnAnnouncementIsDatedWhenItIsMade(t *testing.T) {
	t.Parallel()
	tx := worldTx(t)
	exec(t, tx, `UPDATE core.works SET description = 'late' WHERE id = $1`, id("WORK", 1))
	require.Equal(t, []string{"true"}, ask(t, tx, `SELECT bool_and(at > now()) FROM ops.outbox WHERE xid = pg_current_xact_id()`))
}

// A slug of a tag goes while another transaction makes the tag a synonym.
func TestTheSlugOfATagThatBecomesASynonymTellsOfItsCanonicalTag(t *testing.T) {
	t.Parallel()
	pool, ctx := worldPool(t), context.Background()
	_, err := pool.Exec(ctx, `INSERT INTO core.slugs (kind, scope_id, slug, subject_id, is_current) VALUES ('TAG', '00000000-0000-0000-0000-000000000000', 'former', $1, false)`, id("TAG", 3))
	require.NoError(t, err)
	merging, err := pool.Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = merging.Rollback(ctx) }()
	deleting, err := pool.Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = deleting.Rollback(ctx) }()
	exec(t, merging, `UPDATE core.tags SET synonym_of = $2 WHERE id = $1`, id("TAG", 3), id("TAG", 2))
	done := make(chan error, 1)
	pid := deleting.Conn().PgConn().PID()
	go func() {
		_, err := deleting.Exec(ctx, `DELETE FROM core.slugs WHERE slug = 'former'`)
		done <- err
	}()
	require.Eventually(t, func() bool {
		var waits bool
		return merging.QueryRow(ctx, `SELECT cardinality(pg_blocking_pids($1)) > 0`, pid).Scan(&waits) == nil && waits
	}, 10*time.Second, 10*time.Millisecond)
	require.NoError(t, merging.Commit(ctx))
	require.NoError(t, <-done)
	require.Contains(t, ask(t, deleting, `SELECT unnest(tags) FROM ops.outbox WHERE xid = pg_current_xact_id()`), publicID(t, deleting, id("TAG", 2)))
}
