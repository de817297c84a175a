package expression

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
)

// Load reads an expression as it is now, published or not; nil where there is none.
func Load(ctx context.Context, db command.Reader, id uuid.UUID) (*model.Translation, error) {
	return command.Load[model.Translation](ctx, db, document, id)
}

// Rights is a statement of rights by the names of the schema: a row r of core.rights,
// with its subject s and its licence l.
const Rights = `jsonb_build_object('subjectId', s.public_id, 'jurisdiction', r.jurisdiction, 'status', r.status,
		'class', core.rights_class(r.status, l.open), 'licenseId', r.license_id, 'holder', r.holder, 'statementUri', r.statement_uri,
		'publicDomainFrom', r.public_domain_from, 'basis', r.basis, 'evidenceUrl', r.evidence_url, 'determinedAt', r.determined_at, 'version', r.version)`

// document is an expression by the names of the schema: the snapshot that the
// history keeps, and what is known around it.
const document = `SELECT core.expression_snapshot(e.id) || jsonb_build_object(
	'id', s.public_id, 'slug', coalesce(sl.slug, s.public_id), 'status', e.status, 'version', e.version,
	'contributors', coalesce((SELECT jsonb_agg(jsonb_build_object('personId', core.typeid('PERSON', c.person_id), 'role', c.role, 'creditedAs', c.credited_as,
		'name', coalesce((SELECT n.name FROM core.person_names n WHERE n.person_id = c.person_id ORDER BY n.name_kind <> 'PRIMARY', n.position LIMIT 1), ''))
		ORDER BY c.position, c.person_id, c.role) FROM core.expression_contributors c WHERE c.expression_id = e.id), '[]'),
	'rights', coalesce((SELECT jsonb_agg(` + Rights + `
		ORDER BY r.jurisdiction) FROM core.rights r LEFT JOIN core.licenses l ON l.id = r.license_id WHERE r.subject_id = e.id), '[]'),
	'text', CASE WHEN e.text_revision > 0 THEN jsonb_build_object('expressionId', s.public_id, 'revision', e.text_revision,
		'lineCount', e.line_count, 'charCount', e.char_count) END,
	'publishedAt', e.published_at, 'createdAt', e.created_at, 'updatedAt', e.updated_at, 'deletedAt', e.deleted_at)
FROM core.expressions e JOIN core.subjects s ON s.id = e.id LEFT JOIN core.slugs sl ON sl.subject_id = e.id AND sl.is_current
WHERE e.id = $1`
