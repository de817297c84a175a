package importer

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/ids"
)

var trendingTable = table{
	name: "stats.trending", key: []string{"period", "scope", "kind", "rank"},
	columns: []string{"period", "scope", "kind", "rank", "subject_id", "score", "z_score"},
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
