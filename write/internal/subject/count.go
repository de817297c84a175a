package subject

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
)

// Counter is a column of stats.totals.
type Counter string

// The counters that members move.
const (
	Likes       Counter = "likes"
	Bookmarks   Counter = "bookmarks"
	Comments    Counter = "comments"
	Collections Counter = "collections"
)

// Count moves a counter of some subjects. It never falls below nothing: an import
// may have brought what is counted without the count.
func Count(ctx context.Context, tx *command.Tx, counter Counter, by int, ids ...uuid.UUID) error {
	if by == 0 || len(ids) == 0 {
		return nil
	}
	c := string(counter)
	_, err := tx.Exec(ctx, `INSERT INTO stats.totals AS t (subject_id, kind, `+c+`, as_of)
		SELECT s.id, s.kind, greatest($2::bigint, 0), $3 FROM core.subjects s WHERE s.id = ANY($1) ORDER BY s.id
		ON CONFLICT (subject_id) DO UPDATE SET `+c+` = greatest(t.`+c+` + $2::bigint, 0), as_of = $3`, ids, by, tx.Now)
	return err
}

// Stats reads the counters of what is in sight; nil for anything else.
func Stats(ctx context.Context, db command.Reader, id uuid.UUID) (*model.SubjectStats, error) {
	return command.Load[model.SubjectStats](ctx, db, `SELECT jsonb_build_object('subjectId', s.public_id, 'views', coalesce(t.views, 0), 'likes', coalesce(t.likes, 0),
			'bookmarks', coalesce(t.bookmarks, 0), 'comments', coalesce(t.comments, 0), 'collections', coalesce(t.collections, 0), 'asOf', t.as_of)
		FROM view.subject s LEFT JOIN stats.totals t ON t.subject_id = s.id WHERE s.id = $1`, id)
}
