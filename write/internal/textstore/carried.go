package textstore

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/alignform"
)

// carrying gathers what is to be written of all alignments, so that it takes as many
// statements for a thousand as for one.
type carrying struct {
	count    Carried
	approved map[[2]uuid.UUID]bool // pairs of texts that have their approved alignment

	origins       []uuid.UUID // whose groups are kept as they were said
	goneOf        []uuid.UUID // the groups to take away: of this alignment,
	goneAt        []int32     // this one
	groups        [][]any
	ids           []uuid.UUID
	lefts, rights []int32
	statuses      []string
}

// take notes what becomes of one alignment.
func (w *carrying) take(m moving, c alignform.Carried) {
	pair := [2]uuid.UUID{m.left, m.right}
	if m.status == stale && (c.Holds == 0 || m.statusSaid == approved && w.approved[pair]) {
		return // it stays so
	}
	if !m.kept {
		w.origins = append(w.origins, m.id)
	}
	if c.Holds == 0 {
		w.count.Stale++
		w.regroup(m, m.said)
		w.set(m.id, m.leftSaid, m.rightSaid, stale)
		return
	}
	w.approved[pair] = w.approved[pair] || m.statusSaid == approved
	w.count.Kept++
	w.regroup(m, c.Groups)
	w.set(m.id, m.leftNow, m.rightNow, m.statusSaid)
}

const (
	stale    = "STALE"
	approved = "APPROVED"
)

func (w *carrying) set(id uuid.UUID, left, right int, status string) {
	w.ids, w.statuses = append(w.ids, id), append(w.statuses, status)
	w.lefts, w.rights = append(w.lefts, int32(left)), append(w.rights, int32(right)) //nolint:gosec // bounded by the schema
}

// regroup replaces the groups that differ.
func (w *carrying) regroup(m moving, now []alignform.Group) {
	for i := range max(len(m.present), len(now)) {
		if i < len(m.present) && i < len(now) && m.present[i] == now[i] {
			continue
		}
		if i < len(m.present) {
			w.goneOf, w.goneAt = append(w.goneOf, m.id), append(w.goneAt, int32(i))
		}
		if i < len(now) {
			g := now[i]
			w.groups = append(w.groups, []any{m.id, i, g.Left.Range(), g.Right.Range(), g.Linear, known(g.Confidence), null(g.Note), g.Stale})
		}
	}
}

func known(confidence float64) *float32 {
	if confidence == 0 {
		return nil
	}
	c := float32(confidence)
	return &c
}

func (w *carrying) write(ctx context.Context, db DB) error {
	for _, s := range []struct {
		sql   string
		first []uuid.UUID
		more  []any
	}{
		{`INSERT INTO core.alignment_origins (alignment_id, left_revision, right_revision, status, groups)
			SELECT id, left_revision, right_revision, status, core.alignment_document(id) FROM core.alignments WHERE id = ANY($1)`, w.origins, nil},
		{"DELETE FROM core.alignment_groups g USING unnest($1::uuid[], $2::int[]) d (alignment_id, idx) WHERE (g.alignment_id, g.idx) = (d.alignment_id, d.idx)", w.goneOf, []any{w.goneAt}},
		{`UPDATE core.alignments a SET left_revision = n.left_revision, right_revision = n.right_revision, status = n.status, version = a.version + 1, updated_at = now()
			FROM unnest($1::uuid[], $2::int[], $3::int[], $4::text[]) n (id, left_revision, right_revision, status) WHERE a.id = n.id`, w.ids, []any{w.lefts, w.rights, w.statuses}},
	} {
		if len(s.first) == 0 {
			continue
		}
		tag, err := db.Exec(ctx, s.sql, append([]any{s.first}, s.more...)...)
		if err != nil {
			return err
		}
		w.count.Rows += tag.RowsAffected()
	}
	if len(w.groups) == 0 {
		return nil
	}
	n, err := db.CopyFrom(ctx, pgx.Identifier{"core", "alignment_groups"},
		[]string{"alignment_id", "idx", "left_lines", "right_lines", "linear", "confidence", "note", "stale"}, pgx.CopyFromRows(w.groups))
	w.count.Rows += n
	return err
}
