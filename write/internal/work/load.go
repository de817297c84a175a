package work

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
)

// Load reads a work as it is now, published or not; nil where there is none. Of its texts
// it names those that the caller sees (expression.Seen).
func Load(ctx context.Context, db command.Reader, id uuid.UUID) (*model.Work, error) {
	a := identity.From(ctx)
	return command.Load[model.Work](ctx, db, document, id, a.Role >= identity.Editor, a.UserID)
}

// document is a work by the names of the schema: the snapshot that the history
// keeps, and what is known around it.
const document = `SELECT core.work_snapshot(w.id) || jsonb_build_object(
	'id', s.public_id, 'slug', coalesce(sl.slug, s.public_id), 'status', w.status, 'version', w.version,
	'title', coalesce((SELECT t.title FROM core.work_titles t WHERE t.work_id = w.id
		ORDER BY t.language <> w.original_language, t.title_kind <> 'PRIMARY', t.position LIMIT 1), s.public_id),
	'titles', coalesce(core.work_snapshot(w.id) -> 'titles', '[]'),
	'contributors', coalesce((SELECT jsonb_agg(jsonb_build_object('personId', core.typeid('PERSON', c.person_id), 'role', c.role,
		'certainty', c.certainty, 'creditedAs', c.credited_as,
		'name', coalesce((SELECT n.name FROM core.person_names n WHERE n.person_id = c.person_id ORDER BY n.name_kind <> 'PRIMARY', n.position LIMIT 1), ''))
		ORDER BY c.position, c.person_id, c.role) FROM core.work_contributors c WHERE c.work_id = w.id), '[]'),
	'tags', coalesce((SELECT jsonb_agg(jsonb_build_object('id', core.typeid('TAG', t.id), 'name', t.name) ORDER BY t.name_canonical)
		FROM core.subject_tags st JOIN core.tags t ON t.id = st.tag_id WHERE st.subject_id = w.id), '[]'),
	'categories', coalesce((SELECT jsonb_agg(jsonb_build_object('id', core.typeid('CATEGORY', c.id), 'path', c.path) ORDER BY c.path)
		FROM core.subject_categories sc JOIN core.categories c ON c.id = sc.category_id WHERE sc.subject_id = w.id), '[]'),
	'expressions', coalesce((SELECT jsonb_agg(jsonb_build_object('id', core.typeid('EXPRESSION', e.id), 'language', e.language, 'title', e.title, 'status', e.status)
		ORDER BY e.expression_kind <> 'ORIGINAL', e.language, e.id) FROM core.expressions e WHERE e.work_id = w.id AND e.deleted_at IS NULL
			AND ($2 OR e.created_by = $3 OR EXISTS (SELECT FROM view.expression v WHERE v.id = e.id)
				OR EXISTS (SELECT FROM core.expression_contributors c JOIN core.persons p ON p.id = c.person_id AND p.deleted_at IS NULL
					WHERE c.expression_id = e.id AND c.role = 'TRANSLATOR' AND p.claimed_by = $3))), '[]'),
	'publishedAt', w.published_at, 'createdAt', w.created_at, 'updatedAt', w.updated_at, 'deletedAt', w.deleted_at)
FROM core.works w JOIN core.subjects s ON s.id = w.id LEFT JOIN core.slugs sl ON sl.subject_id = w.id AND sl.is_current
WHERE w.id = $1`
