package importer

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/alignform"
)

// pair is an alignment ready to be stored.
type pair struct {
	work, left, right           uuid.UUID
	leftRevision, rightRevision int
	method, status              string
	confidence                  float64
	groups                      []group
}

// ordered puts the smaller id on the left, as the table wants it.
func (p pair) ordered() pair {
	if alignform.Before(p.left, p.right) {
		return p
	}
	p.left, p.right = p.right, p.left
	p.leftRevision, p.rightRevision = p.rightRevision, p.leftRevision
	p.groups = alignform.Turned(p.groups)
	return p
}

// syncPairs stores alignments that are new or differ. An approved one that another
// source brought, or that somebody here approved, stands; so does one that has
// followed edits since the source said the same of the texts.
func (s *step) syncPairs(ctx context.Context, list []pair) error {
	if err := s.stagePairs(ctx, list); err != nil {
		return err
	}
	for _, sql := range []string{
		`DELETE FROM in_pairs p USING core.alignments a
			WHERE a.left_id = p.left_id AND a.right_id = p.right_id AND a.status = 'APPROVED' AND (a.id <> p.id OR a.approved_by IS NOT NULL)`,
		`DELETE FROM in_pairs p USING core.alignment_origins o WHERE o.alignment_id = p.id
			AND (o.left_revision, o.right_revision, o.status) = (p.left_revision, p.right_revision, p.status)
			AND o.groups = (SELECT jsonb_agg(jsonb_build_array(lower(g.left_lines), upper(g.left_lines) - 1, lower(g.right_lines), upper(g.right_lines) - 1,
				g.linear, g.confidence, NULL::text, false) ORDER BY g.idx) FROM in_groups g WHERE g.alignment_id = p.id)`,
	} {
		if _, err := s.tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	for _, sql := range []string{
		`DELETE FROM core.alignment_origins o USING in_pairs p WHERE o.alignment_id = p.id`,
		`INSERT INTO core.subjects (id, kind) SELECT id, 'ALIGNMENT' FROM in_pairs p WHERE NOT EXISTS (SELECT FROM core.subjects WHERE id = p.id)`,
		`WITH come AS (INSERT INTO core.alignments (id, work_id, left_id, right_id, left_revision, right_revision, method, status, confidence)
			SELECT id, work_id, left_id, right_id, left_revision, right_revision, method, status, confidence FROM in_pairs p
			WHERE NOT EXISTS (SELECT FROM core.alignments WHERE id = p.id) RETURNING id)
		INSERT INTO in_new SELECT id FROM come`,
		// Groups are replaced as a whole when any of them differs.
		`INSERT INTO in_touched SELECT p.id FROM in_pairs p WHERE NOT EXISTS (SELECT FROM in_new n WHERE n.id = p.id)
			AND (SELECT array_agg((idx, left_lines, right_lines, linear, confidence)::text ORDER BY idx) FROM in_groups g WHERE g.alignment_id = p.id)
			IS DISTINCT FROM
			(SELECT array_agg((idx, left_lines, right_lines, linear, confidence)::text ORDER BY idx) FILTER (WHERE NOT stale) FROM core.alignment_groups g WHERE g.alignment_id = p.id)`,
		`DELETE FROM core.alignment_groups g USING in_touched t WHERE g.alignment_id = t.id`,
		`INSERT INTO core.alignment_groups (alignment_id, idx, left_lines, right_lines, linear, confidence)
			SELECT g.alignment_id, g.idx, g.left_lines, g.right_lines, g.linear, g.confidence FROM in_groups g
			WHERE EXISTS (SELECT FROM in_pairs p WHERE p.id = g.alignment_id) AND g.alignment_id IN (SELECT id FROM in_new UNION SELECT id FROM in_touched)`,
		`WITH renewed AS (UPDATE core.alignments a SET left_revision = p.left_revision, right_revision = p.right_revision, method = p.method,
				status = p.status, confidence = p.confidence, version = a.version + 1, updated_at = now()
			FROM in_pairs p WHERE a.id = p.id AND NOT EXISTS (SELECT FROM in_new n WHERE n.id = a.id)
			AND ((a.left_revision, a.right_revision, a.method, a.status, a.confidence)
					IS DISTINCT FROM (p.left_revision, p.right_revision, p.method, p.status, p.confidence)
				OR a.id IN (SELECT id FROM in_touched)) RETURNING a.id)
		INSERT INTO in_changed SELECT id FROM renewed`,
	} {
		if err := s.exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

func (s *step) stagePairs(ctx context.Context, list []pair) error {
	var pairs, groups [][]any
	for _, p := range list {
		p = p.ordered()
		id := pairID(p.left, p.right)
		pairs = append(pairs, []any{id, p.work, p.left, p.right, p.leftRevision, p.rightRevision, p.method, p.status, float32(p.confidence)})
		for i, g := range p.groups {
			groups = append(groups, []any{id, i, g.Left.Range(), g.Right.Range(), g.Linear, float32(g.Confidence)})
		}
	}
	s.dirty["in_pairs"], s.dirty["in_groups"] = true, true
	_, err := s.tx.CopyFrom(ctx, pgx.Identifier{"in_pairs"},
		[]string{"id", "work_id", "left_id", "right_id", "left_revision", "right_revision", "method", "status", "confidence"}, pgx.CopyFromRows(pairs))
	if err != nil {
		return err
	}
	_, err = s.tx.CopyFrom(ctx, pgx.Identifier{"in_groups"},
		[]string{"alignment_id", "idx", "left_lines", "right_lines", "linear", "confidence"}, pgx.CopyFromRows(groups))
	return err
}
