package merge

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
)

// blends bring into the target's row what a source's row adds that will be given up
// ($1 the source, $2 the target): what somebody noted, whether it was let in; and they
// take away what would be more than the target may have.
var blends = []string{
	`UPDATE social.bookmarks o SET note = nullif(left(concat_ws(E'\n\n', o.note, nullif(r.note, o.note)), 5000), ''), private = o.private OR r.private, version = o.version + 1,
		labels = ARRAY(SELECT x.label FROM unnest(o.labels || r.labels) WITH ORDINALITY x (label, n) GROUP BY x.label ORDER BY min(x.n) LIMIT 20)
	FROM social.bookmarks r WHERE r.subject_id = $1 AND o.subject_id = $2 AND o.user_id = r.user_id AND o.line_key IS NOT DISTINCT FROM r.line_key
		AND (r.note IS NOT NULL OR r.private <> o.private OR r.labels <> '{}')`,
	`UPDATE social.collection_items o SET note = coalesce(o.note, r.note), approval = CASE WHEN r.approval = 'APPROVED' THEN 'APPROVED' ELSE o.approval END
	FROM social.collection_items r WHERE r.subject_id = $1 AND o.subject_id = $2 AND o.collection_id = r.collection_id`,
	limited("core.subject_tags", "tag_id", "r.created_at, r.tag_id", "30"),
	limited("core.subject_categories", "category_id", "r.category_id", "10"),
}

// limited gives up what the target would have too many of, the last first.
func limited(table, column, order, most string) string {
	return `DELETE FROM ` + table + ` d WHERE d.subject_id = $1 AND d.` + column + ` IN (
		SELECT r.` + column + ` FROM ` + table + ` r WHERE r.subject_id = $1
			AND NOT EXISTS (SELECT FROM ` + table + ` o WHERE o.subject_id = $2 AND o.` + column + ` = r.` + column + `)
		ORDER BY ` + order + ` OFFSET greatest(0, ` + most + ` - (SELECT count(*) FROM ` + table + ` o WHERE o.subject_id = $2)))`
}

// hanging is what any subject can have, counters, reports and contributions apart.
var hanging = []hangs{
	{"social.likes", "subject_id", "o.user_id = r.user_id"},
	{"social.bookmarks", "subject_id", "o.user_id = r.user_id AND o.line_key IS NOT DISTINCT FROM r.line_key"},
	{"social.comments", "subject_id", "false"},
	{"social.collection_items", "subject_id", "o.collection_id = r.collection_id"},
	{"core.subject_tags", "subject_id", "o.tag_id = r.tag_id"},
	{"core.subject_categories", "subject_id", "o.category_id = r.category_id"},
	{"core.external_ids", "subject_id", "false"},
	{"core.rights", "subject_id", "o.jurisdiction = r.jurisdiction"},
	{"stats.trending", "subject_id", "o.period = r.period AND o.scope = r.scope AND o.kind = r.kind"},
	{"stats.popularity", "subject_id", "o.stretch = r.stretch"},
}

// moveTotals adds a source's counters to the target's, but what both had. Collections
// are counted again; the job that ranks will find the popularity.
func moveTotals(ctx context.Context, tx *command.Tx, from, to uuid.UUID, likes, bookmarks int64) error {
	_, err := tx.Exec(ctx, `WITH gone AS (DELETE FROM stats.totals WHERE subject_id = $1 RETURNING *)
		INSERT INTO stats.totals AS t (subject_id, kind, views, likes, bookmarks, comments, collections, popularity, as_of)
		SELECT $2, kind, views, greatest(0, likes - $3::bigint), greatest(0, bookmarks - $4::bigint), comments, 0, popularity, $5 FROM gone
		ON CONFLICT (subject_id) DO UPDATE SET views = t.views + excluded.views, likes = t.likes + excluded.likes, bookmarks = t.bookmarks + excluded.bookmarks,
			comments = t.comments + excluded.comments, popularity = greatest(t.popularity, excluded.popularity), as_of = excluded.as_of`,
		from, to, likes, bookmarks, tx.Now)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE stats.totals SET collections = (SELECT count(*) FROM social.collection_items i
		JOIN social.collections c ON c.id = i.collection_id AND c.visibility = 'PUBLIC' AND c.deleted_at IS NULL
		WHERE i.subject_id = $1 AND i.approval = 'APPROVED') WHERE subject_id = $1`, to)
	return err
}

// moveViews adds what a source was counted by the hour, by the day and before it came
// here to what the target was: the counters are made anew from these.
func moveViews(ctx context.Context, tx *command.Tx, from, to uuid.UUID) error {
	for _, sql := range []string{
		`WITH gone AS (DELETE FROM stats.hourly WHERE subject_id = $1 RETURNING *)
			INSERT INTO stats.hourly AS t (hour, subject_id, views) SELECT hour, $2, views FROM gone
			ON CONFLICT (hour, subject_id) DO UPDATE SET views = t.views + excluded.views`,
		`WITH gone AS (DELETE FROM stats.daily WHERE subject_id = $1 RETURNING *)
			INSERT INTO stats.daily AS t (day, subject_id, views) SELECT day, $2, views FROM gone
			ON CONFLICT (day, subject_id) DO UPDATE SET views = t.views + excluded.views`,
		`WITH gone AS (DELETE FROM stats.brought WHERE subject_id = $1 RETURNING *)
			INSERT INTO stats.brought AS t (subject_id, views, likes, bookmarks) SELECT $2, views, likes, bookmarks FROM gone
			ON CONFLICT (subject_id) DO UPDATE SET views = t.views + excluded.views, likes = t.likes + excluded.likes, bookmarks = t.bookmarks + excluded.bookmarks`,
	} {
		if _, err := tx.Exec(ctx, sql, from, to); err != nil {
			return err
		}
	}
	return nil
}

// moveReports folds two open reports of one member into one: what the second says is
// written to the first.
func moveReports(ctx context.Context, tx *command.Tx, from, to uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE social.reports o SET detail = left(concat_ws(E'\n\n', o.detail, concat_ws(': ', r.reason, r.detail)), 5000)
		FROM social.reports r WHERE r.subject_id = $1 AND r.status = 'OPEN' AND o.subject_id = $2 AND o.status = 'OPEN' AND o.reporter_id = r.reporter_id`, from, to)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE social.reports r SET status = 'DISMISSED', note = 'It goes on in the report of what this was merged into.', resolved_by = $3, resolved_at = $4
		WHERE r.subject_id = $1 AND r.status = 'OPEN'
			AND EXISTS (SELECT FROM social.reports o WHERE o.subject_id = $2 AND o.status = 'OPEN' AND o.reporter_id = r.reporter_id)`, from, to, tx.By(), tx.Now)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE social.reports SET subject_id = $2 WHERE subject_id = $1", from, to)
	return err
}

// moveContributions turns what is not decided to the target. An edit is one of the
// target as it was before the merge, so that applying it compares it with what came
// of both. What is decided stays as it was: it is history.
func (m *Merge) moveContributions(ctx context.Context, tx *command.Tx, from uuid.UUID) error {
	_, err := tx.Exec(ctx, `WITH moved AS (
			UPDATE core.contributions SET target_id = $2, base_version = CASE WHEN contribution_type LIKE 'EDIT%' THEN $3 ELSE base_version END, updated_at = $4
			WHERE target_id = $1 AND status NOT IN ('APPLIED','REJECTED','WITHDRAWN') RETURNING id, status, version)
		INSERT INTO core.contribution_events (contribution_id, actor_id, from_status, to_status, detail, at)
		SELECT id, $5, status, status, jsonb_build_object('operation', $6::text, 'version', version,
			'mergedFrom', (SELECT public_id FROM core.subjects WHERE id = $1), 'reason', 'What it is about, ' || (SELECT public_id FROM core.subjects WHERE id = $1) || ', was merged into ' || $7::text || '.'), $4 FROM moved`,
		from, m.Target.ID.UUID, m.Target.Version, tx.Now, tx.By(), tx.Operation.Name, m.Target.ID.String())
	return err
}
