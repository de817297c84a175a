package stats

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// stretches are as many days up to and with today, of UTC.
var stretches = []struct {
	name string
	days int
}{{"WEEK", 7}, {"MONTH", 30}, {"YEAR", 365}}

// refreshStretches makes the popularity of each stretch right, in the caller's
// transaction.
func refreshStretches(ctx context.Context, tx pgx.Tx, now time.Time) (changed int64, err error) {
	today := now.UTC().Truncate(24 * time.Hour)
	for _, s := range stretches {
		tag, err := tx.Exec(ctx, stretch, s.name, today.AddDate(0, 0, 1-s.days), today.AddDate(0, 0, 1), now)
		if err != nil {
			return changed, fmt.Errorf("popularity of the %s: %w", s.name, err)
		}
		changed += tag.RowsAffected()
	}
	return changed, nil
}

// stretch replaces what differs: days from $2 to before $3.
var stretch = `WITH x AS (
		SELECT subject_id, sum(views) AS views, 0 AS likes, 0 AS bookmarks FROM stats.daily WHERE day >= ($2::timestamptz AT TIME ZONE 'UTC')::date AND day < ($3::timestamptz AT TIME ZONE 'UTC')::date GROUP BY 1
		UNION ALL SELECT subject_id, 0, count(*), 0 FROM social.likes WHERE created_at >= $2 AND created_at < $3 GROUP BY 1
		UNION ALL SELECT subject_id, 0, 0, count(*) FROM social.bookmarks WHERE created_at >= $2 AND created_at < $3 GROUP BY 1),
	n AS (SELECT subject_id, sum(views) AS views, sum(likes) AS likes, sum(bookmarks) AS bookmarks FROM x GROUP BY 1),
	gone AS (DELETE FROM stats.popularity p WHERE p.stretch = $1 AND NOT EXISTS (SELECT FROM n WHERE n.subject_id = p.subject_id))
	INSERT INTO stats.popularity AS p (stretch, kind, subject_id, popularity, computed_at)
	SELECT $1, s.kind, s.id, ` + popularity("n") + `, $4::timestamptz FROM n JOIN core.subjects s ON s.id = n.subject_id ORDER BY s.id
	ON CONFLICT (stretch, subject_id) DO UPDATE SET popularity = excluded.popularity, computed_at = excluded.computed_at
	WHERE p.popularity IS DISTINCT FROM excluded.popularity`

// refreshAlways makes the popularity for all time follow the counters.
func refreshAlways(ctx context.Context, db Database) (int64, error) {
	var stale []uuid.UUID
	err := long(ctx, db, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, "SELECT subject_id FROM stats.totals t WHERE popularity IS DISTINCT FROM "+popularity("t")+" ORDER BY 1")
		if err != nil {
			return err
		}
		stale, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		return err
	})
	if err != nil {
		return 0, err
	}
	return inParts(ctx, db, stale, func(ctx context.Context, tx Execer, ids []uuid.UUID) (int64, error) {
		if _, err := tx.Exec(ctx, lock, ids); err != nil {
			return 0, err
		}
		tag, err := tx.Exec(ctx, "UPDATE stats.totals t SET popularity = "+popularity("t")+" WHERE subject_id = ANY ($1)", ids)
		return tag.RowsAffected(), err
	})
}
