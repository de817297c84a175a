package report

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/page"
	"github.com/tercul/tercul/write/internal/subject"
)

// document is a report by the names of the schema.
var document = `jsonb_build_object('id', 'REPORT:' || r.id, 'subject', ` + subject.Inner + `, 'reporter', ` + subject.User("r.reporter_id") + `,
	'reason', r.reason, 'detail', r.detail, 'status', r.status, 'note', r.note, 'resolvedBy', ` + subject.User("r.resolved_by") + `,
	'resolvedAt', r.resolved_at, 'createdAt', r.created_at)
FROM social.reports r JOIN core.subjects s ON s.id = r.subject_id `

// Load reads a report; nil where there is none.
func Load(ctx context.Context, db command.Reader, id uuid.UUID) (*model.Report, error) {
	return command.Load[model.Report](ctx, db, "SELECT "+document+"WHERE r.id = $1", id)
}

// Queue lists reports, the oldest first.
func Queue(ctx context.Context, db command.Reader, f model.ReportFilter, size int, after *string) (page.Page[model.Report], error) {
	const list = "moderationQueue"
	last, err := page.After[uuid.UUID](after, list)
	if err != nil {
		return page.Page[model.Report]{}, err
	}
	var about *uuid.UUID
	if f.SubjectID != nil {
		about = &f.SubjectID.UUID
	}
	return page.Load[model.Report](ctx, db, list, size, "SELECT to_jsonb(r.id), "+document+`
		WHERE r.status = $1 AND ($2::uuid IS NULL OR r.id > $2) AND ($3::text IS NULL OR r.reason = $3) AND ($4::text IS NULL OR s.kind = $4)
			AND ($5::uuid IS NULL OR r.subject_id = $5)
		ORDER BY r.id LIMIT $6`, f.Status, last, f.Reason, f.Kind, about, size+1)
}
