package classify

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/subject"
)

// tables have the descriptions of what can be tagged and filed.
var tables = map[string]string{"WORK": "core.works", "EXPRESSION": "core.expressions", "PERSON": "core.persons"}

// state is what commands ask of a thing before they tag or file it.
type state struct {
	id      publicid.ID
	version int
}

// hold locks what everybody sees, and for an editor whatever was not deleted. An id
// that was merged away stands for the survivor.
func hold(ctx context.Context, tx *command.Tx, id publicid.ID) (s state, err error) {
	var cover *uuid.UUID
	if s.id, cover, err = subject.Resolve(ctx, tx, id); err != nil {
		return s, err
	}
	lock := []uuid.UUID{s.id.UUID}
	if cover != nil {
		lock = append(lock, *cover)
	}
	if err := tx.Lock(ctx, lock...); err != nil {
		return s, err
	}
	var seen bool
	found, err := tx.One(ctx, []any{&s.version, &seen}, "SELECT t.version, EXISTS (SELECT FROM view.collectable v WHERE v.id = t.id) FROM "+tables[s.id.Kind]+
		" t WHERE t.id = $1 AND t.deleted_at IS NULL", s.id.UUID)
	if err == nil && (!found || !seen && tx.Actor.Role < identity.Editor) {
		err = tx.NotFound("subjectId")
	}
	return s, err
}

// changed raises the version, writes the history and notes the audit.
func (s *state) changed(ctx context.Context, tx *command.Tx, message string, detail any) (publicid.ID, error) {
	err := tx.QueryRow(ctx, "UPDATE "+tables[s.id.Kind]+" SET version = version + 1, updated_at = $2, updated_by = $3 WHERE id = $1 RETURNING version",
		s.id.UUID, tx.Now, tx.By()).Scan(&s.version)
	if err != nil {
		return s.id, err
	}
	tx.Audit(s.id.UUID, s.version, detail)
	return s.id, tx.Revise(ctx, s.id, s.version, message)
}

// Load reads what something is tagged with and filed under; nil where there is none.
func Load(ctx context.Context, db command.Reader, id publicid.ID) (*model.FiledSubject, error) {
	return command.Load[model.FiledSubject](ctx, db, "SELECT "+document+" FROM core.subjects s JOIN "+tables[id.Kind]+" t ON t.id = s.id WHERE s.id = $1", id.UUID)
}

// document is the thing by the names of the schema.
const document = `jsonb_build_object('subject', ` + subject.Inner + `, 'version', t.version,
	'tags', coalesce((SELECT jsonb_agg(jsonb_build_object('id', core.typeid('TAG', g.id), 'name', g.name) ORDER BY g.name_canonical)
		FROM core.subject_tags st JOIN core.tags g ON g.id = st.tag_id WHERE st.subject_id = s.id), '[]'),
	'categories', coalesce((SELECT jsonb_agg(jsonb_build_object('id', core.typeid('CATEGORY', c.id), 'path', c.path) ORDER BY c.path)
		FROM core.subject_categories sc JOIN core.categories c ON c.id = sc.category_id WHERE sc.subject_id = s.id), '[]'))`
