package importer

import (
	"context"
	"math"
	"strings"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/ids"
)

type statsRow struct {
	rec     *statsRecord
	kind    string
	subject uuid.UUID
}

var totalsTable = table{
	name: "stats.totals", key: []string{"subject_id"},
	columns: []string{"subject_id", "kind", "views", "likes", "bookmarks", "popularity"},
}

var trendingTable = table{
	name: "stats.trending", key: []string{"period", "scope", "kind", "rank"},
	columns: []string{"period", "scope", "kind", "rank", "subject_id", "score", "z_score"},
}

var storedKind = map[string]string{"WORK": "WORK", "TRANSLATION": "EXPRESSION", "AUTHOR": "PERSON", "COLLECTION": "COLLECTION"}

func statsStage() runner {
	return stage[statsRecord, statsRow]{
		form: form[statsRecord, statsRow]{
			kind: "stats", id: func(r *statsRecord) string { return r.Subject.ID }, accept: acceptStats, weigh: light[statsRecord],
		},
		apply:  applyStats,
		finish: countSocial,
	}
}

func acceptStats(c *check, r *statsRecord) (statsRow, uuid.UUID) {
	subject := c.subject("subject", &r.Subject, "WORK", "TRANSLATION", "AUTHOR", "COLLECTION")
	for field, n := range map[string]int64{"views": r.Views, "likes": r.Likes, "bookmarks": r.Bookmarks} {
		if n < 0 {
			c.fault(field, "%d is negative", n)
		}
	}
	return statsRow{r, storedKind[r.Subject.Kind], subject}, ids.For(ids.Row, "stats "+subject.String())
}

// Popularity weighs what readers do by what it costs them, on a logarithmic
// scale, so that ten times the readers count for one step more.
func Popularity(views, likes, bookmarks int64) float64 {
	return math.Log10(1 + float64(views) + 5*float64(likes) + 10*float64(bookmarks))
}

func applyStats(ctx context.Context, s *step, batch []entry[statsRow]) error {
	list := make([]uuid.UUID, len(batch))
	for i, e := range batch {
		list[i] = e.val.subject
	}
	there, err := existing(ctx, s.tx, "SELECT id FROM core.subjects WHERE id = ANY($1)", list)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, e := range batch {
		r := e.val
		if !there[r.subject] {
			s.reject(e.at, "subject", "there is no %s %q", strings.ToLower(r.rec.Subject.Kind), r.rec.Subject.ID)
			continue
		}
		rows = append(rows, []any{
			r.subject, r.kind, r.rec.Views, r.rec.Likes, r.rec.Bookmarks, Popularity(r.rec.Views, r.rec.Likes, r.rec.Bookmarks),
		})
	}
	if err := s.copyInto(ctx, totalsTable, rows); err != nil {
		return err
	}
	return s.exec(ctx, `INSERT INTO stats.totals AS t (subject_id, kind, views, likes, bookmarks, popularity)
		SELECT subject_id, kind, views, likes, bookmarks, popularity FROM in_totals
		ON CONFLICT (subject_id) DO UPDATE SET views = excluded.views, likes = excluded.likes, bookmarks = excluded.bookmarks,
			popularity = excluded.popularity, as_of = now()
		WHERE (t.views, t.likes, t.bookmarks, t.popularity) IS DISTINCT FROM
			(excluded.views, excluded.likes, excluded.bookmarks, excluded.popularity)`)
}

// countSocial brings the counters of comments and collections up to what the
// library holds.
func countSocial(ctx context.Context, s *step) error {
	return s.exec(ctx, `INSERT INTO stats.totals AS t (subject_id, kind, comments, collections)
		SELECT b.id, b.kind, coalesce(c.n, 0), coalesce(i.n, 0)
		FROM (SELECT subject_id, count(*) AS n FROM social.comments WHERE status = 'VISIBLE' GROUP BY subject_id) c
		FULL JOIN (SELECT subject_id, count(*) AS n FROM social.collection_items GROUP BY subject_id) i USING (subject_id)
		JOIN core.subjects b ON b.id = subject_id
		ON CONFLICT (subject_id) DO UPDATE SET comments = excluded.comments, collections = excluded.collections, as_of = now()
		WHERE (t.comments, t.collections) IS DISTINCT FROM (excluded.comments, excluded.collections)`)
}

type trendingRow struct {
	rec     *trendingRecord
	subject uuid.UUID
}

func trendingStage() runner {
	return stage[trendingRecord, trendingRow]{
		form: form[trendingRecord, trendingRow]{
			kind: "trending", id: func(r *trendingRecord) string { return r.ID }, accept: acceptTrending, weigh: light[trendingRecord],
		},
		apply: applyTrending,
	}
}

func acceptTrending(c *check, r *trendingRecord) (trendingRow, uuid.UUID) {
	c.oneOf("period", &r.Period, "", "DAY", "WEEK", "MONTH")
	if r.Scope == "" {
		r.Scope = "*"
	}
	if r.Scope != "*" {
		c.language("scope", &r.Scope, "")
	}
	c.oneOf("kind", &r.Kind, "", "WORK", "TRANSLATION", "AUTHOR", "COLLECTION")
	c.required("id", &r.ID, maxID)
	if r.Rank < 1 || r.Rank > 500 {
		c.fault("rank", "%d is not between 1 and 500", r.Rank)
	}
	subject := subjectID(r.Kind, r.ID)
	return trendingRow{r, subject}, ids.For(ids.Row, strings.Join([]string{"trending", r.Period, r.Scope, subject.String()}, " "))
}

func applyTrending(ctx context.Context, s *step, batch []entry[trendingRow]) error {
	list := make([]uuid.UUID, len(batch))
	for i, e := range batch {
		list[i] = e.val.subject
	}
	there, err := existing(ctx, s.tx, "SELECT id FROM core.subjects WHERE id = ANY($1)", list)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, e := range batch {
		r := e.val.rec
		if !there[e.val.subject] {
			s.reject(e.at, "id", "there is no %s %q", strings.ToLower(r.Kind), r.ID)
			continue
		}
		rows = append(rows, []any{r.Period, r.Scope, storedKind[r.Kind], r.Rank, e.val.subject, r.Score, r.ZScore})
	}
	if err := s.copyInto(ctx, trendingTable, rows); err != nil {
		return err
	}
	// A ranking is replaced as a whole: a rank or subject that moved makes way first.
	if err := s.exec(ctx, `DELETE FROM stats.trending t USING in_trending s
		WHERE t.period = s.period AND t.scope = s.scope AND t.kind = s.kind
		AND (t.rank = s.rank) <> (t.subject_id = s.subject_id)`); err != nil {
		return err
	}
	if err := s.exec(ctx, `UPDATE stats.trending t SET score = s.score, z_score = s.z_score, computed_at = now() FROM in_trending s
		WHERE (t.period, t.scope, t.kind, t.rank) = (s.period, s.scope, s.kind, s.rank)
		AND (t.score, t.z_score) IS DISTINCT FROM (s.score, s.z_score)`); err != nil {
		return err
	}
	return s.exec(ctx, trendingTable.fill())
}
