package stats

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Execer runs statements: a transaction.
type Execer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// popularity weighs what readers do by what it costs them, on a logarithmic scale, so
// that ten times the readers count for one step more.
func popularity(row string) string {
	return fmt.Sprintf("log((1 + %[1]s.views + 5.0 * %[1]s.likes + 10.0 * %[1]s.bookmarks)::float8)", row)
}

// sources say of subjects what there is to count, each in a column. The condition is
// on the subject.
func sources(condition string) string {
	return `SELECT subject_id, sum(views) AS views, sum(likes) AS likes, sum(bookmarks) AS bookmarks, sum(comments) AS comments, sum(collections) AS collections FROM (
		SELECT subject_id, views, likes, bookmarks, 0 AS comments, 0 AS collections FROM stats.brought WHERE ` + condition + `
		UNION ALL SELECT subject_id, sum(views), 0, 0, 0, 0 FROM stats.daily WHERE ` + condition + ` GROUP BY subject_id
		UNION ALL SELECT subject_id, 0, count(*), 0, 0, 0 FROM social.likes WHERE ` + condition + ` GROUP BY subject_id
		UNION ALL SELECT subject_id, 0, 0, count(*), 0, 0 FROM social.bookmarks WHERE ` + condition + ` GROUP BY subject_id
		UNION ALL SELECT subject_id, 0, 0, 0, count(*), 0 FROM social.comments WHERE status = 'VISIBLE' AND deleted_at IS NULL AND ` + condition + ` GROUP BY subject_id
		UNION ALL SELECT i.subject_id, 0, 0, 0, 0, count(*) FROM social.collection_items i JOIN social.collections c ON c.id = i.collection_id
			WHERE i.approval = 'APPROVED' AND c.visibility = 'PUBLIC' AND c.deleted_at IS NULL AND ` + condition + ` GROUP BY i.subject_id) x
	GROUP BY subject_id`
}

// lock takes the subjects, and the works and threads that are touched with them, in
// the order that everybody takes them in.
const lock = `SELECT FROM core.subjects WHERE id IN (SELECT unnest($1::uuid[])
	UNION SELECT work_id FROM core.expressions WHERE id = ANY ($1) UNION SELECT root_id FROM social.comments WHERE id = ANY ($1))
	ORDER BY id FOR NO KEY UPDATE`

// Recount makes the counters and the popularity of some subjects right, in the
// caller's transaction, and tells how many were not. It holds their rows and then
// counts: a command that has moved a counter by now has committed, with what it
// counted; one that has not moves it afterwards.
func Recount(ctx context.Context, tx Execer, ids []uuid.UUID) (mended int64, err error) {
	for _, hold := range []string{
		lock,
		"INSERT INTO stats.totals (subject_id, kind) SELECT id, kind FROM core.subjects WHERE id = ANY ($1) ORDER BY id ON CONFLICT DO NOTHING",
		"SELECT FROM stats.totals WHERE subject_id = ANY ($1) ORDER BY subject_id FOR NO KEY UPDATE",
	} {
		if _, err := tx.Exec(ctx, hold, ids); err != nil {
			return 0, err
		}
	}
	tag, err := tx.Exec(ctx, recount, ids)
	return tag.RowsAffected(), err
}

var recount = `WITH n AS (
		SELECT u.id, coalesce(a.views, 0) AS views, coalesce(a.likes, 0) AS likes, coalesce(a.bookmarks, 0) AS bookmarks,
			coalesce(a.comments, 0) AS comments, coalesce(a.collections, 0) AS collections
		FROM unnest($1::uuid[]) u (id) LEFT JOIN (` + sources("subject_id = ANY ($1)") + `) a ON a.subject_id = u.id)
	UPDATE stats.totals t SET (views, likes, bookmarks, comments, collections, popularity, as_of) =
		ROW (n.views, n.likes, n.bookmarks, n.comments, n.collections, ` + popularity("n") + `, now())
	FROM n WHERE t.subject_id = n.id AND (t.views, t.likes, t.bookmarks, t.comments, t.collections, t.popularity) IS DISTINCT FROM
		(n.views::bigint, n.likes::bigint, n.bookmarks::bigint, n.comments::bigint, n.collections::bigint, ` + popularity("n") + `)`

// Wrong finds the subjects whose counters are not right, as it seems without a lock.
func Wrong(ctx context.Context, tx Execer) ([]uuid.UUID, error) {
	rows, err := tx.Query(ctx, `SELECT subject_id FROM (`+sources("true")+`) a FULL JOIN stats.totals t USING (subject_id)
		WHERE (coalesce(a.views, 0), coalesce(a.likes, 0), coalesce(a.bookmarks, 0), coalesce(a.comments, 0), coalesce(a.collections, 0)) IS DISTINCT FROM
			(coalesce(t.views, 0), coalesce(t.likes, 0), coalesce(t.bookmarks, 0), coalesce(t.comments, 0), coalesce(t.collections, 0)) ORDER BY 1`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// atOnce bounds the locks of one transaction.
const atOnce = 500

// Mend makes every counter right, and tells how many were not.
func Mend(ctx context.Context, db Database) (mended int64, err error) {
	var wrong []uuid.UUID
	if err := long(ctx, db, func(tx pgx.Tx) error { wrong, err = Wrong(ctx, tx); return err }); err != nil {
		return 0, err
	}
	return inParts(ctx, db, wrong, Recount)
}

// inParts does something to subjects, a transaction for each part of them.
func inParts(ctx context.Context, db Database, ids []uuid.UUID, do func(context.Context, Execer, []uuid.UUID) (int64, error)) (total int64, err error) {
	for len(ids) > 0 {
		part := ids[:min(len(ids), atOnce)]
		ids = ids[len(part):]
		err := long(ctx, db, func(tx pgx.Tx) error {
			n, err := do(ctx, tx, part)
			total += n
			return err
		})
		if err != nil {
			return total, err
		}
	}
	return total, nil
}
