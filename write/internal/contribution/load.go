package contribution

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/subject"
)

// link is another subject in the document, by the column that names it.
func link(column string) string {
	return "(SELECT " + subject.Inner + " FROM core.subjects s WHERE s.id = " + column + ")"
}

// document is a contribution by the names of the schema, but its patch.
var document = `jsonb_build_object('id', core.typeid('CONTRIBUTION', c.id), 'type', c.contribution_type, 'status', c.status, 'version', c.version,
	'author', ` + subject.User("c.author_id") + `, 'title', c.title, 'message', c.message, 'target', ` + link("c.target_id") + `,
	'languages', to_jsonb(c.languages), 'baseVersion', c.base_version, 'baseRevision', c.base_revision,
	'requiredApprovals', c.required_approvals, 'assignee', ` + subject.User("c.assigned_to") + `,
	'reviews', coalesce((SELECT jsonb_agg(jsonb_build_object('id', 'REVIEW:' || r.id, 'reviewer', ` + subject.User("r.reviewer_id") + `, 'decision', r.decision,
		'comment', r.comment, 'version', r.contribution_version, 'superseded', r.superseded, 'createdAt', r.created_at) ORDER BY r.id)
		FROM (SELECT r.id, r.reviewer_id, r.decision, r.comment, r.contribution_version, r.superseded, r.created_at FROM core.contribution_reviews r WHERE r.contribution_id = c.id ORDER BY r.id DESC LIMIT 50) r), '[]'),
	'events', coalesce((SELECT jsonb_agg(jsonb_build_object('actor', ` + subject.User("e.actor_id") + `, 'operation', e.detail ->> 'operation',
		'from', e.from_status, 'to', e.to_status, 'version', e.detail -> 'version',
		'reason', e.detail ->> 'reason', 'at', e.at) ORDER BY e.id)
		FROM (SELECT e.id, e.actor_id, e.from_status, e.to_status, e.detail, e.at FROM core.contribution_events e WHERE e.contribution_id = c.id ORDER BY e.id DESC LIMIT 100) e), '[]'),
	'faults', CASE WHEN c.status = 'CONFLICTED' THEN coalesce((SELECT jsonb_agg(f || jsonb_build_object('params',
			coalesce((SELECT jsonb_agg(jsonb_build_object('name', p.key, 'value', p.value) ORDER BY p.key) FROM jsonb_each_text(nullif(f -> 'params', 'null')) p), '[]')))
		FROM (SELECT e.detail -> 'faults' AS faults FROM core.contribution_events e WHERE e.contribution_id = c.id AND e.to_status = 'CONFLICTED' ORDER BY e.id DESC LIMIT 1) e,
			jsonb_array_elements(e.faults) f), '[]') ELSE '[]' END,
	'applied', ` + link("c.applied_id") + `, 'appliedVersion', c.applied_version, 'createdAt', c.created_at, 'updatedAt', c.updated_at,
	'submittedAt', c.submitted_at, 'decidedAt', c.decided_at, 'appliedAt', c.applied_at)
FROM core.contributions c `

// Load reads a contribution, whoever may see it; nil where there is none.
func Load(ctx context.Context, db command.Reader, id uuid.UUID) (*model.Contribution, error) {
	return command.Load[model.Contribution](ctx, db, "SELECT "+document+"WHERE c.id = $1", id)
}

// Seen tells whether the caller sees a contribution.
func Seen(ctx context.Context, db command.Reader, id uuid.UUID) (bool, error) {
	actor := identity.From(ctx)
	var o policy.Object
	err := db.QueryRow(ctx, `SELECT coalesce(max(c.author_id::text)::uuid, $2), coalesce(bool_or(c.submitted_at IS NOT NULL), false)
		FROM core.contributions c WHERE c.id = $1`, id, uuid.Nil).Scan(&o.Owner, &o.Public)
	o.Public = o.Public && actor.Role >= identity.Reviewer
	return policy.Proposals.Judge(actor, o) == policy.Allow, err
}

// Patch reads what a contribution proposes, with the ids that hold now.
func Patch(ctx context.Context, db command.Reader, id uuid.UUID) (patch map[string]any, err error) {
	var text []byte
	var base *int
	if err := db.QueryRow(ctx, "SELECT patch, base_version FROM core.contributions WHERE id = $1", id).Scan(&text, &base); err != nil {
		return nil, err
	}
	if text, err = followed(ctx, db, text, base); err != nil {
		return nil, err
	}
	err = json.Unmarshal(text, &patch)
	return patch, err
}
