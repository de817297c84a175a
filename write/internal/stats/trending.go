package stats

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
)

// Period is over how many hours something is said to be trending.
type Period struct {
	Name  string
	Hours int
}

// Periods are those that the public API has.
var Periods = []Period{{"DAY", 24}, {"WEEK", 7 * 24}, {"MONTH", 30 * 24}}

// How a ranking is made.
const (
	// usualDays before the period are what its views are compared with.
	usualDays = 30
	// floor is the least standard deviation, in views a day: what is hardly ever read
	// does not trend by being read once more.
	floor = 1.0
	// leastViews in the period has what can trend at all.
	leastViews = 3
	// places of one ranking.
	places = 100
	// HoursKept is how long the hours of views are kept: the longest period, the
	// usual before it, and some.
	HoursKept = (30 + usualDays + 2) * 24 * time.Hour
)

// halfLife is after how many hours a view of the period counts for half.
func (p Period) halfLife() float64 { return float64(p.Hours) / 4 }

// weight is that of all hours of the period together.
func (p Period) weight() (sum float64) {
	for age := range p.Hours {
		sum += math.Pow(0.5, float64(age)/p.halfLife())
	}
	return sum
}

// refreshRankings replaces the rankings of all periods, in the caller's transaction.
// Before anything was counted here an import's stay.
func refreshRankings(ctx context.Context, tx pgx.Tx, now time.Time) (rows int64, err error) {
	var counts bool
	if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM stats.daily)").Scan(&counts); err != nil || !counts {
		return 0, err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM stats.trending"); err != nil {
		return 0, err
	}
	for _, p := range Periods {
		tag, err := tx.Exec(ctx, ranking, p.Name, now.UTC().Truncate(time.Hour), p.Hours, usualDays, p.halfLife(), p.weight(), floor, leastViews, places, now)
		if err != nil {
			return rows, fmt.Errorf("the ranking of the %s: %w", p.Name, err)
		}
		rows += tag.RowsAffected()
	}
	return rows, nil
}

// ranking fills one period. A view of a text counts for the text, its work, its
// authors and its translators, among all readers and among those of its language; any
// other view counts for what was opened, among all. The hour of now is in the period.
// Scores that differ by less than sums of floats can tell are equal.
const ranking = `WITH hours AS (
		SELECT subject_id AS id, ((extract(epoch FROM $2::timestamptz - hour)) / 3600)::int AS age, views::float8 AS views
		FROM stats.hourly WHERE hour > $2::timestamptz - make_interval(hours => $3::int + 24 * $4::int) AND hour <= $2),
	-- Day 0 is the period; from 1 on come the days before it.
	seen AS MATERIALIZED (
		SELECT id, CASE WHEN age < $3 THEN 0 ELSE 1 + (age - $3) / 24 END AS day, sum(views) AS views,
			sum(CASE WHEN age < $3 THEN views * power(0.5::float8, age / $5::float8) ELSE 0 END) AS weighted
		FROM hours GROUP BY 1, 2),
	texts AS MATERIALIZED (
		SELECT e.id, e.language, o.kind, o.subject_id FROM view.expression e CROSS JOIN LATERAL (
			SELECT 'EXPRESSION' AS kind, e.id AS subject_id UNION SELECT 'WORK', e.work_id UNION SELECT 'PERSON', unnest(e.author_ids || e.translator_ids)) o
		WHERE e.id IN (SELECT id FROM seen)),
	readings AS (
		SELECT s.kind, '*' AS scope, v.id AS subject_id, v.day, v.views, v.weighted FROM seen v JOIN core.subjects s ON s.id = v.id WHERE s.kind <> 'EXPRESSION'
		UNION ALL SELECT t.kind, c.scope, t.subject_id, v.day, v.views, v.weighted FROM seen v JOIN texts t ON t.id = v.id
			CROSS JOIN LATERAL (VALUES ('*'), (t.language::text)) c (scope)),
	days AS (SELECT kind, scope, subject_id, day, sum(views) AS views, sum(weighted) AS weighted FROM readings GROUP BY 1, 2, 3, 4),
	usual AS (
		SELECT kind, scope, subject_id, coalesce(sum(views) FILTER (WHERE day = 0), 0) AS views, sum(weighted) * 24 / $6::float8 AS rate,
			coalesce(sum(views) FILTER (WHERE day > 0), 0) / $4 AS mean, coalesce(sum(views * views) FILTER (WHERE day > 0), 0) / $4 AS square
		FROM days GROUP BY 1, 2, 3),
	scored AS (
		SELECT u.*, (rate - mean) / d.deviation AS score, (views * 24 / $3 - mean) / d.deviation AS z_score
		FROM usual u CROSS JOIN LATERAL (SELECT greatest(sqrt(greatest(square - mean * mean, 0)), $7::float8) AS deviation) d
		WHERE views >= $8 AND rate > mean
		  AND EXISTS (SELECT FROM view.subject s WHERE s.id = u.subject_id)
		  AND (kind <> 'COLLECTION' OR EXISTS (SELECT FROM view.collection c WHERE c.id = u.subject_id AND c.visibility = 'PUBLIC'))),
	ranked AS (SELECT *, row_number() OVER (PARTITION BY kind, scope ORDER BY round(score::numeric, 9) DESC, subject_id) AS rank FROM scored)
	INSERT INTO stats.trending (period, scope, kind, rank, subject_id, score, z_score, computed_at)
	SELECT $1, scope, kind, rank, subject_id, score, z_score, $10::timestamptz FROM ranked WHERE rank <= $9 ORDER BY subject_id`
