package classify

import (
	"context"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/publicid"
)

// MostTags is how many tags anything may have, and MostCategories how many categories.
const (
	MostTags       = 30
	MostCategories = 10
)

// Tag puts tags on something. Those that are there already change nothing.
func Tag(ctx context.Context, tx *command.Tx, in model.TagSubjectInput) (publicid.ID, error) {
	s, err := hold(ctx, tx, in.SubjectID)
	if err != nil {
		return s.id, err
	}
	err = tx.Existing(ctx, "tagIds", "SELECT id FROM core.tags WHERE id = ANY($1) AND status = 'ACTIVE' FOR KEY SHARE", in.TagIds)
	if err != nil || tx.Faulty() {
		return s.id, orFaults(tx, err)
	}
	put, err := tx.Exec(ctx, `INSERT INTO core.subject_tags (subject_id, tag_id, tagged_by, created_at) SELECT $1, unnest($2::uuid[]), $3, $4 ON CONFLICT DO NOTHING`,
		s.id.UUID, command.UUIDs(in.TagIds), tx.By(), tx.Now)
	if err != nil || put.RowsAffected() == 0 {
		return s.id, err
	}
	var now int
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM core.subject_tags WHERE subject_id = $1", s.id.UUID).Scan(&now); err != nil {
		return s.id, err
	}
	if now > MostTags {
		return s.id, tx.Stop(apperr.UserLimitReached, "tagIds", "Nothing has more than 30 tags.", "max", strconv.Itoa(MostTags))
	}
	return s.changed(ctx, tx, "tagged", map[string]any{"tagIds": in.TagIds})
}

// Untag takes tags off something.
func Untag(ctx context.Context, tx *command.Tx, in model.UntagSubjectInput) (publicid.ID, error) {
	s, err := hold(ctx, tx, in.SubjectID)
	if err != nil {
		return s.id, err
	}
	by, err := s.taggers(ctx, tx)
	if err != nil {
		return s.id, err
	}
	for i, tag := range in.TagIds {
		field := "tagIds." + strconv.Itoa(i)
		if who, there := by[tag.UUID]; !there {
			tx.Fault(apperr.UserNotFound, field, "It is not tagged with that.")
		} else {
			_ = tx.Allow(field, policy.Object{Owner: who, Public: true}) // the fault is noted; there may be more
		}
	}
	if tx.Faulty() {
		return s.id, tx.Faults()
	}
	_, err = tx.Exec(ctx, "DELETE FROM core.subject_tags WHERE subject_id = $1 AND tag_id = ANY($2)", s.id.UUID, command.UUIDs(in.TagIds))
	if err != nil {
		return s.id, err
	}
	return s.changed(ctx, tx, "untagged", map[string]any{"tagIds": in.TagIds})
}

// taggers are the tags of a thing, each with who put it there; nobody, where it is
// not known.
func (s *state) taggers(ctx context.Context, tx *command.Tx) (map[uuid.UUID]uuid.UUID, error) {
	rows, err := tx.Query(ctx, "SELECT tag_id, tagged_by FROM core.subject_tags WHERE subject_id = $1", s.id.UUID)
	if err != nil {
		return nil, err
	}
	by := map[uuid.UUID]uuid.UUID{}
	var tag uuid.UUID
	var who *uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&tag, &who}, func() error {
		by[tag] = uuid.Nil
		if who != nil {
			by[tag] = *who
		}
		return nil
	})
	return by, err
}

// SetCategories files something under other categories than before.
func SetCategories(ctx context.Context, tx *command.Tx, in model.SetCategoriesInput) (publicid.ID, error) {
	s, err := hold(ctx, tx, in.SubjectID)
	if err != nil {
		return s.id, err
	}
	if err := tx.Current("expectedVersion", in.ExpectedVersion, s.version); err != nil {
		return s.id, err
	}
	err = tx.Existing(ctx, "categoryIds", "SELECT id FROM core.categories WHERE id = ANY($1) AND deleted_at IS NULL FOR KEY SHARE", in.CategoryIds)
	if err != nil || tx.Faulty() {
		return s.id, orFaults(tx, err)
	}
	ids := command.UUIDs(in.CategoryIds)
	if _, err := tx.Exec(ctx, "DELETE FROM core.subject_categories WHERE subject_id = $1 AND category_id <> ALL ($2)", s.id.UUID, ids); err != nil {
		return s.id, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO core.subject_categories (subject_id, category_id) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING", s.id.UUID, ids)
	if err != nil {
		return s.id, err
	}
	return s.changed(ctx, tx, "filed", map[string]any{"categoryIds": in.CategoryIds})
}

// orFaults is the error, or the faults found so far.
func orFaults(tx *command.Tx, err error) error {
	if err != nil {
		return err
	}
	return tx.Faults()
}
