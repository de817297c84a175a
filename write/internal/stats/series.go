package stats

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Span is which days are looked at, both included, and in what steps.
type Span struct {
	From, To time.Time
	Grain    model.Grain
}

// maxPoints of one series.
const maxPoints = 400

// units are what the grains are called in Postgres.
var units = map[model.Grain]string{model.GrainHour: "hour", model.GrainDay: "day", model.GrainWeek: "week", model.GrainMonth: "month"}

// points is how many steps there are.
func (s Span) points() int {
	days := int(s.To.Sub(s.From)/(24*time.Hour)) + 1
	switch s.Grain {
	case model.GrainHour:
		return days * 24
	case model.GrainWeek:
		return (days + int(s.From.Weekday()+6)%7 + 6) / 7
	case model.GrainMonth:
		return 12*(s.To.Year()-s.From.Year()) + int(s.To.Month()) - int(s.From.Month()) + 1
	}
	return days
}

// check refuses what cannot be answered: hours that are forgotten, too many points.
func (s Span) check(now time.Time) error {
	today := now.UTC().Truncate(24 * time.Hour)
	switch {
	case s.From.Year() < 2000 || s.From.Year() > 2200:
		return apperr.New(apperr.BadRequest, "It must be between 2000 and 2200.").WithField("from")
	case s.To.Year() < 2000 || s.To.Year() > 2200:
		return apperr.New(apperr.BadRequest, "It must be between 2000 and 2200.").WithField("to")
	case s.To.Before(s.From):
		return apperr.New(apperr.BadRequest, "It must not be before from.").WithField("to")
	case s.points() > maxPoints:
		return apperr.Newf(apperr.BadRequest, "That is more than %d points: ask for fewer days, or a coarser grain.", maxPoints).WithField("to")
	case s.Grain == model.GrainHour && s.From.Before(today.Add(-hoursAnswered)):
		return apperr.Newf(apperr.BadRequest, "Hours are answered for the last %d days; ask for days.", int(hoursAnswered.Hours()/24)).WithField("from")
	}
	return nil
}

// hoursAnswered is less than hours are kept, so that none of them is half forgotten.
const hoursAnswered = 60 * 24 * time.Hour

// Series is what happened to a work and its texts. It is nil for those who may not
// see it, and for what is not there.
func Series(ctx context.Context, db command.Reader, actor *identity.Actor, work publicid.ID, span Span, now time.Time) (*model.AnalyticsSeries, error) {
	if err := span.check(now); err != nil {
		return nil, err
	}
	o, err := owners(ctx, db, work.UUID)
	if err != nil || o == nil || policy.Analysts.Judge(actor, *o) != policy.Allow {
		return nil, err
	}
	from, until := span.From, span.To.AddDate(0, 0, 1)
	points, err := command.LoadAll[model.AnalyticsPoint](ctx, db, series, work.UUID, from, until, units[span.Grain])
	if err != nil {
		return nil, err
	}
	return &model.AnalyticsSeries{WorkID: work, From: span.From, To: span.To, Grain: span.Grain, Points: points}, nil
}

// owners are who made a work and who has claimed a person credited for it; nil where
// there is no such work.
func owners(ctx context.Context, db command.Reader, work uuid.UUID) (*policy.Object, error) {
	var o policy.Object
	var owner *uuid.UUID
	rows, err := db.Query(ctx, `SELECT created_by, ARRAY(SELECT p.claimed_by FROM core.work_contributors c JOIN core.persons p ON p.id = c.person_id
		WHERE c.work_id = w.id AND p.claimed_by IS NOT NULL AND p.deleted_at IS NULL) FROM core.works w WHERE id = $1 AND deleted_at IS NULL`, work)
	if err != nil {
		return nil, err
	}
	found := false
	_, err = pgx.ForEachRow(rows, []any{&owner, &o.Claimants}, func() error { found = true; return nil })
	if err != nil || !found {
		return nil, err //nolint:nilnil // nothing is what a query answers for what is not there
	}
	if owner != nil {
		o.Owner = *owner
	}
	return &o, nil
}

// series answers a point for each step, those without anything as well. Steps begin
// where the calendar has them begin, and hold what lies between $2 and $3.
const series = `WITH subject AS (SELECT $1::uuid AS id UNION ALL SELECT id FROM core.expressions WHERE work_id = $1),
	utc AS (SELECT $2::timestamptz AT TIME ZONE 'UTC' AS first, $3::timestamptz AT TIME ZONE 'UTC' AS until),
	happened AS (
		SELECT h.hour AT TIME ZONE 'UTC' AS at, h.views * (h.subject_id = $1)::int AS work, h.views * (h.subject_id <> $1)::int AS text, 0 AS likes, 0 AS bookmarks, 0 AS comments
			FROM stats.hourly h JOIN subject s ON s.id = h.subject_id WHERE $4 = 'hour' AND h.hour >= $2 AND h.hour < $3
		UNION ALL SELECT d.day::timestamp, d.views * (d.subject_id = $1)::int, d.views * (d.subject_id <> $1)::int, 0, 0, 0
			FROM stats.daily d JOIN subject s ON s.id = d.subject_id CROSS JOIN utc WHERE $4 <> 'hour' AND d.day >= utc.first::date AND d.day < utc.until::date
		UNION ALL SELECT l.created_at AT TIME ZONE 'UTC', 0, 0, 1, 0, 0 FROM social.likes l JOIN subject s ON s.id = l.subject_id WHERE l.created_at >= $2 AND l.created_at < $3
		UNION ALL SELECT b.created_at AT TIME ZONE 'UTC', 0, 0, 0, 1, 0 FROM social.bookmarks b JOIN subject s ON s.id = b.subject_id WHERE b.created_at >= $2 AND b.created_at < $3
		UNION ALL SELECT c.created_at AT TIME ZONE 'UTC', 0, 0, 0, 0, 1 FROM social.comments c JOIN subject s ON s.id = c.subject_id
			WHERE c.status = 'VISIBLE' AND c.deleted_at IS NULL AND c.created_at >= $2 AND c.created_at < $3)
	SELECT jsonb_build_object('at', to_char(p.at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'workViews', coalesce(sum(h.work), 0), 'textViews', coalesce(sum(h.text), 0),
		'likes', coalesce(sum(h.likes), 0), 'bookmarks', coalesce(sum(h.bookmarks), 0), 'comments', coalesce(sum(h.comments), 0))
	FROM utc CROSS JOIN LATERAL generate_series(date_trunc($4, utc.first), utc.until - interval '1 second', ('1 ' || $4)::interval) p (at)
	LEFT JOIN happened h ON date_trunc($4, h.at) = p.at GROUP BY p.at ORDER BY p.at`
