package textstore

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/alignform"
)

// Carried counts what became of alignments whose texts have moved on.
type Carried struct {
	Kept  int // they go on, some of them in part
	Stale int // nothing of them is left
	Rows  int64
}

// Carry brings the alignments of texts over to the revisions that these have now. An
// alignment is made anew of what was said of the texts as they were then
// (core.alignment_origins), so that it loses nothing by many edits and an edit that
// is undone undoes what it did here. Where nothing holds, it is STALE as it was made.
//
// The expressions have their new revisions and lines already, and their work is held.
func Carry(ctx context.Context, db DB, expressions []uuid.UUID) (Carried, error) {
	list, err := moved(ctx, db, expressions)
	if err != nil || len(list) == 0 {
		return Carried{}, err
	}
	places, err := placesOf(ctx, db, list)
	if err != nil {
		return Carried{}, err
	}
	w := &carrying{approved: map[[2]uuid.UUID]bool{}}
	for _, m := range list {
		w.take(m, alignform.Carry(m.said, places.text(m.left, m.leftSaid, m.leftNow, m.leftLines), places.text(m.right, m.rightSaid, m.rightNow, m.rightLines)))
	}
	err = w.write(ctx, db)
	return w.count, err
}

// moving is an alignment of which a text has moved on.
type moving struct {
	id, left, right       uuid.UUID
	status                string
	leftNow, rightNow     int // revisions
	leftLines, rightLines int
	kept                  bool // there is an origin
	leftSaid, rightSaid   int  // revisions of the origin, as all of these
	statusSaid            string
	said, present         []alignform.Group
}

// moved reads the alignments that are of other revisions than there are now. A stale
// one is among them if nothing took its place.
func moved(ctx context.Context, db DB, expressions []uuid.UUID) ([]moving, error) {
	rows, err := db.Query(ctx, `SELECT a.id, a.left_id, a.right_id, a.status, l.text_revision, r.text_revision, l.line_count, r.line_count,
			o.alignment_id IS NOT NULL, coalesce(o.left_revision, a.left_revision), coalesce(o.right_revision, a.right_revision), coalesce(o.status, a.status),
			o.groups, core.alignment_document(a.id)
		FROM core.alignments a
		JOIN core.expressions l ON l.id = a.left_id JOIN core.expressions r ON r.id = a.right_id
		LEFT JOIN core.alignment_origins o ON o.alignment_id = a.id
		WHERE (a.left_id = ANY($1) OR a.right_id = ANY($1)) AND (a.left_revision, a.right_revision) IS DISTINCT FROM (l.text_revision, r.text_revision)
		AND (a.status IN ('SUGGESTED', 'APPROVED') OR a.status = 'STALE' AND o.alignment_id IS NOT NULL
			AND NOT EXISTS (SELECT FROM core.alignments b WHERE b.left_id = a.left_id AND b.right_id = a.right_id AND b.status = o.status
				AND (b.status = 'APPROVED' OR b.created_by IS NOT DISTINCT FROM a.created_by)))
		ORDER BY a.status = 'STALE', a.updated_at DESC, a.id`, expressions)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (m moving, err error) {
		var said, present []byte
		if err := row.Scan(&m.id, &m.left, &m.right, &m.status, &m.leftNow, &m.rightNow, &m.leftLines, &m.rightLines,
			&m.kept, &m.leftSaid, &m.rightSaid, &m.statusSaid, &said, &present); err != nil {
			return m, err
		}
		if m.present, err = alignform.ParseGroups(present); err != nil || !m.kept {
			m.said = m.present
			return m, err
		}
		m.said, err = alignform.ParseGroups(said)
		return m, err
	})
}
