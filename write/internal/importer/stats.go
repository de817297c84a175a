package importer

import (
	"context"
	"math"
	"strings"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/ids"
	"github.com/tercul/tercul/write/internal/stats"
)

type statsRow struct {
	rec     *statsRecord
	subject uuid.UUID
}

var broughtTable = table{
	name: "stats.brought", key: []string{"subject_id"}, columns: []string{"subject_id", "views", "likes", "bookmarks"},
}

var storedKind = map[string]string{"WORK": "WORK", "TRANSLATION": "EXPRESSION", "AUTHOR": "PERSON", "COLLECTION": "COLLECTION"}

func statsStage() runner {
	return stage[statsRecord, statsRow]{
		form: form[statsRecord, statsRow]{
			kind: "stats", id: func(r *statsRecord) string { return r.Subject.ID }, accept: acceptStats, weigh: light[statsRecord],
		},
		apply:  applyStats,
		finish: countAll, always: true,
	}
}

func acceptStats(c *check, r *statsRecord) (statsRow, uuid.UUID) {
	subject := c.subject("subject", &r.Subject, "WORK", "TRANSLATION", "AUTHOR", "COLLECTION")
	for field, n := range map[string]int64{"views": r.Views, "likes": r.Likes, "bookmarks": r.Bookmarks} {
		if n < 0 {
			c.fault(field, "%d is negative", n)
		}
	}
	return statsRow{r, subject}, ids.For(ids.Row, "stats "+subject.String())
}

// Popularity is what package stats computes, for who writes counters himself.
func Popularity(views, likes, bookmarks int64) float64 {
	return math.Log10(1 + float64(views) + 5*float64(likes) + 10*float64(bookmarks))
}

// applyStats notes what was brought, to which what is counted here is added.
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
		rows = append(rows, []any{r.subject, r.rec.Views, r.rec.Likes, r.rec.Bookmarks})
	}
	if err := s.copyInto(ctx, broughtTable, rows); err != nil {
		return err
	}
	err = s.exec(ctx, `INSERT INTO stats.brought AS t (subject_id, views, likes, bookmarks) SELECT subject_id, views, likes, bookmarks FROM in_brought
		ON CONFLICT (subject_id) DO UPDATE SET views = excluded.views, likes = excluded.likes, bookmarks = excluded.bookmarks
		WHERE (t.views, t.likes, t.bookmarks) IS DISTINCT FROM (excluded.views, excluded.likes, excluded.bookmarks)`)
	if err != nil {
		return err
	}
	return s.recount(ctx, list)
}

// countAll brings the counters up to what the library holds.
func countAll(ctx context.Context, s *step) error {
	wrong, err := stats.Wrong(ctx, s.tx)
	if err != nil {
		return err
	}
	return s.recount(ctx, wrong)
}

func (s *step) recount(ctx context.Context, subjects []uuid.UUID) error {
	n, err := stats.Recount(ctx, s.tx, subjects)
	s.wrote.Rows += n
	return err
}
