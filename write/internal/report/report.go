package report

import (
	"context"
	"time"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/subject"
)

// daily is how many reports a member may make in a day.
const daily = 20

// Create reports something, or finds the open report that there is.
func Create(ctx context.Context, tx *command.Tx, in model.ReportContentInput) (publicid.ID, error) {
	// The reporter's row is the lock of their reports: their number in a day.
	about, err := subject.Hold(ctx, tx, "subjectId", subject.Any, in.SubjectID, tx.Actor.UserID)
	if err != nil {
		return about, err
	}
	id := publicid.ID{Kind: publicid.Report}
	found, err := tx.One(ctx, []any{&id.UUID}, "SELECT id FROM social.reports WHERE subject_id = $1 AND reporter_id = $2 AND status = 'OPEN'", about.UUID, tx.Actor.UserID)
	if err != nil || found {
		return id, err
	}
	var made int
	err = tx.QueryRow(ctx, "SELECT count(*) FROM social.reports WHERE reporter_id = $1 AND created_at > $2", tx.Actor.UserID, tx.Now.Add(-24*time.Hour)).Scan(&made)
	if err != nil {
		return id, err
	}
	if made >= daily {
		return id, tx.Stop(apperr.UserLimitReached, "", "You have reported 20 things in the last day.", "max", "20")
	}
	if id, err = publicid.New(publicid.Report); err != nil {
		return id, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO social.reports (id, subject_id, reporter_id, reason, detail, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
		id.UUID, about.UUID, tx.Actor.UserID, string(in.Reason), in.Detail, tx.Now)
	return id, err
}

// Resolve decides about a report, once.
func Resolve(ctx context.Context, tx *command.Tx, in model.ResolveReportInput) (publicid.ID, error) {
	var about [16]byte
	var status string
	found, err := tx.One(ctx, []any{&about, &status}, "SELECT subject_id, status FROM social.reports WHERE id = $1 FOR UPDATE", in.ID.UUID)
	switch {
	case err != nil:
		return in.ID, err
	case !found:
		return in.ID, tx.NotFound("id")
	case status != "OPEN":
		return in.ID, tx.Stop(apperr.UserInvalidState, "id", "It is decided already.")
	}
	_, err = tx.Exec(ctx, "UPDATE social.reports SET status = $2, note = $3, resolved_by = $4, resolved_at = $5 WHERE id = $1",
		in.ID.UUID, string(in.Outcome), in.Note, tx.Actor.UserID, tx.Now)
	tx.Audit(about, 0, map[string]string{"report": in.ID.String(), "outcome": string(in.Outcome)})
	return in.ID, err
}
