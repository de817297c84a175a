// Package auditlog reads what was written down of who did what. Nothing here, and
// nobody by the writer's role, can change it.
package auditlog

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/page"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/subject"
)

// window is the longest stretch of time that is looked through at once.
const window = 31 * 24 * time.Hour

var (
	errBackward = apperr.New(apperr.BadRequest, "filter.to must be later than filter.from.").WithField("filter.to")
	errWindow   = apperr.New(apperr.BadRequest, "filter.to must be at most 31 days after filter.from.").WithField("filter.to")
)

// document is an entry by the names of the schema.
var document = `jsonb_build_object('id', a.id::text, 'at', a.at, 'actor', ` + subject.User("a.actor_id") + `, 'action', a.action,
	'subject', (SELECT ` + subject.Inner + ` FROM core.subjects s WHERE s.id = a.subject_id), 'version', a.version, 'ip', host(a.ip),
	'requestId', a.request_id, 'signingKeyId', 'SIGNING_KEY:' || a.signing_key_id, 'detail', a.detail)
FROM ops.audit_log a `

// place is where a page ended.
type place struct {
	At time.Time `json:"at"`
	ID int64     `json:"id"`
}

// List lists entries, the latest first.
func List(ctx context.Context, db command.Reader, f model.AuditFilter, size int, after *string) (page.Page[model.AuditEntry], error) {
	const list = "auditLog"
	switch {
	case !f.To.After(f.From):
		return page.Page[model.AuditEntry]{}, errBackward
	case f.To.Sub(f.From) > window:
		return page.Page[model.AuditEntry]{}, errWindow
	}
	last, err := page.After[place](after, list)
	if err != nil {
		return page.Page[model.AuditEntry]{}, err
	}
	var at *time.Time
	var id *int64
	if last != nil {
		at, id = &last.At, &last.ID
	}
	return page.Load[model.AuditEntry](ctx, db, list, size, "SELECT jsonb_build_object('at', a.at, 'id', a.id), "+document+`
		WHERE a.at >= $1 AND a.at < $2 AND ($3::uuid IS NULL OR a.actor_id = $3) AND ($4::text IS NULL OR a.action = $4)
			AND ($5::uuid IS NULL OR a.subject_id = $5) AND ($6::text IS NULL OR a.request_id = $6)
			AND ($7::timestamptz IS NULL OR (a.at, a.id) < ($7, $8::bigint))
		ORDER BY a.at DESC, a.id DESC LIMIT $9`, f.From, f.To, uuidOf(f.ActorID), f.Action, uuidOf(f.SubjectID), f.RequestID, at, id, size+1)
}

func uuidOf(id *publicid.ID) *uuid.UUID {
	if id == nil {
		return nil
	}
	return &id.UUID
}
