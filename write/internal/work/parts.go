package work

import (
	"context"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/filing"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// checkTitles holds the rules that no single title can tell: a primary one, one in
// each language at most, none twice.
func checkTitles(ctx context.Context, tx *command.Tx, titles []model.TitleInput) error {
	primary, seen := map[string]bool{}, map[[2]string]bool{}
	for i, t := range titles {
		field := "titles." + strconv.Itoa(i)
		if err := tx.Language(ctx, field+".language", t.Language); err != nil {
			return err
		}
		if key := [2]string{t.Language, t.Title}; seen[key] {
			tx.Fault(apperr.UserDuplicate, field, "This title is given twice in its language.")
		} else {
			seen[key] = true
		}
		if t.Kind != model.TitleKindPrimary {
			continue
		}
		if primary[t.Language] {
			tx.Fault(apperr.UserDuplicate, field+".kind", "A language has one primary title.")
		}
		primary[t.Language] = true
	}
	if len(primary) == 0 {
		tx.Fault(apperr.UserInvalid, "titles", "One of the titles must be PRIMARY.")
	}
	return nil
}

func writeTitles(ctx context.Context, tx *command.Tx, work uuid.UUID, titles []model.TitleInput) error {
	rows := make([][]any, len(titles))
	for i, t := range titles {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		sort := deref(t.SortTitle)
		if sort == "" {
			sort = filing.Title(t.Language, t.Title)
		}
		rows[i] = []any{id, work, t.Language, t.Title, t.Subtitle, sort, string(t.Kind), i}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"core", "work_titles"},
		[]string{"id", "work_id", "language", "title", "subtitle", "sort_title", "title_kind", "position"}, pgx.CopyFromRows(rows))
	return err
}

func checkContributors(ctx context.Context, tx *command.Tx, people []model.WorkContributorInput) error {
	type part struct {
		person publicid.ID
		role   model.WorkRole
	}
	seen, ids := map[part]bool{}, make([]publicid.ID, len(people))
	for i, p := range people {
		ids[i] = p.PersonID
		if key := (part{p.PersonID, p.Role}); seen[key] {
			tx.Fault(apperr.UserDuplicate, "contributors."+strconv.Itoa(i), "This person is named twice in this role.")
		} else {
			seen[key] = true
		}
	}
	return tx.Existing(ctx, "contributors", "SELECT id FROM core.persons WHERE id = ANY($1) AND deleted_at IS NULL FOR KEY SHARE", ids)
}

func writeContributors(ctx context.Context, tx *command.Tx, work uuid.UUID, people []model.WorkContributorInput) error {
	rows := make([][]any, len(people))
	for i, p := range people {
		rows[i] = []any{work, p.PersonID.UUID, string(p.Role), i, p.CreditedAs, string(p.Certainty)}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"core", "work_contributors"},
		[]string{"work_id", "person_id", "role", "position", "credited_as", "certainty"}, pgx.CopyFromRows(rows))
	return err
}

func checkLinks(ctx context.Context, tx *command.Tx, tags, categories []publicid.ID) error {
	if err := tx.Existing(ctx, "tagIds", "SELECT id FROM core.tags WHERE id = ANY($1) AND status = 'ACTIVE' FOR KEY SHARE", tags); err != nil {
		return err
	}
	return tx.Existing(ctx, "categoryIds", "SELECT id FROM core.categories WHERE id = ANY($1) AND deleted_at IS NULL FOR KEY SHARE", categories)
}

func writeLinks(ctx context.Context, tx *command.Tx, work uuid.UUID, tags, categories []publicid.ID) error {
	if len(tags) > 0 {
		if _, err := tx.Exec(ctx, "INSERT INTO core.subject_tags (subject_id, tag_id, tagged_by) SELECT $1, unnest($2::uuid[]), $3",
			work, command.UUIDs(tags), tx.By()); err != nil {
			return err
		}
	}
	if len(categories) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, "INSERT INTO core.subject_categories (subject_id, category_id) SELECT $1, unnest($2::uuid[])",
		work, command.UUIDs(categories))
	return err
}
