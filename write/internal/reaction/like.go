package reaction

import (
	"context"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/subject"
)

// Like likes something. Again changes nothing.
func Like(ctx context.Context, tx *command.Tx, in model.LikeInput) (publicid.ID, error) {
	id, err := subject.Hold(ctx, tx, "subjectId", subject.Any, in.SubjectID)
	if err != nil {
		return id, err
	}
	put, err := tx.Exec(ctx, "INSERT INTO social.likes (user_id, subject_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", tx.Actor.UserID, id.UUID, tx.Now)
	if err != nil {
		return id, err
	}
	return id, subject.Count(ctx, tx, subject.Likes, int(put.RowsAffected()), id.UUID)
}

// Unlike takes a like back, of what is out of sight by now, too.
func Unlike(ctx context.Context, tx *command.Tx, in model.UnlikeInput) (publicid.ID, error) {
	if err := tx.Lock(ctx, in.SubjectID.UUID); err != nil {
		return in.SubjectID, err
	}
	gone, err := tx.Exec(ctx, "DELETE FROM social.likes WHERE user_id = $1 AND subject_id = $2", tx.Actor.UserID, in.SubjectID.UUID)
	if err != nil {
		return in.SubjectID, err
	}
	if gone.RowsAffected() > 0 {
		return in.SubjectID, subject.Count(ctx, tx, subject.Likes, -1, in.SubjectID.UUID)
	}
	id, err := subject.Hold(ctx, tx, "subjectId", subject.Any, in.SubjectID)
	if err != nil || id == in.SubjectID {
		return id, err
	}
	return Unlike(ctx, tx, model.UnlikeInput{SubjectID: id})
}
