package author

import (
	"context"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/filing"
	"github.com/tercul/tercul/write/internal/lang"
	"github.com/tercul/tercul/write/internal/model"
)

// checkNames holds the rules that no single name can tell: a primary one, one in
// each language at most, none twice.
func checkNames(ctx context.Context, tx *command.Tx, names []model.AuthorNameInput) error {
	primary, seen := map[string]bool{}, map[[2]string]bool{}
	for i, n := range names {
		field := "names." + strconv.Itoa(i)
		if err := tx.Language(ctx, field+".language", n.Language); err != nil {
			return err
		}
		if key := [2]string{n.Language, n.Name}; seen[key] {
			tx.Fault(apperr.UserDuplicate, field, "This name is given twice in its language.")
		} else {
			seen[key] = true
		}
		if n.Kind != model.NameKindPrimary {
			continue
		}
		if primary[n.Language] {
			tx.Fault(apperr.UserDuplicate, field+".kind", "A language has one primary name.")
		}
		primary[n.Language] = true
	}
	if len(primary) == 0 {
		tx.Fault(apperr.UserInvalid, "names", "One of the names must be PRIMARY.")
	}
	return nil
}

// person is what its names are filed by.
type person struct {
	id        uuid.UUID
	kind      string
	birthYear *int
}

func (p person) writeNames(ctx context.Context, tx *command.Tx, names []model.AuthorNameInput) error {
	rows := make([][]any, len(names))
	for i, n := range names {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		sort := filing.Name(n.Name, filing.Naming{
			Kind: p.kind, Script: lang.ScriptOf(n.Name), Language: n.Language, Own: names[0].Language, BirthYear: p.birthYear,
		})
		if n.SortName != nil && *n.SortName != "" {
			sort = *n.SortName
		}
		rows[i] = []any{id, p.id, n.Language, n.Name, sort, string(n.Kind), i}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"core", "person_names"},
		[]string{"id", "person_id", "language", "name", "sort_name", "name_kind", "position"}, pgx.CopyFromRows(rows))
	return err
}
