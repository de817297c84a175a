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

var storedKind = map[string]string{"WORK": "WORK", "TRANSLATION": "EXPRESSION", "AUTHOR": "PERSON", "COLLECTION": "COLLECTION"}

func statsStage() runner {
	return stage[statsRecord, statsRow]{
		form: form[statsRecord, statsRow]{
			kind: "stats", id: func(r *statsRecord) string { return r.Subject.ID }, accept: acceptStats, weigh: light[statsRecord],
		},
		apply:  applyStats,
		finish: countSocial, always: true,
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
