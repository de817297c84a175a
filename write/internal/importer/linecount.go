package importer

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// The line-count stage aligns each translation with its original, or with the
// translation it was made from, where the numbers of lines allow it:
//
//   - as many lines, in stanzas of the same sizes: line by line, confidence
//     0.95, APPROVED;
//   - as many lines and no stanzas on either side: line by line, 0.8, SUGGESTED;
//   - as many lines in stanzas of other sizes: line by line, 0.6, SUGGESTED;
//   - as many stanzas with other numbers of lines: stanza by stanza, and line
//     by line within those that match, 0.3 to 0.6 by the share of lines in
//     them, SUGGESTED.
//
// Nothing else is guessed at.

type lineCountStage struct{}

func (lineCountStage) name() string { return "line alignment" }

func (lineCountStage) idle(*source) bool { return false }

// pairsPerRound bounds the memory of the stage.
const pairsPerRound = 200

func (lineCountStage) run(ctx context.Context, s *step) error {
	candidates, err := s.unaligned(ctx)
	if err != nil {
		return err
	}
	s.total.Read = len(candidates)
	for len(candidates) > 0 {
		n := min(len(candidates), pairsPerRound)
		if err := s.alignRound(ctx, candidates[:n]); err != nil {
			return err
		}
		candidates = candidates[n:]
	}
	return nil
}

func (s *step) alignRound(ctx context.Context, candidates []candidate) error {
	return s.try(ctx, func() error {
		stanzas, err := s.stanzas(ctx, candidates)
		if err != nil {
			return err
		}
		var list []pair
		for _, c := range candidates {
			if p, ok := alignByCount(stanzas[c.left], stanzas[c.right]); ok {
				p.work, p.left, p.right = c.work, c.left, c.right
				p.leftRevision, p.rightRevision = c.leftRevision, c.rightRevision
				list = append(list, p)
			}
		}
		if err := s.syncPairs(ctx, list); err != nil {
			return err
		}
		return s.tally(ctx, nil)
	})
}

type candidate struct {
	work, left, right           uuid.UUID
	leftRevision, rightRevision int
}

// unaligned finds the pairs without a valid alignment of which one text has
// come or changed in this run.
func (s *step) unaligned(ctx context.Context) ([]candidate, error) {
	rows, err := s.tx.Query(ctx, `WITH fresh AS (
			SELECT e.id, e.work_id FROM core.text_revisions r JOIN core.expressions e ON e.id = r.expression_id AND e.text_revision = r.revision
			WHERE r.created_at >= $1)
		SELECT t.work_id, o.id, t.id, o.text_revision, t.text_revision
		FROM core.expressions t
		JOIN core.works w ON w.id = t.work_id
		JOIN core.expressions o ON o.work_id = t.work_id AND o.text_revision > 0 AND o.deleted_at IS NULL
			AND (o.id = t.source_expression_id OR o.expression_kind = 'ORIGINAL' AND o.language = w.original_language)
		WHERE t.expression_kind = 'TRANSLATION' AND t.text_revision > 0 AND t.deleted_at IS NULL AND t.work_id IN (SELECT work_id FROM fresh)
		AND (t.id IN (SELECT id FROM fresh) OR o.id IN (SELECT id FROM fresh))
		AND NOT EXISTS (SELECT FROM core.alignments a WHERE a.left_id = least(o.id, t.id) AND a.right_id = greatest(o.id, t.id)
			AND a.status IN ('APPROVED', 'SUGGESTED') AND (a.method <> 'LINE_COUNT'
			OR a.left_revision = CASE WHEN o.id < t.id THEN o.text_revision ELSE t.text_revision END
			AND a.right_revision = CASE WHEN o.id < t.id THEN t.text_revision ELSE o.text_revision END
			AND NOT EXISTS (SELECT FROM core.alignment_groups g WHERE g.alignment_id = a.id AND g.stale)))
		ORDER BY t.work_id, t.id, o.id`, s.record.started)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c candidate, err error) {
		return c, row.Scan(&c.work, &c.left, &c.right, &c.leftRevision, &c.rightRevision)
	})
}

// stanzas reads the number of lines in each stanza of the texts.
func (s *step) stanzas(ctx context.Context, candidates []candidate) (map[uuid.UUID][]int, error) {
	var list []uuid.UUID
	for _, c := range candidates {
		list = append(list, c.left, c.right)
	}
	rows, err := s.tx.Query(ctx, `SELECT l.expression_id, array_agg(l.seq ORDER BY l.seq) FILTER (WHERE l.stanza_start), count(*)
		FROM core.text_lines l WHERE l.expression_id = ANY($1) GROUP BY l.expression_id`, list)
	if err != nil {
		return nil, err
	}
	out := map[uuid.UUID][]int{}
	var id uuid.UUID
	var starts []int
	var count int
	_, err = pgx.ForEachRow(rows, []any{&id, &starts, &count}, func() error {
		out[id] = stanzaSizes(starts, count)
		return nil
	})
	return out, err
}

func stanzaSizes(starts []int, count int) []int {
	var sizes []int
	from := 1
	for _, start := range starts {
		if start > from {
			sizes = append(sizes, start-from)
			from = start
		}
	}
	return append(sizes, count-from+1)
}
