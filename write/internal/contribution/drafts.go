package contribution

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/page"
	"github.com/tercul/tercul/write/internal/subject"
)

// prepared says of each kind what its rows d are, what they are called, and what
// language they are in.
var prepared = map[model.SubjectKind]struct{ table, title, language string }{
	model.SubjectKindWork:       {"core.works", subject.TitleOfWork, "d.original_language"},
	model.SubjectKindExpression: {"core.expressions", "d.title", "d.language"},
	model.SubjectKindPerson: {
		"core.persons", subject.NameOfPerson,
		"(SELECT n.language FROM core.person_names n WHERE n.person_id = d.id ORDER BY n.name_kind <> 'PRIMARY', n.position LIMIT 1)",
	},
}

// Drafts lists what is being prepared, the latest first: all of it for editors, for
// others what they made. Of kinds that are never drafts there are none.
func Drafts(ctx context.Context, db command.Reader, a *identity.Actor, kind model.SubjectKind, f model.DraftFilter, size int, after *string) (page.Page[model.SubjectLink], error) {
	list := "drafts " + string(kind)
	last, err := page.After[uuid.UUID](after, list)
	p, known := prepared[kind]
	if err != nil || !known {
		return page.Page[model.SubjectLink]{Nodes: []model.SubjectLink{}}, err
	}
	return page.Load[model.SubjectLink](ctx, db, list, size, `SELECT to_jsonb(d.id), jsonb_build_object('id', core.typeid(d.kind, d.id), 'kind', d.kind, 'title', `+p.title+`)
		FROM `+p.table+` d WHERE d.status IN ('DRAFT', 'IN_REVIEW') AND d.deleted_at IS NULL AND ($1::uuid IS NULL OR d.id < $1) AND ($3 OR d.created_by = $4)
		AND ($5::text IS NULL OR `+p.language+` = $5 OR starts_with(`+p.language+`::text, $5 || '-')) AND ($6::uuid IS NULL OR d.created_by = $6)
		ORDER BY d.id DESC LIMIT $2`, last, size+1, a.Role >= identity.Editor, a.UserID, f.Language, uuidOf(f.AuthorID))
}
