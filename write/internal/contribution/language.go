package contribution

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
)

// languagesOf says whose reviewers decide about a proposal: the language that a new
// work or text will be in; that of what is edited; both of an alignment. Authors are
// of no language: any reviewer decides.
func languagesOf(ctx context.Context, tx *command.Tx, p *proposal) ([]string, error) {
	var ids []uuid.UUID
	for _, n := range p.steps[0].sees {
		ids = append(ids, n.id.UUID)
	}
	languages := []string{}
	switch p.kind {
	case model.ContributionTypeCreateAuthor, model.ContributionTypeEditAuthor:
		return languages, nil
	case model.ContributionTypeCreateWork, model.ContributionTypeCreateTranslation:
		return p.languages, nil
	}
	err := tx.QueryRow(ctx, `SELECT ARRAY(SELECT w.original_language::text FROM core.works w WHERE w.id = ANY($1)
		UNION SELECT e.language::text FROM core.expressions e WHERE e.id = ANY($1) ORDER BY 1)`, ids).Scan(&languages)
	return languages, err
}

// decides tells whether somebody may review a contribution of these languages.
func decides(a *identity.Actor, languages []string) bool {
	if len(languages) == 0 {
		return a.Role >= identity.Reviewer
	}
	for _, l := range languages {
		if a.Holds(l) {
			return true
		}
	}
	return false
}
